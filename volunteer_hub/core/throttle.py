"""Rate limits for posts, counted in the database for all processes together.

`limits` (the library behind Flask-Limiter) decides; `TableStorage` is its storage. Flask-Limiter's own hook runs too
late: inside the view, when SQLite's write lock is held already. Therefore `check` is the first hook of a request and
counts in a short transaction of its own.

A view declares its limits: `@limit_posts(Limit("LIMIT_LINK_NETWORK", client_network), ...)`.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import hmac
import ipaddress
import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar, cast

import limits
import sqlalchemy as sa
from flask import Flask, Response, current_app, make_response, render_template, request, session
from limits.storage import Storage, storage_from_string
from limits.strategies import FixedWindowRateLimiter
from sqlalchemy.orm import Mapped, mapped_column

from volunteer_hub.core import clock
from volunteer_hub.core.access import is_sensitive
from volunteer_hub.core.db import INSERTS, READ_METHODS, Model, db

F = TypeVar("F", bound=Callable[..., Any])
ATTRIBUTE = "counted_by"
EXTENSION = "throttle"
IDENTITY_FIELD = "identity"


class Throttle(Model):
    """The number of attempts under one key until `expires_at`. The key is a keyed hash, so it identifies nobody."""

    __tablename__ = "throttle"

    key: Mapped[str] = mapped_column(primary_key=True)
    count: Mapped[int]
    expires_at: Mapped[dt.datetime] = mapped_column(index=True)


class TableStorage(Storage):
    """The table `throttle` as a storage of `limits`. Each call is a transaction of its own."""

    STORAGE_SCHEME = ["database"]

    @property
    def base_exceptions(self) -> type[Exception]:
        """The exceptions that this storage may raise."""
        return sa.exc.SQLAlchemyError

    def incr(self, key: str, expiry: int, amount: int = 1) -> int:
        """Add `amount` in one atomic statement and return the count. An expired window starts again."""
        now = clock.now()
        until = now + dt.timedelta(seconds=expiry)
        has_expired = Throttle.expires_at <= now
        insert = INSERTS[db.engine.dialect.name](Throttle).values(key=key, count=amount, expires_at=until)
        upsert = insert.on_conflict_do_update(
            index_elements=[Throttle.key],
            set_={
                "count": sa.case((has_expired, amount), else_=Throttle.count + amount),
                "expires_at": sa.case((has_expired, insert.excluded.expires_at), else_=Throttle.expires_at),
            },
        )
        with db.engine.begin() as connection:
            return int(connection.execute(upsert.returning(Throttle.count)).scalar_one())

    def _row(self, key: str) -> Any:
        with db.engine.begin() as connection:
            live = sa.select(Throttle.count, Throttle.expires_at).where(
                Throttle.key == key, Throttle.expires_at > clock.now()
            )
            return connection.execute(live).one_or_none()

    def get(self, key: str) -> int:
        """Return the count of the current window."""
        row = self._row(key)
        return row.count if row else 0

    def get_expiry(self, key: str) -> float:
        """Return the end of the current window in seconds since the epoch."""
        row = self._row(key)
        return float((row.expires_at if row else clock.now()).timestamp())

    def check(self) -> bool:
        """Return True: the table is available whenever the application is."""
        return True

    def reset(self) -> int | None:
        """Delete all counts. Returns their number."""
        with db.engine.begin() as connection:
            return int(connection.execute(sa.delete(Throttle)).rowcount)

    def clear(self, key: str) -> None:
        """Delete one count."""
        with db.engine.begin() as connection:
            connection.execute(sa.delete(Throttle).where(Throttle.key == key))


@dataclass(frozen=True)
class Limit:
    """The limit in `setting`, applied per value that `key` returns; an empty value is not counted.

    Each endpoint counts for itself, unless several share a `scope`.
    """

    setting: str
    key: Callable[[], str]
    scope: str = ""


def client_network() -> str:
    """Return the network of the client: its IPv4 address, or its /64 of IPv6, which one household shares."""
    try:
        address = ipaddress.ip_address(request.remote_addr or "")
    except ValueError:
        return "unknown"
    if isinstance(address, ipaddress.IPv6Address):
        if address.ipv4_mapped:
            return str(address.ipv4_mapped)
        return str(ipaddress.ip_network((address, 64), strict=False))
    return str(address)


def form_value(field: str) -> Callable[[], str]:
    """Return a key function: the posted value of a field, in lower case."""
    return lambda: request.form.get(field, "").strip().lower()[:254]


def path_value(name: str) -> Callable[[], str]:
    """Return a key function: an argument of the URL path, such as the secret of a link."""
    return lambda: str((request.view_args or {}).get(name, ""))


def session_value(name: str) -> Callable[[], str]:
    """Return a key function: a value of the signed session cookie, which clients cannot forge."""
    return lambda: str(session.get(name, ""))


IDENTITY_LIMIT = Limit("LIMIT_CODE", session_value("_user_id"), scope="identity")
"""Limit of attempts to confirm the account holder's identity; the same setting as for codes."""


def limit_posts(*post_limits: Limit) -> Callable[[F], F]:
    """Decorate a view with limits on its posts. The first limit that is reached refuses the request."""

    def declare(view: F) -> F:
        setattr(view, ATTRIBUTE, post_limits)
        return view

    return declare


def _hash_key(limit: Limit, endpoint: str, key: str) -> str:
    text = f"{limit.setting}|{limit.scope or endpoint}|{key}".encode("utf-8", "surrogatepass")
    return hmac.new(str(current_app.secret_key).encode(), text, hashlib.sha256).hexdigest()


def _limiter() -> FixedWindowRateLimiter:
    return cast("FixedWindowRateLimiter", current_app.extensions[EXTENSION])


def clear(limit: Limit, endpoint: str, key: str) -> None:
    """Reset the count of one key after a success. Must not be called while the session holds a write lock."""
    _limiter().clear(limits.parse(current_app.config[limit.setting]), _hash_key(limit, endpoint, key))


def _limits_of(endpoint: str) -> tuple[Limit, ...]:
    view = current_app.view_functions[endpoint]
    post_limits: tuple[Limit, ...] = getattr(view, ATTRIBUTE, ())
    return (*post_limits, IDENTITY_LIMIT) if is_sensitive(view) and IDENTITY_FIELD in request.form else post_limits


def check() -> Response | None:
    """Count this post. Returns a 429 page if a limit is exceeded, else None."""
    if request.endpoint is None or request.method in READ_METHODS:
        return None
    for limit in _limits_of(request.endpoint):
        key = limit.key()
        item = limits.parse(current_app.config[limit.setting])
        if key and not _limiter().hit(item, _hash_key(limit, request.endpoint, key)):
            return _refusal(item, _hash_key(limit, request.endpoint, key))
    return None


def _refusal(item: limits.RateLimitItem, hashed_key: str) -> Response:
    seconds = max(1, math.ceil(_limiter().get_window_stats(item, hashed_key).reset_time - clock.now().timestamp()))
    minutes = -(-seconds // 60)
    response = make_response(render_template("errors/rate_limited.html", minutes=minutes), 429)
    response.headers["Retry-After"] = str(seconds)
    return response


def purge_expired(*, now: dt.datetime) -> int:
    """Delete counts of expired windows. Returns the number deleted."""
    result = db.session.execute(sa.delete(Throttle).where(Throttle.expires_at <= now))
    return int(result.rowcount)  # type: ignore[attr-defined]


def init_app(app: Flask) -> None:
    """Install the storage, and the check before any hook that reads the database."""
    app.extensions[EXTENSION] = FixedWindowRateLimiter(storage_from_string(app.config["RATELIMIT_STORAGE_URI"]))
    app.before_request(check)
