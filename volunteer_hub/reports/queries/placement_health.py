"""How each placement of a director is, and how the service itself runs."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy.orm import contains_eager

from volunteer_hub.core.access import Viewer
from volunteer_hub.core.db import UTCDateTime, db
from volunteer_hub.hours.models import HoursEntry
from volunteer_hub.hours.states import COUNTED_STATES, HoursState
from volunteer_hub.matching.queries import HOSTS, in_scope
from volunteer_hub.partner_requests.models import PartnerRequest
from volunteer_hub.placements.models import Placement
from volunteer_hub.placements.states import PlacementState

# The scheduler is an upper area, so only its table's name is used here.
RUN = sa.table(
    "job_run",
    sa.column("id", sa.Integer),
    sa.column("job", sa.Text),
    sa.column("started_at", UTCDateTime()),
    sa.column("ended_at", UTCDateTime()),
    sa.column("error", sa.Text),
)
BEAT = sa.table("scheduler_heartbeat", sa.column("beat_at", UTCDateTime()))
AT_WORK = (PlacementState.ACTIVE, PlacementState.PAUSED)


def list_quietest_placements(
    viewer: Viewer, *, limit: int = 8
) -> Sequence[sa.Row[tuple[Placement, dt.date | None, int]]]:
    """Placements at work in reach, each with the last day worked and the minutes to confirm; the quietest first."""
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


def list_job_outcomes() -> Sequence[sa.Row[tuple[str, dt.datetime, str | None, dt.datetime | None, str | None]]]:
    """Each job by name with its last run, what was wrong with it, and when it last failed; one query."""
    latest = (
        sa.select(
            RUN.c.job,
            sa.func.max(RUN.c.id).label("id"),
            sa.func.max(sa.case((RUN.c.error.is_not(None), RUN.c.id))).label("failed_id"),
        )
        .group_by(RUN.c.job)
        .subquery()
    )
    failed = RUN.alias("failed")
    statement = (
        sa.select(
            RUN.c.job,
            RUN.c.started_at,
            RUN.c.error,
            failed.c.started_at.label("failed_at"),
            failed.c.error.label("failure"),
        )
        .join(latest, latest.c.id == RUN.c.id)
        .outerjoin(failed, failed.c.id == latest.c.failed_id)
        .order_by(RUN.c.job)
    )
    return db.session.execute(statement).all()


def last_heartbeat_at() -> dt.datetime | None:
    """When a leading scheduler last gave a sign of life."""
    return db.session.scalar(sa.select(sa.func.max(BEAT.c.beat_at)))
