"""A number for each request, in every line about it, on its error page and in its answer; one line for each request.

A request that the database could not serve has a line that says so already, and no other: an outage must not fill the disk.
"""

from __future__ import annotations

import re
import secrets
import time
from typing import Any

import structlog
from flask import Flask, Response, current_app, g, request

from volunteer_hub.core import logs
from volunteer_hub.core.hosts import PROBES

HEADER = "X-Request-ID"
GIVEN_ID = re.compile(r"[0-9a-f][0-9a-f-]{14,62}[0-9a-f]")
"""What proxies make: hexadecimal digits or a UUID, which cannot hold a name."""
log = structlog.get_logger("volunteer_hub.access")


def _request_id() -> str:
    """The trusted proxy's number where there is one, or a new one."""
    given = request.headers.get(HEADER, "") if current_app.config["PROXY_HOPS"] else ""
    return given if GIVEN_ID.fullmatch(given) else secrets.token_hex(8)


def _begin() -> None:
    g.request_id, g.request_started = _request_id(), time.perf_counter()
    structlog.contextvars.clear_contextvars()
    structlog.contextvars.bind_contextvars(request_id=g.request_id)


def _account_id() -> int | None:
    """The viewer's number where the request has looked it up already; nothing is read for the log's sake."""
    viewer = g.get("_login_user")
    return viewer.account_id if viewer is not None and viewer.is_authenticated else None


def _end(response: Response) -> Response:
    if "request_id" not in g:
        _begin()
    response.headers[HEADER] = g.request_id
    if (request.endpoint in PROBES and response.status_code < 400) or g.get("fault_is_logged"):
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


def _forget(_error: BaseException | None) -> None:
    structlog.contextvars.clear_contextvars()


def init_app(app: Flask) -> None:
    """Begin before every other hook, end after them."""
    app.before_request(_begin)
    app.after_request(_end)
    app.teardown_request(_forget)

    @app.context_processor
    def _reference() -> dict[str, Any]:
        return {"reference": g.get("request_id", "")}
