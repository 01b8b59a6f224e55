"""Bounces: reports are parsed, the email is marked, an address with three hard bounces is paused."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from tests.factories.accounts import make_account
from tests.factories.mail import make_paused_address, move_mail, queue_mail
from tests.support.bounces import make_sent_mail, report
from tests.support.race import race
from tests.support.smtp import MailServer
from volunteer_hub.audit.models import AuditEntry
from volunteer_hub.core.access import Role
from volunteer_hub.core.db import db
from volunteer_hub.mail import bounces, leases
from volunteer_hub.mail.bounce_reports import BounceReport, parse_report
from volunteer_hub.mail.delivery import deliver_due
from volunteer_hub.mail.models import AddressBounces, OutboxMail
from volunteer_hub.mail.states import Bounce, MailState


@pytest.mark.parametrize("kind", ["text/rfc822-headers", "message/rfc822"])
def test_report_names_its_email_and_the_reason(kind: str) -> None:
    assert parse_report(report(kind=kind)) == BounceReport("<a@example.org>", "5.1.1")


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"Subject: Out of office\n\nBack on Monday",
        b"\xff\xfe\x00",
        report(action="delayed", status="4.4.1"),
        report(action="delivered", status="2.0.0"),
        report(status="unknown"),
        report(message_id="none"),
        report().replace(b"message/delivery-status", b"text/plain"),
    ],
)
def test_other_messages_are_no_bounces(raw: bytes) -> None:
    assert parse_report(raw) is None


@pytest.mark.parametrize(
    ("status", "is_hard"),
    [
        ("5.1.1", True),
        ("5.4.4", True),
        ("5.2.1", True),
        ("5.2.2", False),
        ("5.7.1", False),
        ("5.1.8", False),
        ("5.6.0", False),
        ("4.2.2", False),
    ],
)
def test_full_mailboxes_and_policies_are_no_hard_bounces(status: str, is_hard: bool) -> None:
    assert BounceReport("<a@example.org>", status).is_hard is is_hard


def test_report_marks_its_email_once(app: Flask, now: dt.datetime) -> None:
    mail = make_sent_mail()
    for _ in range(2):
        assert bounces.record_report(BounceReport(mail.message_id, "5.1.1"), now=now) is mail
    assert (mail.state, mail.bounce, mail.bounce_status, mail.bounced_at) == (MailState.SENT, Bounce.HARD, "5.1.1", now)
    assert db.session.scalars(sa.select(AddressBounces.hard_bounces)).one() == 1


def test_report_about_another_service_is_ignored(app: Flask, now: dt.datetime) -> None:
    assert bounces.record_report(BounceReport("<other@example.com>", "5.1.1"), now=now) is None


def test_soft_bounces_never_pause(app: Flask, now: dt.datetime) -> None:
    for _ in range(5):
        bounces.record_report(BounceReport(make_sent_mail(f"full{_}@example.org").message_id, "4.2.2"), now=now)
    assert db.session.scalars(sa.select(AddressBounces)).all() == []


def test_three_hard_bounces_pause_the_address_and_tell_the_coordinator(
    app: Flask, server: MailServer, clock: Any
) -> None:
    account, other = make_account(email="gone@example.org"), make_account()
    coordinator = make_account(Role.COORDINATOR)
    server.recipient_answers["gone@example.org"] = "550 5.1.1 unknown"
    for number in range(1, 4):
        queue_mail(to=account)
        deliver_due(clock.advance(hours=1))
        assert bool(bounces.find_paused(["Gone@example.org"])) is (number == 3)
    assert db.session.scalars(sa.select(AuditEntry.action)).all() == ["address_bounces.paused"]
    fourth, fine = queue_mail(to=account), queue_mail(to=other)
    deliver_due(clock.advance(hours=1))
    assert (fourth.state, fourth.last_error, fourth.attempts) == (MailState.FAILED, leases.PAUSED_ERROR, 0)
    assert fine.state is MailState.SENT
    assert server.tries["gone@example.org"] == 3
    notices = [message for message in server.messages if message["To"].addresses[0].addr_spec == coordinator.email]
    assert [notice["Subject"] for notice in notices] == ["Emails to gone@example.org are coming back"]


def test_refusal_of_the_message_says_nothing_about_the_address(
    app: Flask, server: MailServer, now: dt.datetime
) -> None:
    mail = queue_mail(to=make_account(email="fine@example.org"))
    server.answers["fine@example.org"] = "554 5.7.1 looks like spam"
    deliver_due(now)
    assert (mail.state, mail.bounce) == (MailState.FAILED, None)


@pytest.mark.parametrize(
    ("answer", "bounce"),
    [
        ("550 5.1.1 unknown", Bounce.HARD),
        ("550 unknown", Bounce.HARD),
        ("554 5.7.1 relay access denied", None),
        ("530 5.7.0 sign in first", None),
        ("552 5.2.2 mailbox full", None),
        ("554 no", None),
    ],
)
def test_refusal_of_a_recipient_counts_by_its_reason(
    app: Flask, server: MailServer, now: dt.datetime, answer: str, bounce: Bounce | None
) -> None:
    """A mail server that takes nothing from us must not have every address paused."""
    mail = queue_mail(to=make_account(email="gone@example.org"))
    server.recipient_answers["gone@example.org"] = answer
    deliver_due(now)
    assert (mail.state, mail.bounce) == (MailState.FAILED, bounce)


def test_concurrent_bounces_all_count(app: Flask, now: dt.datetime) -> None:
    make_account(Role.COORDINATOR)
    messages = [make_sent_mail("first@example.org").message_id]
    bounces.record_report(BounceReport(messages[0], "5.1.1"), now=now)
    account = db.session.scalars(sa.select(OutboxMail)).one()
    ids = []
    for number in range(4):
        mail = move_mail(
            queue_mail(kind="password_changed", to=make_account(email=f"x{number}@example.org")), MailState.SENT
        )
        mail.recipient_email = account.recipient_email
        ids.append(mail.message_id)
    db.session.commit()

    def run(rival: int) -> bool:
        bounces.record_report(BounceReport(ids[rival], "5.1.1"), now=now)
        db.session.commit()
        return True

    race(app, run, rivals=4)
    db.session.rollback()
    address = db.session.scalars(sa.select(AddressBounces)).one()
    assert (address.hard_bounces, address.paused_at) == (5, now)


def test_concurrent_first_bounces_all_count(app: Flask, now: dt.datetime) -> None:
    ids = []
    for number in range(4):
        mail = move_mail(queue_mail(to=make_account(email=f"x{number}@example.org")), MailState.SENT)
        mail.recipient_email = "gone@example.org"
        ids.append(mail.message_id)
    db.session.commit()

    def run(rival: int) -> bool:
        bounces.record_report(BounceReport(ids[rival], "5.1.1"), now=now)
        db.session.commit()
        return True

    race(app, run, rivals=4)
    db.session.rollback()
    assert db.session.scalars(sa.select(AddressBounces.hard_bounces)).all() == [4]


def test_command_reads_messages_and_mailboxes(app: Flask, tmp_path: Path) -> None:
    first, second = make_sent_mail("a@example.org"), make_sent_mail("b@example.org")
    single, mbox = tmp_path / "one.eml", tmp_path / "many.mbox"
    single.write_bytes(report(first.message_id))
    letter = b"From MAILER-DAEMON Mon Nov 30 10:00:00 2026\n"
    mbox.write_bytes(letter + report(second.message_id) + b"\n" + letter + b"Subject: hello\n\nNo report\n")
    result = app.test_cli_runner().invoke(args=["mail", "bounces", str(single), str(mbox)])
    assert result.output == "Delivery reports about emails of this service: 2.\n"
    assert {first.bounce, second.bounce} == {Bounce.HARD}
    again = app.test_cli_runner().invoke(args=["mail", "bounces", "-"], input=b"no report")
    assert again.output.endswith(": 0.\n")


def test_coordinator_sees_paused_addresses_and_resumes_one(app: Flask, as_: Any) -> None:
    address = make_paused_address()
    browser = as_(make_account(Role.COORDINATOR))
    page = browser.get("/outbox/bounces").text
    assert "paused@example.org" in page
    assert "3 emails came back" in page
    browser.submit(f"/outbox/bounces/{address.id}/resume")
    db.session.refresh(address)
    assert (address.paused_at, address.hard_bounces) == (None, 0)
    assert browser.submit(f"/outbox/bounces/{address.id}/resume").status_code == 409
    assert "address_bounces.resumed" in db.session.scalars(sa.select(AuditEntry.action)).all()


def test_outbox_shows_bounces(app: Flask, as_: Any, now: dt.datetime) -> None:
    mail = make_sent_mail()
    bounces.record_report(BounceReport(mail.message_id, "5.1.1"), now=now)
    db.session.commit()
    page = as_(make_account(Role.COORDINATOR)).get(f"/outbox/{mail.id}").text
    assert "Came back: the address takes no email (5.1.1)" in page


def test_paused_address_is_known_in_any_case_of_letters(app: Flask, server: MailServer, now: dt.datetime) -> None:
    make_paused_address("paused@example.org")
    mail = queue_mail(to=make_account(email="Paused@Example.org"))
    assert deliver_due(now) == 0
    assert (mail.state, mail.last_error) == (MailState.FAILED, leases.PAUSED_ERROR)
