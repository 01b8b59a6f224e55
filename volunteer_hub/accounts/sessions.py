"""Flask-Login over our own session rows: the cookie's secret is looked up on every request."""

from __future__ import annotations

import datetime as dt
import hashlib
import hmac

import sqlalchemy as sa
from flask import Flask, current_app, request, session
from flask_login import LoginManager
from werkzeug.wrappers import Response

from volunteer_hub.accounts import queries
from volunteer_hub.accounts.models import UserSession
from volunteer_hub.accounts.rules import DEVICE_LIFE
from volunteer_hub.accounts.sealing import Sealed, seal, unseal
from volunteer_hub.core import clock, outage
from volunteer_hub.core.access import ANONYMOUS, Viewer
from volunteer_hub.core.db import LOCK_WAIT, db

STAMP_EVERY = dt.timedelta(minutes=5)
KEY = "_user_id"
WAITING, WHOSE = "waiting", "whose"
CODES_LIFE = dt.timedelta(minutes=10)
SECOND_PRESS = dt.timedelta(seconds=30)
"""How long after a code opened a session the very same post is answered alike."""


def begin(token: str) -> None:
    """Put a new session's secret into a fresh cookie: nothing from before the sign-in stays."""
    session.clear()
    session[KEY] = token
    session["_fresh"] = True


def begin_waiting(token: str, account_id: int) -> None:
    """Put the secret of a session that waits for its code into a fresh cookie. It signs nobody in.

    The cookie also says whose it is: tries of codes are counted before the database is read.
    """
    session.clear()
    session[WAITING], session[WHOSE] = token, account_id


def waiting() -> str:
    """The secret of the session that waits for its code, or empty."""
    return str(session.get(WAITING, ""))


def answered(code: str) -> str:
    """The secret of the session that this code opens for the waiting one; empty where none waits.

    The same press of the button twice gives the same secret: whichever answer the browser shows signs in.
    """
    if not waiting():
        return ""
    text = f"entered {waiting()} {code}".encode("utf-8", "surrogatepass")
    return hmac.new(str(current_app.secret_key).encode(), text, hashlib.sha256).hexdigest()


def remember_device(reply: Response, token: str) -> None:
    """Give this browser the secret for which no code is asked."""
    reply.set_cookie(
        current_app.config["TRUSTED_DEVICE_COOKIE"],
        token,
        max_age=DEVICE_LIFE,
        secure=current_app.config["SESSION_COOKIE_SECURE"],
        httponly=True,
        samesite="Lax",
    )


def device() -> str:
    """The secret of this trusted browser, or empty."""
    return request.cookies.get(current_app.config["TRUSTED_DEVICE_COOKIE"], "")


def browser() -> str:
    """What this browser says of itself."""
    return str(request.user_agent.string)


def life() -> dt.timedelta:
    """How long a session lasts at most."""
    return dt.timedelta(days=current_app.config["SESSION_MAX_DAYS"])


def sealed_codes(codes: list[str], *, account_id: int, now: dt.datetime) -> str:
    """Fresh recovery codes, sealed for the address of the page that shows them.

    The address is what a second press of the button gets too, so no press loses the codes.
    """
    return seal(" ".join(codes), Sealed.CODES, owner=account_id, now=now)


def shown_codes(sealed: str, *, account_id: int, now: dt.datetime) -> list[str]:
    """The codes to show, to that person and for ten minutes; none for anything else."""
    return (unseal(sealed, Sealed.CODES, owner=account_id, now=now, life=CODES_LIFE) or "").split()


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
    """Note that the person was here, in a transaction of its own: a GET writes nothing else.

    Where somebody else holds SQLite's write lock the next request notes it: no page waits for this.
    """
    db.session.rollback()
    seen = sa.update(UserSession).where(UserSession.id == viewer.session_id).values(last_seen_at=now)
    try:
        with db.engine.connect().execution_options(**{LOCK_WAIT: 0.0}) as connection, connection.begin():
            connection.execute(seen)
    except sa.exc.OperationalError as error:
        if outage.find_reason(error) != outage.LOCKED:
            raise


def init_app(app: Flask) -> None:
    """Install the look-up."""
    manager = LoginManager()
    manager.session_protection = None
    manager.anonymous_user = lambda: ANONYMOUS
    manager.user_loader(_load)
    manager.init_app(app)
