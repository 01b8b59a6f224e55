"""Who is behind a request: the one query that a signed-in page costs, and what else belongs to signing in."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy import orm

from volunteer_hub.accounts.models import (
    Account,
    Deputy,
    RecoveryCode,
    RoleGrant,
    SecondFactor,
    TrustedDevice,
    UserSession,
)
from volunteer_hub.accounts.rules import DEPUTISABLE_ROLES
from volunteer_hub.accounts.secrets import hash_token
from volunteer_hub.accounts.states import AccountState
from volunteer_hub.core.access import Grant, Role, Viewer
from volunteer_hub.core.db import UTCDateTime, db, packed, unpack


def _principals(account_id: Any, today: Any) -> sa.Select[tuple[int]]:
    """Those for whom an account deputises today."""
    principal = orm.aliased(Account)
    acting = (
        sa.select(Deputy.account_id)
        .join(principal, principal.id == Deputy.account_id)
        .where(principal.state == AccountState.ACTIVE)
        .where(Deputy.deputy_id == account_id, Deputy.from_on <= today, Deputy.until_on >= today)
    )
    # Two levels down SQLAlchemy does not correlate by itself: everybody would deputise for everybody.
    return acting.correlate(Account)


def _grants(account_id: Any, today: Any) -> sa.ScalarSelect[str]:
    """An account's roles as packed text, with those of the people it deputises for."""
    own = RoleGrant.account_id == account_id
    # Only a role that the deputy holds as well is lent: naming a deputy raises nobody.
    same = orm.aliased(RoleGrant)
    holds_it = sa.exists().where(same.account_id == Account.id, same.role == RoleGrant.role, same.ended_at.is_(None))
    lent = sa.and_(
        RoleGrant.account_id.in_(_principals(account_id, today)),
        RoleGrant.role.in_(DEPUTISABLE_ROLES),
        holds_it.correlate(Account, RoleGrant),
    )
    scope = (sa.func.coalesce(RoleGrant.country_iso2, ""), sa.func.coalesce(RoleGrant.institution_id, 0))
    return packed(RoleGrant.role, *scope, where=sa.and_(sa.or_(own, lent), RoleGrant.ended_at.is_(None)))


def _viewer(row: Any, token: str | None) -> Viewer:
    grants = tuple(
        Grant(Role(role), country or None, int(institution) or None)
        for role, country, institution in unpack(row.grants)
    )
    return Viewer(
        row.id,
        row.name,
        row.email,
        row.time_zone,
        row.locale,
        grants,
        session_id=row.session_id,
        token=token,
        confirmed_at=row.confirmed_at,
        has_second_factor=bool(row.has_second_factor),
    )


def _factor_of(account_id: Any) -> sa.ColumnElement[bool]:
    """Whether an account has a second factor."""
    return sa.exists().where(SecondFactor.account_id == account_id, SecondFactor.confirmed_at.is_not(None))


@lru_cache(maxsize=1)
def _session_statement() -> sa.Select[Any]:
    """Built once: every signed-in request runs it, and building costs as much as running."""
    now = sa.bindparam("now", type_=UTCDateTime())
    account, session = Account, UserSession
    return (
        sa.select(
            account.id,
            account.name,
            account.email,
            account.time_zone,
            account.locale,
            session.id.label("session_id"),
            session.last_seen_at,
            session.confirmed_at,
            _factor_of(account.id).label("has_second_factor"),
            _grants(account.id, sa.bindparam("today", type_=sa.Date())).label("grants"),
        )
        .join(session, session.account_id == account.id)
        .where(session.token_hash == sa.bindparam("token_hash"), session.ended_at.is_(None), session.expires_at > now)
        .where(session.last_seen_at > sa.bindparam("idle_since", type_=UTCDateTime()))
        .where(session.awaiting_code.is_(False))
        .where(account.state == AccountState.ACTIVE)
    )


def find_session_viewer(token: str, *, now: dt.datetime, idle: dt.timedelta) -> tuple[Viewer, dt.datetime] | None:
    """The person whose live session has this secret, and when it was last seen; one query."""
    values = {"token_hash": hash_token(token), "now": now, "today": now.date(), "idle_since": now - idle}
    row = db.session.execute(_session_statement(), values).one_or_none()
    return (_viewer(row, token), row.last_seen_at) if row else None


def get_viewer(account_id: int, *, today: dt.date) -> Viewer:
    """An account as a viewer outside a request: for jobs, commands and e-mails."""
    row = db.session.execute(
        sa.select(
            Account.id,
            Account.name,
            Account.email,
            Account.time_zone,
            Account.locale,
            sa.null().label("session_id"),
            sa.null().label("confirmed_at"),
            sa.null().label("has_second_factor"),
            _grants(Account.id, today).label("grants"),
        ).where(Account.id == account_id)
    ).one()
    return _viewer(row, None)


def list_live_sessions(account_id: int, *, now: dt.datetime) -> Sequence[UserSession]:
    """The signed-in browsers of an account, the latest first."""
    statement = (
        sa.select(UserSession)
        .where(UserSession.account_id == account_id, UserSession.ended_at.is_(None), UserSession.expires_at > now)
        .where(UserSession.awaiting_code.is_(False))
    )
    return db.session.scalars(statement.order_by(UserSession.last_seen_at.desc())).all()


def find_identity_confirmed_at(session_id: int | None) -> dt.datetime | None:
    """When the person of a live session last proved who they are, as it stands now."""
    live = sa.select(UserSession.confirmed_at).where(UserSession.id == session_id, UserSession.ended_at.is_(None))
    return db.session.scalar(live)


def has_recent_session(token: str, *, since: dt.datetime) -> bool:
    """Whether this secret's session is live and was opened lately."""
    live = sa.select(UserSession.id).where(UserSession.token_hash == hash_token(token), UserSession.ended_at.is_(None))
    return db.session.scalar(live.where(UserSession.created_at >= since)) is not None


def find_session_awaiting_code(token: str, *, now: dt.datetime) -> UserSession | None:
    """The session whose password was right and whose code is still to come, of an account that is open."""
    statement = (
        sa.select(UserSession)
        .join(Account, Account.id == UserSession.account_id)
        .where(UserSession.token_hash == hash_token(token), UserSession.awaiting_code.is_(True))
        .where(UserSession.ended_at.is_(None), UserSession.expires_at > now, Account.state == AccountState.ACTIVE)
    )
    return db.session.scalars(statement).one_or_none()


def find_second_factor(account_id: int) -> SecondFactor | None:
    """The second factor of an account, as it stands now."""
    return db.session.get(SecondFactor, account_id, populate_existing=True)


def count_recovery_codes(account_id: int) -> int:
    """How many recovery codes can still be used."""
    unused = sa.select(sa.func.count(RecoveryCode.id)).where(
        RecoveryCode.account_id == account_id, RecoveryCode.used_at.is_(None)
    )
    return db.session.scalar(unused) or 0


def list_trusted_devices(account_id: int, *, now: dt.datetime) -> Sequence[TrustedDevice]:
    """The browsers on which an account is not asked for a code, the latest first."""
    statement = sa.select(TrustedDevice).where(
        TrustedDevice.account_id == account_id, TrustedDevice.ended_at.is_(None), TrustedDevice.expires_at > now
    )
    return db.session.scalars(statement.order_by(TrustedDevice.last_used_at.desc(), TrustedDevice.id)).all()


def find_trusted_device(token: str, *, account_id: int, now: dt.datetime) -> TrustedDevice | None:
    """The live trusted browser of that account whose cookie holds this secret."""
    statement = sa.select(TrustedDevice).where(
        TrustedDevice.token_hash == hash_token(token), TrustedDevice.account_id == account_id
    )
    live = statement.where(TrustedDevice.ended_at.is_(None), TrustedDevice.expires_at > now)
    return db.session.scalars(live).one_or_none() if token else None
