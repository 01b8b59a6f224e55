"""Sessions and trusted browsers of several people: what ends one leaves the others, and keeps the time of an earlier end."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from tests.factories.accounts import PASSWORD, make_account, viewer_of
from tests.factories.second_factor import code_of, enable_second_factor
from tests.support.audit_log import Action, list_actions
from volunteer_hub.accounts.models import Account, TrustedDevice, UserSession
from volunteer_hub.accounts.secrets import verify_password
from volunteer_hub.accounts.service import sessions
from volunteer_hub.audit.models import AuditEntry
from volunteer_hub.core.access import Role
from volunteer_hub.core.db import db
from volunteer_hub.core.errors import DomainError

DAY = dt.timedelta(days=1)


@pytest.fixture
def account(app: Flask) -> Account:
    return make_account(Role.VOLUNTEER)


def sign_in(account: Account, now: dt.datetime, **options: Any) -> UserSession:
    result = sessions.sign_in(account.email, PASSWORD, **({"browser": "Firefox"} | options), now=now, max_age=DAY)
    db.session.commit()
    newest = sa.select(UserSession).where(UserSession.account_id == result.account_id).order_by(UserSession.id.desc())
    return db.session.scalars(newest.limit(1)).one()


def trust(account: Account, now: dt.datetime) -> TrustedDevice:
    sessions.trust_device(account.id, browser="x" * 300, now=now)
    db.session.flush()
    return db.session.scalars(sa.select(TrustedDevice).order_by(TrustedDevice.id.desc()).limit(1)).one()


def list_ends(*rows: Any) -> list[dt.datetime | None]:
    db.session.expire_all()
    return [row.ended_at for row in rows]


def test_signing_in_is_audited_and_the_browser_is_kept_in_200_characters(account: Account, now: dt.datetime) -> None:
    session = sign_in(account, now, browser="x" * 300)
    assert session.browser == "x" * 200
    assert session.confirmed_at == now
    assert list_actions(account)[-1] == Action("account.signed_in", account.id)


def test_signing_in_with_a_code_is_audited_as_such(account: Account, now: dt.datetime) -> None:
    secret = enable_second_factor(account)
    pending = sign_in(account, now)
    assert (pending.awaiting_code, pending.confirmed_at) == (True, None)
    token = sessions.complete_sign_in(
        pending, code_of(secret), browser="Firefox", now=now, max_age=DAY, token="chosen-token"
    )
    assert token == "chosen-token"
    assert list_actions(account)[-1] == Action("account.signed_in", account.id)
    details = sa.select(AuditEntry.details).where(AuditEntry.action == "account.signed_in")
    assert db.session.scalars(details.order_by(AuditEntry.sequence.desc())).first() == '{"second_factor":true}'


def test_a_trusted_browser_needs_no_code_and_its_use_is_noted(account: Account, now: dt.datetime) -> None:
    enable_second_factor(account)
    token = sessions.trust_device(account.id, browser="Firefox", now=now)
    db.session.commit()
    later = now + dt.timedelta(hours=1)
    assert not sign_in(account, later, device_token=token).awaiting_code
    assert db.session.scalars(sa.select(TrustedDevice.last_used_at)).all() == [later]
    assert sign_in(account, later, device_token="other").awaiting_code


def test_ending_one_session_leaves_the_others(account: Account, now: dt.datetime) -> None:
    first, second, others = sign_in(account, now), sign_in(account, now), sign_in(make_account(Role.VOLUNTEER), now)
    later = now + dt.timedelta(hours=1)
    sessions.end_session(others.id, account_id=account.id, now=later)
    sessions.end_session(first.id, account_id=account.id, now=now)
    sessions.end_session(first.id, account_id=account.id, now=later)
    assert list_ends(first, second, others) == [now, None, None]
    sessions.end_sessions(account.id, now=later, keep_session=second.id)
    assert list_ends(first, second, others) == [now, None, None]
    sessions.end_sessions(account.id, now=later)
    assert list_ends(first, second, others) == [now, later, None]


def test_ending_the_trust_in_one_browser_leaves_the_others(account: Account, now: dt.datetime) -> None:
    first, second, others = trust(account, now), trust(account, now), trust(make_account(Role.VOLUNTEER), now)
    assert first.browser == "x" * 200
    later = now + dt.timedelta(hours=1)
    sessions.end_device(others.id, account_id=account.id, now=later)
    sessions.end_device(first.id, account_id=account.id, now=now)
    sessions.end_device(first.id, account_id=account.id, now=later)
    assert list_ends(first, second, others) == [now, None, None]
    sessions.end_devices(account.id, now=later)
    assert list_ends(first, second, others) == [now, later, None]


def test_a_sign_in_that_was_ended_cannot_be_completed(account: Account, now: dt.datetime) -> None:
    secret = enable_second_factor(account)
    pending = sign_in(account, now)
    sessions.end_session(pending.id, account_id=account.id, now=now)
    with pytest.raises(DomainError, match="Begin again"):
        sessions.complete_sign_in(pending, code_of(secret), browser="Firefox", now=now, max_age=DAY)


def test_who_was_signed_out_cannot_confirm_their_identity(account: Account, now: dt.datetime) -> None:
    session, later = sign_in(account, now), now + dt.timedelta(hours=1)
    other = sign_in(account, now)
    actor = replace(viewer_of(account), session_id=session.id)
    sessions.confirm_identity(PASSWORD, actor=actor, now=later)
    db.session.commit()
    assert (session.confirmed_at, other.confirmed_at) == (later, now)
    sessions.end_session(session.id, account_id=account.id, now=later)
    db.session.commit()
    with pytest.raises(DomainError, match="signed out meanwhile"):
        sessions.confirm_identity(PASSWORD, actor=actor, now=later)


@pytest.mark.parametrize("changed", [{"password_hash": "another"}, {"email": "new@example.org"}])
@pytest.mark.parametrize("act", ["sign in", "confirm"])
def test_what_changes_while_a_password_is_checked_counts(
    account: Account, now: dt.datetime, monkeypatch: pytest.MonkeyPatch, changed: dict[str, str], act: str
) -> None:
    session = sign_in(account, now)
    actor, email, table = replace(viewer_of(account), session_id=session.id), account.email, Account.__table__
    db.session.commit()

    def check_slowly(*args: Any) -> bool:
        with db.engine.begin() as connection:  # another request meanwhile
            connection.execute(sa.update(table).where(table.c.id == actor.account_id).values(changed))
        return verify_password(*args)

    monkeypatch.setattr(sessions, "verify_password", check_slowly)
    if act == "sign in":
        with pytest.raises(DomainError, match="is not right"):
            sessions.sign_in(email, PASSWORD, browser="Firefox", now=now, max_age=DAY)
    elif "password_hash" in changed:
        with pytest.raises(DomainError, match="not your password"):
            sessions.confirm_identity(PASSWORD, actor=actor, now=now)
    else:
        sessions.confirm_identity(PASSWORD, actor=actor, now=now)
