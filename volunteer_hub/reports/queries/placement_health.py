"""How each placement of a director is doing: its last day worked and its hours to confirm."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy.orm import contains_eager

from volunteer_hub.core.access import Viewer
from volunteer_hub.core.db import db
from volunteer_hub.hours.models import HoursEntry
from volunteer_hub.hours.states import COUNTED_STATES, HoursState
from volunteer_hub.matching.queries import HOSTS, in_scope
from volunteer_hub.partner_requests.models import PartnerRequest
from volunteer_hub.placements.models import Placement
from volunteer_hub.placements.states import PlacementState

AT_WORK = (PlacementState.ACTIVE, PlacementState.PAUSED)


def list_quietest_placements(
    viewer: Viewer, *, limit: int = 8
) -> Sequence[sa.Row[tuple[Placement, dt.date | None, int]]]:
    """Return up to `limit` running placements within the viewer's scope, the least recently worked first.

    Each row is (placement, last day worked, minutes to confirm).
    """
    worked = (
        sa.select(
            HoursEntry.placement_id,
            sa.func.max(HoursEntry.worked_on).label("last"),
            sa.func.sum(sa.case((HoursEntry.state == HoursState.LOGGED, HoursEntry.minutes), else_=0)).label("waiting"),
        )
        .where(HoursEntry.state.in_(COUNTED_STATES))
        .group_by(HoursEntry.placement_id)
        .subquery()
    )
    statement = (
        sa.select(Placement, worked.c.last, sa.func.coalesce(worked.c.waiting, 0))
        .join(Placement.request)
        .join(PartnerRequest.institution)
        .outerjoin(worked, worked.c.placement_id == Placement.id)
        .options(contains_eager(Placement.request).contains_eager(PartnerRequest.institution))
        .where(Placement.state.in_(AT_WORK), in_scope(viewer, *HOSTS))
        .order_by(sa.func.coalesce(worked.c.last, Placement.starts_on), Placement.id)
    )
    return db.session.execute(statement.limit(limit)).unique().all()
