"""Every folder of templates/emails is complete, and the HTML part has the content of the text part."""

from __future__ import annotations

import datetime as dt
import html
import re
from pathlib import Path

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st

from config import ROOT
from tests.factories.accounts import make_account, viewer_of
from volunteer_hub.accounts import service as accounts
from volunteer_hub.core.access import Role
from volunteer_hub.core.db import db
from volunteer_hub.mail import rendering, rules
from volunteer_hub.mail.models import OutboxMail

EMAILS = ROOT / "templates" / "emails"
FOLDERS = sorted(path for path in EMAILS.iterdir() if path.is_dir())


def words_of(text: str) -> list[str]:
    """Return the words of a text in order."""
    return re.findall(r"[^\s:]+", text)


def words_of_html(page: str) -> list[str]:
    """Return the words of an HTML body without tags."""
    body = re.sub(r"<[^>]+>", " ", page.split("<body", 1)[1].split(">", 1)[1])
    return words_of(html.unescape(body))


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda path: path.name)
def test_email_folder_is_whole(bare_app: Flask, folder: Path) -> None:
    assert {path.name for path in folder.iterdir()} == {"subject.txt", "body.txt"}
    for part in ("subject.txt", "body.txt"):
        bare_app.jinja_env.get_template(f"emails/{folder.name}/{part}")
    body = (folder / "body.txt").read_text()
    assert body.startswith('{% extends "emails/base.txt" %}')
    assert "{% block content %}" in body
    assert "{% block why %}" in body, "every e-mail says why it comes"


def queue_account_emails(now: dt.datetime) -> list[OutboxMail]:
    """E-mails of the accounts area, with awkward names."""
    admin = viewer_of(make_account(Role.ADMIN, name="Ada <b>& Co</b>: x"))
    accounts.register(name="Ann & Bob", email="ann@example.org", password="purple tractor river", now=now)
    accounts.request_password_reset("ann@example.org", now=now)
    accounts.request_password_reset("nobody@example.org", now=now)
    accounts.invite(
        name="Kofi 'K' <Mensah>",
        email="kofi@example.org",
        role=Role.DIRECTOR,
        country="GH",
        institution_id=None,
        place="Ghana",
        time_zone="Africa/Accra",
        role_name="Overseas Director",
        actor=admin,
        now=now,
    )
    db.session.commit()
    return list(db.session.scalars(db.select(OutboxMail)))


def test_html_part_has_the_content_of_the_text_part(app: Flask, now: dt.datetime) -> None:
    with app.test_request_context():
        mails = queue_account_emails(now)
    assert len(mails) == 4
    for mail in mails:
        assert sorted(words_of_html(mail.html)) == sorted(words_of(mail.text.replace("- ", ""))), mail.kind


@given(st.lists(st.text(st.characters(codec="ascii", exclude_categories=["Cc"]), min_size=1, max_size=40), max_size=6))
def test_text_to_html_escapes_user_text(paragraphs: list[str]) -> None:
    page = rendering.text_to_html("\n\n".join(paragraphs), title="<i>", ours="http://localhost")
    tags = set(re.findall(r"<(/?\w+)", page))
    allowed = {"html", "head", "meta", "title", "body", "p", "br", "ul", "li", "a"}
    assert {tag.lstrip("/") for tag in tags} <= allowed


def test_link_line_becomes_a_link(app: Flask) -> None:
    ours = "https://hub.example.org"
    page = rendering.text_to_html(f"Open it: {ours}/a?b=1&c=2", title="x", ours=ours)
    assert 'href="https://hub.example.org/a?b=1&amp;c=2"' in page
    for foreign in ("javascript:alert(1)", "https://evil.example/login", f"{ours}.evil.example/login"):
        assert "<a" not in rendering.text_to_html(f"Open the placement: {foreign}", title="x", ours=ours)


@pytest.mark.parametrize("attempts", range(1, 7))
def test_next_try_waits_longer_each_time(attempts: int, now: dt.datetime) -> None:
    assert rules.next_try(attempts, now=now) == now + dt.timedelta(minutes=rules.RETRY_AFTER_MINUTES[attempts - 1])


def test_next_try_gives_up_after_the_last(now: dt.datetime) -> None:
    assert rules.next_try(len(rules.RETRY_AFTER_MINUTES) + 1, now=now) is None
