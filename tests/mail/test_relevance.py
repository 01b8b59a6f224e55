"""Emails that are outdated by the time they are due are not sent."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from tests.factories.accounts import make_account, viewer_of
from tests.factories.mail import queue_mail
from tests.factories.matching import make_fitting_volunteer, make_match
from tests.factories.partner_requests import make_institution, make_programme, make_request
from tests.factories.placements import director_of, make_placement
from tests.support.smtp import MailServer
from volunteer_hub.accounts import service as accounts
from volunteer_hub.accounts.models import AccountToken
from volunteer_hub.accounts.queries import as_recipient
from volunteer_hub.accounts.states import AccountState
from volunteer_hub.core.db import db
from volunteer_hub.mail import leases
from volunteer_hub.mail.delivery import deliver_due
from volunteer_hub.mail.models import OutboxMail
from volunteer_hub.mail.service import queue_preview
from volunteer_hub.mail.states import MailState
from volunteer_hub.matching import emails as matching_emails
from volunteer_hub.matching.states import MatchState
from volunteer_hub.partner_requests.states import RequestState
from volunteer_hub.placements import service as placements
from volunteer_hub.placements.models import Placement


def states() -> dict[str, MailState]:
    """The state of each email by its kind; the latest of a kind counts."""
    rows = db.session.execute(sa.select(OutboxMail.kind, OutboxMail.state).order_by(OutboxMail.id))
    return {row.kind: row.state for row in rows}


def test_used_link_is_not_sent(app: Flask, server: MailServer, now: dt.datetime) -> None:
    for email in ("used@example.org", "fresh@example.org"):
        accounts.request_password_reset(make_account(email=email).email, now=now)
    used = db.session.scalars(sa.select(AccountToken).order_by(AccountToken.id)).first()
    assert used
    used.used_at = now
    db.session.commit()
    assert deliver_due(now) == 1
    first, second = db.session.scalars(sa.select(OutboxMail).order_by(OutboxMail.id))
    assert (first.state, first.last_error, first.text) == (
        MailState.CANCELLED,
        leases.OUTDATED_ERROR,
        leases.OUTDATED_ERROR,
    )
    assert second.state is MailState.SENT


def test_reset_link_that_is_too_old_is_not_sent(app: Flask, server: MailServer, clock: Any) -> None:
    accounts.request_password_reset(make_account().email, now=clock.instant)
    db.session.commit()
    assert deliver_due(clock.advance(hours=2)) == 0
    assert states() == {"reset_password": MailState.CANCELLED}


def test_nothing_is_sent_to_a_closed_account(app: Flask, server: MailServer, now: dt.datetime) -> None:
    account = make_account()
    queue_mail(to=account)
    account.state = AccountState.DEACTIVATED
    db.session.commit()
    assert deliver_due(now) == 0
    assert states() == {"password_changed": MailState.CANCELLED}


@pytest.mark.parametrize(
    ("match_state", "request_state", "sent"),
    [
        (None, None, 1),
        (MatchState.DECLINED, None, 0),
        (None, RequestState.WITHDRAWN, 0),
    ],
)
def test_invitation_is_sent_while_it_can_be_answered(
    app: Flask,
    server: MailServer,
    now: dt.datetime,
    match_state: MatchState | None,
    request_state: RequestState | None,
    sent: int,
) -> None:
    match = make_match(make_request(RequestState.OPEN), make_fitting_volunteer(), MatchState.PROPOSED)
    db.session.execute(sa.delete(OutboxMail))
    matching_emails.notify_invited(match, inviter="Dora", now=now)
    match.state = match_state or match.state
    match.request.state = request_state or match.request.state
    db.session.commit()
    deliver_due(now)
    assert states()["invited"] is (MailState.SENT if sent else MailState.CANCELLED)


def test_preview_of_an_email_always_goes_out(app: Flask, server: MailServer, now: dt.datetime) -> None:
    queue_preview("invited", as_recipient(make_account()), "Test: Invitation", "Hello", now=now)
    db.session.commit()
    assert deliver_due(now) == 1


def make_placement_to_release() -> Placement:
    """A placement that a line manager has to release."""
    institution = make_institution()
    make_programme(institution, needs_release=True)
    return make_placement(make_match(make_request(institution=institution)))


def test_line_manager_gets_the_link_that_works_and_no_older_one(app: Flask, server: MailServer, clock: Any) -> None:
    placement = make_placement_to_release()
    db.session.execute(sa.delete(OutboxMail))
    for day, email in enumerate(("typo@example.org", "lead@example.org")):
        placement.volunteer.manager_email = email
        placements.request_release_again(
            placement, actor=viewer_of(director_of(placement.request)), now=clock.advance(days=day)
        )
        db.session.commit()
    mails = db.session.scalars(sa.select(OutboxMail).order_by(OutboxMail.id)).all()
    deliver_due(clock.instant)
    assert [(mail.recipient_email, mail.state) for mail in mails] == [
        ("typo@example.org", MailState.CANCELLED),
        ("lead@example.org", MailState.SENT),
    ]
    assert placements.remind_managers(clock.advance(days=15)) == 1
    db.session.commit()
    deliver_due(clock.instant)
    assert states()["release_reminder"] is MailState.SENT


def test_request_to_a_line_manager_is_not_sent_once_a_reminder_replaced_its_link(
    app: Flask, server: MailServer, clock: Any
) -> None:
    placement = make_placement_to_release()
    db.session.execute(sa.delete(OutboxMail))
    placements.request_release_again(placement, actor=viewer_of(director_of(placement.request)), now=clock.instant)
    placements.remind_managers(clock.advance(days=15))
    db.session.commit()
    deliver_due(clock.instant)
    assert (states()["release_asked"], states()["release_reminder"]) == (MailState.CANCELLED, MailState.SENT)
