"""What this area teaches the live shortlists: an act on a placement may change what its volunteer has room for."""

from __future__ import annotations

from volunteer_hub.core.subject_types import subject_type
from volunteer_hub.matching.queries import shortlist_invalidation
from volunteer_hub.placements.models import Placement


def teach() -> None:
    """Let the pool look at a placement's volunteer again."""
    shortlist_invalidation.teach(subject_type(Placement), Placement)
