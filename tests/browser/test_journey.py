"""One journey through the whole service: from an empty programme to confirmed hours on the coordinator's dashboard."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Sequence
from functools import partial
from typing import Any

import pytest
import sqlalchemy as sa
from playwright.sync_api import Browser

from tests.browser import staff_steps, steps
from tests.factories.accounts import make_account
from tests.support.browser import DESK, BrowserUser
from tests.support.keyboard import KeyboardUser
from tests.support.live import LiveServer
from tests.support.mail_catcher import MailReader, run_mail_catcher
from volunteer_hub.audit import queries as audit
from volunteer_hub.budgets import queries as budgets
from volunteer_hub.core.access import Role
from volunteer_hub.core.db import db
from volunteer_hub.mail.models import OutboxMail
from volunteer_hub.mail.states import MailState
from volunteer_hub.placements.models import Placement
from volunteer_hub.placements.states import PlacementState

VOLUNTEER, MANAGER = "wendy@nhs.example.org", "morag@nhs.example.org"
PARTNER, DIRECTOR = "grace@hospital.example.org", "moses@hospital.example.org"
USERS = {
    "without scripts": partial(BrowserUser, scripts=False),
    "with scripts": BrowserUser,
    "by keyboard": partial(KeyboardUser, size=DESK),
}
ON_EVERY_DATABASE = "without scripts"
"""The kind of user that runs on each database; scripts and keys do not depend on the database."""
EXPECTED_MAILS = {
    "invitation": 2,
    "confirm_address": 1,
    "profile_received": 1,
    "profile_sent": 1,
    "readiness_ready": 1,
    "request_received": 2,
    "request_submitted": 2,
    "request_returned": 1,
    "request_opened": 1,
    "interest_received": 1,
    "interest_sent": 1,
    "placement_approved": 1,
    "placement_for_partner": 1,
    "release_asked": 1,
    "release_given": 2,
    "workplan_changed": 1,
    "workplan_agreed": 3,
    "placement_started": 3,
}


OVERTAKEN_MAILS = dict.fromkeys(
    ("request_submitted", "request_returned", "request_opened", "interest_received"), MailState.CANCELLED
)
"""Emails that ask for what has been done before they are delivered, so they are cancelled."""


def make_staff(live: LiveServer) -> None:
    """Create the accounts that exist before the journey."""
    with live.app.app_context():
        make_account(Role.COORDINATOR, name="Cora Coordinator", email="cora@example.org")
        make_account(Role.FINANCE, name="Felix Finance", email="felix@example.org")


def outcome(live: LiveServer) -> tuple[Placement, Counter[str], dict[str, MailState]]:
    """Return the placement, the number of emails of each kind, and the states of those that were not sent."""
    placement = db.session.scalars(sa.select(Placement)).one()
    mails = db.session.scalars(sa.select(OutboxMail)).all()
    return (
        placement,
        Counter(mail.kind for mail in mails),
        {mail.kind: mail.state for mail in mails if mail.state is not MailState.SENT},
    )


def run_journey(people: Sequence[BrowserUser], mail: MailReader, today: dt.date) -> None:
    """Run every step, in the order of the work."""
    coordinator, finance, partner, director, volunteer, manager = people
    coordinator.sign_in("cora@example.org")
    staff_steps.set_up_programme(coordinator, today)
    staff_steps.add_institution(coordinator, today)
    staff_steps.add_to_programme(coordinator)
    staff_steps.invite(coordinator, "Grace Auma", PARTNER, "Partner contact", place=staff_steps.HOSPITAL)
    staff_steps.invite(coordinator, "Dr Moses Kato", DIRECTOR, "Overseas Director", country="Uganda")
    steps.open_account(partner, PARTNER, mail)
    steps.open_account(director, DIRECTOR, mail)
    steps.register(volunteer, VOLUNTEER, mail)
    steps.fill_profile(volunteer, MANAGER)
    staff_steps.record_checks(coordinator, today)
    finance.sign_in("felix@example.org")
    staff_steps.book_money(finance)
    steps.draft_request(partner, today)
    request_path = partner.path
    steps.return_request(director)
    steps.answer_director(partner, request_path)
    steps.open_request(director)
    steps.apply(volunteer)
    steps.approve(director, today)
    steps.release(manager, mail, MANAGER)
    steps.plan(volunteer, partner)
    steps.log_hours(volunteer)
    steps.correct_date(volunteer, today)
    steps.confirm_hours(partner)
    steps.read_my_hours(volunteer)
    staff_steps.read_dashboard(coordinator)
    mail.deliver()
    finance.menu("Budget")
    finance.expect_text("£300.00", "£4,700.00")


@pytest.mark.parametrize(
    "user",
    [
        pytest.param(user, id=name, marks=[] if name == ON_EVERY_DATABASE else pytest.mark.once)
        for name, user in USERS.items()
    ],
)
def test_from_registration_to_confirmed_hours_on_the_dashboard(browser: Browser, live: LiveServer, user: Any) -> None:
    make_staff(live)
    seen: set[str] = set()
    *people, reader = everyone = [user(browser, live.address, seen=seen) for _ in range(7)]
    with run_mail_catcher(live, reader) as mail:
        run_journey(people, mail, dt.datetime.now(dt.UTC).date())
    with live.app.app_context():
        placement, mails, unsent = outcome(live)
        assert placement.state is PlacementState.ACTIVE
        assert placement.allocation.amount_minor == 30_000
        assert [fund.available_minor for fund in budgets.list_funds()] == [470_000]
        assert unsent == OVERTAKEN_MAILS
        assert mails == EXPECTED_MAILS
        assert list(audit.verify()) == []
    faults = [fault for person in everyone for fault in person.faults]
    assert not faults, "\n".join(dict.fromkeys(faults))
    for person in everyone:
        person.close()
