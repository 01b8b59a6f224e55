"""Reading people: accounts, who holds a role where, deputies, policies."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy import orm
from sqlalchemy.engine import Dialect
from sqlalchemy.orm import selectinload

from volunteer_hub.accounts.models import Account, Deputy, PolicyAcceptance, RoleGrant
from volunteer_hub.accounts.rules import DEPUTISABLE_ROLES
from volunteer_hub.accounts.states import CLOSED_STATES, AccountState
from volunteer_hub.core import paging
from volunteer_hub.core import search as find
from volunteer_hub.core.access import Role, Viewer
from volunteer_hub.core.db import db, ready_made
from volunteer_hub.core.errors import NotFound
from volunteer_hub.mail.service import Recipient


def find_by_email(email: str) -> Account | None:
    """The account of that address, whatever its state."""
    return db.session.scalars(sa.select(Account).where(Account.email == email.lower())).one_or_none()


def get_account(account_id: int) -> Account:
    """The account with its roles. Raises NotFound."""
    found = db.session.scalars(
        sa.select(Account).where(Account.id == account_id).options(selectinload(Account.grants))
    ).one_or_none()
    if found is None:
        raise NotFound("There is no such account.")
    return found


def lock_account(account_id: int) -> Account:
    """The account as it stands now; rivals who lock it too wait until this transaction ends. Raises NotFound.

    Rows that only point at the account may still be written meanwhile (FOR NO KEY UPDATE).
    """
    statement = sa.select(Account).where(Account.id == account_id).with_for_update(key_share=True)
    found = db.session.scalars(statement.execution_options(populate_existing=True)).one_or_none()
    if found is None:
        raise NotFound("There is no such account.")
    return found


def as_actor(account: Account) -> Viewer:
    """The person as the one who acts, where nobody is signed in yet: registering, links, signing in."""
    return Viewer(account.id, account.name, account.email)


def as_recipient(account: Account) -> Recipient:
    """The account as the outbox wants it; nothing is written to one that is closed."""
    ended = account.state in CLOSED_STATES
    return Recipient(account.name, account.email, account.id, account.time_zone, account.locale, ended=ended)


def _deputies_for(grant: sa.ColumnElement[bool], today: Any) -> sa.Select[tuple[int]]:
    """Those to whom such a grant is lent today: e-mails reach whom `_grants` lets act, and nobody else."""
    principal, same = orm.aliased(Account), orm.aliased(RoleGrant)
    holds_it = sa.and_(same.account_id == Deputy.deputy_id, same.role == RoleGrant.role, same.ended_at.is_(None))
    return (
        sa.select(Deputy.deputy_id)
        .join(principal, principal.id == Deputy.account_id)
        .join(RoleGrant, RoleGrant.account_id == Deputy.account_id)
        .join(same, holds_it)
        .where(principal.state == AccountState.ACTIVE, Deputy.from_on <= today, Deputy.until_on >= today)
        .where(grant, RoleGrant.role.in_(DEPUTISABLE_ROLES))
    )


def list_recipients_with_role(
    *roles: Role, today: dt.date, country: str | None = None, institution_id: int | None = None
) -> list[Recipient]:
    """The active people who hold one of `roles` there, and the deputies of those who are away.

    With a country or institution only scoped roles that cover it count; without, any scope does.
    """
    asked: dict[str, Any] = {"today": today} | ({"country": country} if country else {})
    asked |= {"institution": institution_id} if institution_id else {}
    found = db.session.execute(
        _recipients_statement(db.engine.dialect, roles, bool(country), bool(institution_id)), asked
    )
    return [Recipient(name, email, ident, zone, locale) for name, email, ident, zone, locale in found]


@lru_cache
def _recipients_statement(
    dialect: Dialect, roles: tuple[Role, ...], of_country: bool, of_institution: bool
) -> sa.TextClause:
    """Put together once: every act writes to somebody."""
    grant = sa.and_(RoleGrant.role.in_(roles), RoleGrant.ended_at.is_(None))
    if of_country or of_institution:
        covers = [sa.and_(RoleGrant.country_iso2.is_(None), RoleGrant.institution_id.is_(None))]
        # Only what was asked for: a comparison with None would be IS NULL and reach every other country.
        covers += [RoleGrant.country_iso2 == sa.literal_column(":country")] if of_country else []
        covers += [RoleGrant.institution_id == sa.literal_column(":institution")] if of_institution else []
        grant = sa.and_(grant, sa.or_(*covers))
    own = sa.select(RoleGrant.account_id).where(grant)
    acting = _deputies_for(grant, sa.literal_column(":today"))
    people = (
        sa.select(Account.name, Account.email, Account.id, Account.time_zone, Account.locale)
        .where(sa.or_(Account.id.in_(own), Account.id.in_(acting)), Account.state == AccountState.ACTIVE)
        .order_by(Account.id)
    )
    return ready_made(people, dialect).bindparams(sa.bindparam("today", type_=sa.Date))


def list_accounts(
    *,
    role: Role | None,
    search: str,
    key: str | None,
    state: AccountState | None = None,
    institution_id: int | None = None,
) -> paging.Page[Account]:
    """Accounts, newest first, with their roles; two queries a page."""
    statement = sa.select(Account).options(selectinload(Account.grants))
    if role:
        statement = statement.where(
            Account.id.in_(sa.select(RoleGrant.account_id).where(RoleGrant.role == role, RoleGrant.ended_at.is_(None)))
        )
    if institution_id:
        here = sa.and_(RoleGrant.institution_id == institution_id, RoleGrant.ended_at.is_(None))
        statement = statement.where(Account.id.in_(sa.select(RoleGrant.account_id).where(here)))
    if state:
        statement = statement.where(Account.state == state)
    statement = statement.where(*find.named(search, Account.name, Account.email))
    statement = paging.after(statement, Account.created_at, Account.id, key)
    rows = db.session.scalars(statement.limit(paging.PAGE_SIZE + 1)).all()
    return paging.cut(rows, [(row.created_at, row.id) for row in rows])


def find_deputy(account_id: int) -> Deputy | None:
    """Whom an account named as deputy, past or to come."""
    return db.session.get(Deputy, account_id)


def list_deputy_choices(account_id: int) -> list[tuple[str, str]]:
    """(id, name) of the active people who hold a deputisable role that the account holds itself."""
    roles = sa.select(RoleGrant.role).where(
        RoleGrant.account_id == account_id, RoleGrant.role.in_(DEPUTISABLE_ROLES), RoleGrant.ended_at.is_(None)
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


def has_accepted_policy(account_id: int, policy: str, version: str) -> bool:
    """Whether a person accepted this version of a policy."""
    return db.session.get(PolicyAcceptance, (account_id, policy, version)) is not None


def names_by_id(account_ids: Sequence[int | None]) -> dict[int, str]:
    """Names of accounts by id, in one query."""
    wanted = {account_id for account_id in account_ids if account_id}
    if not wanted:
        return {}
    rows = db.session.execute(sa.select(Account.id, Account.name).where(Account.id.in_(wanted)))
    return {row.id: row.name for row in rows}


def has_accepted_any_policy(account_id: int) -> bool:
    """Whether the person ever accepted the policies, and so opened the account."""
    return bool(db.session.scalar(sa.select(sa.exists().where(PolicyAcceptance.account_id == account_id))))


def lock_active_admins() -> set[int]:
    """The active administrators, locked until the commit: of two who end each other one comes second."""
    statement = (
        sa.select(Account.id)
        .join(RoleGrant, RoleGrant.account_id == Account.id)
        .where(Account.state == AccountState.ACTIVE, RoleGrant.role == Role.ADMIN, RoleGrant.ended_at.is_(None))
        .order_by(Account.id, RoleGrant.id)
        .with_for_update()
    )
    return set(db.session.scalars(statement))


def list_live_grants(role: Role, *, exclude_id: int) -> Sequence[sa.Row[tuple[int, str, str | None, int | None]]]:
    """(id, name, country, institution) of each live grant of a role to active people but one, by name."""
    statement = (
        sa.select(Account.id, Account.name, RoleGrant.country_iso2, RoleGrant.institution_id)
        .join(RoleGrant, RoleGrant.account_id == Account.id)
        .where(RoleGrant.role == role, RoleGrant.ended_at.is_(None))
        .where(Account.id != exclude_id, Account.state == AccountState.ACTIVE)
        .order_by(Account.name, Account.id, RoleGrant.id)
    )
    return db.session.execute(statement).all()


def list_deputies_involving(account_id: int) -> Sequence[Deputy]:
    """Whom an account named as deputy, and who named it."""
    statement = sa.select(Deputy).where(sa.or_(Deputy.account_id == account_id, Deputy.deputy_id == account_id))
    return db.session.scalars(statement.order_by(Deputy.account_id)).all()
