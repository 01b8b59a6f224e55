"""Links of several people and purposes: what is done to one leaves the others as they are."""

from __future__ import annotations

import datetime as dt

import pytest
import sqlalchemy as sa
from flask import Flask

from tests.factories.accounts import make_account
from volunteer_hub.accounts.models import Account, AccountToken, PolicyAcceptance
from volunteer_hub.accounts.service import tokens
from volunteer_hub.accounts.states import TokenPurpose
from volunteer_hub.core.access import Role
from volunteer_hub.core.db import db
from volunteer_hub.core.errors import StaleLink

RESET, CONFIRM = TokenPurpose.RESET, TokenPurpose.CONFIRM


@pytest.fixture
def account(app: Flask) -> Account:
    return make_account(Role.VOLUNTEER)


def issue(account: Account | None, purpose: TokenPurpose, now: dt.datetime) -> AccountToken:
    return tokens.issue_token(account, purpose, now=now)[0]


def test_revoking_touches_one_person_one_purpose_and_what_is_unused(account: Account, now: dt.datetime) -> None:
    used, mine, confirmation = issue(account, RESET, now), issue(account, RESET, now), issue(account, CONFIRM, now)
    others = issue(make_account(Role.VOLUNTEER), RESET, now)
    tokens.consume_token(used, now=now)
    later = now + dt.timedelta(minutes=5)
    tokens.revoke_tokens(account, RESET, now=later)
    db.session.expire_all()
    assert [row.used_at for row in (used, mine, confirmation, others)] == [now, later, None, None]


def test_consuming_one_link_leaves_the_others(account: Account, now: dt.datetime) -> None:
    first, second = issue(account, RESET, now), issue(account, RESET, now)
    assert tokens.consume_token(first, now=now) == account
    db.session.expire_all()
    assert (first.used_at, second.used_at) == (now, None)


def test_a_link_that_was_read_before_it_was_used_is_stale(account: Account, now: dt.datetime) -> None:
    token_row = issue(account, RESET, now)
    tokens.consume_token(token_row, now=now)
    with pytest.raises(StaleLink):
        tokens.consume_token(token_row, now=now + dt.timedelta(minutes=1))
    db.session.refresh(token_row)
    assert token_row.used_at == now


def test_a_link_without_account_opens_nothing(app: Flask, now: dt.datetime) -> None:
    token_row, token = tokens.issue_token(None, RESET, now=now)
    with pytest.raises(StaleLink):
        tokens.get_usable_token(token, RESET, now=now)
    with pytest.raises(StaleLink):
        tokens.consume_token(token_row, now=now)


def test_a_policy_is_accepted_once(account: Account, now: dt.datetime) -> None:
    count = sa.select(sa.func.count()).where(PolicyAcceptance.account_id == account.id)
    for _ in range(2):
        tokens.record_policy_acceptance(account, now=now)
        db.session.flush()
    assert db.session.scalar(count) == len(tokens.rules.POLICY_VERSIONS)
