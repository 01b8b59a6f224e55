"""Why the nearest of each unmet request could not take it, as a round stores it (JSON). The engine writes those of the chosen."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence

from volunteer_hub.matching import rules
from volunteer_hub.matching.queries import by_id
from volunteer_hub.matching.rules.plans import Plan, Progress, Settings, Unmet

STEP = 400
"""So many pairs are explained at a time."""


def of(plan: Plan, settings: Settings, progress: Progress | None = None) -> Mapping[int, str]:
    """The gates closed for the nearest of each request, by request; those whose candidates are needed elsewhere have none."""
    found: dict[int, str] = {}
    asked = [one for one in plan.unmet if one.nearest_id and not one.candidates]
    for start in range(0, len(asked), STEP):
        found |= _gates(asked[start : start + STEP], settings)
        if progress:
            progress(1, 1)
    return found


def _gates(unmet: Sequence[Unmet], settings: Settings) -> dict[int, str]:
    people = by_id.volunteers([one.nearest_id for one in unmet if one.nearest_id], today=settings.as_of)
    requests = by_id.requests([one.request_id for one in unmet], today=settings.as_of)
    fits = {
        one.request_id: rules.fit(people[one.nearest_id], requests[one.request_id], today=settings.as_of)
        for one in unmet
        if one.nearest_id
    }
    return {
        request_id: json.dumps([[closed.gate, dict(closed.facts)] for closed in fit.closed], default=str)
        for request_id, fit in fits.items()
    }
