"""Who fits what, for the story: facts loaded once instead of two questions to the database for each pair."""

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
"""Of a large programme the story is told for so many volunteers and so many requests."""


@dataclass(eq=False)
class OpenRequest:
    """An open request as it was when the story began."""

    id: int
    country: str
    opened_at: dt.datetime
    respond_by_on: dt.date | None
    row: Any
    by_day: dict[dt.date, rules.RequestFacts] = field(default_factory=dict)

    def facts(self, today: dt.date) -> rules.RequestFacts:
        """The request as plain values on a day."""
        if today not in self.by_day:
            self.by_day[today] = facts.request_facts(self.row, today=today)
        return self.by_day[today]

    def is_possible_for(self, me: rules.VolunteerFacts, *, today: dt.date) -> bool:
        """Whether nothing stops the two. What is quickly seen is looked at first."""
        asked = self.facts(today)
        if self.id in me.prior_matches or me.free_minutes < asked.weekly_minutes or me.placements >= me.capacity:
            return False
        if any(me.levels.get(code, 0) < level for code, level in asked.required):
            return False
        return rules.evaluate(me, asked, today=today).is_possible


@dataclass(eq=False)
class VolunteerRecord:
    """A volunteer as they are now."""

    row: Any
    by_day: dict[dt.date, rules.VolunteerFacts] = field(default_factory=dict)

    def facts(self, today: dt.date) -> rules.VolunteerFacts:
        """The volunteer as plain values on a day."""
        if today not in self.by_day:
            self.by_day[today] = facts.volunteer_facts(self.row, today=today)
        return self.by_day[today]


def list_open_requests(world: World) -> list[OpenRequest]:
    """The first open requests, in order."""
    statement = (
        sa.select(*facts.request_columns(), Institution.country_iso2)
        .join(Institution, Institution.id == PartnerRequest.institution_id)
        .where(PartnerRequest.state == RequestState.OPEN)
        .order_by(PartnerRequest.id)
        .limit(MAX_MATCHED)
    )
    rows = db.session.execute(statement).all()
    return [
        OpenRequest(row.request_id, row.country_iso2, row.opened_at or world.now, row.respond_by_on, row)
        for row in rows
    ]


def load_volunteer(volunteer: Volunteer) -> VolunteerRecord:
    """What the facts of a volunteer are read from."""
    statement = (
        sa.select(*facts.volunteer_columns())
        .join(Account, Account.id == Volunteer.account_id)
        .where(Volunteer.id == volunteer.id)
    )
    return VolunteerRecord(db.session.execute(statement).one())


def volunteer_facts(one: Volunteer, *, today: dt.date) -> rules.VolunteerFacts:
    """A volunteer as plain values."""
    return load_volunteer(one).facts(today)
