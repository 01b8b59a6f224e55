"""Sessions of a browser: cookies, and the Flask-Login loader that looks the cookie's token up on every request."""

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
"""How long after a sign-in a repeated POST of the same code gets the same response."""


def start_session(token: str) -> None:
    """Put a new session's token into an emptied cookie, so that nothing from before the sign-in stays."""
    session.clear()
    session[USER_ID_KEY] = token
    session["_fresh"] = True


def start_pending_sign_in(token: str, account_id: int) -> None:
    """Put the token of a session that awaits its code into an emptied cookie. It does not sign in.

    The cookie also holds the account's id, because attempts are throttled before the database is read.
    """
    session.clear()
    session[PENDING_TOKEN_KEY], session[PENDING_ACCOUNT_KEY] = token, account_id


def read_pending_token() -> str:
    """Return the token of the session that awaits its code, or an empty string."""
    return str(session.get(PENDING_TOKEN_KEY, ""))


def derive_session_token(code: str) -> str:
    """Return the token of the session that `code` opens for the pending one; empty if none is pending.

    The token is derived, not random: a duplicate submission yields the same one, so either response signs in.
    """
    if not read_pending_token():
        return ""
    text = f"entered {read_pending_token()} {code}".encode("utf-8", "surrogatepass")
    return hmac.new(str(current_app.secret_key).encode(), text, hashlib.sha256).hexdigest()


def set_device_cookie(reply: Response, token: str) -> None:
    """Set the cookie by which this browser is trusted and not asked for a code."""
    reply.set_cookie(
        current_app.config["TRUSTED_DEVICE_COOKIE"],
        token,
        max_age=TRUSTED_DEVICE_LIFETIME,
        secure=current_app.config["SESSION_COOKIE_SECURE"],
        httponly=True,
        samesite="Lax",
    )


def device_token() -> str:
    """Return the token of this trusted browser, or an empty string."""
    return request.cookies.get(current_app.config["TRUSTED_DEVICE_COOKIE"], "")


def user_agent() -> str:
    """Return the User-Agent header."""
    return str(request.user_agent.string)


def max_session_age() -> dt.timedelta:
    """Return how long a session lasts at most."""
    return dt.timedelta(days=current_app.config["SESSION_MAX_DAYS"])


def encrypt_codes(codes: list[str], *, account_id: int, now: dt.datetime) -> str:
    """Return new recovery codes encrypted, for the query string of the page that displays them.

    A duplicate submission is redirected to the same address, so the codes are not lost.
    """
    return encrypt(" ".join(codes), EncryptionPurpose.RECOVERY_CODES, owner=account_id, now=now)


def decrypt_codes(ciphertext: str, *, account_id: int, now: dt.datetime) -> list[str]:
    """Return the codes from `encrypt_codes`; an empty list for another account or after ten minutes."""
    return (
        decrypt(
            ciphertext,
            EncryptionPurpose.RECOVERY_CODES,
            owner=account_id,
            now=now,
            max_age=RECOVERY_CODES_PAGE_LIFETIME,
        )
        or ""
    ).split()


def clear_cookie() -> None:
    """Empty this browser's cookie. The caller also ends the session's row."""
    session.clear()


def _load_viewer(token: str) -> Viewer | None:
    if not token:
        return None
    now = clock.now()
    idle = dt.timedelta(hours=current_app.config["SESSION_IDLE_HOURS"])
    match = queries.find_session_viewer(token, now=now, idle=idle)
    if match is None:
        return None
    viewer, last_seen_at = match
    if now - last_seen_at > LAST_SEEN_RESOLUTION:
        _update_last_seen(viewer, now)
    return viewer


def _update_last_seen(viewer: Viewer, now: dt.datetime) -> None:
    """Write when the session was last seen, in its own transaction, as a GET has no other write.

    If SQLite's write lock is taken, the next request does it: no page waits for this.
    """
    db.session.rollback()
    statement = sa.update(UserSession).where(UserSession.id == viewer.session_id).values(last_seen_at=now)
    try:
        with db.engine.connect().execution_options(**{LOCK_WAIT: 0.0}) as connection, connection.begin():
            connection.execute(statement)
    except sa.exc.OperationalError as error:
        if outage.find_reason(error) != outage.LOCKED:
            raise


def init_app(app: Flask) -> None:
    """Install the session look-up as Flask-Login's user loader."""
    manager = LoginManager()
    manager.session_protection = None
    manager.anonymous_user = lambda: ANONYMOUS
    manager.user_loader(_load_viewer)
    manager.init_app(app)
