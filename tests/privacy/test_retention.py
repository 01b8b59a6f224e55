"""Retention: what is purged and when; no active account is erased without a warning."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from tests.factories.accounts import make_account, viewer_of
from tests.factories.mail import move_mail
from tests.support.erasure import EMAIL
from tests.support.queued_mail import list_queued_mail
from volunteer_hub.accounts.models import Account, UserSession
from volunteer_hub.accounts.states import AccountState
from volunteer_hub.core import clock as core_clock
from volunteer_hub.core.access import Role
from volunteer_hub.core.db import db
from volunteer_hub.core.errors import DomainError
from volunteer_hub.mail.models import OutboxMail
from volunteer_hub.mail.states import MailState
from volunteer_hub.privacy import queries, retention_rules, rules, service
from volunteer_hub.privacy.states import RetentionCategory


def state_of(account: Account) -> AccountState:
    db.session.expire_all()
    return db.session.get_one(Account, account.id).state


def run_erasure_job() -> int:
    number = service.erase_unused_accounts(core_clock.now())
    db.session.commit()
    return number


def test_unused_accounts_are_warned_a_month_before_their_erasure(person: Account, clock: Any) -> None:
    clock.advance(days=699)
    assert run_erasure_job() == 0
    assert list_queued_mail("retention_warning") == []
    clock.advance(days=2)
    assert run_erasure_job() == 0
    assert EMAIL in {mail.recipient_email for mail in list_queued_mail("retention_warning")}
    clock.advance(days=29)
    assert run_erasure_job() == 0
    assert len([mail for mail in list_queued_mail("retention_warning") if mail.recipient_email == EMAIL]) == 1
    clock.advance(days=2)
    assert run_erasure_job() >= 1
    assert state_of(person) is AccountState.ERASED


def test_sign_in_after_the_warning_keeps_the_account(person: Account, client: Any, clock: Any) -> None:
    clock.advance(days=701)
    run_erasure_job()
    client.sign_in(EMAIL)
    clock.advance(days=60)
    run_erasure_job()
    assert state_of(person) is AccountState.ACTIVE
    clock.advance(days=650)
    run_erasure_job()
    assert len([mail for mail in list_queued_mail("retention_warning") if mail.recipient_email == EMAIL]) == 2, (
        "warned anew"
    )
    assert state_of(person) is AccountState.ACTIVE


def test_late_job_still_warns_first(person: Account, clock: Any) -> None:
    clock.advance(days=2000)
    assert run_erasure_job() == 0
    assert state_of(person) is AccountState.ACTIVE
    clock.advance(days=31)
    assert run_erasure_job() >= 1


def test_administrators_are_never_erased_automatically(app: Flask, clock: Any) -> None:
    admin = make_account(Role.ADMIN)
    clock.advance(days=4000)
    run_erasure_job()
    clock.advance(days=40)
    run_erasure_job()
    assert state_of(admin) is AccountState.ACTIVE


def test_texts_of_old_emails_are_purged_and_queued_ones_kept(person: Account, clock: Any) -> None:
    mail = list_queued_mail()[0]
    queued = db.session.scalars(sa.select(OutboxMail).where(OutboxMail.state == MailState.QUEUED)).all()
    assert mail in queued
    clock.advance(days=400)
    service.purge_expired(core_clock.now())
    db.session.commit()
    assert list_queued_mail()[0].text != retention_rules.REMOVED_TEXT
    for mail_row in queued:
        move_mail(mail_row, MailState.SENT)
    assert service.purge_expired(core_clock.now()) > 0
    assert service.purge_expired(core_clock.now()) == 0, "once is enough"
    db.session.commit()
    assert EMAIL not in list_queued_mail()[0].text + list_queued_mail()[0].recipient_email


def test_last_session_of_an_account_is_kept(person: Account, client: Any, clock: Any) -> None:
    for _ in range(3):
        client.sign_in(EMAIL)
        client.delete_cookie("volunteer_hub")
    clock.advance(days=200)
    service.purge_expired(core_clock.now())
    db.session.commit()
    rows = db.session.scalars(sa.select(UserSession.account_id)).all()
    assert rows == [person.id]


def test_periods_are_saved_with_a_reason_and_within_limits(app: Flask, client: Any) -> None:
    admin = make_account(Role.ADMIN, name="Ada")
    client.sign_in(admin.email)
    reply = client.submit("/privacy/retention", people="365", reason="The trustees decided.")
    assert reply.status_code == 303, reply.text
    assert queries.get_keep_days(RetentionCategory.PEOPLE) == 365
    refused = client.submit("/privacy/retention", people="3", reason="Typo")
    assert refused.status_code == 422
    assert queries.get_keep_days(RetentionCategory.PEOPLE) == 365
    with pytest.raises(DomainError):
        service.change_retention(
            {RetentionCategory.EMAILS: 1}, reason="x", actor=viewer_of(admin), now=core_clock.now()
        )


def test_second_of_two_editors_is_shown_both_versions(app: Flask, client: Any) -> None:
    admin = make_account(Role.ADMIN)
    client.sign_in(admin.email)
    form = client.forms("/privacy/retention")[-1]["data"]
    assert client.submit("/privacy/retention", people="400", reason="First").status_code == 303
    answers = {key: values[-1] for key, values in form.items()} | {"people": "500", "reason": "Second"}
    reply = client.post("/privacy/retention", data=answers)
    assert reply.status_code == 409
    assert "Somebody saved this while you were editing" in reply.text
    assert queries.get_keep_days(RetentionCategory.PEOPLE) == 400


def test_defaults_lie_within_their_limits() -> None:
    for category in RetentionCategory:
        rules.check_keep_days(category, rules.DEFAULT_KEEP_DAYS[category])


def test_coordinator_can_read_the_data_map(app: Flask, client: Any) -> None:
    client.sign_in(make_account(Role.COORDINATOR).email)
    page = client.get("/privacy/data-map")
    assert page.status_code == 200
    assert "hours_entry" in page.text
