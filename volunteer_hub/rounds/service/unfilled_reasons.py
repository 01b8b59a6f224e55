"""Why the nearest volunteer of each unfilled request is ineligible, as a round stores it (JSON).

Reasons of chosen pairs are written by `rounds/engine/reasons.py`.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence

from volunteer_hub.fit.rules import RequestFacts
from volunteer_hub.fit.rules.evaluation import list_failed_gates
from volunteer_hub.matching.queries import facts_by_id
from volunteer_hub.rounds.rules import Progress, RoundParameters, RoundPlan

REQUESTS_PER_BATCH = 400
"""Requests explained per query."""


def collect_reasons(
    plan: RoundPlan, requests: Collection[RequestFacts], parameters: RoundParameters, progress: Progress | None = None
) -> Mapping[int, str]:
    """Return the failed gates of the nearest volunteer as JSON by request id, for unfilled requests without any candidate."""
    reasons: dict[int, str] = {}
    nearest = {
        unfilled.request_id: unfilled.nearest_volunteer_id
        for unfilled in plan.unfilled
        if unfilled.nearest_volunteer_id and not unfilled.candidates
    }
    unfilled_requests = [request for request in requests if request.id in nearest]
    for start in range(0, len(unfilled_requests), REQUESTS_PER_BATCH):
        reasons |= _dump_failed_gates(unfilled_requests[start : start + REQUESTS_PER_BATCH], nearest, parameters)
        if progress:
            progress(1, 1)
    return reasons


def _dump_failed_gates(
    requests: Sequence[RequestFacts], nearest: Mapping[int, int], parameters: RoundParameters
) -> dict[int, str]:
    volunteers = facts_by_id.get_volunteers([nearest[request.id] for request in requests], today=parameters.as_of)
    reasons = {}
    for request in requests:
        failed_gates = list_failed_gates(volunteers[nearest[request.id]], request, today=parameters.as_of)
        reasons[request.id] = json.dumps([[failed.gate, dict(failed.facts)] for failed in failed_gates], default=str)
    return reasons
