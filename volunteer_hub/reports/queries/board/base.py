"""What demand, supply and waiting times share: the filters, groups of specialties, bands of hours."""

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
    """What the board and its lists are narrowed to. Everything is optional.

    `group` may be NO_SPECIALTY: requests that ask for none, for which every volunteer counts.
    """

    programme_id: int | None = None
    country: str = ""
    group: str = ""
    language: str = ""
    band: Band | None = None


NO_SPECIALTY = "none"


def specialty_group() -> sa.ColumnElement[str]:
    """The group of the specialty joined as Specialty; a group stands for itself."""
    return sa.func.coalesce(Specialty.parent_code, Specialty.code, ANY_SPECIALTY)


def request_band(minutes: Any) -> sa.ColumnElement[str]:
    """The band of a request (board.band_of)."""
    bands = ((minutes <= most, band.value) for band, most in board.MAX_MINUTES.items())
    return sa.case(*bands, else_=Band.OVER_4.value)


def highest_band(minutes: Any) -> sa.ColumnElement[str]:
    """The highest band that a volunteer's free minutes fill (board.enough_for)."""
    return sa.case(*((minutes >= board.minutes_for(band), band.value) for band in reversed(Band)), else_="")


def request_clauses(filters: BoardFilters) -> list[sa.ColumnElement[bool]]:
    """Clauses on (PartnerRequest, Institution, Specialty)."""
    r, found = PartnerRequest, []
    if filters.programme_id:
        found.append(r.programme_id == filters.programme_id)
    if filters.country:
        found.append(Institution.country_iso2 == filters.country)
    if filters.group == NO_SPECIALTY:
        found.append(r.specialty_code.is_(None))
    elif filters.group:
        found.append(specialty_group() == filters.group)
    if filters.language:
        spoken = sa.select(RequestLanguage.request_id).where(RequestLanguage.language == filters.language)
        found.append(r.id.in_(spoken))
    if filters.band:
        found.append(request_band(r.weekly_minutes) == filters.band.value)
    return found
