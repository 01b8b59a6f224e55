"""The reasons of what a round found, as they are stored with it: of the chosen, and of who came nearest."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple, TypeVar

from volunteer_hub.matching import rules
from volunteer_hub.matching.queries import rounds
from volunteer_hub.matching.rules.plans import Pair, Plan, Progress, Settings, Unmet
from volunteer_hub.matching.service.matches import stored_fit

T = TypeVar("T")
STEP = 400
"""So many pairs are explained at a time."""


class Reasons(NamedTuple):
    """`fits`: the contributions of each chosen (volunteer, request); `gates`: what is closed for the nearest of a request. JSON."""

    fits: Mapping[tuple[int, int], str]
    gates: Mapping[int, str]


NONE = Reasons({}, {})


def of(plan: Plan, settings: Settings, progress: Progress | None = None) -> Reasons:
    """The reasons of a plan, by the rules for one pair. Raises RuntimeError should the engine ever disagree with them."""
    fits: dict[tuple[int, int], str] = {}
    for some in _steps(plan.chosen):
        fits |= _fits(some, settings)
        if progress:
            progress(1, 1)
    gates: dict[int, str] = {}
    for few in _steps([one for one in plan.unmet if one.nearest_id and not one.candidates]):
        gates |= _gates(few, settings)
        if progress:
            progress(1, 1)
    return Reasons(fits, gates)


def _steps(all_: Sequence[T]) -> Iterator[Sequence[T]]:
    for start in range(0, len(all_), STEP):
        yield all_[start : start + STEP]


def _fits(pairs: Sequence[Pair], settings: Settings) -> dict[tuple[int, int], str]:
    people = rounds.facts_of_volunteers([pair.volunteer_id for pair in pairs], today=settings.as_of)
    requests = rounds.facts_of_requests([pair.request_id for pair in pairs], today=settings.as_of)
    found = {}
    for pair in pairs:
        fit = rules.fit(
            people[pair.volunteer_id], requests[pair.request_id], today=settings.as_of, weights=settings.weights
        )
        if fit.closed or fit.score != pair.score:
            raise RuntimeError(
                f"volunteer {pair.volunteer_id}, request {pair.request_id}: {fit.score} {fit.closed}, not {pair.score}"
            )
        found[pair.volunteer_id, pair.request_id] = stored_fit(fit)
    return found


def _gates(unmet: Sequence[Unmet], settings: Settings) -> dict[int, str]:
    people = rounds.facts_of_volunteers([one.nearest_id for one in unmet if one.nearest_id], today=settings.as_of)
    requests = rounds.facts_of_requests([one.request_id for one in unmet], today=settings.as_of)
    return {
        one.request_id: json.dumps(
            [
                [closed.gate, dict(closed.facts)]
                for closed in rules.fit(people[one.nearest_id], requests[one.request_id], today=settings.as_of).closed
            ],
            default=str,
        )
        for one in unmet
        if one.nearest_id
    }
