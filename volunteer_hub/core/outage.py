"""When the database cannot serve: which errors say so, and the page that asks no database."""

from __future__ import annotations

import contextlib
import logging
import sqlite3

import sqlalchemy as sa
from flask import Flask, Response, current_app, g, render_template, request

from volunteer_hub.core.access import ANONYMOUS
from volunteer_hub.core.db import db

RETRY_AFTER = "30"
"""Seconds after which a program should try again."""
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
"""By the beginning of an SQLSTATE; the first that fits."""


def find_reason(error: BaseException | None) -> str | None:
    """Returns why the database cannot serve, where `error` says so; None for any other fault."""
    if isinstance(error, sa.exc.TimeoutError):
        return BUSY
    if not isinstance(error, sa.exc.DBAPIError):
        return None
    if error.connection_invalidated:
        return AWAY
    if isinstance(error.orig, sqlite3.Error):
        return SQLITE_REASONS.get(getattr(error.orig, "sqlite_errorcode", 0) & 0xFF)
    state = getattr(error.orig, "sqlstate", None)
    if state is None:  # the driver itself found no server
        return AWAY if isinstance(error, sa.exc.OperationalError | sa.exc.InterfaceError) else None
    return next((reason for start, reason in POSTGRESQL_REASONS.items() if state.startswith(start)), None)


def release_session() -> None:
    """Give up the session, and ask for the viewer no more: what follows in this request needs no database."""
    with contextlib.suppress(sa.exc.SQLAlchemyError):
        db.session.rollback()
    g.setdefault("_login_user", ANONYMOUS)


def unavailable_page(reason: str) -> Response:
    """Write one line to the log. Returns the page, with 503 and when to try again."""
    g.fault_is_logged = True
    # The rule and not the path: some paths carry a secret.
    current_app.logger.error(
        "database %s: 503 for %s %s", reason, request.method, request.url_rule or "an unknown page"
    )
    return standalone_page("errors/unavailable.html", 503, {"Retry-After": RETRY_AFTER})


def standalone_page(template: str, status: int, headers: dict[str, str] | None = None) -> Response:
    """Returns a page that is about nobody and asks no database."""
    release_session()
    response = current_app.make_response((render_template(template), status, headers or {}))
    response.headers["Cache-Control"] = "no-store"
    return response


def init_app(_app: Flask) -> None:
    """Keep the pool's own traceback about a dead connection out of the log: the request's line says it."""
    logging.getLogger("sqlalchemy.pool").setLevel(logging.CRITICAL)
