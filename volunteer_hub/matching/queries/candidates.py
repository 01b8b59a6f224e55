"""Candidates for a request, and volunteers who could be invited, as hosts see them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import sqlalchemy as sa
from flask_babel import gettext as _
from sqlalchemy.orm import contains_eager, joinedload

from volunteer_hub.accounts.models import Account
from volunteer_hub.core.access import Role, Viewer
from volunteer_hub.core.db import db
from volunteer_hub.core.errors import NotFound
from volunteer_hub.fit import rules
from volunteer_hub.institutions.models import Institution
from volunteer_hub.matching import facts, match_history
from volunteer_hub.matching.models import Match
from volunteer_hub.matching.queries import weights
from volunteer_hub.matching.queries.matches import HOSTS, in_scope, is_unanswered_proposal
from volunteer_hub.matching.states import WAITING, MatchState, Reason
from volunteer_hub.partner_requests.models import PartnerRequest
from volunteer_hub.volunteers.models import Volunteer
from volunteer_hub.volunteers.states import VolunteerState


def is_director_for(viewer: Viewer, request: PartnerRequest) -> bool:
    """Whether the viewer decides for the hospital of a request as its director, not in another role."""
    institution = request.institution
    return viewer.covers(Role.DIRECTOR, country=institution.country_iso2, institution_id=institution.id)


def get_request_for_host(viewer: Viewer, request_id: int) -> PartnerRequest:
    """Return a request in the viewer's scope as partner, director or staff. Raises NotFound."""
    statement = (
        sa.select(PartnerRequest)
        .join(PartnerRequest.institution)
        .where(PartnerRequest.id == request_id, in_scope(viewer, *HOSTS))
        .options(
            contains_eager(PartnerRequest.institution).joinedload(Institution.country),
            joinedload(PartnerRequest.programme),
        )
    )
    request = db.session.scalars(statement).unique().one_or_none()
    if request is None:
        raise NotFound(_("There is no such request."), code="request_not_found")
    return request


@dataclass(frozen=True)
class Candidate:
    """A volunteer for one request as its hosts see them: without email address, number and line manager."""

    row: Any
    fit: rules.Fit
    facts: rules.VolunteerFacts
    request: rules.RequestFacts
    match: Match | None = None

    @property
    def needs_live_time(self) -> bool:
        """Whether part of the work is done live."""
        return self.request.delivery != "asynchronous"

    @property
    def latest_state(self) -> MatchState | None:
        """The state of the latest match of the pair; None if there was none that counts."""
        return match_history.latest_state(self.row.matches, self.request.id)

    @property
    def is_invited(self) -> bool:
        """Whether an invitation or a proposal awaits the volunteer's answer."""
        return self.latest_state is MatchState.PROPOSED

    @property
    def rank_key(self) -> tuple[int, int]:
        """The sort key of a ranking: best score first, then by id."""
        return -self.fit.score, self.facts.id


def get_request_facts(request_id: int, *, today: dt.date) -> rules.RequestFacts:
    """Return a request as plain values."""
    statement = (
        sa.select(*facts.request_columns())
        .join(Institution, Institution.id == PartnerRequest.institution_id)
        .where(PartnerRequest.id == request_id)
    )
    return facts.request_facts(db.session.execute(statement).one(), today=today)


def _volunteers() -> sa.Select[Any]:
    employer = sa.orm.aliased(Institution)
    return (
        sa.select(
            *facts.volunteer_columns(),
            Account.name,
            Volunteer.profession_code,
            Volunteer.experience,
            Volunteer.learning_goals,
            employer.name.label("employer"),
        )
        .join(Account, Account.id == Volunteer.account_id)
        .outerjoin(employer, employer.id == Volunteer.employer_id)
    )


def list_waiting_candidates(
    request: PartnerRequest, request_facts: rules.RequestFacts, *, today: dt.date, include_proposed: bool = True
) -> list[Candidate]:
    """Return the candidates who await an answer on this request, best first. One query.

    Without `include_proposed`, leaves out those to whom a round has proposed it and who have not accepted.
    """
    waiting = sa.orm.aliased(Match)  # an alias, because the subquery of placements selects from matches too
    statement = (
        _volunteers()
        .add_columns(waiting)
        .join(waiting, waiting.volunteer_id == Volunteer.id)
        .where(waiting.request_id == request.id, waiting.state.in_(WAITING))
        .order_by(Volunteer.id)
    )
    if not include_proposed:
        statement = statement.where(~is_unanswered_proposal(waiting))
    candidates = [_evaluate_row(row, request_facts, today, row[-1]) for row in db.session.execute(statement)]
    return sorted(candidates, key=lambda candidate: (-candidate.fit.score, candidate.row.volunteer_id))


@lru_cache(maxsize=1)
def _volunteers_by_id() -> sa.Select[Any]:
    """Built once and complete: SQLAlchemy stores a statement's cache key on the object."""
    return _volunteers().where(Volunteer.id.in_(sa.bindparam("volunteer_ids", expanding=True))).order_by(Volunteer.id)


def evaluate_volunteers(
    volunteer_ids: Sequence[int], request_facts: rules.RequestFacts, *, today: dt.date
) -> list[Candidate]:
    """Return these volunteers evaluated for a request as of now. One query."""
    rows = db.session.execute(_volunteers_by_id(), {"volunteer_ids": list(volunteer_ids)})
    return [_evaluate_row(row, request_facts, today, None) for row in rows]


def list_ready_candidates(request_facts: rules.RequestFacts, *, today: dt.date, limit: int) -> list[Candidate] | None:
    """Return all ready volunteers evaluated for a request; None if there are more than `limit`. One query."""
    statement = _volunteers().where(Volunteer.state == VolunteerState.READY).order_by(Volunteer.id)
    rows = db.session.execute(statement.limit(limit + 1)).all()
    return [_evaluate_row(row, request_facts, today, None) for row in rows] if len(rows) <= limit else None


def find_invitable(volunteer_id: int, request_facts: rules.RequestFacts, *, today: dt.date) -> Candidate | None:
    """Return an eligible volunteer without a match with this request; None for any other. One query."""
    candidates = evaluate_volunteers([volunteer_id], request_facts, today=today)
    return (
        candidates[0] if candidates and candidates[0].fit.is_possible and candidates[0].latest_state is None else None
    )


def list_declined_for_seats(
    request: PartnerRequest, request_facts: rules.RequestFacts, *, today: dt.date
) -> list[Candidate]:
    """Return those declined when the last seat was taken, without a later match with this request, and still
    eligible.
    """
    closed, later = sa.orm.aliased(Match), sa.orm.aliased(Match)
    same_pair = sa.and_(later.request_id == closed.request_id, later.volunteer_id == closed.volunteer_id)
    statement = (
        _volunteers()
        .add_columns(closed)
        .join(closed, closed.volunteer_id == Volunteer.id)
        .where(closed.request_id == request.id, closed.state == MatchState.DECLINED)
        .where(closed.reason == Reason.SEATS_FILLED, ~sa.exists().where(same_pair, later.id > closed.id))
        .order_by(closed.id)
    )
    candidates = [_evaluate_row(row, request_facts, today, row[-1]) for row in db.session.execute(statement)]
    return [candidate for candidate in candidates if candidate.fit.is_possible]


def _evaluate_row(row: Any, request_facts: rules.RequestFacts, today: dt.date, match: Match | None) -> Candidate:
    volunteer = facts.volunteer_facts(row, today=today)
    return Candidate(
        row,
        rules.evaluate(volunteer, request_facts, today=today, weights=weights.current()),
        volunteer,
        request_facts,
        match,
    )


def get_candidate(match: Match, *, today: dt.date) -> Candidate:
    """Return the volunteer of a match as its hosts see them."""
    row = db.session.execute(_volunteers().where(Volunteer.id == match.volunteer_id)).one()
    return _evaluate_row(row, get_request_facts(match.request_id, today=today), today, match)


def find_candidate(
    volunteer_id: int, request_facts: rules.RequestFacts, *, today: dt.date, ready_only: bool = False
) -> Candidate | None:
    """Return a volunteer evaluated for a request; None if unknown or, with `ready_only`, not ready."""
    statement = _volunteers().where(Volunteer.id == volunteer_id)
    if ready_only:
        statement = statement.where(Volunteer.state == VolunteerState.READY)
    row = db.session.execute(statement).one_or_none()
    return _evaluate_row(row, request_facts, today, None) if row else None


def get_request_row(request_id: int) -> PartnerRequest:
    """Return a request with its institution and programme. Raises NotFound."""
    request = db.session.scalars(
        sa.select(PartnerRequest)
        .where(PartnerRequest.id == request_id)
        .options(joinedload(PartnerRequest.institution), joinedload(PartnerRequest.programme))
    ).one_or_none()
    if request is None:
        raise NotFound(_("There is no such request."), code="request_not_found")
    return request
