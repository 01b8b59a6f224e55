"""Facts for choosing matches, loaded once instead of by two queries for each pair."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa

from volunteer_hub.accounts.models import Account
from volunteer_hub.core.db import db
from volunteer_hub.demo.builder import World
from volunteer_hub.fit import rules
from volunteer_hub.institutions.models import Institution
from volunteer_hub.matching import facts
from volunteer_hub.partner_requests.models import PartnerRequest
from volunteer_hub.partner_requests.states import RequestState
from volunteer_hub.volunteers.models import Volunteer

MAX_MATCHED = 200
"""In a large programme, matches are made for the first volunteers and requests only, up to this number of each."""


@dataclass(eq=False)
class DemoRequest:
    """An open request as it was before any match was made."""

    id: int
    country: str
    opened_at: dt.datetime
    respond_by_on: dt.date | None
    row: Any
    by_day: dict[dt.date, rules.RequestFacts] = field(default_factory=dict)

    def facts(self, today: dt.date) -> rules.RequestFacts:
        """Return the request's facts on a day."""
        if today not in self.by_day:
            self.by_day[today] = facts.request_facts(self.row, today=today)
        return self.by_day[today]

    def is_possible_for(self, volunteer: rules.VolunteerFacts, *, today: dt.date) -> bool:
        """Return whether every gate is open for the pair. The cheap checks come first."""
        facts = self.facts(today)
        if self.id in volunteer.prior_matches or volunteer.free_minutes < facts.weekly_minutes:
            return False
        if volunteer.placements >= volunteer.capacity:
            return False
        if any(volunteer.levels.get(code, 0) < level for code, level in facts.required):
            return False
        return rules.evaluate(volunteer, facts, today=today).is_possible


@dataclass(eq=False)
class VolunteerRecord:
    """A volunteer's current row."""

    row: Any
    by_day: dict[dt.date, rules.VolunteerFacts] = field(default_factory=dict)

    def facts(self, today: dt.date) -> rules.VolunteerFacts:
        """Return the volunteer's facts on a day."""
        if today not in self.by_day:
            self.by_day[today] = facts.volunteer_facts(self.row, today=today)
        return self.by_day[today]


def list_open_requests(world: World) -> list[DemoRequest]:
    """Return the first MAX_MATCHED open requests, in order."""
    statement = (
        sa.select(*facts.request_columns(), Institution.country_iso2)
        .join(Institution, Institution.id == PartnerRequest.institution_id)
        .where(PartnerRequest.state == RequestState.OPEN)
        .order_by(PartnerRequest.id)
        .limit(MAX_MATCHED)
    )
    rows = db.session.execute(statement).all()
    return [
        DemoRequest(row.request_id, row.country_iso2, row.opened_at or world.now, row.respond_by_on, row)
        for row in rows
    ]


def load_volunteer(volunteer: Volunteer) -> VolunteerRecord:
    """Load the columns from which a volunteer's facts are made."""
    statement = (
        sa.select(*facts.volunteer_columns())
        .join(Account, Account.id == Volunteer.account_id)
        .where(Volunteer.id == volunteer.id)
    )
    return VolunteerRecord(db.session.execute(statement).one())


def volunteer_facts(volunteer: Volunteer, *, today: dt.date) -> rules.VolunteerFacts:
    """Return a volunteer's facts on a day."""
    return load_volunteer(volunteer).facts(today)
