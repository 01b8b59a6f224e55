"""Reading reports from a mailbox that receives arbitrary messages."""

from __future__ import annotations

import datetime as dt
import imaplib
from pathlib import Path

import pytest
from flask import Flask

from tests.support.bounces import make_sent_mail, report
from tests.support.scripted_imap import ScriptedMailbox
from volunteer_hub.core.db import db
from volunteer_hub.mail.bounce_reports import parse_report
from volunteer_hub.mail.mailbox import MAX_BYTES, MAX_MESSAGES, collect_from
from volunteer_hub.mail.states import Bounce

HEAD = b"Content-Type: multipart/report; boundary=b\n\n--b\n"
HOSTILE = {
    "nested": HEAD + b"Content-Type: message/rfc822\n\n" * 3000,
    "unknown character set": report().replace(b"text/rfc822-headers", b"text/rfc822-headers; charset=bogus"),
    "NUL in the Message-ID": report("<a\x00b@example.org>"),
    "Message-ID beyond ASCII": report(kind="message/rfc822").replace(b"<a@example.org>", b"<a\xffb@example.org>"),
}


def collect(mailbox: ScriptedMailbox, now: dt.datetime) -> int:
    """Collect what the mailbox holds."""
    with mailbox, imaplib.IMAP4("127.0.0.1", mailbox.port) as client:
        client.select("INBOX")
        return collect_from(client, now=now)


@pytest.mark.parametrize("raw", HOSTILE.values(), ids=HOSTILE)
def test_message_that_breaks_the_parser_is_no_report(raw: bytes) -> None:
    assert parse_report(raw) is None


def test_hostile_messages_hide_no_report(app: Flask, now: dt.datetime) -> None:
    mail = make_sent_mail()
    mailbox = ScriptedMailbox(*HOSTILE.values(), report(mail.message_id))
    assert collect(mailbox, now) == 1
    assert mail.bounce is Bounce.HARD
    assert len(mailbox.seen) == len(mailbox.messages)


def test_any_number_of_other_messages_hides_no_report_and_stays_unread(app: Flask, now: dt.datetime) -> None:
    mail = make_sent_mail()
    mailbox = ScriptedMailbox(*[b"Subject: Hello\n\nHello\n"] * (MAX_MESSAGES + 1), report(mail.message_id))
    assert collect(mailbox, now) == 1
    assert mailbox.seen == {MAX_MESSAGES + 2}


def test_of_a_large_report_only_the_beginning_is_read(app: Flask, now: dt.datetime) -> None:
    mail = make_sent_mail()
    mailbox = ScriptedMailbox(report(mail.message_id, kind="message/rfc822").replace(b"--b--", b"x" * MAX_BYTES))
    assert collect(mailbox, now) == 1
    assert mailbox.most_bytes == MAX_BYTES


def test_empty_search_reply_means_no_reports(app: Flask, now: dt.datetime) -> None:
    assert collect(ScriptedMailbox(searches_say_nothing=True), now) == 0


def test_command_skips_hostile_messages(app: Flask, tmp_path: Path) -> None:
    mail, mbox = make_sent_mail(), tmp_path / "many.mbox"
    letter = b"From MAILER-DAEMON Mon Nov 30 10:00:00 2026\n"
    mbox.write_bytes(b"\n".join(letter + raw for raw in [*HOSTILE.values(), report(mail.message_id)]))
    result = app.test_cli_runner().invoke(args=["mail", "bounces", str(mbox)])
    assert result.output.endswith("Delivery reports about emails of this service: 1.\n")
    db.session.refresh(mail)
    assert mail.bounce is Bounce.HARD
