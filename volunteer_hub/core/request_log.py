"""Request ids and the access log.

Every request has an id, which appears in each log line about it, on its error page and in its response header, and one
access line. A request that failed because of a database outage has only the line that reports the outage: an outage
must not fill the disk.
"""

from __future__ import annotations

import re
import secrets
import time
from typing import Any

import structlog
from flask import Flask, Response, current_app, g, request

from volunteer_hub.core import logs
from volunteer_hub.core.hosts import PROBE_ENDPOINTS

HEADER = "X-Request-ID"
PROXY_ID = re.compile(r"[0-9a-f][0-9a-f-]{14,62}[0-9a-f]")
"""Ids accepted from a proxy: hexadecimal digits or a UUID, which cannot carry a name."""
log = structlog.get_logger("volunteer_hub.access")


def _request_id() -> str:
    proxy_id = request.headers.get(HEADER, "") if current_app.config["PROXY_HOPS"] else ""
    return proxy_id if PROXY_ID.fullmatch(proxy_id) else secrets.token_hex(8)


def _begin() -> None:
    g.request_id, g.request_started = _request_id(), time.perf_counter()
    structlog.contextvars.clear_contextvars()
    structlog.contextvars.bind_contextvars(request_id=g.request_id)


def _account_id() -> int | None:
    # Only if the request has loaded the viewer already: the log causes no query.
    viewer = g.get("_login_user")
    return viewer.account_id if viewer is not None and viewer.is_authenticated else None


def _end(response: Response) -> Response:
    if "request_id" not in g:
        _begin()
    response.headers[HEADER] = g.request_id
    if (request.endpoint in PROBE_ENDPOINTS and response.status_code < 400) or g.get("fault_is_logged"):
        return response
    log.info(
        "request",
        method=request.method if request.method in {"GET", "HEAD", "POST", "OPTIONS"} else "other",
        route=logs.route(),
        status=response.status_code,
        ms=round((time.perf_counter() - g.request_started) * 1000),
        account_id=_account_id(),
    )
    return response


def _clear_context(_error: BaseException | None) -> None:
    structlog.contextvars.clear_contextvars()


def init_app(app: Flask) -> None:
    """Install the hooks: before all others at the start of a request, after all others at its end."""
    app.before_request(_begin)
    app.after_request(_end)
    app.teardown_request(_clear_context)

    @app.context_processor
    def _reference() -> dict[str, Any]:
        return {"reference": g.get("request_id", "")}
