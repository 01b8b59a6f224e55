"""The pairs on which a change of the weights is previewed: live matches, and a sample of possible pairs."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any, NamedTuple

import sqlalchemy as sa

from volunteer_hub.accounts.models import Account
from volunteer_hub.core.db import db
from volunteer_hub.fit.rules import RequestFacts, VolunteerFacts
from volunteer_hub.institutions.models import Institution
from volunteer_hub.matching import facts
from volunteer_hub.matching.models import Match
from volunteer_hub.matching.states import LIVE
from volunteer_hub.partner_requests.models import PartnerRequest
from volunteer_hub.partner_requests.states import RequestState
from volunteer_hub.volunteers.models import Volunteer
from volunteer_hub.volunteers.states import VolunteerState


class RequestTitle(NamedTuple):
    """An open request with its title."""

    title: str
    facts: RequestFacts


class VolunteerName(NamedTuple):
    """A ready volunteer with their name."""

    name: str
    facts: VolunteerFacts


def list_live_scores(*, limit: int) -> Sequence[sa.Row[Any]]:
    """Return (name, title, score breakdown) of live matches with stored shares, newest first."""
    statement = (
        sa.select(Account.name, PartnerRequest.title, Match.score_breakdown)
        .join(Volunteer, Volunteer.id == Match.volunteer_id)
        .join(Account, Account.id == Volunteer.account_id)
        .join(PartnerRequest, PartnerRequest.id == Match.request_id)
        .where(Match.state.in_(LIVE), Match.weights_id.is_not(None), Match.ended_at.is_(None))
        .order_by(Match.id.desc())
    )
    return db.session.execute(statement.limit(limit)).all()


def list_open_requests(*, limit: int, today: dt.date) -> list[RequestTitle]:
    """Return open requests with a free seat, longest open first."""
    statement = (
        sa.select(*facts.request_columns(), PartnerRequest.title)
        .join(Institution, Institution.id == PartnerRequest.institution_id)
        .where(PartnerRequest.state == RequestState.OPEN, PartnerRequest.seats_filled < PartnerRequest.seats)
        .order_by(PartnerRequest.opened_at, PartnerRequest.id)
    )
    rows = db.session.execute(statement.limit(limit))
    return [RequestTitle(row.title, facts.request_facts(row, today=today)) for row in rows]


def list_ready_volunteers(*, limit: int, today: dt.date) -> list[VolunteerName]:
    """Return ready volunteers in order of registration."""
    statement = (
        sa.select(*facts.volunteer_columns(), Account.name)
        .join(Account, Account.id == Volunteer.account_id)
        .where(Volunteer.state == VolunteerState.READY)
        .order_by(Volunteer.id)
    )
    rows = db.session.execute(statement.limit(limit))
    return [VolunteerName(row.name, facts.volunteer_facts(row, today=today)) for row in rows]
