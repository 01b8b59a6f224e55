"""Delivery against a real SMTP server: sent once, retried, failed or uncertain (docs/invariants.md, I10 and I11)."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from tests.factories.accounts import make_account
from tests.support.race import race
from tests.support.smtp import MailServer
from volunteer_hub.accounts.models import Account
from volunteer_hub.accounts.queries import as_recipient
from volunteer_hub.core import clock as core_clock
from volunteer_hub.core.db import db
from volunteer_hub.mail import rules
from volunteer_hub.mail.delivery import deliver_due
from volunteer_hub.mail.leases import SCRUBBED_TEXT
from volunteer_hub.mail.models import OutboxMail
from volunteer_hub.mail.service import Recipient, queue
from volunteer_hub.mail.states import MailState


def queue_committed(account: Account, *, to: Recipient | None = None, sensitive: bool = False) -> OutboxMail:
    """Queue one email and commit."""
    mail = queue("password_changed", to or as_recipient(account), account, now=core_clock.now(), sensitive=sensitive)
    assert mail is not None
    db.session.commit()
    return mail


def test_deliver_due_sends_each_mail_once(app: Flask, server: MailServer, now: dt.datetime) -> None:
    mail = queue_committed(make_account(name="Ann Example", email="ann@example.org"))
    assert [deliver_due(now), deliver_due(now)] == [1, 0]
    [message] = server.messages
    assert message["To"] == "Ann Example <ann@example.org>"
    assert message["Message-ID"] == mail.message_id
    assert message["Auto-Submitted"] == "auto-generated"
    assert (mail.state, mail.sent_at, mail.attempts) == (MailState.SENT, now, 1)


def test_queue_gives_one_row_for_one_cause(app: Flask, now: dt.datetime) -> None:
    account = make_account()
    queue_committed(account)
    assert queue("password_changed", as_recipient(account), account, now=now) is None


def test_mail_not_due_yet_waits(app: Flask, server: MailServer, now: dt.datetime, clock: Any) -> None:
    account = make_account()
    queue("password_changed", as_recipient(account), account, now=now, due_at=now + dt.timedelta(days=1))
    db.session.commit()
    assert deliver_due(now) == 0
    assert deliver_due(clock.advance(days=1)) == 1


@pytest.mark.parametrize("stage", ["answers", "recipient_answers"])
def test_temporary_refusal_is_retried_with_the_same_message_id(
    app: Flask, server: MailServer, clock: Any, stage: str
) -> None:
    account = make_account(email="busy@example.org")
    mail = queue_committed(account)
    message_id = mail.message_id
    getattr(server, stage)["busy@example.org"] = "450 Greylisted"
    assert deliver_due(clock.instant) == 0
    assert mail.state is MailState.QUEUED
    assert deliver_due(clock.instant) == 0
    assert server.tries["busy@example.org"] == 1
    getattr(server, stage).clear()
    assert deliver_due(clock.advance(minutes=1)) == 1
    assert [message["Message-ID"] for message in server.messages] == [message_id]


def test_permanent_temporary_refusals_end_as_failed(app: Flask, server: MailServer, clock: Any) -> None:
    mail = queue_committed(make_account(email="busy@example.org"))
    server.answers["busy@example.org"] = "451 Later"
    waits = []
    while mail.state is MailState.QUEUED:
        deliver_due(clock.instant)
        waits.append(round((mail.not_before - clock.instant).total_seconds() / 60) if mail.not_before else None)
        clock.advance(hours=13)
    assert mail.state is MailState.FAILED
    assert waits == [*rules.RETRY_AFTER_MINUTES, None]
    assert server.tries["busy@example.org"] == len(rules.RETRY_AFTER_MINUTES) + 1


@pytest.mark.parametrize("stage", ["answers", "recipient_answers"])
def test_permanently_refused_email_fails_and_the_others_are_sent(
    app: Flask, server: MailServer, now: dt.datetime, stage: str
) -> None:
    bad, good = queue_committed(make_account(email="gone@example.org")), queue_committed(make_account())
    getattr(server, stage)["gone@example.org"] = "550 No such user"
    assert deliver_due(now) == 1
    assert (bad.state, good.state) == (MailState.FAILED, MailState.SENT)
    assert deliver_due(now + dt.timedelta(days=1)) == 0


def test_connection_lost_after_the_content_is_uncertain_and_never_retried(
    app: Flask, server: MailServer, clock: Any
) -> None:
    lost, later = queue_committed(make_account(email="drop@example.org")), queue_committed(make_account())
    server.answers["drop@example.org"] = "drop"
    deliver_due(clock.instant)
    assert lost.state is MailState.UNCERTAIN
    for _ in range(3):
        deliver_due(clock.advance(days=1))
    assert server.tries["drop@example.org"] == 1
    assert later.state is MailState.SENT


def test_server_down_loses_nothing(app: Flask, server: MailServer, clock: Any) -> None:
    mail = queue_committed(make_account())
    server.stop()
    assert deliver_due(clock.instant) == 0
    assert mail.state is MailState.QUEUED
    server.start()
    app.config["SMTP_PORT"] = server.port
    assert deliver_due(clock.advance(minutes=1)) == 1


def test_sensitive_text_is_scrubbed_once_sent(app: Flask, server: MailServer, now: dt.datetime) -> None:
    secret, plain = queue_committed(make_account(), sensitive=True), queue_committed(make_account())
    deliver_due(now)
    assert (secret.text, secret.html) == (SCRUBBED_TEXT, SCRUBBED_TEXT)
    assert plain.text != SCRUBBED_TEXT


def test_email_that_cannot_be_built_does_not_block_the_others(app: Flask, server: MailServer, now: dt.datetime) -> None:
    account = make_account()
    poison = queue_committed(account, to=Recipient("Ann", "änn@example.org"))
    good = queue_committed(make_account())
    assert deliver_due(now) == 1
    assert (poison.state, good.state) == (MailState.FAILED, MailState.SENT)


@pytest.mark.parametrize(
    "name",
    [
        "=?utf-8?q?Ann=0D=0ABcc:_x@example.com?=",
        "Ann\r\nBcc: x@example.com",
        "Ann\nBcc: x@example.com",
        '"Ann" <a@b.org>, x',
    ],
)
def test_name_cannot_add_a_header_or_a_recipient(app: Flask, server: MailServer, now: dt.datetime, name: str) -> None:
    account = make_account(email="ann@example.org")
    queue_committed(account, to=Recipient(name, "ann@example.org", account.id))
    deliver_due(now)
    [message] = server.messages
    assert message["Bcc"] is None
    assert [address.addr_spec for address in message["To"].addresses] == ["ann@example.org"]
    assert "\nBcc" not in message.as_string().split("\n\n")[0]


def test_two_workers_send_each_mail_once(app: Flask, server: MailServer, now: dt.datetime) -> None:
    for _ in range(8):
        queue_committed(make_account())
    sent = race(app, lambda _: deliver_due(now), rivals=2)
    assert sum(sent) == 8
    assert len({message["Message-ID"] for message in server.messages}) == len(server.messages) == 8
    states = set(db.session.scalars(sa.select(OutboxMail.state)))
    assert states == {MailState.SENT}


def test_72_hours_of_an_outage_restart_once_the_server_has_replied(app: Flask, server: MailServer, clock: Any) -> None:
    mail = queue_committed(make_account(email="busy@example.org"))
    server.stop()
    deliver_due(clock.instant)
    assert mail.give_up_at
    server.start()
    app.config["SMTP_PORT"] = server.port
    server.recipient_answers["busy@example.org"] = "451 busy"
    deliver_due(clock.advance(minutes=2))
    assert (mail.attempts, mail.give_up_at) == (1, None)
    server.stop()
    deliver_due(clock.advance(hours=72))
    assert mail.state is MailState.QUEUED
