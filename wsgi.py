"""The WSGI entry point: `granian --interface wsgi wsgi:app`, or any other WSGI server."""

from __future__ import annotations

import sys

from config import SettingError, from_environment
from volunteer_hub.app import create_app
from volunteer_hub.core import logs

try:
    settings = from_environment()
    logs.configure(json_lines=settings.ENVIRONMENT == "production")
    app = create_app(settings)
# In words and without a traceback, for `flask check` and for whoever starts the service.
except SettingError as error:
    sys.exit(str(error))
except OSError as error:
    sys.exit(f"{error.filename} cannot be used ({error.strerror}): set INSTANCE_PATH and DATABASE_URL to other places")
