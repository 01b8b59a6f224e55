"""Open requests as a volunteer sees them: filters, search, paging, fit."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import sqlalchemy as sa

from volunteer_hub.accounts.models import Account
from volunteer_hub.core import paging, search, times
from volunteer_hub.core.access import Viewer
from volunteer_hub.core.cache import CachedValue
from volunteer_hub.core.db import db
from volunteer_hub.core.errors import NotFound
from volunteer_hub.fit import rules
from volunteer_hub.institutions import queries as institutions
from volunteer_hub.institutions.models import Country, Institution
from volunteer_hub.matching import facts
from volunteer_hub.matching.models import Match
from volunteer_hub.matching.queries import weights
from volunteer_hub.partner_requests.models import PartnerRequest, RequestLanguage
from volunteer_hub.partner_requests.states import Delivery, RequestState, SupportKind
from volunteer_hub.vocabulary.models import Specialty
from volunteer_hub.volunteers.models import Volunteer

SEARCH_TABLE = "request_search"
partner_countries = CachedValue("partner_countries", lambda: tuple(institutions.list_countries_with_partners()))
"""(code, name) of the countries that the filters offer; half a minute old at most."""
MAX_REQUESTS_EXAMINED = 400
"""How many open requests one page of "fits me" looks through at most."""


@dataclass(frozen=True)
class RequestFilters:
    """What a volunteer looks for. Everything is optional."""

    search_text: str = ""
    kind: SupportKind | None = None
    specialty_group: str = ""
    language: str = ""
    country: str = ""
    max_minutes: int | None = None
    delivery: Delivery | None = None
    starts_before: dt.date | None = None
    fits_me: bool = False


@dataclass(frozen=True)
class OpenRequest:
    """One open request with how it fits the volunteer who looks."""

    row: Any
    fit: rules.Fit
    request: rules.RequestFacts

    @property
    def needs_live_time(self) -> bool:
        """Whether any of the work is done together at one time."""
        return self.request.delivery != "asynchronous"

    @property
    def rank_key(self) -> tuple[bool, int, int]:
        """Where it stands in a ranking for the one who looks: the possible ones first, then by score and number."""
        return not self.fit.is_possible, -self.fit.score, self.request.id

    @property
    def host_windows(self) -> Sequence[times.Window]:
        """The times that suit the hospital, on its clock."""
        return sorted(self.request.windows)

    def common_on(self, zone: str) -> list[times.Window]:
        """The time in common, on the clock of `zone`, in one order for every zone."""
        return [times.to_local_window(piece, zone, self.fit.monday) for piece in self.fit.common]


@lru_cache(maxsize=1)
def _my_statement() -> sa.Select[Any]:
    """Built once, as every page of a volunteer runs it."""
    return (
        sa.select(*facts.volunteer_columns())
        .join(Account, Account.id == Volunteer.account_id)
        .where(Volunteer.account_id == sa.bindparam("account_id"))
    )


def get_my_facts(viewer: Viewer, *, today: dt.date) -> rules.VolunteerFacts:
    """The viewer as a volunteer. Raises NotFound for somebody without a volunteer's profile."""
    row = db.session.execute(_my_statement(), {"account_id": viewer.account_id}).one_or_none()
    if row is None:
        raise NotFound("There is no volunteer’s profile.")
    return facts.volunteer_facts(row, today=today)


def _latest_match(column: Any) -> Any:
    """A column of the latest match of the volunteer `me` with the request in the row."""
    return (
        sa.select(column)
        .where(Match.request_id == PartnerRequest.id, Match.volunteer_id == sa.bindparam("me"))
        .order_by(Match.id.desc())
        .limit(1)
        .scalar_subquery()
    )


@lru_cache(maxsize=1)
def select_for_volunteer() -> sa.Select[Any]:
    """Requests as the volunteer `me`, a parameter, sees them. Built once."""
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
            _latest_match(Match.state).label("match_state"),
            _latest_match(Match.id).label("match_id"),
        )
        .join(Institution, Institution.id == r.institution_id)
        .join(Country, Country.iso2 == Institution.country_iso2)
    )


def list_open(
    me: rules.VolunteerFacts, filters: RequestFilters, *, key: str | None, today: dt.date
) -> paging.Page[OpenRequest]:
    """Open requests, newest first, filtered, each with its fit; one query a page."""
    return list_open_and_examined(me, filters, key=key, today=today)[0]


def list_open_and_examined(
    me: rules.VolunteerFacts, filters: RequestFilters, *, key: str | None, today: dt.date
) -> tuple[paging.Page[OpenRequest], list[OpenRequest]]:
    """The page, and all requests that were looked at for it: more, where only those that fit are shown."""
    depth = _depth(filters)
    rows = db.session.execute(_asked(filters, key), {"me": me.id}).all()
    found = [to_open_request(me, row, today) for row in rows]
    if not filters.fits_me:
        return paging.cut(found, [(row.opened_at, row.request_id) for row in rows]), found
    return _fitting(found[:depth], more=len(rows) > depth), found[:depth]


@lru_cache(maxsize=200)
def _asked(filters: RequestFilters, key: str | None) -> sa.Select[Any]:
    """What these filters ask for, built once: most people ask for the same. Raises NotFound for a wrong key.

    Whole, limit and all: SQLAlchemy keeps a statement's cache key on the object, and a changed copy has none.
    """
    r = PartnerRequest
    statement = select_for_volunteer().where(r.state == RequestState.OPEN)
    for clause in _clauses(filters):
        statement = statement.where(clause)
    return paging.after(statement, r.opened_at, r.id, key).limit(_depth(filters) + 1)


def _depth(filters: RequestFilters) -> int:
    """How many open requests one page looks at."""
    return MAX_REQUESTS_EXAMINED if filters.fits_me else paging.PAGE_SIZE


def _fitting(found: list[OpenRequest], *, more: bool) -> paging.Page[OpenRequest]:
    """The first page's worth of requests that fit, and where to go on."""
    fitting = [one for one in found if one.fit.is_possible]
    shown = fitting[: paging.PAGE_SIZE]
    last = shown[-1] if len(fitting) > paging.PAGE_SIZE else found[-1] if more else None
    return paging.Page(shown, paging.encode(last.row.opened_at, last.row.request_id) if last else None)


def to_open_request(me: rules.VolunteerFacts, row: Any, today: dt.date) -> OpenRequest:
    """A row of `seen_by_me` with how it fits."""
    asked = facts.request_facts(row, today=today)
    return OpenRequest(row, rules.evaluate(me, asked, today=today, weights=weights.current()), asked)


def _clauses(filters: RequestFilters) -> list[sa.ColumnElement[bool]]:
    r = PartnerRequest
    clauses: list[sa.ColumnElement[bool]] = []
    ids = search.search_ids(SEARCH_TABLE, filters.search_text)
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
    if filters.max_minutes is not None:
        clauses.append(r.weekly_minutes <= filters.max_minutes)
    if filters.delivery:
        clauses.append(r.delivery == filters.delivery)
    if filters.starts_before:
        clauses.append(r.earliest_start_on <= filters.starts_before)
    return clauses


def get_open_request(me: rules.VolunteerFacts, request_id: int, *, today: dt.date) -> OpenRequest:
    """One request as a volunteer sees it: open, or one that they have a match with. Raises NotFound."""
    r = PartnerRequest
    mine = sa.select(Match.id).where(Match.request_id == r.id, Match.volunteer_id == me.id).exists()
    statement = (
        select_for_volunteer()
        .add_columns(
            r.expected_result,
            r.learners_cadre,
            r.learners_number,
            r.supervisor,
            Institution.connectivity,
        )
        .where(r.id == request_id, sa.or_(r.state == RequestState.OPEN, mine))
    )
    row = db.session.execute(statement, {"me": me.id}).one_or_none()
    if row is None:
        raise NotFound("There is no such request, or it is no longer open.")
    return to_open_request(me, row, today)
