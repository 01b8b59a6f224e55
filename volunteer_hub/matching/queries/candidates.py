"""Candidates and those who could be invited, as hosts see them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import sqlalchemy as sa
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
    """Whether the viewer decides for the hospital of a request: as its director, not in another role."""
    institution = request.institution
    return viewer.covers(Role.DIRECTOR, country=institution.country_iso2, institution_id=institution.id)


def get_request_for_host(viewer: Viewer, request_id: int) -> PartnerRequest:
    """A request in the viewer's scope as partner, director or staff. Raises NotFound."""
    statement = (
        sa.select(PartnerRequest)
        .join(PartnerRequest.institution)
        .where(PartnerRequest.id == request_id, in_scope(viewer, *HOSTS))
        .options(
            contains_eager(PartnerRequest.institution).joinedload(Institution.country),
            joinedload(PartnerRequest.programme),
        )
    )
    found = db.session.scalars(statement).unique().one_or_none()
    if found is None:
        raise NotFound("There is no such request.")
    return found


@dataclass(frozen=True)
class Candidate:
    """A volunteer for one request as its hosts see them: no e-mail, no number, no line manager."""

    row: Any
    fit: rules.Fit
    facts: rules.VolunteerFacts
    request: rules.RequestFacts
    match: Match | None = None

    @property
    def needs_live_time(self) -> bool:
        """Whether any of the work is done together at one time."""
        return self.request.delivery != "asynchronous"

    @property
    def latest_state(self) -> MatchState | None:
        """How the last match of the two stands, where there was one that counts."""
        return match_history.latest_state(self.row.matches, self.request.id)

    @property
    def is_invited(self) -> bool:
        """Whether an invitation or a proposal waits for their answer."""
        return self.latest_state is MatchState.PROPOSED

    @property
    def rank_key(self) -> tuple[int, int]:
        """Where they stand in a ranking: best first, then by number."""
        return -self.fit.score, self.facts.id


def get_request_facts(request_id: int, *, today: dt.date) -> rules.RequestFacts:
    """A request as plain values."""
    statement = (
        sa.select(*facts.request_columns())
        .join(Institution, Institution.id == PartnerRequest.institution_id)
        .where(PartnerRequest.id == request_id)
    )
    return facts.request_facts(db.session.execute(statement).one(), today=today)


def _people() -> sa.Select[Any]:
    from_institution = sa.orm.aliased(Institution)
    return (
        sa.select(
            *facts.volunteer_columns(),
            Account.name,
            Volunteer.profession_code,
            Volunteer.experience,
            Volunteer.learning_goals,
            from_institution.name.label("employer"),
        )
        .join(Account, Account.id == Volunteer.account_id)
        .outerjoin(from_institution, from_institution.id == Volunteer.employer_id)
    )


def list_waiting_candidates(
    request: PartnerRequest, asked: rules.RequestFacts, *, today: dt.date, include_proposed: bool = True
) -> list[Candidate]:
    """Those who wait for an answer on this request, side by side, best fit first; one query.

    Without `by_rounds` none of those whom a round has asked and who have not said yes.
    """
    waiting = sa.orm.aliased(Match)  # under its own name: the count of placements reads matches too
    statement = (
        _people()
        .add_columns(waiting)
        .join(waiting, waiting.volunteer_id == Volunteer.id)
        .where(waiting.request_id == request.id, waiting.state.in_(WAITING))
        .order_by(Volunteer.id)
    )
    if not include_proposed:
        statement = statement.where(~is_unanswered_proposal(waiting))
    found = [_candidate(row, asked, today, row[-1]) for row in db.session.execute(statement)]
    return sorted(found, key=lambda one: (-one.fit.score, one.row.volunteer_id))


@lru_cache(maxsize=1)
def _these_people() -> sa.Select[Any]:
    """Built once, whole: SQLAlchemy keeps a statement's cache key on the object."""
    return _people().where(Volunteer.id.in_(sa.bindparam("volunteer_ids", expanding=True))).order_by(Volunteer.id)


def evaluate_volunteers(volunteer_ids: Sequence[int], asked: rules.RequestFacts, *, today: dt.date) -> list[Candidate]:
    """These volunteers for a request, judged exactly as things are now; one query."""
    rows = db.session.execute(_these_people(), {"volunteer_ids": list(volunteer_ids)})
    return [_candidate(row, asked, today, None) for row in rows]


def list_ready_candidates(asked: rules.RequestFacts, *, today: dt.date, limit: int) -> list[Candidate] | None:
    """All ready volunteers for a request; None when there are more than `most`. One query."""
    statement = _people().where(Volunteer.state == VolunteerState.READY).order_by(Volunteer.id)
    rows = db.session.execute(statement.limit(limit + 1)).all()
    return [_candidate(row, asked, today, None) for row in rows] if len(rows) <= limit else None


def find_invitable(volunteer_id: int, asked: rules.RequestFacts, *, today: dt.date) -> Candidate | None:
    """A volunteer whom nothing stops and who has had no answer on this request; None for anybody else. One query."""
    found = evaluate_volunteers([volunteer_id], asked, today=today)
    return found[0] if found and found[0].fit.is_possible and found[0].latest_state is None else None


def list_declined_for_seats(request: PartnerRequest, asked: rules.RequestFacts, *, today: dt.date) -> list[Candidate]:
    """Those who waited when the last seat was taken, have had nothing with this request since, and still can."""
    closed, later = sa.orm.aliased(Match), sa.orm.aliased(Match)
    same_pair = sa.and_(later.request_id == closed.request_id, later.volunteer_id == closed.volunteer_id)
    statement = (
        _people()
        .add_columns(closed)
        .join(closed, closed.volunteer_id == Volunteer.id)
        .where(closed.request_id == request.id, closed.state == MatchState.DECLINED)
        .where(closed.reason == Reason.SEATS_FILLED, ~sa.exists().where(same_pair, later.id > closed.id))
        .order_by(closed.id)
    )
    found = [_candidate(row, asked, today, row[-1]) for row in db.session.execute(statement)]
    return [one for one in found if one.fit.is_possible]


def _candidate(row: Any, asked: rules.RequestFacts, today: dt.date, match: Match | None) -> Candidate:
    plain = facts.volunteer_facts(row, today=today)
    return Candidate(row, rules.evaluate(plain, asked, today=today, weights=weights.current()), plain, asked, match)


def get_candidate(match: Match, *, today: dt.date) -> Candidate:
    """One match's volunteer as hosts see them."""
    row = db.session.execute(_people().where(Volunteer.id == match.volunteer_id)).one()
    return _candidate(row, get_request_facts(match.request_id, today=today), today, match)


def find_candidate(
    volunteer_id: int, asked: rules.RequestFacts, *, today: dt.date, ready_only: bool = False
) -> Candidate | None:
    """Any volunteer against a request, or a ready one alone; None for nobody."""
    statement = _people().where(Volunteer.id == volunteer_id)
    if ready_only:
        statement = statement.where(Volunteer.state == VolunteerState.READY)
    row = db.session.execute(statement).one_or_none()
    return _candidate(row, asked, today, None) if row else None


def get_request_row(request_id: int) -> PartnerRequest:
    """A request with its institution and programme. Raises NotFound."""
    found = db.session.scalars(
        sa.select(PartnerRequest)
        .where(PartnerRequest.id == request_id)
        .options(joinedload(PartnerRequest.institution), joinedload(PartnerRequest.programme))
    ).one_or_none()
    if found is None:
        raise NotFound("There is no such request.")
    return found
