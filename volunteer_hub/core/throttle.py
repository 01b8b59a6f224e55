"""How often somebody tried something: one count for all processes, in the database.

`limits` (the library behind Flask-Limiter) decides; `TableStorage` is its storage. The extension's own
hook runs too late for us: inside the view, when SQLite's one write lock is taken already. So `check` is
the first hook of a request and counts in a short transaction of its own.

A view says what is counted: `@throttled(Limit("LIMIT_LINK_NETWORK", network), ...)`. Only posts count.
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
    """Tries under one key until `expires_at`. The key is a hash: it names nobody."""

    __tablename__ = "throttle"

    key: Mapped[str] = mapped_column(primary_key=True)
    count: Mapped[int]
    expires_at: Mapped[dt.datetime] = mapped_column(index=True)


class TableStorage(Storage):
    """The table `throttle` as `limits` wants it. Each call is a transaction of its own."""

    STORAGE_SCHEME = ["database"]

    @property
    def base_exceptions(self) -> type[Exception]:
        """What this storage may fail with."""
        return sa.exc.SQLAlchemyError

    def incr(self, key: str, expiry: int, amount: int = 1) -> int:
        """Count one more, in one statement: rivals wait for each other. A window that is over begins anew."""
        now = clock.now()
        until = now + dt.timedelta(seconds=expiry)
        over = Throttle.expires_at <= now
        insert = INSERTS[db.engine.dialect.name](Throttle).values(key=key, count=amount, expires_at=until)
        upsert = insert.on_conflict_do_update(
            index_elements=[Throttle.key],
            set_={
                "count": sa.case((over, amount), else_=Throttle.count + amount),
                "expires_at": sa.case((over, insert.excluded.expires_at), else_=Throttle.expires_at),
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
        """The count of the present window."""
        row = self._row(key)
        return row.count if row else 0

    def get_expiry(self, key: str) -> float:
        """When the present window ends, in seconds since 1970."""
        row = self._row(key)
        return float((row.expires_at if row else clock.now()).timestamp())

    def check(self) -> bool:
        """The table lives where everything else lives."""
        return True

    def reset(self) -> int | None:
        """Forget all counts."""
        with db.engine.begin() as connection:
            return int(connection.execute(sa.delete(Throttle)).rowcount)

    def clear(self, key: str) -> None:
        """Forget one count."""
        with db.engine.begin() as connection:
            connection.execute(sa.delete(Throttle).where(Throttle.key == key))


@dataclass(frozen=True)
class Limit:
    """At most what the setting says, for each of what `who` gives; nothing is counted for an empty one.

    Each page counts for itself, unless a `scope` is named that several share.
    """

    setting: str
    key: Callable[[], str]
    scope: str = ""


def client_network() -> str:
    """Where a request comes from: an IPv4 address, or the /64 that one household of IPv6 has."""
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
    """What was typed into a field, such as an address, whatever its case."""
    return lambda: request.form.get(field, "").strip().lower()[:254]


def path_value(name: str) -> Callable[[], str]:
    """A part of the page's address, such as the secret of a link."""
    return lambda: str((request.view_args or {}).get(name, ""))


def session_value(name: str) -> Callable[[], str]:
    """A value of the signed cookie: nobody but us can have put it there."""
    return lambda: str(session.get(name, ""))


IDENTITY_LIMIT = Limit("LIMIT_CODE", session_value("_user_id"), scope="identity")
"""Proving who one is: as often as a code may be tried."""


def limit_posts(*counted: Limit) -> Callable[[F], F]:
    """Declare what is counted when somebody posts to this view; the first limit that is reached refuses."""

    def declare(view: F) -> F:
        setattr(view, ATTRIBUTE, counted)
        return view

    return declare


def _key(limit: Limit, endpoint: str, who: str) -> str:
    text = f"{limit.setting}|{limit.scope or endpoint}|{who}".encode("utf-8", "surrogatepass")
    return hmac.new(str(current_app.secret_key).encode(), text, hashlib.sha256).hexdigest()


def _limiter() -> FixedWindowRateLimiter:
    return cast("FixedWindowRateLimiter", current_app.extensions[EXTENSION])


def clear(limit: Limit, endpoint: str, who: str) -> None:
    """Forget somebody's tries: they have shown who they are. Not while the session holds a write lock."""
    _limiter().clear(limits.parse(current_app.config[limit.setting]), _key(limit, endpoint, who))


def _counted(endpoint: str) -> tuple[Limit, ...]:
    view = current_app.view_functions[endpoint]
    counted: tuple[Limit, ...] = getattr(view, ATTRIBUTE, ())
    return (*counted, IDENTITY_LIMIT) if is_sensitive(view) and IDENTITY_FIELD in request.form else counted


def check() -> Response | None:
    """Count this post, and refuse it where somebody tried too often."""
    if request.endpoint is None or request.method in READ_METHODS:
        return None
    for limit in _counted(request.endpoint):
        who = limit.key()
        item = limits.parse(current_app.config[limit.setting])
        if who and not _limiter().hit(item, _key(limit, request.endpoint, who)):
            return _refused(item, _key(limit, request.endpoint, who))
    return None


def _refused(item: limits.RateLimitItem, key: str) -> Response:
    wait = max(1, math.ceil(_limiter().get_window_stats(item, key).reset_time - clock.now().timestamp()))
    minutes = -(-wait // 60)
    response = make_response(render_template("errors/rate_limited.html", minutes=minutes), 429)
    response.headers["Retry-After"] = str(wait)
    return response


def purge_expired(*, now: dt.datetime) -> int:
    """Delete counts whose time is over. Gives the number deleted."""
    gone = db.session.execute(sa.delete(Throttle).where(Throttle.expires_at <= now))
    return int(gone.rowcount)  # type: ignore[attr-defined]


def init_app(app: Flask) -> None:
    """Count before any other hook of ours reads the database."""
    app.extensions[EXTENSION] = FixedWindowRateLimiter(storage_from_string(app.config["RATELIMIT_STORAGE_URI"]))
    app.before_request(check)
