"""Reading requests as a volunteer sees them, candidates as a host sees them, and matches."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import contains_eager, joinedload

from volunteer_hub.accounts.models import Account
from volunteer_hub.core import paging, search, times
from volunteer_hub.core.access import Role, Viewer
from volunteer_hub.core.db import db
from volunteer_hub.core.errors import NotFound
from volunteer_hub.institutions.models import Country, Institution
from volunteer_hub.institutions.queries import agreement_in_force
from volunteer_hub.matching import facts, rules
from volunteer_hub.matching.models import Match
from volunteer_hub.matching.states import WAITING, MatchState
from volunteer_hub.partner_requests.models import PartnerRequest, RequestLanguage
from volunteer_hub.partner_requests.states import Delivery, RequestState, SupportKind
from volunteer_hub.vocabulary.models import Specialty
from volunteer_hub.volunteers.models import Volunteer
from volunteer_hub.volunteers.states import VolunteerState

SEARCH_TABLE = "request_search"
FITTING_DEPTH = 400
"""How many open requests one page of "fits me" looks through at most."""


@dataclass(frozen=True)
class Filters:
    """What a volunteer looks for. Everything is optional."""

    words: str = ""
    kind: SupportKind | None = None
    specialty_group: str = ""
    language: str = ""
    country: str = ""
    most_minutes: int | None = None
    delivery: Delivery | None = None
    starts_before: dt.date | None = None
    fits_me: bool = False


@dataclass(frozen=True)
class Found:
    """One open request with how it fits the volunteer who looks."""

    row: Any
    fit: rules.Fit
    asked: rules.RequestFacts

    @property
    def host_windows(self) -> Sequence[times.Window]:
        """The times that suit the hospital, on its clock."""
        return sorted(self.asked.windows)

    def common_on(self, zone: str) -> list[times.Window]:
        """The time in common, on the clock of `zone`, in one order for every zone."""
        return [times.span_on_clock(piece, zone, self.fit.monday) for piece in self.fit.common]


def my_facts(viewer: Viewer, *, today: dt.date) -> rules.VolunteerFacts:
    """The viewer as a volunteer. Raises NotFound for somebody without a volunteer's profile."""
    statement = (
        sa.select(*facts.volunteer_columns())
        .join(Account, Account.id == Volunteer.account_id)
        .where(Volunteer.account_id == viewer.account_id)
    )
    row = db.session.execute(statement).one_or_none()
    if row is None:
        raise NotFound("There is no volunteer’s profile.")
    return facts.volunteer_facts(row, today=today)


def _latest_match(volunteer_id: int, column: Any) -> Any:
    """A column of the volunteer's latest match with the request in the row."""
    return (
        sa.select(column)
        .where(Match.request_id == PartnerRequest.id, Match.volunteer_id == volunteer_id)
        .order_by(Match.id.desc())
        .limit(1)
        .scalar_subquery()
    )


def _seen_by(volunteer_id: int) -> sa.Select[Any]:
    r = PartnerRequest
    return (
        sa.select(
            *facts.request_columns(),
            r.title,
            r.need,
            r.kind,
            r.opened_at,
            Institution.name.label("institution"),
            Institution.town,
            Country.name.label("country"),
            _latest_match(volunteer_id, Match.state).label("match_state"),
            _latest_match(volunteer_id, Match.id).label("match_id"),
        )
        .join(Institution, Institution.id == r.institution_id)
        .join(Country, Country.iso2 == Institution.country_iso2)
    )


def browse(me: rules.VolunteerFacts, filters: Filters, *, key: str | None, today: dt.date) -> paging.Page[Found]:
    """Open requests, newest first, filtered, each with its fit; one query a page."""
    r = PartnerRequest
    statement = _seen_by(me.id).where(r.state == RequestState.OPEN)
    for clause in _clauses(filters):
        statement = statement.where(clause)
    statement = paging.after(statement, r.opened_at, r.id, key)
    depth = FITTING_DEPTH if filters.fits_me else paging.PAGE_SIZE
    rows = db.session.execute(statement.limit(depth + 1)).all()
    found = [_found(me, row, today) for row in rows]
    if not filters.fits_me:
        return paging.cut(found, [(row.opened_at, row.request_id) for row in rows])
    return _fitting(found[:depth], more=len(rows) > depth)


def _fitting(found: list[Found], *, more: bool) -> paging.Page[Found]:
    """The first page's worth of requests that fit, and where to go on."""
    fitting = [one for one in found if one.fit.is_possible]
    shown = fitting[: paging.PAGE_SIZE]
    last = shown[-1] if len(fitting) > paging.PAGE_SIZE else found[-1] if more else None
    return paging.Page(shown, paging.encode(last.row.opened_at, last.row.request_id) if last else None)


def _found(me: rules.VolunteerFacts, row: Any, today: dt.date) -> Found:
    before = row.match_state in {MatchState.DECLINED, MatchState.WITHDRAWN}
    asked = facts.request_facts(row, today=today)
    return Found(row, rules.fit(me, asked, today=today, declined_before=before), asked)


def _clauses(filters: Filters) -> list[sa.ColumnElement[bool]]:
    r = PartnerRequest
    clauses: list[sa.ColumnElement[bool]] = []
    ids = search.matching_ids(SEARCH_TABLE, filters.words)
    if ids is not None:
        clauses.append(r.id.in_(ids))
    if filters.kind:
        clauses.append(r.kind == filters.kind)
    if filters.specialty_group:
        below = sa.select(Specialty.code).where(Specialty.parent_code == filters.specialty_group)
        clauses.append(sa.or_(r.specialty_code == filters.specialty_group, r.specialty_code.in_(below)))
    if filters.language:
        spoken = sa.select(RequestLanguage.request_id).where(RequestLanguage.language == filters.language)
        clauses.append(r.id.in_(spoken))
    if filters.country:
        clauses.append(Institution.country_iso2 == filters.country)
    if filters.most_minutes is not None:
        clauses.append(r.weekly_minutes <= filters.most_minutes)
    if filters.delivery:
        clauses.append(r.delivery == filters.delivery)
    if filters.starts_before:
        clauses.append(r.earliest_start_on <= filters.starts_before)
    return clauses


def open_request(me: rules.VolunteerFacts, request_id: int, *, today: dt.date) -> Found:
    """One request as a volunteer sees it: open, or one that they have a match with. Raises NotFound."""
    r = PartnerRequest
    mine = sa.select(Match.id).where(Match.request_id == r.id, Match.volunteer_id == me.id).exists()
    statement = (
        _seen_by(me.id)
        .add_columns(
            r.expected_result,
            r.learners_cadre,
            r.learners_number,
            r.supervisor,
            Institution.connectivity,
        )
        .where(r.id == request_id, sa.or_(r.state == RequestState.OPEN, mine))
    )
    row = db.session.execute(statement).one_or_none()
    if row is None:
        raise NotFound("There is no such request, or it is no longer open.")
    return _found(me, row, today)


def in_scope(viewer: Viewer, *roles: Role) -> sa.ColumnElement[bool]:
    """A clause on Institution: what `viewer` reaches in one of `roles`; all of it for staff."""
    if viewer.is_staff and Role.COORDINATOR in roles:
        return sa.true()
    scoped = [role for role in roles if role is not Role.COORDINATOR]
    countries = frozenset().union(*(viewer.countries(role) for role in scoped))
    institutions = frozenset().union(*(viewer.institutions(role) for role in scoped))
    return sa.or_(Institution.country_iso2.in_(countries), Institution.id.in_(institutions))


HOSTS = (Role.DIRECTOR, Role.PARTNER, Role.COORDINATOR)


def _matches() -> sa.Select[tuple[Match]]:
    return (
        sa.select(Match)
        .join(Match.request)
        .join(PartnerRequest.institution)
        .join(Match.volunteer)
        .join(Volunteer.account)
        .options(
            contains_eager(Match.request).contains_eager(PartnerRequest.institution).joinedload(Institution.country),
            contains_eager(Match.request).joinedload(PartnerRequest.programme),
            contains_eager(Match.volunteer).contains_eager(Volunteer.account),
            contains_eager(Match.volunteer).joinedload(Volunteer.employer),
            contains_eager(Match.volunteer).joinedload(Volunteer.profession),
        )
    )


def get_for(viewer: Viewer, match_id: int) -> Match:
    """A match that the viewer takes part in, as volunteer or host. Raises NotFound."""
    reach = sa.or_(Volunteer.account_id == viewer.account_id, in_scope(viewer, *HOSTS))
    found = db.session.scalars(_matches().where(Match.id == match_id, reach)).unique().one_or_none()
    if found is None:
        raise NotFound("There is no such match.")
    return found


def get_for_host(viewer: Viewer, match_id: int, *roles: Role) -> Match:
    """A match on the viewer's side of the host, in one of `roles`. Raises NotFound."""
    statement = _matches().where(Match.id == match_id, in_scope(viewer, *roles))
    found = db.session.scalars(statement).unique().one_or_none()
    if found is None:
        raise NotFound("There is no such match.")
    return found


def get_mine(viewer: Viewer, match_id: int) -> Match:
    """The volunteer's own match. Raises NotFound."""
    statement = _matches().where(Match.id == match_id, Volunteer.account_id == viewer.account_id)
    found = db.session.scalars(statement).unique().one_or_none()
    if found is None:
        raise NotFound("There is no such match.")
    return found


def mine(viewer: Viewer, *, limit: int = 50) -> Sequence[Match]:
    """The viewer's own matches, the latest first."""
    statement = _matches().where(Volunteer.account_id == viewer.account_id).order_by(Match.id.desc()).limit(limit)
    return db.session.scalars(statement).unique().all()


def queue(viewer: Viewer, *, key: str | None, today: dt.date) -> paging.Page[sa.Row[tuple[Match, bool]]]:
    """Matches that wait for a director's decision in the viewer's scope, the most pressing first.

    Each row comes with whether volunteers' data may be shown to that institution.
    """
    shares = agreement_in_force(PartnerRequest.institution_id, today=today).label("shares_data")
    statement = (
        _matches()
        .add_columns(shares)
        .where(Match.state == MatchState.ACCEPTED, in_scope(viewer, Role.DIRECTOR, Role.COORDINATOR))
    )
    statement = paging.after(statement, Match.respond_by_at, Match.id, key, newest_first=False)
    rows = db.session.execute(statement.limit(paging.PAGE_SIZE + 1)).unique().all()
    return paging.cut(rows, [(row[0].respond_by_at, row[0].id) for row in rows])


def request_for_host(viewer: Viewer, request_id: int) -> PartnerRequest:
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
    match: Match | None = None


def facts_of_request(request_id: int, *, today: dt.date) -> rules.RequestFacts:
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


def candidates(request: PartnerRequest, asked: rules.RequestFacts, *, today: dt.date) -> list[Candidate]:
    """Those who wait for an answer on this request, side by side, best fit first; one query."""
    waiting = sa.orm.aliased(Match)  # under its own name: the count of placements reads matches too
    statement = (
        _people()
        .add_columns(waiting)
        .join(waiting, waiting.volunteer_id == Volunteer.id)
        .where(waiting.request_id == request.id, waiting.state.in_(WAITING))
        .order_by(Volunteer.id)
    )
    found = [_candidate(row, asked, today, row[-1]) for row in db.session.execute(statement)]
    return sorted(found, key=lambda one: (-one.fit.score, one.row.volunteer_id))


def invitable(
    request: PartnerRequest, asked: rules.RequestFacts, *, today: dt.date, limit: int = 10
) -> list[Candidate]:
    """Ready volunteers whom nothing stops and who have had no match with this request, best first."""
    had = sa.select(Match.volunteer_id).where(Match.request_id == request.id)
    statement = (
        _people()
        .where(Volunteer.state == VolunteerState.READY, Volunteer.id.not_in(had))
        .order_by(Volunteer.id)
        .limit(2000)
    )
    found = [_candidate(row, asked, today, None) for row in db.session.execute(statement)]
    possible = [one for one in found if one.fit.is_possible]
    return sorted(possible, key=lambda one: (-one.fit.score, one.row.volunteer_id))[:limit]


def _candidate(row: Any, asked: rules.RequestFacts, today: dt.date, match: Match | None) -> Candidate:
    plain = facts.volunteer_facts(row, today=today)
    return Candidate(row, rules.fit(plain, asked, today=today), plain, match)


def candidate_of(match: Match, *, today: dt.date) -> Candidate:
    """One match's volunteer as hosts see them."""
    row = db.session.execute(_people().where(Volunteer.id == match.volunteer_id)).one()
    return _candidate(row, facts_of_request(match.request_id, today=today), today, match)


def volunteer_row(volunteer_id: int) -> Volunteer:
    """A volunteer with their account. Raises NotFound."""
    found = db.session.scalars(
        sa.select(Volunteer).where(Volunteer.id == volunteer_id).options(joinedload(Volunteer.account))
    ).one_or_none()
    if found is None:
        raise NotFound("There is no such volunteer.")
    return found


def request_row(request_id: int) -> PartnerRequest:
    """A request with its institution and programme. Raises NotFound."""
    found = db.session.scalars(
        sa.select(PartnerRequest)
        .where(PartnerRequest.id == request_id)
        .options(joinedload(PartnerRequest.institution), joinedload(PartnerRequest.programme))
    ).one_or_none()
    if found is None:
        raise NotFound("There is no such request.")
    return found


def had_match(volunteer_id: int, request_id: int) -> set[MatchState]:
    """The states of all matches that this pair ever had."""
    statement = sa.select(Match.state).where(Match.volunteer_id == volunteer_id, Match.request_id == request_id)
    return set(db.session.scalars(statement))


def waiting_on(request_id: int) -> Sequence[Match]:
    """Matches of a request that wait for somebody's answer, in the order they came."""
    statement = _matches().where(Match.request_id == request_id, Match.state.in_(WAITING)).order_by(Match.id)
    return db.session.scalars(statement).unique().all()


def unanswered(state: MatchState, *, now: dt.datetime, limit: int = 200) -> Sequence[Match]:
    """Matches in `state` whose time to answer is over and whom nobody has chased, the oldest first."""
    statement = _matches().where(Match.state == state, Match.respond_by_at <= now, Match.chased_at.is_(None))
    return db.session.scalars(statement.order_by(Match.respond_by_at, Match.id).limit(limit)).unique().all()
