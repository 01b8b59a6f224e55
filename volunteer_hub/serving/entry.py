"""The module that the server loads: the WSGI application named by `WSGI_APP` (`wsgi:app`), behind the adapter."""

from __future__ import annotations

import importlib
import os

from volunteer_hub.serving.asgi import WsgiAdapter

THREADS = int(os.environ.get("WEB_THREADS", "4"))
module, _, name = os.environ.get("WSGI_APP", "wsgi:app").partition(":")
wsgi_app = getattr(importlib.import_module(module), name)
app = WsgiAdapter(
    wsgi_app,
    threads=THREADS,
    seconds=wsgi_app.config["REQUEST_BODY_SECONDS"],
    max_bytes=wsgi_app.config["MAX_CONTENT_LENGTH"],
)
