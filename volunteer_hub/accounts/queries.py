"""Reading people, and the one query that a signed-in request costs."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy import orm
from sqlalchemy.orm import selectinload

from volunteer_hub.accounts.models import Account, Deputy, PolicyAcceptance, RoleGrant, UserSession
from volunteer_hub.accounts.rules import DEPUTISABLE
from volunteer_hub.accounts.secrets import token_hash
from volunteer_hub.accounts.states import AccountState
from volunteer_hub.core import paging, words
from volunteer_hub.core.access import Grant, Role, Viewer
from volunteer_hub.core.db import UTCDateTime, db, packed, unpack
from volunteer_hub.core.errors import NotFound
from volunteer_hub.mail.service import Recipient


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
        RoleGrant.role.in_(DEPUTISABLE),
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
    )


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
            _grants(account.id, sa.bindparam("today", type_=sa.Date())).label("grants"),
        )
        .join(session, session.account_id == account.id)
        .where(session.token_hash == sa.bindparam("token_hash"), session.ended_at.is_(None), session.expires_at > now)
        .where(session.last_seen_at > sa.bindparam("idle_since", type_=UTCDateTime()))
        .where(account.state == AccountState.ACTIVE)
    )


def viewer_of_session(token: str, *, now: dt.datetime, idle: dt.timedelta) -> tuple[Viewer, dt.datetime] | None:
    """The person whose live session has this secret, and when it was last seen; one query."""
    values = {"token_hash": token_hash(token), "now": now, "today": now.date(), "idle_since": now - idle}
    row = db.session.execute(_session_statement(), values).one_or_none()
    return (_viewer(row, token), row.last_seen_at) if row else None


def viewer_of_account(account_id: int, *, today: dt.date) -> Viewer:
    """An account as a viewer outside a request: for jobs, commands and e-mails."""
    row = db.session.execute(
        sa.select(
            Account.id,
            Account.name,
            Account.email,
            Account.time_zone,
            Account.locale,
            sa.null().label("session_id"),
            _grants(Account.id, today).label("grants"),
        ).where(Account.id == account_id)
    ).one()
    return _viewer(row, None)


def by_email(email: str) -> Account | None:
    """The account of that address, whatever its state."""
    return db.session.scalars(sa.select(Account).where(Account.email == email.lower())).one_or_none()


def get(account_id: int) -> Account:
    """The account with its roles. Raises NotFound."""
    found = db.session.scalars(
        sa.select(Account).where(Account.id == account_id).options(selectinload(Account.grants))
    ).one_or_none()
    if found is None:
        raise NotFound("There is no such account.")
    return found


def recipient(account: Account) -> Recipient:
    """The account as the outbox wants it."""
    return Recipient(account.name, account.email, account.id, account.time_zone, account.locale)


def _acting(grant: sa.ColumnElement[bool], today: dt.date) -> sa.Select[tuple[int]]:
    """Those to whom such a grant is lent today: e-mails reach whom `_grants` lets act, and nobody else."""
    principal, same = orm.aliased(Account), orm.aliased(RoleGrant)
    holds_it = sa.and_(same.account_id == Deputy.deputy_id, same.role == RoleGrant.role, same.ended_at.is_(None))
    return (
        sa.select(Deputy.deputy_id)
        .join(principal, principal.id == Deputy.account_id)
        .join(RoleGrant, RoleGrant.account_id == Deputy.account_id)
        .join(same, holds_it)
        .where(principal.state == AccountState.ACTIVE, Deputy.from_on <= today, Deputy.until_on >= today)
        .where(grant, RoleGrant.role.in_(DEPUTISABLE))
    )


def holders(
    *roles: Role, today: dt.date, country: str | None = None, institution_id: int | None = None
) -> list[Recipient]:
    """The active people who hold one of `roles` there, and the deputies of those who are away.

    With a country or institution only scoped roles that cover it count; without, any scope does.
    """
    grant = sa.and_(RoleGrant.role.in_(roles), RoleGrant.ended_at.is_(None))
    if country or institution_id:
        covers = [sa.and_(RoleGrant.country_iso2.is_(None), RoleGrant.institution_id.is_(None))]
        # Only what was asked for: a comparison with None would be IS NULL and reach every other country.
        covers += [RoleGrant.country_iso2 == country] if country else []
        covers += [RoleGrant.institution_id == institution_id] if institution_id else []
        grant = sa.and_(grant, sa.or_(*covers))
    own = sa.select(RoleGrant.account_id).where(grant)
    people = sa.select(Account).where(
        sa.or_(Account.id.in_(own), Account.id.in_(_acting(grant, today))), Account.state == AccountState.ACTIVE
    )
    return [recipient(account) for account in db.session.scalars(people.order_by(Account.id))]


def people(
    *, role: Role | None, search: str, key: str | None, state: AccountState | None = None
) -> paging.Page[Account]:
    """Accounts, newest first, with their roles; two queries a page."""
    statement = sa.select(Account).options(selectinload(Account.grants))
    if role:
        statement = statement.where(
            Account.id.in_(sa.select(RoleGrant.account_id).where(RoleGrant.role == role, RoleGrant.ended_at.is_(None)))
        )
    if state:
        statement = statement.where(Account.state == state)
    for term in words.terms(search):
        statement = statement.where(sa.or_(sa.func.lower(Account.name).contains(term), Account.email.contains(term)))
    statement = paging.after(statement, Account.created_at, Account.id, key)
    rows = db.session.scalars(statement.limit(paging.PAGE_SIZE + 1)).all()
    return paging.cut(rows, [(row.created_at, row.id) for row in rows])


def live_sessions(account_id: int, *, now: dt.datetime) -> Sequence[UserSession]:
    """The signed-in browsers of an account, the latest first."""
    statement = sa.select(UserSession).where(
        UserSession.account_id == account_id, UserSession.ended_at.is_(None), UserSession.expires_at > now
    )
    return db.session.scalars(statement.order_by(UserSession.last_seen_at.desc())).all()


def deputy_of(account_id: int) -> Deputy | None:
    """Whom an account named as deputy, past or to come."""
    return db.session.get(Deputy, account_id)


def deputy_choices(account_id: int) -> list[tuple[str, str]]:
    """(id, name) of the active people who hold a deputisable role that the account holds itself."""
    roles = sa.select(RoleGrant.role).where(
        RoleGrant.account_id == account_id, RoleGrant.role.in_(DEPUTISABLE), RoleGrant.ended_at.is_(None)
    )
    statement = (
        sa.select(Account.id, Account.name)
        .where(
            Account.id.in_(
                sa.select(RoleGrant.account_id).where(RoleGrant.role.in_(roles), RoleGrant.ended_at.is_(None))
            )
        )
        .where(Account.id != account_id, Account.state == AccountState.ACTIVE)
        .order_by(Account.name, Account.id)
    )
    return [(str(row.id), row.name) for row in db.session.execute(statement)]


def accepted(account_id: int, policy: str, version: str) -> bool:
    """Whether a person accepted this version of a policy."""
    return db.session.get(PolicyAcceptance, (account_id, policy, version)) is not None


def names(account_ids: Sequence[int | None]) -> dict[int, str]:
    """Names of accounts by id, in one query."""
    wanted = {account_id for account_id in account_ids if account_id}
    if not wanted:
        return {}
    rows = db.session.execute(sa.select(Account.id, Account.name).where(Account.id.in_(wanted)))
    return {row.id: row.name for row in rows}
