"""The WSGI entry point. `python -m volunteer_hub.serving` serves it; behind a proxy any other WSGI server may."""

from __future__ import annotations

import sys

from config import SettingError, from_environment
from volunteer_hub.app import create_app
from volunteer_hub.core import logs

try:
    settings = from_environment()
    logs.configure(json_lines=settings.ENVIRONMENT == "production")
    app = create_app(settings)
# As text without a traceback, for `flask check` and for the operator who starts the service.
except SettingError as error:
    sys.exit(str(error))
except OSError as error:
    sys.exit(f"{error.filename} cannot be used ({error.strerror}): set INSTANCE_PATH and DATABASE_URL to other places")
