"""What the mail area learns of placements: when an email about one has become pointless."""

from __future__ import annotations

import datetime as dt

from volunteer_hub.core.db import db
from volunteer_hub.core.subject_types import subject_type
from volunteer_hub.mail import relevance
from volunteer_hub.mail.models import OutboxMail
from volunteer_hub.placements.models import ManagerRelease, Placement
from volunteer_hub.placements.states import ENDED, ReleaseState


def teach() -> None:
    """Register what must still hold when an email goes out."""
    relevance.register(_has_working_link, "release_asked", "release_reminder")
    relevance.register_row(Placement, _is_late, "release_late")
    relevance.register_row(Placement, lambda row, _now: row.state not in ENDED, "workplan_changed", "placement_paused")


def _has_working_link(mail: OutboxMail, now: dt.datetime) -> bool:
    """Whether the manager is still to answer by this very link: asking again and reminding each replace the one before."""
    if mail.subject_type != subject_type(ManagerRelease):
        return True  # a preview
    release = db.session.get(ManagerRelease, mail.subject_id)
    if release is None or not _needs_manager(release, now):
        return False
    return mail.due_at == (release.chased_at or release.requested_at)


def _needs_manager(release: ManagerRelease, _now: dt.datetime) -> bool:
    return release.state is ReleaseState.WAITING and release.placement.state not in ENDED


def _is_late(placement: Placement, now: dt.datetime) -> bool:
    return placement.release is not None and _needs_manager(placement.release, now)
