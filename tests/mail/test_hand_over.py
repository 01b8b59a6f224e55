"""SMTP conversations that the server closes at any step: no email is wrongly uncertain, the others are still sent."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from tests.factories.mail import queue_mail
from tests.support.scripted_smtp import Script, ScriptedMailServer
from volunteer_hub.core.db import db
from volunteer_hub.mail import delivery
from volunteer_hub.mail.delivery import deliver_due
from volunteer_hub.mail.models import OutboxMail
from volunteer_hub.mail.states import MailState

STEPS_BEFORE_CONTENT = ("CONNECT", "EHLO", "MAIL", "RCPT", "DATA")


@pytest.fixture
def scripted(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Iterator[ScriptedMailServer]:
    """A server whose script the test writes."""
    with ScriptedMailServer(Script()) as server:
        monkeypatch.setitem(app.config, "SMTP_PORT", server.port)
        yield server


def states() -> list[tuple[MailState, int]]:
    """State and tries of every email, in order."""
    rows = db.session.execute(sa.select(OutboxMail.state, OutboxMail.attempts).order_by(OutboxMail.id))
    return [(row.state, row.attempts) for row in rows]


def test_server_with_a_limit_per_connection_costs_no_attempt(scripted: ScriptedMailServer, now: dt.datetime) -> None:
    scripted.script.mails_per_connection = 3
    for _ in range(10):
        queue_mail()
    assert deliver_due(now) == 10
    assert states() == [(MailState.SENT, 1)] * 10
    assert scripted.log.connections == 4


@pytest.mark.parametrize("hang_up", [True, False])
@pytest.mark.parametrize("command", ["MAIL", "RCPT", "DATA"])
def test_connection_closed_at_the_second_email_is_reopened(
    scripted: ScriptedMailServer, now: dt.datetime, command: str, hang_up: bool
) -> None:
    for _ in range(3):
        queue_mail()
    scripted.script = Script(close_at=command, hang_up=hang_up, closes=1, closes_after=1)
    assert deliver_due(now) == 3
    assert states() == [(MailState.SENT, 1)] * 3
    assert max(scripted.log.taken.values()) == 1


@pytest.mark.parametrize("hang_up", [True, False])
@pytest.mark.parametrize("command", STEPS_BEFORE_CONTENT)
def test_server_that_closes_every_connection_before_the_content_makes_nothing_uncertain(
    scripted: ScriptedMailServer, now: dt.datetime, command: str, hang_up: bool
) -> None:
    for _ in range(4):
        queue_mail()
    scripted.script = Script(close_at=command, hang_up=hang_up)
    assert deliver_due(now) == 0
    assert {state for state, _tries in states()} == {MailState.QUEUED}
    assert sum(tries for _state, tries in states()) <= 2
    scripted.script = Script()
    assert deliver_due(now + dt.timedelta(minutes=1)) == 4
    assert max(scripted.log.taken.values()) == 1


def test_reply_421_after_the_content_means_that_it_was_not_accepted(
    scripted: ScriptedMailServer, now: dt.datetime
) -> None:
    queue_mail()
    scripted.script = Script(close_at="DOT", closes=1)
    assert deliver_due(now) == 0
    assert states() == [(MailState.QUEUED, 1)]


def test_only_the_email_in_hand_over_is_uncertain_and_the_others_are_sent(
    scripted: ScriptedMailServer, now: dt.datetime
) -> None:
    for _ in range(3):
        queue_mail()
    scripted.script = Script(close_at="DOT", hang_up=True, closes=1)
    assert deliver_due(now) == 2
    assert states() == [(MailState.UNCERTAIN, 1), (MailState.SENT, 1), (MailState.SENT, 1)]


def test_one_email_that_the_server_always_hangs_up_on_does_not_stop_the_others(
    scripted: ScriptedMailServer, now: dt.datetime
) -> None:
    bad, good = queue_mail(), queue_mail()
    scripted.script = Script(close_at="DATA", hang_up=True, closes=1)
    assert deliver_due(now) == 1
    assert (bad.state, bad.attempts, good.state) == (MailState.QUEUED, 1, MailState.SENT)


def test_lines_that_begin_with_a_dot_arrive_as_written(
    app: Flask, scripted: ScriptedMailServer, now: dt.datetime
) -> None:
    mail = queue_mail()
    mail.text = "Hello,\n.\n..two\n.three\n"
    db.session.commit()
    assert deliver_due(now) == 1
    assert b"\r\n.\r\n" not in scripted.log.contents[0]
    assert b"\r\n..\r\n...two\r\n..three\r\n" in scripted.log.contents[0]


@pytest.mark.parametrize(
    ("answer", "state"),
    [
        ("251 taken", MailState.SENT),
        ("200 OK", MailState.SENT),
        ("taken", MailState.UNCERTAIN),
        ("354 go on", MailState.UNCERTAIN),
        ("451 not now", MailState.QUEUED),
        ("599 never", MailState.FAILED),
    ],
)
def test_first_digit_of_the_reply_to_the_content_decides(
    scripted: ScriptedMailServer, now: dt.datetime, answer: str, state: MailState
) -> None:
    queue_mail()
    scripted.script = Script(answer_to_text=answer)
    deliver_due(now)
    assert states() == [(state, 1)]
    assert scripted.log.taken.total() == 1


@pytest.mark.parametrize(
    ("answer", "state"),
    [("250 taken", MailState.SENT), ("451 not now", MailState.QUEUED), ("550 never", MailState.FAILED)],
)
def test_brief_database_outage_after_the_reply_makes_nothing_uncertain(
    scripted: ScriptedMailServer, now: dt.datetime, monkeypatch: pytest.MonkeyPatch, answer: str, state: MailState
) -> None:
    monkeypatch.setattr(delivery, "RECORD_RETRY_SECONDS", (0.0, 0.0))
    for _ in range(2):
        queue_mail()
    scripted.script = Script(answer_to_text=answer)
    faults = iter([True])

    def fail(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        if scripted.log.taken.total() == 1 and statement.startswith("UPDATE") and next(faults, False):
            raise sa.exc.OperationalError(statement, None, Exception("away"))

    sa.event.listen(db.engine, "before_cursor_execute", fail)
    try:
        deliver_due(now)
    finally:
        sa.event.remove(db.engine, "before_cursor_execute", fail)
    assert next(faults, None) is None
    assert states() == [(state, 1), (state, 1)]


@pytest.mark.parametrize(("setting", "value"), [("SMTP_HOST", "x..y"), ("SMTP_PASSWORD", "pässwort")])
def test_setting_that_cannot_be_sent_counts_as_a_server_that_is_away(
    app: Flask,
    scripted: ScriptedMailServer,
    now: dt.datetime,
    monkeypatch: pytest.MonkeyPatch,
    setting: str,
    value: str,
) -> None:
    monkeypatch.setitem(app.config, "SMTP_USERNAME", "hub" if setting == "SMTP_PASSWORD" else "")
    monkeypatch.setitem(app.config, setting, value)
    mail = queue_mail()
    scripted.script = Script(extensions=("AUTH PLAIN",))
    assert deliver_due(now) == 0
    assert states() == [(MailState.QUEUED, 0)]
    assert value not in (mail.last_error or "")
    assert mail.give_up_at


def test_server_that_refuses_the_sender_fails_no_email(scripted: ScriptedMailServer, now: dt.datetime) -> None:
    for _ in range(2):
        queue_mail()
    scripted.script = Script(answers={"MAIL": "530 5.7.0 sign in first"})
    assert deliver_due(now) == 0
    assert states() == [(MailState.QUEUED, 0)] * 2
    scripted.script = Script()
    assert deliver_due(now + dt.timedelta(minutes=1)) == 2


def test_email_that_is_too_large_fails_alone(scripted: ScriptedMailServer, now: dt.datetime) -> None:
    queue_mail()
    scripted.script = Script(answers={"MAIL": "552 5.3.4 too large"})
    deliver_due(now)
    assert states() == [(MailState.FAILED, 1)]


def test_mail_server_that_is_away_and_back_is_logged_once_each(
    app: Flask, scripted: ScriptedMailServer, now: dt.datetime, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO", logger="volunteer_hub.mail.delivery")
    for _ in range(3):
        queue_mail()
    scripted.script = Script(close_at="MAIL", hang_up=True)
    for minute in range(3):
        assert deliver_due(now + dt.timedelta(minutes=2 * minute)) == 0
    scripted.script = Script()
    assert deliver_due(now + dt.timedelta(hours=2)) == 3
    logged = [
        record.getMessage().split(",")[0] for record in caplog.records if record.name == "volunteer_hub.mail.delivery"
    ]
    assert logged == ["the mail server is away", "the mail server is back"]


def test_three_failed_records_of_a_reply_are_tried_again_after_longer_and_longer_waits(
    scripted: ScriptedMailServer, now: dt.datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    waits: list[float] = []
    monkeypatch.setattr(delivery.time, "sleep", waits.append)
    queue_mail()
    faults = iter([True] * 3)

    def fail(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        if scripted.log.taken.total() == 1 and statement.startswith("UPDATE") and next(faults, False):
            raise sa.exc.OperationalError(statement, None, Exception("away"))

    sa.event.listen(db.engine, "before_cursor_execute", fail)
    try:
        assert deliver_due(now) == 1
    finally:
        sa.event.remove(db.engine, "before_cursor_execute", fail)
    assert [wait for wait in waits if wait] == [0.5, 2.0, 8.0]  # the scripted server waits for 0 seconds
    assert states() == [(MailState.SENT, 1)]


class ClosingServer(ScriptedMailServer):
    """A server that closes at those MAIL commands that `closes` says, in their order."""

    closes: list[bool]

    def may_close(self, command: str) -> bool:
        """Return the next of `closes` at each MAIL command."""
        return command == "MAIL" and bool(self.closes) and self.closes.pop(0)


def test_closed_connections_count_in_a_row_only(app: Flask, now: dt.datetime, monkeypatch: pytest.MonkeyPatch) -> None:
    first, second = [True], [False]
    third, fourth = [True, True], [False]  # at the second close the new connection was closed too
    fifth, sixth = [True, True], [True]
    for _ in range(7):
        queue_mail()
    with ClosingServer(Script()) as server:
        server.closes = first + second + third + fourth + fifth + sixth
        monkeypatch.setitem(app.config, "SMTP_PORT", server.port)
        assert deliver_due(now) == 2
        assert server.closes == []
    assert [state for state, _tries in states()].count(MailState.SENT) == 2
    assert states()[6] == (MailState.QUEUED, 0)
