"""What the mail area learns of placements: when an email about one has become pointless."""

from __future__ import annotations

import datetime as dt

from volunteer_hub.mail import relevance
from volunteer_hub.placements.models import Placement, Release
from volunteer_hub.placements.states import OVER, ReleaseState


def teach() -> None:
    """Register what must still hold when an email goes out."""
    relevance.register_row(Release, _needs_manager, "release_asked", "release_reminder")
    relevance.register_row(Placement, _is_late, "release_late")
    relevance.register_row(Placement, lambda row, _now: row.state not in OVER, "workplan_changed", "placement_paused")


def _needs_manager(release: Release, _now: dt.datetime) -> bool:
    return release.state is ReleaseState.WAITING and release.placement.state not in OVER


def _is_late(placement: Placement, now: dt.datetime) -> bool:
    return placement.release is not None and _needs_manager(placement.release, now)
