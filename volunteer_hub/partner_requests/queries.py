"""Queries on requests, and the one place that says which requests a partner, a director or staff may see.

A director sees a request once it is submitted; a draft is visible to its institution only. What
volunteers see of open requests belongs to the area `matching`.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import contains_eager, joinedload, selectinload

from volunteer_hub.core import paging, plain_text, search, times
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

NOT_FOUND = _l("There is no such request.")
UNFINISHED_STATES = LIVE | {RequestState.DRAFT}


def visible_to(viewer: Viewer) -> sa.ColumnElement[bool]:
    """Return a clause on (PartnerRequest, Institution) for the requests that a viewer may see."""
    if viewer.is_staff:
        return sa.true()
    in_director_scope = sa.or_(
        PartnerRequest.institution_id.in_(viewer.institutions(Role.DIRECTOR)),
        Institution.country_iso2.in_(viewer.countries(Role.DIRECTOR)),
    )
    return sa.or_(
        PartnerRequest.institution_id.in_(viewer.institutions(Role.PARTNER)),
        sa.and_(in_director_scope, PartnerRequest.submitted_at.is_not(None)),
    )


def _select_visible(viewer: Viewer) -> sa.Select[tuple[PartnerRequest]]:
    return (
        sa.select(PartnerRequest)
        .join(PartnerRequest.institution)
        .options(contains_eager(PartnerRequest.institution).joinedload(Institution.country))
        .where(visible_to(viewer))
    )


def get(request_id: int, *, viewer: Viewer) -> PartnerRequest:
    """Return the request with its skills, languages and times, in four queries.

    Raises NotFound if there is none or the viewer may not see it.
    """
    statement = (
        _select_visible(viewer)
        .where(PartnerRequest.id == request_id)
        .options(
            joinedload(PartnerRequest.programme, innerjoin=True),
            joinedload(PartnerRequest.contact, innerjoin=True),
            selectinload(PartnerRequest.skills),
            selectinload(PartnerRequest.languages),
            selectinload(PartnerRequest.windows),
        )
    )
    request = db.session.scalars(statement).one_or_none()
    if request is None:
        raise NotFound(NOT_FOUND, code="request_not_found")
    return request


def list_requests(
    viewer: Viewer,
    *,
    state: RequestState | None = None,
    text: str = "",
    skill: str = "",
    institution_id: int | None = None,
    key: str | None = None,
) -> paging.Page[PartnerRequest]:
    """Return one page of the requests that the viewer may see, the newest first, in one query.

    `skill` is a skill's code, `key` the cursor of the page (core/paging.py).
    """
    statement = _select_visible(viewer)
    if institution_id:
        statement = statement.where(PartnerRequest.institution_id == institution_id)
    if skill:
        statement = statement.where(PartnerRequest.skills.any(RequestSkill.skill_code == skill))
    if state:
        statement = statement.where(PartnerRequest.state == state)
    statement = _filter_by_text(statement, text)
    statement = paging.after(statement, (PartnerRequest.created_at, PartnerRequest.id), key)
    rows = db.session.scalars(statement.limit(paging.PAGE_SIZE + 1)).all()
    return paging.cut(rows, [(row.created_at, row.id) for row in rows])


def _filter_by_text(statement: sa.Select[tuple[PartnerRequest]], text: str) -> sa.Select[tuple[PartnerRequest]]:
    """Match against the full-text index; drafts and ended requests are not in it, so also against two names."""
    indexed = search.search_ids("request_search", text)
    if indexed is None:
        return statement
    name_matches = [
        sa.or_(sa.func.lower(PartnerRequest.title).contains(term), sa.func.lower(Institution.name).contains(term))
        for term in plain_text.search_terms(text)
    ]
    indexed_ids: Any = indexed.columns(sa.column("id", sa.Integer))
    return statement.where(sa.or_(PartnerRequest.id.in_(indexed_ids), sa.and_(*name_matches)))


def list_overdue(now: dt.datetime) -> list[PartnerRequest]:
    """Return the open requests whose last day to respond is over in the hospital's time zone, locked (skip locked)."""
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
    """Return the unfinished requests of which an account is the contact, ordered by hospital."""
    statement = (
        sa.select(PartnerRequest)
        .join(PartnerRequest.institution)
        .options(contains_eager(PartnerRequest.institution))
        .where(PartnerRequest.contact_id == account_id, PartnerRequest.state.in_(UNFINISHED_STATES))
        .order_by(Institution.name, Institution.id, PartnerRequest.id)
    )
    return db.session.scalars(statement).all()


def list_by_ids(request_ids: Sequence[int]) -> Sequence[PartnerRequest]:
    """Return requests by id, without a check of access: the caller has made it."""
    statement = sa.select(PartnerRequest).where(PartnerRequest.id.in_(request_ids))
    return db.session.scalars(statement.order_by(PartnerRequest.id)).all()


def list_request_places(viewer: Viewer) -> list[tuple[str, str]]:
    """Return (`institution-programme` ids, label) wherever a viewer may create a request, ordered by name."""
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


def hospital_today(request: PartnerRequest, *, now: dt.datetime) -> dt.date:
    """Return the date in the hospital's time zone."""
    return times.local_day(now, request.institution.time_zone)


def get_answers(request: PartnerRequest) -> rules.RequestAnswers:
    """Return the answers of a loaded request for the rules."""
    return rules.RequestAnswers(
        need=request.need,
        kind=request.kind,
        expected_result=request.expected_result,
        skills=len(request.skills),
        languages=len(request.languages),
        windows=len(request.windows),
        weekly_minutes=request.weekly_minutes,
        weeks=request.weeks,
        delivery=request.delivery,
        earliest_start_on=request.earliest_start_on,
        respond_by_on=request.respond_by_on,
        supervisor=request.supervisor,
    )


def list_gaps(request: PartnerRequest, *, now: dt.datetime) -> list[rules.RequestGap]:
    """Return why a draft cannot be submitted yet; empty when it can."""
    return rules.list_gaps(
        get_answers(request), today=hospital_today(request, now=now), programme_ends_on=request.programme.ends_on
    )


def get_possible_actions(request: PartnerRequest, *, viewer: Viewer) -> frozenset[rules.Action]:
    """Return the actions that a viewer can take with a request in its present state."""
    return rules.possible_actions(
        request.state, get_role_actions(request, viewer=viewer), is_contact=request.contact_id == viewer.account_id
    )


def get_role_actions(request: PartnerRequest, *, viewer: Viewer) -> frozenset[rules.Action]:
    """Return the actions that a viewer's roles allow, in any state of the request."""
    return rules.role_actions(viewer, country=request.institution.country_iso2, institution_id=request.institution_id)


@dataclass(frozen=True)
class RequestDescription:
    """The parts of a request with their names, for pages: skills and languages are (code, name, level)."""

    specialty: str
    required: Sequence[tuple[str, str, SkillLevel]]
    welcome: Sequence[tuple[str, str, SkillLevel]]
    languages: Sequence[tuple[str, str, LanguageLevel]]
    windows: Sequence[tuple[int, times.Window]]


def describe(request: PartnerRequest, *, locale: str = "en") -> RequestDescription:
    """Return the parts of a loaded request with their names in `locale`, sorted. Runs no query."""
    terms = vocabulary.vocabulary()
    skills = sorted(
        (vocabulary.path_name(terms.skills, terms.skills[skill.skill_code]), skill.skill_code, skill)
        for skill in request.skills
    )
    specialty = terms.specialties[request.specialty_code] if request.specialty_code else None
    languages = [(row.language, vocabulary.language_name(row.language, locale), row.level) for row in request.languages]
    windows = [(row.id, times.Window(row.weekday, row.start_minute, row.end_minute)) for row in request.windows]
    return RequestDescription(
        specialty=vocabulary.path_name(terms.specialties, specialty) if specialty else "",
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
