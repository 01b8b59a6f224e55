"""The WSGI entry point: `granian --interface wsgi wsgi:app`, or any other WSGI server."""

from __future__ import annotations

from volunteer_hub.app import create_app

app = create_app()
