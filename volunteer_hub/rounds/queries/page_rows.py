"""Queries behind the pages of rounds, beside the rounds themselves."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from flask_babel import gettext as _

from volunteer_hub.accounts.models import Account
from volunteer_hub.core.db import db
from volunteer_hub.core.errors import NotFound
from volunteer_hub.fit.rules import RequestFacts
from volunteer_hub.institutions.models import Country, Institution
from volunteer_hub.institutions.queries import agreement_in_force
from volunteer_hub.matching import facts
from volunteer_hub.matching.models import RoundSetting
from volunteer_hub.partner_requests.deadlines import not_passed_clause
from volunteer_hub.partner_requests.models import PartnerRequest
from volunteer_hub.partner_requests.states import RequestState
from volunteer_hub.programmes.models import Programme
from volunteer_hub.programmes.states import ProgrammeState
from volunteer_hub.rounds.models import MatchingRound, RoundProposal
from volunteer_hub.rounds.queries.rounds import select_with_people
from volunteer_hub.rounds.states import BUSY, ProposalState
from volunteer_hub.volunteers.models import Volunteer
from volunteer_hub.volunteers.states import VolunteerState

P, R = RoundProposal, PartnerRequest
MAX_REQUESTS_FOR_ADVICE = 500
"""Open requests that are evaluated to advise a volunteer without a proposal."""


@dataclass(frozen=True)
class ProgrammeSize:
    """The size of a programme's next round. `with_agreement`: requests whose hospital has an agreement in force."""

    volunteers: int
    requests: int
    with_agreement: int
    seats: int

    @property
    def pairs(self) -> int:
        """The number of pairs to evaluate."""
        return self.volunteers * self.requests


def get_size(programme_id: int, *, today: dt.date) -> ProgrammeSize:
    """Return how large a round of a programme would be now; one query."""
    ready = sa.select(sa.func.count(Volunteer.id)).where(
        Volunteer.state == VolunteerState.READY,
        sa.or_(Volunteer.ready_until_on.is_(None), Volunteer.ready_until_on >= today),
    )
    agreed = sa.case((agreement_in_force(R.institution_id, today=today), 1), else_=0)
    numbers = sa.select(
        ready.scalar_subquery(),
        sa.func.count(R.id),
        sa.func.coalesce(sa.func.sum(agreed), 0),
        sa.func.coalesce(sa.func.sum(R.seats - R.seats_filled), 0),
    )
    statement = numbers.join(Institution, Institution.id == R.institution_id).where(
        R.programme_id == programme_id,
        R.state == RequestState.OPEN,
        R.seats_filled < R.seats,
        not_passed_clause(today),
    )
    return ProgrammeSize(*map(int, db.session.execute(statement).one()))


def list_programmes() -> Sequence[sa.Row[Any]]:
    """Return (programme, RoundSetting or None, queued or running round or None) of active programmes, newest first."""
    statement = (
        sa.select(Programme, RoundSetting, MatchingRound)
        .outerjoin(RoundSetting, RoundSetting.programme_id == Programme.id)
        .outerjoin(MatchingRound, sa.and_(MatchingRound.programme_id == Programme.id, MatchingRound.state.in_(BUSY)))
        .where(Programme.state == ProgrammeState.ACTIVE)
        .order_by(Programme.starts_on.desc(), Programme.id)
    )
    return db.session.execute(statement).all()


def get_proposal(round_id: int, proposal_id: int) -> RoundProposal:
    """Return one proposal of a round with volunteer, request and hospital. Raises NotFound."""
    statement = select_with_people().where(P.round_id == round_id, P.id == proposal_id)
    proposal = db.session.scalars(statement).unique().one_or_none()
    if proposal is None:
        raise NotFound(_("There is no such proposal."), code="proposal_not_found")
    return proposal


@dataclass(frozen=True)
class ProposalFilter:
    """A filter on a round's proposals: minimum score (0 to 100), hospital or country (ISO 3166-1 alpha-2). Empty: all."""

    min_score: int | None = None
    institution_id: int | None = None
    country: str | None = None


def list_planned_ids(round_id: int, part: ProposalFilter) -> Sequence[int]:
    """Return the ids of planned proposals that pass the filter, in order."""
    statement = (
        sa.select(P.id)
        .join(R, R.id == P.request_id)
        .join(Institution, Institution.id == R.institution_id)
        .where(P.round_id == round_id, P.state == ProposalState.PLANNED)
    )
    if part.min_score is not None:
        statement = statement.where(P.score >= part.min_score)
    if part.institution_id is not None:
        statement = statement.where(Institution.id == part.institution_id)
    if part.country is not None:
        statement = statement.where(Institution.country_iso2 == part.country)
    return db.session.scalars(statement.order_by(P.id)).all()


def list_hospitals(round_id: int) -> Sequence[sa.Row[tuple[int, str, str, str, int]]]:
    """Return (id, name, country code, country, number of planned proposals) of the hospitals with planned proposals."""
    statement = (
        sa.select(Institution.id, Institution.name, Country.iso2, Country.name, sa.func.count(P.id))
        .join(R, R.id == P.request_id)
        .join(Institution, Institution.id == R.institution_id)
        .join(Country, Country.iso2 == Institution.country_iso2)
        .where(P.round_id == round_id, P.state == ProposalState.PLANNED)
        .group_by(Institution.id, Institution.name, Country.iso2, Country.name)
        .order_by(Institution.name, Institution.id)
    )
    return db.session.execute(statement).all()


def list_all_proposals(round_id: int) -> Sequence[sa.Row[Any]]:
    """Return every pair of a round as rows of the CSV export, ordered by request and rank."""
    statement = (
        sa.select(
            R.id,
            R.title,
            Institution.name,
            Country.name,
            Volunteer.id,
            Account.name,
            P.rank,
            P.score,
            P.state,
            P.stale_reason,
        )
        .select_from(P)
        .join(R, R.id == P.request_id)
        .join(Institution, Institution.id == R.institution_id)
        .join(Country, Country.iso2 == Institution.country_iso2)
        .join(Volunteer, Volunteer.id == P.volunteer_id)
        .join(Account, Account.id == Volunteer.account_id)
        .where(P.round_id == round_id)
        .order_by(P.id)
    )
    return db.session.execute(statement).all()


def list_open_requests(programme_id: int, *, today: dt.date) -> list[RequestFacts]:
    """Return open requests of a programme, longest open first, at most MAX_REQUESTS_FOR_ADVICE."""
    statement = (
        sa.select(*facts.request_columns())
        .join(Institution, Institution.id == R.institution_id)
        .where(R.programme_id == programme_id, R.state == RequestState.OPEN)
        .order_by(R.opened_at, R.id)
        .limit(MAX_REQUESTS_FOR_ADVICE)
    )
    return [facts.request_facts(row, today=today) for row in db.session.execute(statement)]
