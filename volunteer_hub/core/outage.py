"""Database outages: which errors indicate one, and the error page that needs no database."""

from __future__ import annotations

import contextlib
import logging
import sqlite3

import sqlalchemy as sa
from flask import Flask, Response, current_app, g, render_template, request

from volunteer_hub.core.access import ANONYMOUS
from volunteer_hub.core.db import db

RETRY_AFTER = "30"
"""Seconds, the value of the header Retry-After."""
AWAY, LOCKED, SLOW, BUSY, FULL = "away", "locked", "too slow", "all connections in use", "full or read-only"
SQLITE_REASONS = {
    sqlite3.SQLITE_BUSY: LOCKED,
    sqlite3.SQLITE_LOCKED: LOCKED,
    sqlite3.SQLITE_CANTOPEN: AWAY,
    sqlite3.SQLITE_IOERR: AWAY,
    sqlite3.SQLITE_FULL: FULL,
    sqlite3.SQLITE_READONLY: FULL,
}
POSTGRESQL_REASONS = {
    "08": AWAY,
    "57P": AWAY,
    "57014": SLOW,
    "55P03": LOCKED,
    "53300": BUSY,
    "53": FULL,
    "25006": FULL,
}
"""By prefix of the SQLSTATE; the first match counts."""


def find_reason(error: BaseException | None) -> str | None:
    """Return why the database cannot serve, if `error` indicates that; None for any other error."""
    if isinstance(error, sa.exc.TimeoutError):
        return BUSY
    if not isinstance(error, sa.exc.DBAPIError):
        return None
    if error.connection_invalidated:
        return AWAY
    if isinstance(error.orig, sqlite3.Error):
        return SQLITE_REASONS.get(getattr(error.orig, "sqlite_errorcode", 0) & 0xFF)
    state = getattr(error.orig, "sqlstate", None)
    if state is None:  # raised by the driver: no connection to a server
        return AWAY if isinstance(error, sa.exc.OperationalError | sa.exc.InterfaceError) else None
    return next((reason for start, reason in POSTGRESQL_REASONS.items() if state.startswith(start)), None)


def release_session() -> None:
    """Roll the session back and make the viewer anonymous, so that the rest of the request needs no database."""
    with contextlib.suppress(sa.exc.SQLAlchemyError):
        db.session.rollback()
    g.setdefault("_login_user", ANONYMOUS)


def unavailable_page(reason: str) -> Response:
    """Log the outage and return the error page with status 503 and Retry-After."""
    g.fault_is_logged = True
    # The URL rule, not the path: some paths carry a secret.
    current_app.logger.error(
        "database %s: 503 for %s %s", reason, request.method, request.url_rule or "an unknown page"
    )
    return standalone_page("errors/unavailable.html", 503, {"Retry-After": RETRY_AFTER})


def standalone_page(template: str, status: int, headers: dict[str, str] | None = None) -> Response:
    """Render a page without a viewer and without the database."""
    release_session()
    response = current_app.make_response((render_template(template), status, headers or {}))
    response.headers["Cache-Control"] = "no-store"
    return response


def init_app(_app: Flask) -> None:
    """Silence the connection pool's traceback about a dead connection; the line of the request reports it."""
    logging.getLogger("sqlalchemy.pool").setLevel(logging.CRITICAL)
