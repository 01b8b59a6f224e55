"""Programmes, overseas institutions and requests in any state, reached by allowed moves and committed.

No e-mail is queued on the way, so that a test's outbox holds only what the test caused.
"""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Iterable, Mapping
from typing import Any

import sqlalchemy as sa

from tests.factories.accounts import make_account
from volunteer_hub.accounts.models import Account
from volunteer_hub.audit import service as audit
from volunteer_hub.core import clock
from volunteer_hub.core.access import Role
from volunteer_hub.core.db import db
from volunteer_hub.institutions import queries as institutions
from volunteer_hub.institutions.models import DataSharingAgreement, Institution, Partnership
from volunteer_hub.institutions.states import Connectivity, InstitutionKind
from volunteer_hub.partner_requests.models import PartnerRequest, RequestLanguage, RequestSkill, RequestWindow
from volunteer_hub.partner_requests.service import search_index
from volunteer_hub.partner_requests.states import Delivery, RequestState, SupportKind, Urgency
from volunteer_hub.programmes import queries as programmes
from volunteer_hub.programmes.models import Programme, ProgrammeInstitution
from volunteer_hub.programmes.states import ProgrammeState
from volunteer_hub.vocabulary.states import LanguageLevel, SkillLevel

numbers = itertools.count(1)
S = RequestState
PATHS = {
    S.DRAFT: (),
    S.SUBMITTED: (S.SUBMITTED,),
    S.RETURNED: (S.SUBMITTED, S.RETURNED),
    S.OPEN: (S.SUBMITTED, S.OPEN),
    S.FILLED: (S.SUBMITTED, S.OPEN, S.FILLED),
    S.CLOSED: (S.SUBMITTED, S.OPEN, S.CLOSED),
    S.WITHDRAWN: (S.SUBMITTED, S.OPEN, S.WITHDRAWN),
    S.EXPIRED: (S.SUBMITTED, S.OPEN, S.EXPIRED),
}
SEARCHABLE = frozenset({S.SUBMITTED, S.RETURNED, S.OPEN, S.FILLED})


def make_programme(
    *members: Institution,
    name: str | None = None,
    currency: str = "GBP",
    default_allocation_minor: int = 50_000,
    needs_release: bool = False,
    volunteer_days: int = 7,
    director_days: int = 7,
    release_days: int = 14,
    starts_on: dt.date = dt.date(2026, 1, 1),
    ends_on: dt.date = dt.date(2028, 12, 31),
    state: ProgrammeState = ProgrammeState.ACTIVE,
) -> Programme:
    """Create a programme, active by default, in which these institutions may submit requests."""
    programme = Programme(
        name=name or f"Virtual Volunteering {next(numbers)}",
        funder="A health partnership fund",
        starts_on=starts_on,
        ends_on=ends_on,
        target_volunteers=25,
        currency=currency,
        default_allocation_minor=default_allocation_minor,
        needs_release=needs_release,
        volunteer_days=volunteer_days,
        director_days=director_days,
        release_days=release_days,
        state=ProgrammeState.ACTIVE,
    )
    db.session.add(programme)
    db.session.flush()
    for institution in members:
        db.session.add(ProgrammeInstitution(programme_id=programme.id, institution_id=institution.id))
    if state is not ProgrammeState.ACTIVE:
        programme.state = state
    db.session.commit()
    return programme


def make_institution(
    country: str = "UG",
    name: str | None = None,
    *,
    town: str = "Northtown",
    time_zone: str | None = None,
    agreement: bool = True,
    connectivity: Connectivity = Connectivity.GOOD,
) -> Institution:
    """Create an overseas partner, by default with a data-sharing agreement in force."""
    country_row = institutions.get_country(country)
    institution = Institution(
        kind=InstitutionKind.OVERSEAS,
        name=name or f"{country_row.name} Regional Hospital {next(numbers)}",
        town=town,
        country_iso2=country,
        time_zone=time_zone or country_row.time_zone,
        languages=country_row.languages,
        connectivity=connectivity,
    )
    db.session.add(institution)
    db.session.flush()
    if agreement:
        signed_on = clock.now().date() - dt.timedelta(days=30)
        db.session.add(
            DataSharingAgreement(
                institution_id=institution.id,
                reference=f"DSA-{institution.id}",
                signed_on=signed_on,
                recorded_at=clock.now(),
            )
        )
    db.session.commit()
    return institution


def make_partnership(overseas: Institution, theme: str = "Maternal health") -> Partnership:
    """Create a partnership of an institution with the first NHS organisation of the reference data."""
    nhs = sa.select(Institution).where(Institution.kind == InstitutionKind.NHS).order_by(Institution.id).limit(1)
    partnership = Partnership(uk_institution=db.session.scalars(nhs).one(), overseas_institution=overseas, theme=theme)
    db.session.add(partnership)
    db.session.commit()
    return partnership


def make_request(
    state: RequestState = RequestState.OPEN,
    institution: Institution | None = None,
    *,
    programme: Programme | None = None,
    contact: Account | None = None,
    title: str | None = None,
    need: str = "Our ward nurses want to prevent infections and need somebody to teach and encourage them.",
    kind: SupportKind = SupportKind.TEACHING,
    specialty_code: str | None = None,
    skills: Mapping[str, tuple[SkillLevel, bool]] | None = None,
    languages: Mapping[str, LanguageLevel] | None = None,
    windows: Iterable[tuple[int, int, int]] = ((0, 840, 1020),),
    seats: int = 1,
    weekly_minutes: int = 120,
    weeks: int = 8,
    delivery: Delivery = Delivery.LIVE,
    urgency: Urgency = Urgency.ROUTINE,
    earliest_start_on: dt.date | None = None,
    respond_by_on: dt.date | None = None,
    at: dt.datetime | None = None,
    **columns: Any,
) -> PartnerRequest:
    """Create a complete request in `state`, with its moves in the audit log. A filled one has its seats filled."""
    now = at or clock.now()
    institution = institution or make_institution()
    what = {"need": need, "kind": kind, "specialty_code": specialty_code, "delivery": delivery, "urgency": urgency}
    size = {"weekly_minutes": weekly_minutes, "weeks": weeks, "seats": seats}
    days = {"earliest_start_on": earliest_start_on, "respond_by_on": respond_by_on}
    request = _draft(institution, programme, contact, now, **({"title": title} | what | size | days | columns))
    skill_levels = {"IPC": (SkillLevel.INDEPENDENT, True)} if skills is None else skills
    language_levels = {"en": LanguageLevel.B2} if languages is None else languages
    request.skills = [RequestSkill(skill_code=c, level=lv, required=must) for c, (lv, must) in skill_levels.items()]
    request.languages = [RequestLanguage(language=code, level=level) for code, level in language_levels.items()]
    request.windows = [RequestWindow(weekday=d, start_minute=a, end_minute=b) for d, a, b in windows]
    db.session.add(request)
    audit.record("partner_request.drafted", request, actor=None, now=now)
    _move_to(request, state, now=now)
    db.session.commit()
    return request


def _draft(
    institution: Institution, programme: Programme | None, contact: Account | None, now: dt.datetime, **columns: Any
) -> PartnerRequest:
    """Return the row of a draft. Columns that are None get their defaults."""
    programme = (
        programme or next(iter(programmes.list_running_for(institution.id)), None) or make_programme(institution)
    )
    contact = contact or make_account(Role.PARTNER, institution_id=institution.id, time_zone=institution.time_zone)
    defaults = {
        "title": f"Infection prevention on the wards {next(numbers)}",
        "learners_cadre": "Ward nurses",
        "learners_number": 20,
        "earliest_start_on": now.date() + dt.timedelta(days=42),
        "respond_by_on": now.date() + dt.timedelta(days=28),
        "expected_result": "Hand hygiene is audited every month and the nurses teach each other.",
        "supervisor": "The matron",
    }
    return PartnerRequest(
        programme_id=programme.id,
        institution_id=institution.id,
        contact_id=contact.id,
        state=RequestState.DRAFT,
        created_at=now,
        updated_at=now,
        **(defaults | {name: value for name, value in columns.items() if value is not None or name not in defaults}),
    )


def _move_to(request: PartnerRequest, state: RequestState, *, now: dt.datetime) -> None:
    for step in PATHS[state]:
        if step is RequestState.FILLED:
            request.seats_filled = request.seats
        audit.move(request, step, actor=None, now=now)
        request.submitted_at = request.submitted_at or now
        if step is RequestState.OPEN:
            request.opened_at = now
        if step is RequestState.RETURNED:
            request.return_message = "How many nurses are there on a shift?"
        db.session.flush()
    if state in SEARCHABLE:
        search_index.refresh(request)
