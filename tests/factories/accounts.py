"""Accounts with a role, ready to sign in."""

from __future__ import annotations

import datetime as dt
import itertools
from functools import lru_cache

from argon2 import PasswordHasher

from volunteer_hub.accounts import queries
from volunteer_hub.accounts.models import Account, RoleGrant
from volunteer_hub.accounts.states import AccountState
from volunteer_hub.core import clock
from volunteer_hub.core.access import Role, Viewer
from volunteer_hub.core.db import db

numbers = itertools.count(1)
PASSWORD = "volunteer-hub-demo"


@lru_cache(maxsize=1)
def password_hash() -> str:
    """Return one hash for all accounts, of Argon2's lowest cost, which makes each sign-in of a test fast."""
    return PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(PASSWORD)


def make_account(
    *roles: Role,
    name: str | None = None,
    email: str | None = None,
    country: str | None = None,
    institution_id: int | None = None,
    time_zone: str = "Europe/London",
    state: AccountState = AccountState.ACTIVE,
    at: dt.datetime | None = None,
) -> Account:
    """Create an account that holds `roles`, all with the same scope, committed. It is active by default."""
    number = next(numbers)
    account = Account(
        name=name or f"Person {number}",
        email=email or f"person{number}@example.org",
        password_hash=password_hash(),
        state=state,
        time_zone=time_zone,
        created_at=at or clock.now(),
    )
    db.session.add(account)
    db.session.flush()
    for role in roles:
        db.session.add(
            RoleGrant(
                account_id=account.id,
                role=role,
                country_iso2=country,
                institution_id=institution_id,
                granted_at=clock.now(),
            )
        )
    db.session.commit()
    return account


def viewer_of(account: Account) -> Viewer:
    """Return the account's viewer, which services take as their actor."""
    return queries.get_viewer(account.id, today=clock.now().date())
