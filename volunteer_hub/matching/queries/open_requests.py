"""Open requests as a volunteer sees them: filters, search, paging and fit."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import sqlalchemy as sa
from flask_babel import gettext as _

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
"""Cached (code, name) of the countries that the filters offer; may be half a minute old."""
MAX_REQUESTS_EXAMINED = 400
"""Maximum number of open requests that one page of "fits me" examines."""


@dataclass(frozen=True)
class RequestFilters:
    """What a volunteer looks for. Every filter is optional."""

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
    """An open request with its fit for the volunteer who looks at it."""

    row: Any
    fit: rules.Fit
    request: rules.RequestFacts

    @property
    def needs_live_time(self) -> bool:
        """Whether part of the work is done live."""
        return self.request.delivery != "asynchronous"

    @property
    def rank_key(self) -> tuple[bool, int, int]:
        """The sort key of a ranking: possible requests first, then by score, then by id."""
        return not self.fit.is_possible, -self.fit.score, self.request.id

    @property
    def host_windows(self) -> Sequence[times.Window]:
        """The times that suit the hospital, on its clock."""
        return sorted(self.request.windows)

    def common_on(self, zone: str) -> list[times.Window]:
        """Return the common time on the clock of `zone`, in the same order for every zone."""
        return [times.to_local_window(piece, zone, self.fit.monday) for piece in self.fit.common_intervals]


@lru_cache(maxsize=1)
def _volunteer_statement() -> sa.Select[Any]:
    """Built once, as every page of a volunteer runs it."""
    return (
        sa.select(*facts.volunteer_columns())
        .join(Account, Account.id == Volunteer.account_id)
        .where(Volunteer.account_id == sa.bindparam("account_id"))
    )


def get_my_facts(viewer: Viewer, *, today: dt.date) -> rules.VolunteerFacts:
    """Return the viewer as a volunteer. Raises NotFound for an account without a volunteer's profile."""
    row = db.session.execute(_volunteer_statement(), {"account_id": viewer.account_id}).one_or_none()
    if row is None:
        raise NotFound(_("There is no volunteer’s profile."), code="profile_not_found")
    return facts.volunteer_facts(row, today=today)


def _latest_match(column: Any) -> Any:
    """Return a column of the latest match of the volunteer `volunteer_id`, a parameter, with the request of the row."""
    return (
        sa.select(column)
        .where(Match.request_id == PartnerRequest.id, Match.volunteer_id == sa.bindparam("volunteer_id"))
        .order_by(Match.id.desc())
        .limit(1)
        .scalar_subquery()
    )


@lru_cache(maxsize=1)
def select_for_volunteer() -> sa.Select[Any]:
    """Select requests as the volunteer `volunteer_id`, a parameter, sees them. Built once."""
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
    volunteer: rules.VolunteerFacts, filters: RequestFilters, *, key: str | None, today: dt.date
) -> paging.Page[OpenRequest]:
    """Return a page of open requests, newest first, filtered, each with its fit. One query."""
    return list_open_and_examined(volunteer, filters, key=key, today=today)[0]


def list_open_and_examined(
    volunteer: rules.VolunteerFacts, filters: RequestFilters, *, key: str | None, today: dt.date
) -> tuple[paging.Page[OpenRequest], list[OpenRequest]]:
    """Return the page, and all requests examined for it: with `fits_me` these are more than the page shows."""
    page_depth = _page_depth(filters)
    rows = db.session.execute(_filter_statement(filters, key), {"volunteer_id": volunteer.id}).all()
    requests = [to_open_request(volunteer, row, today) for row in rows]
    if not filters.fits_me:
        return paging.cut(requests, [(row.opened_at, row.request_id) for row in rows]), requests
    return _page_of_possible(requests[:page_depth], has_more=len(rows) > page_depth), requests[:page_depth]


@lru_cache(maxsize=200)
def _filter_statement(filters: RequestFilters, key: str | None) -> sa.Select[Any]:
    """Build the statement of these filters; cached, as most volunteers use the same. Raises NotFound for an invalid
    key.

    Complete with its limit: SQLAlchemy stores a statement's cache key on the object, and a changed copy has none.
    """
    r = PartnerRequest
    statement = select_for_volunteer().where(r.state == RequestState.OPEN)
    for clause in _filter_clauses(filters):
        statement = statement.where(clause)
    return paging.after(statement, (r.opened_at, r.id), key).limit(_page_depth(filters) + 1)


def _page_depth(filters: RequestFilters) -> int:
    """Return how many open requests one page examines."""
    return MAX_REQUESTS_EXAMINED if filters.fits_me else paging.PAGE_SIZE


def _page_of_possible(examined: list[OpenRequest], *, has_more: bool) -> paging.Page[OpenRequest]:
    """Return the first page of the possible requests among those examined, with the key of the next page."""
    possible = [request for request in examined if request.fit.is_possible]
    page_rows = possible[: paging.PAGE_SIZE]
    last = page_rows[-1] if len(possible) > paging.PAGE_SIZE else examined[-1] if has_more else None
    return paging.Page(page_rows, paging.encode(last.row.opened_at, last.row.request_id) if last else None)


def to_open_request(volunteer: rules.VolunteerFacts, row: Any, today: dt.date) -> OpenRequest:
    """Return a row of `select_for_volunteer` with its fit."""
    request = facts.request_facts(row, today=today)
    return OpenRequest(row, rules.evaluate(volunteer, request, today=today, weights=weights.current()), request)


def _filter_clauses(filters: RequestFilters) -> list[sa.ColumnElement[bool]]:
    r = PartnerRequest
    clauses: list[sa.ColumnElement[bool]] = []
    ids = search.search_ids(SEARCH_TABLE, filters.search_text)
    if ids is not None:
        clauses.append(r.id.in_(ids))
    if filters.kind:
        clauses.append(r.kind == filters.kind)
    if filters.specialty_group:
        child_codes = sa.select(Specialty.code).where(Specialty.parent_code == filters.specialty_group)
        clauses.append(sa.or_(r.specialty_code == filters.specialty_group, r.specialty_code.in_(child_codes)))
    if filters.language:
        with_language = sa.select(RequestLanguage.request_id).where(RequestLanguage.language == filters.language)
        clauses.append(r.id.in_(with_language))
    if filters.country:
        clauses.append(Institution.country_iso2 == filters.country)
    if filters.max_minutes is not None:
        clauses.append(r.weekly_minutes <= filters.max_minutes)
    if filters.delivery:
        clauses.append(r.delivery == filters.delivery)
    if filters.starts_before:
        clauses.append(r.earliest_start_on <= filters.starts_before)
    return clauses


def get_open_request(volunteer: rules.VolunteerFacts, request_id: int, *, today: dt.date) -> OpenRequest:
    """Return a request as a volunteer sees it: open, or one that they have a match with. Raises NotFound."""
    r = PartnerRequest
    has_match = sa.select(Match.id).where(Match.request_id == r.id, Match.volunteer_id == volunteer.id).exists()
    statement = (
        select_for_volunteer()
        .add_columns(
            r.expected_result,
            r.learners_cadre,
            r.learners_number,
            r.supervisor,
            Institution.connectivity,
        )
        .where(r.id == request_id, sa.or_(r.state == RequestState.OPEN, has_match))
    )
    row = db.session.execute(statement, {"volunteer_id": volunteer.id}).one_or_none()
    if row is None:
        raise NotFound(_("There is no such request, or it is no longer open."), code="open_request_not_found")
    return to_open_request(volunteer, row, today)
