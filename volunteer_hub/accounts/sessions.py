"""Flask-Login over our own session rows: the cookie's secret is looked up on every request."""

from __future__ import annotations

import datetime as dt

import sqlalchemy as sa
from flask import Flask, current_app, session
from flask_login import LoginManager

from volunteer_hub.accounts import queries
from volunteer_hub.accounts.models import UserSession
from volunteer_hub.core import clock
from volunteer_hub.core.access import ANONYMOUS, Viewer
from volunteer_hub.core.db import db

STAMP_EVERY = dt.timedelta(minutes=5)
KEY = "_user_id"


def begin(token: str) -> None:
    """Put a new session's secret into a fresh cookie: nothing from before the sign-in stays."""
    session.clear()
    session[KEY] = token
    session["_fresh"] = True


def forget() -> None:
    """Empty this browser's cookie. The row must be ended too."""
    session.clear()


def _load(token: str) -> Viewer | None:
    if not token:
        return None
    now = clock.now()
    idle = dt.timedelta(hours=current_app.config["SESSION_IDLE_HOURS"])
    found = queries.viewer_of_session(token, now=now, idle=idle)
    if found is None:
        return None
    viewer, last_seen_at = found
    if now - last_seen_at > STAMP_EVERY:
        _stamp(viewer, now)
    return viewer


def _stamp(viewer: Viewer, now: dt.datetime) -> None:
    """Note that the person was here, in a transaction of its own: a GET writes nothing else."""
    db.session.rollback()
    with db.engine.begin() as connection:
        connection.execute(sa.update(UserSession).where(UserSession.id == viewer.session_id).values(last_seen_at=now))


def init_app(app: Flask) -> None:
    """Install the look-up."""
    manager = LoginManager()
    manager.session_protection = None
    manager.anonymous_user = lambda: ANONYMOUS
    manager.user_loader(_load)
    manager.init_app(app)
