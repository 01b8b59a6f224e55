"""Rows for the landing pages: hours entries, hospitals with rows in every state, and readers of a page's figures."""

from __future__ import annotations

import datetime as dt
import html
import re
from typing import Any

from tests.factories.accounts import make_account
from tests.factories.mail import move_mail
from tests.factories.matching import make_fitting_volunteer, make_match
from tests.factories.partner_requests import make_institution, make_programme, make_request
from tests.factories.placements import make_fund, make_placement
from tests.factories.volunteers import make_volunteer
from volunteer_hub.accounts.models import Account
from volunteer_hub.core import clock
from volunteer_hub.core.access import Role
from volunteer_hub.core.db import db
from volunteer_hub.hours.models import HoursEntry
from volunteer_hub.hours.states import HoursKind, HoursState
from volunteer_hub.institutions.models import DataSharingAgreement, Institution
from volunteer_hub.mail.models import OutboxMail
from volunteer_hub.mail.states import MailState
from volunteer_hub.matching.states import MatchState
from volunteer_hub.partner_requests.states import RequestState
from volunteer_hub.placements.models import Placement
from volunteer_hub.placements.states import PlacementState
from volunteer_hub.volunteers.states import VolunteerState

COUNT = re.compile(r'<a class="app-count" href="([^"]+)">([0-9]+)<')
NEXT = re.compile(r'<nav class="app-more".*?href="([^"]+)"', re.DOTALL)
DAY = dt.timedelta(days=1)


def log_hours(
    placement: Placement,
    state: HoursState = HoursState.LOGGED,
    *,
    on: dt.date | None = None,
    minutes: int = 60,
    at: dt.datetime | None = None,
) -> HoursEntry:
    """Create an hours entry in `state`, committed."""
    now = at or clock.now()
    entry = HoursEntry(
        placement_id=placement.id,
        volunteer_id=placement.volunteer_id,
        worked_on=on or now.date(),
        minutes=minutes,
        kind=HoursKind.DELIVERY,
        state=HoursState.LOGGED,
        logged_at=now,
        updated_at=now,
    )
    db.session.add(entry)
    db.session.flush()
    entry.state = state
    db.session.commit()
    return entry


def make_mail(state: MailState = MailState.FAILED, *, at: dt.datetime | None = None) -> OutboxMail:
    """Create an outbox e-mail in `state`, committed."""
    now = at or clock.now()
    number = db.session.query(OutboxMail).count()
    mail = OutboxMail(
        kind="confirm_address", subject_type="account", subject_id=number + 1, recipient_name="Lost Letter",
        recipient_email=f"lost{number}@example.org", subject="Hello", text="Hello", html="", created_at=now,
        due_at=now, message_id=f"<{number}@example.org>", state=MailState.QUEUED,
    )  # fmt: skip
    db.session.add(mail)
    move_mail(mail, state)
    db.session.commit()
    return mail


class Busy:
    """A hospital with requests, matches and placements in every state, and its people in every scoped role."""

    def __init__(self, now: dt.datetime, country: str = "UG", prefix: str = "Ours") -> None:
        self.now, self.prefix = now, prefix
        self.place = make_institution(country, name=f"{prefix} Hospital")
        date_agreement(self.place, since=now.date() - 300 * DAY)
        self.programme = make_programme(self.place, name=f"{prefix} programme", volunteer_days=7)
        self.fund = make_fund(self.programme)
        self.director = make_account(Role.DIRECTOR, country=country, email=f"director.{country}@example.org".lower())
        self.partner = make_account(Role.PARTNER, institution_id=self.place.id)
        self.volunteer = make_fitting_volunteer(capacity=9, at=now - 90 * DAY, name=f"{prefix} Volunteer")
        self._requests()
        self._matches()
        self._placements()

    def request(self, state: RequestState = RequestState.OPEN, *, ago: int = 1, **options: Any) -> Any:
        """Create a request of the hospital, `ago` days old."""
        return make_request(
            state, institution=self.place, contact=self.partner, at=self.now - ago * DAY,
            title=f"{self.prefix} {state} {ago}", respond_by_on=self.now.date() + 60 * DAY,
            earliest_start_on=self.now.date() - ago * DAY + 5 * DAY, **options,
        )  # fmt: skip

    def _requests(self) -> None:
        for state in RequestState:
            self.request(state, ago=30)
        self.request(RequestState.SUBMITTED, ago=1)

    def match(self, state: MatchState = MatchState.ACCEPTED, *, ago: int = 1, volunteer: Any = None) -> Any:
        """Create a match with a new request of the hospital, `ago` days old."""
        at = self.now - ago * DAY
        volunteer = volunteer or make_fitting_volunteer(at=at - 30 * DAY)
        return make_match(self.request(ago=ago + 1), volunteer, state, director=self.director, at=at)

    def _matches(self) -> None:
        self.match(ago=1)
        self.match(ago=10)
        self.match(ago=2)
        self.match(MatchState.PROPOSED, ago=1, volunteer=self.volunteer)

    def placement(self, state: PlacementState, *, ago: int, volunteer: Any = None) -> Placement:
        """Create a placement of the hospital that was approved, and due to start, `ago` days ago."""
        match = self.match(ago=ago, volunteer=volunteer)
        return make_placement(match, state, director=self.director, at=self.now - ago * DAY)

    def _placements(self) -> None:
        self.placement(PlacementState.PLANNED, ago=6)
        self.placement(PlacementState.ENDED_EARLY, ago=6)
        self.at_work = self.placement(PlacementState.ACTIVE, ago=40, volunteer=self.volunteer)
        self.quiet = self.placement(PlacementState.ACTIVE, ago=40)
        log_hours(self.at_work, at=self.now - 20 * DAY)
        log_hours(self.at_work, HoursState.CONFIRMED, minutes=90)
        log_hours(self.at_work, HoursState.QUERIED, minutes=45)
        log_hours(self.quiet, at=self.now - 30 * DAY)


class Everything(Busy):
    """The same hospital, with rows that only staff handle, and accounts of the staff roles."""

    def __init__(self, now: dt.datetime) -> None:
        super().__init__(now)
        for state in VolunteerState:
            make_volunteer(state=state, at=now - 10 * DAY)
        make_volunteer(expires_on=now.date() + 20 * DAY, at=now - 10 * DAY)
        self.unsigned = make_institution("KE", name="Unsigned Hospital", agreement=False)
        make_request(institution=self.unsigned)
        for state in (MailState.QUEUED, MailState.FAILED, MailState.UNCERTAIN):
            make_mail(state)
        self.staff = {
            role: make_account(role, email=f"{role.value}@example.org")
            for role in (Role.COORDINATOR, Role.FINANCE, Role.FUNDER, Role.ADMIN)
        }

    def person(self, role: Role) -> Account:
        """Return an account that holds that role here."""
        scoped = {Role.DIRECTOR: self.director, Role.PARTNER: self.partner, Role.VOLUNTEER: self.volunteer.account}
        return scoped.get(role) or self.staff[role]


def date_agreement(place: Institution, *, since: dt.date, until: dt.date | None = None) -> None:
    """Set the dates of an institution's only agreement."""
    agreement = db.session.query(DataSharingAgreement).filter_by(institution_id=place.id).one()
    agreement.signed_on, agreement.expires_on = since, until
    db.session.commit()


def figures(client: Any, path: str = "/start") -> list[tuple[str, int]]:
    """Return (address, number) of every linked figure of a page."""
    return [(html.unescape(url), int(number)) for url, number in COUNT.findall(client.get(path).text)]


def rows_at(client: Any, path: str | None) -> int:
    """Return the number of rows of a list, over all its pages."""
    number = 0
    while path:
        page = client.get(path)
        assert page.status_code == 200, path
        number += len(re.findall(r'<li class="app-card\b', page.text))
        more = NEXT.search(page.text)
        path = html.unescape(more[1]) if more else None
    return number
