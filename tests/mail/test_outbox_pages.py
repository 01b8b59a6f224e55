"""The pages of the outbox: search, and the decisions of staff (docs/invariants.md, I10 and I11)."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from tests.factories.accounts import make_account
from tests.factories.mail import move_mail
from tests.support.query_count import page_queries
from tests.support.smtp import MailServer
from volunteer_hub.accounts.models import Account
from volunteer_hub.accounts.queries import as_recipient
from volunteer_hub.audit.models import AuditEntry
from volunteer_hub.core import clock as core_clock
from volunteer_hub.core.access import Role
from volunteer_hub.core.db import db
from volunteer_hub.mail.delivery import deliver_due
from volunteer_hub.mail.delivery_overrides import CANCELLED_TEXT, DELIVERED_TEXT
from volunteer_hub.mail.models import OutboxMail
from volunteer_hub.mail.service import queue
from volunteer_hub.mail.states import MailState

S = MailState


def make_mail(
    state: MailState = S.QUEUED, *, to: Account | None = None, sensitive: bool = False, kind: str = "password_changed"
) -> OutboxMail:
    """An e-mail in `state`, committed."""
    account = to or make_account()
    mail = queue(kind, as_recipient(account), account, now=core_clock.now(), sensitive=sensitive)
    assert mail
    if state is not S.QUEUED:
        mail.attempts = 7
        move_mail(mail, state)
    db.session.commit()
    return mail


@pytest.fixture
def admin(app: Flask, as_: Any) -> Any:
    """A signed-in administrator's browser."""
    return as_(make_account(Role.ADMIN))


def audited_actions() -> list[str]:
    """Return the audited actions on emails."""
    statement = (
        sa.select(AuditEntry.action).where(AuditEntry.subject_type == "outbox_mail").order_by(AuditEntry.sequence)
    )
    return list(db.session.scalars(statement))


def test_filters_find_by_state_kind_recipient_and_day(app: Flask, as_: Any, clock: Any) -> None:
    ann = make_account(name="Ann Example", email="ann_1@example.org")
    make_mail(S.FAILED, to=ann)
    clock.advance(days=2)
    make_mail(to=make_account(name="Bob Other", email="annx1@example.org"))
    admin = as_(make_account(Role.ADMIN))
    for query, expected in {
        "": (True, True),
        "state=failed": (True, False),
        "state=queued": (False, True),
        "kind=role_given": (False, False),
        "to=EXAMPLE": (True, True),
        "to=ann_1": (True, False),
        "to=bob": (False, True),
        "until=2026-11-21": (True, False),
        "since=2026-11-22": (False, True),
        "since=nonsense&state=nonsense": (True, True),
    }.items():
        page = admin.get(f"/outbox/?{query}").text
        assert ("Ann Example" in page, "Bob Other" in page) == expected, query


def test_paging_shows_each_once(admin: Any) -> None:
    account = make_account()
    for minute in range(25):
        queue("password_changed", as_recipient(account), account, now=core_clock.now() + dt.timedelta(minutes=minute))
    db.session.commit()
    first = admin.get("/outbox/").text
    assert first.count('class="app-card"') == 20
    after = first.split("after=")[1].split('"')[0]
    assert admin.get(f"/outbox/?after={after}").text.count('class="app-card"') == 5


def test_one_mail_shows_its_text_unless_it_holds_a_secret(admin: Any) -> None:
    plain, secret = make_mail(), make_mail(S.FAILED, sensitive=True)
    assert "your other browsers were signed out" in admin.get(f"/outbox/{plain.id}").text
    assert "your other browsers were signed out" not in admin.get(f"/outbox/{secret.id}").text
    assert admin.get("/outbox/999").status_code == 404


ALLOWED = {
    "send-again": {S.FAILED, S.UNCERTAIN},
    "delivered": {S.UNCERTAIN},
    "cancel": {S.QUEUED},
}


@pytest.mark.parametrize("act", ALLOWED)
@pytest.mark.parametrize("state", list(S))
def test_each_decision_is_possible_in_its_states_only(admin: Any, act: str, state: MailState) -> None:
    mail = make_mail(state)
    path = f"/outbox/{mail.id}"
    assert (f"{path}/{act}" in admin.get(path).text) is (state in ALLOWED[act])
    reply = admin.submit(f"{path}/{act}")
    db.session.expire_all()
    if state in ALLOWED[act]:
        assert reply.status_code == 303
        assert len(audited_actions()) == 1
    else:
        assert reply.status_code == 409
        assert (mail.state, audited_actions()) == (state, [])


def test_resent_email_keeps_its_key_and_message_id_and_resets_attempts(
    admin: Any, server: MailServer, clock: Any
) -> None:
    mail = make_mail(S.UNCERTAIN)
    key = (mail.message_id, mail.due_at)
    assert admin.submit(f"/outbox/{mail.id}/send-again").status_code == 303
    db.session.expire_all()
    assert (mail.state, mail.attempts, mail.lease_until) == (S.QUEUED, 0, None)
    assert deliver_due(clock.advance(minutes=1)) == 1
    assert (mail.message_id, mail.due_at) == key
    assert [message["Message-ID"] for message in server.messages] == [mail.message_id]
    assert audited_actions() == ["outbox_mail.queued"]


def test_double_click_decides_once(admin: Any) -> None:
    mail = make_mail(S.FAILED)
    path = f"/outbox/{mail.id}/send-again"
    data = admin.forms(path)[-1]["data"]
    assert [admin.post(path, data=data).status_code for _ in range(2)] == [303, 303]
    assert audited_actions() == ["outbox_mail.queued"]
    assert admin.post(path, data=data | {"form_key": "another"}).status_code == 409


@pytest.mark.parametrize(
    ("state", "act", "replacement"),
    [(S.QUEUED, "cancel", CANCELLED_TEXT), (S.UNCERTAIN, "delivered", DELIVERED_TEXT)],
)
def test_final_decision_removes_the_secret_text(admin: Any, state: MailState, act: str, replacement: str) -> None:
    mail = make_mail(state, sensitive=True)
    assert admin.submit(f"/outbox/{mail.id}/{act}").status_code == 303
    db.session.expire_all()
    assert (mail.text, mail.html) == (replacement, replacement)


def test_cancelled_mail_is_never_sent(admin: Any, server: MailServer, clock: Any) -> None:
    mail = make_mail()
    admin.submit(f"/outbox/{mail.id}/cancel")
    assert deliver_due(clock.advance(days=1)) == 0
    assert server.messages == []


def test_pages_cost_the_same_for_one_and_for_thirty(admin: Any) -> None:
    first = make_mail()
    paths = ("/outbox/", f"/outbox/{first.id}")
    before = [len(page_queries(admin, path)) for path in paths]
    for _ in range(30):
        make_mail()
    assert [len(page_queries(admin, path)) for path in paths] == before
    assert before[0] <= 3
    assert before[1] <= 6
