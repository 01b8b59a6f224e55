"""The editor of email templates: messages, preview, saving, sending, reset."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from tests.factories.accounts import make_account, viewer_of
from tests.support.query_count import page_queries
from tests.support.queued_mail import list_queued_mail
from volunteer_hub.accounts import emails
from volunteer_hub.accounts.queries import as_recipient
from volunteer_hub.audit.models import AuditEntry, AuditNote
from volunteer_hub.core import clock as core_clock
from volunteer_hub.core.access import Role
from volunteer_hub.core.db import db
from volunteer_hub.mail import template_messages, wording
from volunteer_hub.mail.models import EmailWording

CHANGED = "The password of your account was changed, and your other browsers were signed out."
DEAR = "Dear %(name)s,"
SAFETY = "Please do not answer with anything from which a patient could be recognised."


def number_of(kind: str, msgid: str) -> int:
    """Return the number of a message on the page of its kind."""
    return [message.msgid for message in template_messages.list_messages(kind)].index(msgid) + 1


@pytest.fixture
def coordinator(app: Flask, as_: Any) -> Any:
    """A signed-in coordinator's browser."""
    return as_(make_account(Role.COORDINATOR, name="Cora", email="cora@example.org"))


def reword(msgid: str, text: str, kind: str = "password_changed") -> None:
    """Replace a message by another text and commit."""
    message = wording.get_message(kind, number_of(kind, msgid))
    admin = viewer_of(make_account(Role.ADMIN))
    wording.change(kind, message, text, locale="en", actor=admin, now=core_clock.now())
    db.session.commit()


def test_messages_are_in_reading_order(app: Flask) -> None:
    msgids = [message.msgid for message in template_messages.list_messages("password_changed")]
    assert msgids == [
        "Your password was changed",
        DEAR,
        CHANGED,
        "If this was not you, choose a new password at once and tell the coordinator.",
        "Choose a new password",
        "With kind regards",
        "You get this e-mail for your safety after every change of your password.",
        SAFETY,
    ]
    flags = {
        message.msgid: (message.in_subject, message.is_label)
        for message in template_messages.list_messages("password_changed")
    }
    assert flags["Your password was changed"] == (True, False)
    assert flags["Choose a new password"] == (False, True)
    assert flags[CHANGED] == (False, False)


def test_a_replaced_block_of_the_base_is_left_out(app: Flask) -> None:
    msgids = [message.msgid for message in template_messages.list_messages("no_account")]
    assert DEAR not in msgids
    assert "Good day," in msgids


def test_every_kind_can_be_previewed_in_both_cases(app: Flask) -> None:
    to = as_recipient(make_account(name="Ann Example"))
    with app.test_request_context():
        for kind in template_messages.list_kinds():
            assert template_messages.list_messages(kind), kind
            for usual in (True, False):
                subject, text = wording.preview(kind, to=to, locale="en", usual=usual)
                assert subject
                assert SAFETY in text


def test_changed_messages_replace_the_originals_in_their_kind_only(app: Flask) -> None:
    account = make_account(name="Ann")
    reword(DEAR, "Good day %(name)s,")
    reword("Your password was changed", "A new password")
    emails.notify_password_changed(account, now=core_clock.now())
    emails.notify_role_given(account, inviter="Ada", role="Admin", place="all", now=core_clock.now())
    [changed], [other] = list_queued_mail("password_changed"), list_queued_mail("role_given")
    assert changed.subject == "A new password"
    assert changed.text.startswith("Good day Ann,")
    assert "Good day Ann," in changed.html
    assert other.text.startswith("Dear Ann,")


def test_percent_sign_in_a_value_is_only_text(app: Flask) -> None:
    reword(DEAR, "Good day %(name)s,")
    emails.notify_password_changed(make_account(name="100 %(x)s"), now=core_clock.now())
    assert list_queued_mail("password_changed")[0].text.startswith("Good day 100 %(x)s,")


def test_preview_shows_the_whole_email_before_anything_is_saved(coordinator: Any) -> None:
    path = f"/wording/password_changed/{number_of('password_changed', CHANGED)}"
    reply = coordinator.submit(path, text="Hello <b>there</b>.", preview="yes")
    assert reply.status_code == 200
    assert "<mark>Hello &lt;b&gt;there&lt;/b&gt;.</mark>" in reply.text
    assert db.session.scalars(sa.select(EmailWording)).all() == []


def test_saving_records_both_texts_in_the_history(coordinator: Any) -> None:
    path = f"/wording/password_changed/{number_of('password_changed', DEAR)}"
    assert coordinator.submit(path, text="Good day %(name)s,").status_code == 303
    assert coordinator.submit(path, text="Hello %(name)s,").status_code == 303
    notes = db.session.scalars(
        sa.select(AuditNote.text).join(AuditEntry).where(AuditEntry.action == "mail.wording_changed")
    ).all()
    assert set(notes) == {"“Dear %(name)s,” → “Good day %(name)s,”", "“Good day %(name)s,” → “Hello %(name)s,”"}
    page = coordinator.get("/wording/password_changed").text
    assert "<mark>Hello Cora,</mark>" in page
    assert "Good day %(name)s," in page
    assert "1 sentence changed" in coordinator.get("/wording/").text


def test_text_that_would_break_it_is_refused_and_shown_again(coordinator: Any) -> None:
    path = f"/wording/password_changed/{number_of('password_changed', DEAR)}"
    reply = coordinator.submit(path, text="Hello you")
    assert reply.status_code == 422
    assert "The reader needs %(name)s" in reply.text
    assert "Hello you" in reply.text


def test_second_editor_is_shown_both_versions(coordinator: Any) -> None:
    path = f"/wording/password_changed/{number_of('password_changed', DEAR)}"
    data = coordinator.forms(path)[-1]["data"] | {"text": "Mine %(name)s,"}
    reword(DEAR, "Theirs %(name)s,")
    reply = coordinator.post(path, data=data)
    assert reply.status_code == 409
    assert "Theirs %(name)s," in reply.text
    assert "Mine %(name)s," in reply.text


def test_one_message_and_all_messages_can_be_reset(coordinator: Any) -> None:
    reword(DEAR, "Hello %(name)s,")
    reword(SAFETY, "No patients, please.")
    assert coordinator.submit("/wording/password_changed", action="/reset", msgid=DEAR).status_code == 303
    assert [row.msgid for row in db.session.scalars(sa.select(EmailWording))] == [SAFETY]
    assert coordinator.submit("/wording/password_changed/reset-all").status_code == 303
    assert db.session.scalars(sa.select(EmailWording)).all() == []


def test_texts_of_an_older_release_are_listed_and_removed(coordinator: Any) -> None:
    old = {"locale": "en", "msgid": "Old words", "text": "Our old words", "changed_at": core_clock.now()}
    db.session.add_all([EmailWording(kind="password_changed", **old), EmailWording(kind="gone", **old)])
    db.session.commit()
    assert "No longer used" in coordinator.get("/wording/password_changed").text
    assert "The service no longer writes this kind." in coordinator.get("/wording/").text
    for kind in ("password_changed", "gone"):
        assert coordinator.submit(f"/wording/{kind}", action="/reset").status_code == 303
    assert db.session.scalars(sa.select(EmailWording)).all() == []
    assert coordinator.get("/wording/gone").status_code == 404


def test_preview_is_sent_to_the_viewer_only_and_without_marks(coordinator: Any) -> None:
    reword(DEAR, "Hello %(name)s,")
    assert coordinator.submit("/wording/reset_password", action="/test").status_code == 303
    assert coordinator.submit("/wording/password_changed", action="/test").status_code == 303
    [mail] = list_queued_mail("password_changed")
    assert (mail.recipient_email, mail.subject) == ("cora@example.org", "Test: Your password was changed")
    assert mail.text.startswith("Hello Cora,")


@pytest.mark.parametrize(
    "path",
    [
        "/wording/nosuch",
        "/wording/nosuch/1",
        "/wording/password_changed/99",
        "/wording/nosuch/reset-all",
        "/wording/..",
    ],
)
def test_other_kinds_and_numbers_are_not_found(coordinator: Any, path: str) -> None:
    assert coordinator.get(path).status_code == 404


def test_pages_cost_the_same_with_many_changes(coordinator: Any) -> None:
    def costs() -> list[int]:
        path = f"/wording/password_changed/{number_of('password_changed', DEAR)}"
        return [len(page_queries(coordinator, page)) for page in ("/wording/", "/wording/password_changed", path)]

    reword(DEAR, "Hello %(name)s,")
    before = costs()
    for message in template_messages.list_messages("password_changed"):
        reword(message.msgid, f"{message.msgid} again".replace("\n", " "))
    assert costs() == before
    assert before[0] <= 3
    assert max(before) <= 6
