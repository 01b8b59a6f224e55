"""Reading requests. What a partner, a director or staff may see is scoped here, in one place.

A director sees a request from the moment it is sent: a draft is its partner's own. Volunteers' view
of open requests belongs to the area `matching`.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import contains_eager, joinedload, selectinload

from volunteer_hub.core import paging, search, times, words
from volunteer_hub.core.access import Role, Viewer
from volunteer_hub.core.db import db
from volunteer_hub.core.errors import NotFound
from volunteer_hub.institutions.models import Institution
from volunteer_hub.partner_requests import rules
from volunteer_hub.partner_requests.models import PartnerRequest, RequestSkill
from volunteer_hub.partner_requests.states import LIVE, RequestState
from volunteer_hub.programmes.models import Programme, ProgrammeInstitution
from volunteer_hub.programmes.states import ProgrammeState
from volunteer_hub.vocabulary import queries as vocabulary
from volunteer_hub.vocabulary.states import LanguageLevel, SkillLevel

NOT_FOUND = "There is no such request."
UNFINISHED_STATES = LIVE | {RequestState.DRAFT}


def visible_to(viewer: Viewer) -> sa.ColumnElement[bool]:
    """A clause on (PartnerRequest, Institution): the requests that a viewer may see."""
    if viewer.is_staff:
        return sa.true()
    directed = sa.or_(
        PartnerRequest.institution_id.in_(viewer.institutions(Role.DIRECTOR)),
        Institution.country_iso2.in_(viewer.countries(Role.DIRECTOR)),
    )
    return sa.or_(
        PartnerRequest.institution_id.in_(viewer.institutions(Role.PARTNER)),
        sa.and_(directed, PartnerRequest.submitted_at.is_not(None)),
    )


def _scoped(viewer: Viewer) -> sa.Select[tuple[PartnerRequest]]:
    return (
        sa.select(PartnerRequest)
        .join(PartnerRequest.institution)
        .options(contains_eager(PartnerRequest.institution).joinedload(Institution.country))
        .where(visible_to(viewer))
    )


def get(request_id: int, *, viewer: Viewer) -> PartnerRequest:
    """The request with its parts, if the viewer may see it; four queries. Raises NotFound."""
    statement = (
        _scoped(viewer)
        .where(PartnerRequest.id == request_id)
        .options(
            joinedload(PartnerRequest.programme, innerjoin=True),
            joinedload(PartnerRequest.contact, innerjoin=True),
            selectinload(PartnerRequest.skills),
            selectinload(PartnerRequest.languages),
            selectinload(PartnerRequest.windows),
        )
    )
    found = db.session.scalars(statement).one_or_none()
    if found is None:
        raise NotFound(NOT_FOUND)
    return found


def list_requests(
    viewer: Viewer,
    *,
    state: RequestState | None = None,
    text: str = "",
    skill: str = "",
    institution_id: int | None = None,
    key: str | None = None,
) -> paging.Page[PartnerRequest]:
    """The viewer's requests, the newest first; `skill` and `institution_id` narrow the list. One query a page."""
    statement = _scoped(viewer)
    if institution_id:
        statement = statement.where(PartnerRequest.institution_id == institution_id)
    if skill:
        statement = statement.where(PartnerRequest.skills.any(RequestSkill.skill_code == skill))
    if state:
        statement = statement.where(PartnerRequest.state == state)
    statement = _searched(statement, text)
    statement = paging.after(statement, PartnerRequest.created_at, PartnerRequest.id, key)
    rows = db.session.scalars(statement.limit(paging.PAGE_SIZE + 1)).all()
    return paging.cut(rows, [(row.created_at, row.id) for row in rows])


def _searched(statement: sa.Select[tuple[PartnerRequest]], text: str) -> sa.Select[tuple[PartnerRequest]]:
    """Sent requests are found by the index, drafts and ended ones by their title and institution."""
    indexed = search.matching_ids("request_search", text)
    if indexed is None:
        return statement
    named = [
        sa.or_(sa.func.lower(PartnerRequest.title).contains(term), sa.func.lower(Institution.name).contains(term))
        for term in words.terms(text)
    ]
    found: Any = indexed.columns(sa.column("id", sa.Integer))
    return statement.where(sa.or_(PartnerRequest.id.in_(found), sa.and_(*named)))


def list_overdue(now: dt.datetime) -> list[PartnerRequest]:
    """The open requests whose last day to respond is over on the hospital's clock, locked for a job."""
    tomorrow = now.date() + dt.timedelta(days=1)
    statement = (
        sa.select(PartnerRequest)
        .where(PartnerRequest.state == RequestState.OPEN, PartnerRequest.respond_by_on < tomorrow)
        .order_by(PartnerRequest.id)
        .with_for_update(skip_locked=True)
    )
    rows = db.session.scalars(statement).all()
    return [row for row in rows if rules.has_deadline_passed(row.respond_by_on, today=hospital_today(row, now=now))]


def list_unfinished_of_contact(account_id: int) -> Sequence[PartnerRequest]:
    """The requests that somebody raised and that are not over, hospital by hospital."""
    statement = (
        sa.select(PartnerRequest)
        .join(PartnerRequest.institution)
        .options(contains_eager(PartnerRequest.institution))
        .where(PartnerRequest.contact_id == account_id, PartnerRequest.state.in_(UNFINISHED_STATES))
        .order_by(Institution.name, Institution.id, PartnerRequest.id)
    )
    return db.session.scalars(statement).all()


def list_by_ids(request_ids: Sequence[int]) -> Sequence[PartnerRequest]:
    """Requests by their numbers, whoever asks: for handing them over."""
    statement = sa.select(PartnerRequest).where(PartnerRequest.id.in_(request_ids))
    return db.session.scalars(statement.order_by(PartnerRequest.id)).all()


def list_request_places(viewer: Viewer) -> list[tuple[str, str]]:
    """(`institution-programme`, words) of each place where a viewer may raise a request, by name."""
    statement = (
        sa.select(Institution.id, Institution.name, Programme.id.label("programme_id"), Programme.name.label("within"))
        .join(ProgrammeInstitution, ProgrammeInstitution.institution_id == Institution.id)
        .join(Programme, Programme.id == ProgrammeInstitution.programme_id)
        .where(Programme.state == ProgrammeState.ACTIVE)
        .order_by(Institution.name, Programme.name, Programme.id)
    )
    if not viewer.has(Role.COORDINATOR):
        statement = statement.where(Institution.id.in_(viewer.institutions(Role.PARTNER)))
    rows = db.session.execute(statement)
    return [(f"{row.id}-{row.programme_id}", f"{row.name} – {row.within}") for row in rows]


def hospital_today(ask: PartnerRequest, *, now: dt.datetime) -> dt.date:
    """The day on the hospital's clock."""
    return times.local_day(now, ask.institution.time_zone)


def get_answers(ask: PartnerRequest) -> rules.RequestAnswers:
    """What the rules need to know of a request."""
    return rules.RequestAnswers(
        need=ask.need,
        kind=ask.kind,
        expected_result=ask.expected_result,
        skills=len(ask.skills),
        languages=len(ask.languages),
        windows=len(ask.windows),
        weekly_minutes=ask.weekly_minutes,
        weeks=ask.weeks,
        delivery=ask.delivery,
        earliest_start_on=ask.earliest_start_on,
        respond_by_on=ask.respond_by_on,
        supervisor=ask.supervisor,
    )


def list_gaps(ask: PartnerRequest, *, now: dt.datetime) -> list[rules.RequestGap]:
    """What keeps a draft from being sent."""
    return rules.list_gaps(
        get_answers(ask), today=hospital_today(ask, now=now), programme_ends_on=ask.programme.ends_on
    )


def get_possible_actions(ask: PartnerRequest, *, viewer: Viewer) -> frozenset[rules.Action]:
    """What a viewer can do with a request now."""
    return rules.possible_actions(
        ask.state, get_role_actions(ask, viewer=viewer), is_contact=ask.contact_id == viewer.account_id
    )


def get_role_actions(ask: PartnerRequest, *, viewer: Viewer) -> frozenset[rules.Action]:
    """What a viewer's roles allow, whatever the request's state."""
    return rules.in_reach(viewer, country=ask.institution.country_iso2, institution_id=ask.institution_id)


@dataclass(frozen=True)
class RequestDescription:
    """A request's parts in words, for pages."""

    specialty: str
    required: Sequence[tuple[str, str, SkillLevel]]
    welcome: Sequence[tuple[str, str, SkillLevel]]
    languages: Sequence[tuple[str, str, LanguageLevel]]
    windows: Sequence[tuple[int, times.Window]]


def describe(ask: PartnerRequest, *, locale: str = "en") -> RequestDescription:
    """The parts of a loaded request in words and in order: (code, words, level); no query."""
    curated = vocabulary.vocabulary()
    skills = sorted(
        (vocabulary.path_name(curated.skills, curated.skills[skill.skill_code]), skill.skill_code, skill)
        for skill in ask.skills
    )
    specialty = curated.specialties[ask.specialty_code] if ask.specialty_code else None
    languages = [(row.language, vocabulary.language_name(row.language, locale), row.level) for row in ask.languages]
    windows = [(row.id, times.Window(row.weekday, row.start_minute, row.end_minute)) for row in ask.windows]
    return RequestDescription(
        specialty=vocabulary.path_name(curated.specialties, specialty) if specialty else "",
        required=[(code, name, skill.level) for name, code, skill in skills if skill.required],
        welcome=[(code, name, skill.level) for name, code, skill in skills if not skill.required],
        languages=sorted(languages, key=lambda row: row[1]),
        windows=sorted(windows, key=lambda row: row[1]),
    )


def count_free_seats(request_id: int) -> int:
    """Seats that nobody has, as they are now and not as they were when the request was read; none once it has ended."""
    free = PartnerRequest.seats - PartnerRequest.seats_filled
    statement = sa.select(free).where(PartnerRequest.id == request_id, PartnerRequest.state == RequestState.OPEN)
    return db.session.scalar(statement) or 0
