"""Handover of placements to another director."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from volunteer_hub.audit import service as audit
from volunteer_hub.core.access import Viewer
from volunteer_hub.placements.models import Placement


def hand_over(placements: Iterable[Placement], to_id: int, *, actor: Viewer, now: dt.datetime) -> None:
    """Make another account the director of these placements.

    The caller has checked that the account is a director of the hospital.
    """
    for placement in placements:
        before, placement.director_id = placement.director_id, to_id
        audit.record("placement.handed_over", placement, actor=actor, now=now, before=before, after=to_id)
