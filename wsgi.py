"""The WSGI entry point. `python -m volunteer_hub.serving` serves it; behind a proxy any other WSGI server may."""

from __future__ import annotations

from volunteer_hub.app import create_app

app = create_app()
