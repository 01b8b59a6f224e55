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
from volunteer_hub.accounts.encryption import EncryptionPurpose, decrypt, encrypt
from volunteer_hub.accounts.models import UserSession
from volunteer_hub.accounts.rules import TRUSTED_DEVICE_LIFETIME
from volunteer_hub.core import clock, outage
from volunteer_hub.core.access import ANONYMOUS, Viewer
from volunteer_hub.core.db import LOCK_WAIT, db

LAST_SEEN_RESOLUTION = dt.timedelta(minutes=5)
USER_ID_KEY = "_user_id"
PENDING_TOKEN_KEY, PENDING_ACCOUNT_KEY = "waiting", "whose"
RECOVERY_CODES_PAGE_LIFETIME = dt.timedelta(minutes=10)
DUPLICATE_SUBMIT_WINDOW = dt.timedelta(seconds=30)
"""How long after a code opened a session the very same post is answered alike."""


def start_session(token: str) -> None:
    """Put a new session's secret into a fresh cookie: nothing from before the sign-in stays."""
    session.clear()
    session[USER_ID_KEY] = token
    session["_fresh"] = True


def start_pending_sign_in(token: str, account_id: int) -> None:
    """Put the secret of a session that waits for its code into a fresh cookie. It signs nobody in.

    The cookie also says whose it is: tries of codes are counted before the database is read.
    """
    session.clear()
    session[PENDING_TOKEN_KEY], session[PENDING_ACCOUNT_KEY] = token, account_id


def read_pending_token() -> str:
    """The secret of the session that waits for its code, or empty."""
    return str(session.get(PENDING_TOKEN_KEY, ""))


def derive_session_token(code: str) -> str:
    """The secret of the session that this code opens for the waiting one; empty where none waits.

    The same press of the button twice gives the same secret: whichever answer the browser shows signs in.
    """
    if not read_pending_token():
        return ""
    text = f"entered {read_pending_token()} {code}".encode("utf-8", "surrogatepass")
    return hmac.new(str(current_app.secret_key).encode(), text, hashlib.sha256).hexdigest()


def set_device_cookie(reply: Response, token: str) -> None:
    """Give this browser the secret for which no code is asked."""
    reply.set_cookie(
        current_app.config["TRUSTED_DEVICE_COOKIE"],
        token,
        max_age=TRUSTED_DEVICE_LIFETIME,
        secure=current_app.config["SESSION_COOKIE_SECURE"],
        httponly=True,
        samesite="Lax",
    )


def device_token() -> str:
    """The secret of this trusted browser, or empty."""
    return request.cookies.get(current_app.config["TRUSTED_DEVICE_COOKIE"], "")


def user_agent() -> str:
    """What this browser says of itself."""
    return str(request.user_agent.string)


def max_session_age() -> dt.timedelta:
    """How long a session lasts at most."""
    return dt.timedelta(days=current_app.config["SESSION_MAX_DAYS"])


def encrypt_codes(codes: list[str], *, account_id: int, now: dt.datetime) -> str:
    """Fresh recovery codes, sealed for the address of the page that shows them.

    The address is what a second press of the button gets too, so no press loses the codes.
    """
    return encrypt(" ".join(codes), EncryptionPurpose.RECOVERY_CODES, owner=account_id, now=now)


def decrypt_codes(sealed: str, *, account_id: int, now: dt.datetime) -> list[str]:
    """The codes to show, to that person and for ten minutes; none for anything else."""
    return (
        decrypt(
            sealed, EncryptionPurpose.RECOVERY_CODES, owner=account_id, now=now, max_age=RECOVERY_CODES_PAGE_LIFETIME
        )
        or ""
    ).split()


def clear_cookie() -> None:
    """Empty this browser's cookie. The row must be ended too."""
    session.clear()


def _load(token: str) -> Viewer | None:
    if not token:
        return None
    now = clock.now()
    idle = dt.timedelta(hours=current_app.config["SESSION_IDLE_HOURS"])
    found = queries.find_session_viewer(token, now=now, idle=idle)
    if found is None:
        return None
    viewer, last_seen_at = found
    if now - last_seen_at > LAST_SEEN_RESOLUTION:
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
