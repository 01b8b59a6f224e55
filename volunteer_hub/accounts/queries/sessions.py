"""Queries about sessions: the viewer of an HTTP request in one query, second factors, trusted devices."""

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
from volunteer_hub.core.db import UTCDateTime, aggregate_rows, db, split_rows


def _principals(account_id: Any, today: Any) -> sa.Select[tuple[int]]:
    """Select the accounts for which an account deputises today."""
    principal = orm.aliased(Account)
    statement = (
        sa.select(Deputy.account_id)
        .join(principal, principal.id == Deputy.account_id)
        .where(principal.state == AccountState.ACTIVE)
        .where(Deputy.deputy_id == account_id, Deputy.from_on <= today, Deputy.until_on >= today)
    )
    # SQLAlchemy does not correlate two levels down by itself; without this every account would deputise for all.
    return statement.correlate(Account)


def _grants(account_id: Any, today: Any) -> sa.ScalarSelect[str]:
    """Select an account's grants, with those lent to it as a deputy, aggregated into one text."""
    own = RoleGrant.account_id == account_id
    # Only a role that the deputy also holds is lent, so being named a deputy gives no new role.
    deputy_grant = orm.aliased(RoleGrant)
    has_role = sa.exists().where(
        deputy_grant.account_id == Account.id,
        deputy_grant.role == RoleGrant.role,
        deputy_grant.ended_at.is_(None),
    )
    lent = sa.and_(
        RoleGrant.account_id.in_(_principals(account_id, today)),
        RoleGrant.role.in_(DEPUTISABLE_ROLES),
        has_role.correlate(Account, RoleGrant),
    )
    scope = (sa.func.coalesce(RoleGrant.country_iso2, ""), sa.func.coalesce(RoleGrant.institution_id, 0))
    return aggregate_rows(RoleGrant.role, *scope, where=sa.and_(sa.or_(own, lent), RoleGrant.ended_at.is_(None)))


def _viewer(row: Any, token: str | None) -> Viewer:
    grants = tuple(
        Grant(Role(role), country or None, int(institution) or None)
        for role, country, institution in split_rows(row.grants)
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


def _has_second_factor(account_id: Any) -> sa.ColumnElement[bool]:
    """Build the condition that an account has a second factor in use."""
    return sa.exists().where(SecondFactor.account_id == account_id, SecondFactor.confirmed_at.is_not(None))


@lru_cache(maxsize=1)
def _session_statement() -> sa.Select[Any]:
    """Build and cache the statement: each signed-in request runs it, and building costs as much as running."""
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
            _has_second_factor(account.id).label("has_second_factor"),
            _grants(account.id, sa.bindparam("today", type_=sa.Date())).label("grants"),
        )
        .join(session, session.account_id == account.id)
        .where(session.token_hash == sa.bindparam("token_hash"), session.ended_at.is_(None), session.expires_at > now)
        .where(session.last_seen_at > sa.bindparam("idle_since", type_=UTCDateTime()))
        .where(session.awaiting_code.is_(False))
        .where(account.state == AccountState.ACTIVE)
    )


def find_session_viewer(token: str, *, now: dt.datetime, idle: dt.timedelta) -> tuple[Viewer, dt.datetime] | None:
    """Return (viewer, last seen) of the live session with this token; None if there is none. One query."""
    values = {"token_hash": hash_token(token), "now": now, "today": now.date(), "idle_since": now - idle}
    row = db.session.execute(_session_statement(), values).one_or_none()
    return (_viewer(row, token), row.last_seen_at) if row else None


def get_viewer(account_id: int, *, today: dt.date) -> Viewer:
    """Return an account as a viewer outside an HTTP request: for jobs, commands and emails."""
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
    """Return the live sessions of an account, the last used first."""
    statement = (
        sa.select(UserSession)
        .where(UserSession.account_id == account_id, UserSession.ended_at.is_(None), UserSession.expires_at > now)
        .where(UserSession.awaiting_code.is_(False))
    )
    return db.session.scalars(statement.order_by(UserSession.last_seen_at.desc())).all()


def find_identity_confirmed_at(session_id: int | None) -> dt.datetime | None:
    """Return when the identity was last confirmed in a live session, freshly read; None if never or not live."""
    live = sa.select(UserSession.confirmed_at).where(UserSession.id == session_id, UserSession.ended_at.is_(None))
    return db.session.scalar(live)


def has_recent_session(token: str, *, since: dt.datetime) -> bool:
    """Return whether the session with this token is live and was created at `since` or later."""
    live = sa.select(UserSession.id).where(UserSession.token_hash == hash_token(token), UserSession.ended_at.is_(None))
    return db.session.scalar(live.where(UserSession.created_at >= since)) is not None


def find_session_awaiting_code(token: str, *, now: dt.datetime) -> UserSession | None:
    """Return the unexpired session with this token that awaits its code, of an active account; None if there is none."""
    statement = (
        sa.select(UserSession)
        .join(Account, Account.id == UserSession.account_id)
        .where(UserSession.token_hash == hash_token(token), UserSession.awaiting_code.is_(True))
        .where(UserSession.ended_at.is_(None), UserSession.expires_at > now, Account.state == AccountState.ACTIVE)
    )
    return db.session.scalars(statement).one_or_none()


def find_second_factor(account_id: int) -> SecondFactor | None:
    """Return the second factor of an account, freshly read; None if there is none."""
    return db.session.get(SecondFactor, account_id, populate_existing=True)


def count_recovery_codes(account_id: int) -> int:
    """Count the unused recovery codes of an account."""
    unused = sa.select(sa.func.count(RecoveryCode.id)).where(
        RecoveryCode.account_id == account_id, RecoveryCode.used_at.is_(None)
    )
    return db.session.scalar(unused) or 0


def list_trusted_devices(account_id: int, *, now: dt.datetime) -> Sequence[TrustedDevice]:
    """Return the trusted browsers of an account, the last used first."""
    statement = sa.select(TrustedDevice).where(
        TrustedDevice.account_id == account_id, TrustedDevice.ended_at.is_(None), TrustedDevice.expires_at > now
    )
    return db.session.scalars(statement.order_by(TrustedDevice.last_used_at.desc(), TrustedDevice.id)).all()


def find_trusted_device(token: str, *, account_id: int, now: dt.datetime) -> TrustedDevice | None:
    """Return the account's trusted browser whose cookie holds this token; None if there is none or it expired."""
    statement = sa.select(TrustedDevice).where(
        TrustedDevice.token_hash == hash_token(token), TrustedDevice.account_id == account_id
    )
    live = statement.where(TrustedDevice.ended_at.is_(None), TrustedDevice.expires_at > now)
    return db.session.scalars(live).one_or_none() if token else None
