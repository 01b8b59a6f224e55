"""Filters, groups of specialties and bands of hours, shared by demand, supply and waiting times."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from volunteer_hub.institutions.models import Institution
from volunteer_hub.partner_requests.models import PartnerRequest, RequestLanguage
from volunteer_hub.reports import board
from volunteer_hub.reports.board import ANY_SPECIALTY
from volunteer_hub.reports.states import Band
from volunteer_hub.vocabulary.models import Specialty

BY, TOTAL = "by", "total"


@dataclass(frozen=True)
class BoardFilters:
    """What the board and its lists are narrowed to. Every filter is optional.

    `group` may be NO_SPECIALTY: requests that need no specialty, for which every volunteer counts.
    """

    programme_id: int | None = None
    country: str = ""
    group: str = ""
    language: str = ""
    band: Band | None = None


NO_SPECIALTY = "none"


def specialty_group() -> sa.ColumnElement[str]:
    """Return the group of the joined Specialty; a group is its own group."""
    return sa.func.coalesce(Specialty.parent_code, Specialty.code, ANY_SPECIALTY)


def request_band(minutes: Any) -> sa.ColumnElement[str]:
    """Return the SQL expression for the band of a request, as board.band_of has it."""
    bands = ((minutes <= most, band.value) for band, most in board.MAX_MINUTES.items())
    return sa.case(*bands, else_=Band.OVER_4.value)


def highest_band(minutes: Any) -> sa.ColumnElement[str]:
    """Return the SQL expression for the highest band that free minutes suffice for, as board.minutes_for has it."""
    return sa.case(*((minutes >= board.minutes_for(band), band.value) for band in reversed(Band)), else_="")


def request_clauses(filters: BoardFilters) -> list[sa.ColumnElement[bool]]:
    """Return the filters as clauses on PartnerRequest, Institution and Specialty."""
    r, clauses = PartnerRequest, []
    if filters.programme_id:
        clauses.append(r.programme_id == filters.programme_id)
    if filters.country:
        clauses.append(Institution.country_iso2 == filters.country)
    if filters.group == NO_SPECIALTY:
        clauses.append(r.specialty_code.is_(None))
    elif filters.group:
        clauses.append(specialty_group() == filters.group)
    if filters.language:
        spoken = sa.select(RequestLanguage.request_id).where(RequestLanguage.language == filters.language)
        clauses.append(r.id.in_(spoken))
    if filters.band:
        clauses.append(request_band(r.weekly_minutes) == filters.band.value)
    return clauses
