"""Queries about people: accounts, role holders by scope, deputies, accepted policies."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import sqlalchemy as sa
from flask_babel import gettext as _
from sqlalchemy import orm
from sqlalchemy.engine import Dialect
from sqlalchemy.orm import selectinload

from volunteer_hub.accounts.models import Account, Deputy, PolicyAcceptance, RoleGrant
from volunteer_hub.accounts.rules import DEPUTISABLE_ROLES
from volunteer_hub.accounts.states import CLOSED_STATES, AccountState
from volunteer_hub.core import paging
from volunteer_hub.core import search as find
from volunteer_hub.core.access import Role, Viewer
from volunteer_hub.core.db import compile_to_text, db
from volunteer_hub.core.errors import NotFound
from volunteer_hub.mail.service import Recipient


def find_by_email(email: str) -> Account | None:
    """Return the account with that address in any state; None if there is none."""
    return db.session.scalars(sa.select(Account).where(Account.email == email.lower())).one_or_none()


def get_account(account_id: int) -> Account:
    """Return the account with its roles. Raises NotFound."""
    account = db.session.scalars(
        sa.select(Account).where(Account.id == account_id).options(selectinload(Account.grants))
    ).one_or_none()
    if account is None:
        raise NotFound(_("There is no such account."), code="account_not_found")
    return account


def lock_account(account_id: int) -> Account:
    """Lock the account until the end of the transaction and return it freshly read. Raises NotFound.

    The lock is FOR NO KEY UPDATE: rows that reference the account can still be inserted meanwhile.
    """
    statement = sa.select(Account).where(Account.id == account_id).with_for_update(key_share=True)
    account = db.session.scalars(statement.execution_options(populate_existing=True)).one_or_none()
    if account is None:
        raise NotFound(_("There is no such account."), code="account_not_found")
    return account


def as_actor(account: Account) -> Viewer:
    """Return the account's owner as the actor of a step without a session: registration, emailed links, sign-in."""
    return Viewer(account.id, account.name, account.email)


def as_recipient(account: Account) -> Recipient:
    """Return the account as a recipient of email; marked as ended if it is closed, so that nothing is sent."""
    ended = account.state in CLOSED_STATES
    return Recipient(account.name, account.email, account.id, account.time_zone, account.locale, is_closed=ended)


def _deputies_for(grant: sa.ColumnElement[bool], today: Any) -> sa.Select[tuple[int]]:
    """Select the deputies to whom grants matching `grant` are lent today, by the same rule as `sessions._grants`."""
    principal, own = orm.aliased(Account), orm.aliased(RoleGrant)
    has_role = sa.and_(own.account_id == Deputy.deputy_id, own.role == RoleGrant.role, own.ended_at.is_(None))
    return (
        sa.select(Deputy.deputy_id)
        .join(principal, principal.id == Deputy.account_id)
        .join(RoleGrant, RoleGrant.account_id == Deputy.account_id)
        .join(own, has_role)
        .where(principal.state == AccountState.ACTIVE, Deputy.from_on <= today, Deputy.until_on >= today)
        .where(grant, RoleGrant.role.in_(DEPUTISABLE_ROLES))
    )


def list_recipients_with_role(
    *roles: Role, today: dt.date, country: str | None = None, institution_id: int | None = None
) -> list[Recipient]:
    """Return active people with one of `roles`, and today's deputies of those who are away.

    With a country or institution only grants whose scope covers it count; without, grants of any scope.
    """
    values: dict[str, Any] = {"today": today} | ({"country": country} if country else {})
    values |= {"institution": institution_id} if institution_id else {}
    rows = db.session.execute(
        _recipients_statement(db.engine.dialect, roles, bool(country), bool(institution_id)), values
    )
    return [Recipient(name, email, ident, zone, locale) for name, email, ident, zone, locale in rows]


@lru_cache
def _recipients_statement(
    dialect: Dialect, roles: tuple[Role, ...], by_country: bool, by_institution: bool
) -> sa.TextClause:
    """Build and cache the statement: almost every action sends email to the holders of some role."""
    grant = sa.and_(RoleGrant.role.in_(roles), RoleGrant.ended_at.is_(None))
    if by_country or by_institution:
        covers = [sa.and_(RoleGrant.country_iso2.is_(None), RoleGrant.institution_id.is_(None))]
        # Compare only the given scope: a comparison with None would become IS NULL and match other scopes.
        covers += [RoleGrant.country_iso2 == sa.literal_column(":country")] if by_country else []
        covers += [RoleGrant.institution_id == sa.literal_column(":institution")] if by_institution else []
        grant = sa.and_(grant, sa.or_(*covers))
    own = sa.select(RoleGrant.account_id).where(grant)
    deputies = _deputies_for(grant, sa.literal_column(":today"))
    people = (
        sa.select(Account.name, Account.email, Account.id, Account.time_zone, Account.locale)
        .where(sa.or_(Account.id.in_(own), Account.id.in_(deputies)), Account.state == AccountState.ACTIVE)
        .order_by(Account.id)
    )
    return compile_to_text(people, dialect).bindparams(sa.bindparam("today", type_=sa.Date))


def list_accounts(
    *,
    role: Role | None,
    search: str,
    key: str | None,
    state: AccountState | None = None,
    institution_id: int | None = None,
) -> paging.Page[Account]:
    """Return a page of accounts with their roles, the newest first; two queries per page."""
    statement = sa.select(Account).options(selectinload(Account.grants))
    if role:
        statement = statement.where(
            Account.id.in_(sa.select(RoleGrant.account_id).where(RoleGrant.role == role, RoleGrant.ended_at.is_(None)))
        )
    if institution_id:
        at_institution = sa.and_(RoleGrant.institution_id == institution_id, RoleGrant.ended_at.is_(None))
        statement = statement.where(Account.id.in_(sa.select(RoleGrant.account_id).where(at_institution)))
    if state:
        statement = statement.where(Account.state == state)
    statement = statement.where(*find.contains_all_parts(search, Account.name, Account.email))
    statement = paging.after(statement, (Account.created_at, Account.id), key)
    rows = db.session.scalars(statement.limit(paging.PAGE_SIZE + 1)).all()
    return paging.cut(rows, [(row.created_at, row.id) for row in rows])


def find_deputy(account_id: int) -> Deputy | None:
    """Return the deputy that an account named, whatever the dates; None if there is none."""
    return db.session.get(Deputy, account_id)


def list_deputy_choices(account_id: int) -> list[tuple[str, str]]:
    """Return (id, name) of active people who share a deputisable role with the account, by name."""
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
    """Return whether the person accepted this version of the policy."""
    return db.session.get(PolicyAcceptance, (account_id, policy, version)) is not None


def names_by_id(account_ids: Sequence[int | None]) -> dict[int, str]:
    """Return the names of accounts by id, in one query."""
    ids = {account_id for account_id in account_ids if account_id}
    if not ids:
        return {}
    rows = db.session.execute(sa.select(Account.id, Account.name).where(Account.id.in_(ids)))
    return {row.id: row.name for row in rows}


def has_accepted_any_policy(account_id: int) -> bool:
    """Return whether the person ever accepted a policy, which means that the account has been opened."""
    return bool(db.session.scalar(sa.select(sa.exists().where(PolicyAcceptance.account_id == account_id))))


def lock_active_admins() -> set[int]:
    """Lock the active administrators' rows until the commit and return their ids.

    This serialises two administrators who remove each other, so that one of them stays.
    """
    statement = (
        sa.select(Account.id)
        .join(RoleGrant, RoleGrant.account_id == Account.id)
        .where(Account.state == AccountState.ACTIVE, RoleGrant.role == Role.ADMIN, RoleGrant.ended_at.is_(None))
        .order_by(Account.id, RoleGrant.id)
        .with_for_update()
    )
    return set(db.session.scalars(statement))


def list_live_grants(role: Role, *, exclude_id: int) -> Sequence[sa.Row[tuple[int, str, str | None, int | None]]]:
    """Return (id, name, country, institution) of each live grant of a role to active people, by name.

    Grants of the account `exclude_id` are left out.
    """
    statement = (
        sa.select(Account.id, Account.name, RoleGrant.country_iso2, RoleGrant.institution_id)
        .join(RoleGrant, RoleGrant.account_id == Account.id)
        .where(RoleGrant.role == role, RoleGrant.ended_at.is_(None))
        .where(Account.id != exclude_id, Account.state == AccountState.ACTIVE)
        .order_by(Account.name, Account.id, RoleGrant.id)
    )
    return db.session.execute(statement).all()


def list_deputies_involving(account_id: int) -> Sequence[Deputy]:
    """Return the deputy rows in which the account is the principal or the deputy."""
    statement = sa.select(Deputy).where(sa.or_(Deputy.account_id == account_id, Deputy.deputy_id == account_id))
    return db.session.scalars(statement.order_by(Deputy.account_id)).all()
