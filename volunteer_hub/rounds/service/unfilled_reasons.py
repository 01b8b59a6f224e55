"""Why the nearest of each unmet request could not take it, as a round stores it (JSON). The engine writes those of the chosen."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence

from volunteer_hub.fit.rules import RequestFacts
from volunteer_hub.fit.rules.evaluation import list_failed_gates
from volunteer_hub.matching.queries import facts_by_id
from volunteer_hub.rounds.rules import Progress, RoundParameters, RoundPlan

STEP = 400
"""So many pairs are explained at a time."""


def collect_reasons(
    plan: RoundPlan, requests: Collection[RequestFacts], settings: RoundParameters, progress: Progress | None = None
) -> Mapping[int, str]:
    """The gates closed for the nearest of each request, by request; those whose candidates are needed elsewhere have none."""
    found: dict[int, str] = {}
    nearest = {
        one.request_id: one.nearest_volunteer_id
        for one in plan.unfilled
        if one.nearest_volunteer_id and not one.candidates
    }
    asked = [request for request in requests if request.id in nearest]
    for start in range(0, len(asked), STEP):
        found |= _gates(asked[start : start + STEP], nearest, settings)
        if progress:
            progress(1, 1)
    return found


def _gates(asked: Sequence[RequestFacts], nearest: Mapping[int, int], settings: RoundParameters) -> dict[int, str]:
    people = facts_by_id.get_volunteers([nearest[request.id] for request in asked], today=settings.as_of)
    found = {}
    for one in asked:
        closed = list_failed_gates(people[nearest[one.id]], one, today=settings.as_of)
        found[one.id] = json.dumps([[each.gate, dict(each.facts)] for each in closed], default=str)
    return found
