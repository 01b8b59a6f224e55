"""What a volunteer reads of their own: their profile's row, and their placements with hours."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import contains_eager

from volunteer_hub.core.access import Viewer
from volunteer_hub.core.db import db
from volunteer_hub.hours.models import HoursEntry
from volunteer_hub.hours.states import COUNTED_STATES
from volunteer_hub.partner_requests.models import PartnerRequest
from volunteer_hub.placements.models import Placement
from volunteer_hub.placements.states import PlacementState
from volunteer_hub.volunteers.models import Volunteer

WORKING = (PlacementState.PLANNED, PlacementState.ACTIVE, PlacementState.PAUSED)


def find_own_volunteer(viewer: Viewer) -> Volunteer | None:
    """Return the viewer's own volunteer row, or None."""
    statement = sa.select(Volunteer).where(Volunteer.account_id == viewer.account_id)
    return db.session.scalars(statement).one_or_none()


def list_own_placements(
    viewer: Viewer, *, month: dt.date, limit: int = 10
) -> Sequence[sa.Row[tuple[Placement, int, int, bool]]]:
    """Return the viewer's planned and running placements; one query.

    Each row is (placement, minutes since `month`, minutes in all, whether hours may be logged).
    """
    minutes = (
        sa.select(
            HoursEntry.placement_id,
            sa.func.sum(HoursEntry.minutes).label("all"),
            sa.func.sum(sa.case((HoursEntry.worked_on >= month, HoursEntry.minutes), else_=0)).label("this_month"),
        )
        .where(HoursEntry.state.in_(COUNTED_STATES))
        .group_by(HoursEntry.placement_id)
        .subquery()
    )
    sums: tuple[Any, ...] = (sa.func.coalesce(minutes.c.this_month, 0), sa.func.coalesce(minutes.c.all, 0))
    may_log = Placement.state.in_((PlacementState.ACTIVE, PlacementState.PAUSED))
    statement = (
        sa.select(Placement, *sums, may_log)
        .join(Placement.request)
        .join(PartnerRequest.institution)
        .join(Placement.volunteer)
        .outerjoin(minutes, minutes.c.placement_id == Placement.id)
        .options(contains_eager(Placement.request).contains_eager(PartnerRequest.institution))
        .where(Volunteer.account_id == viewer.account_id, Placement.state.in_(WORKING))
        .order_by(Placement.starts_on, Placement.id)
    )
    return db.session.execute(statement.limit(limit)).unique().all()
