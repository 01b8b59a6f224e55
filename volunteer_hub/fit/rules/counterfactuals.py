"""A way forward: what would open a pair or lift its score, and what would open most. Computed, never a guess:
each change is tried on the volunteer's facts and judged again by the same rules, so what is promised comes true.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any

from volunteer_hub.fit.rules import candidate_changes, extra_windows
from volunteer_hub.fit.rules.evaluation import (
    LIVE_SHARE_MINUTES,
    FailedGate,
    Fit,
    count_covered_weeks,
    evaluate,
    list_failed_gates,
    list_missing_skills,
    list_spoken_languages,
)
from volunteer_hub.fit.rules.facts import RequestFacts, VolunteerFacts
from volunteer_hub.fit.rules.names import Gate, PriorOutcome
from volunteer_hub.fit.rules.profile_changes import ChangeKind, ProfileChange, apply, effort
from volunteer_hub.fit.rules.weights import FIRST_WEIGHTS, Weights

MAX_RESULTS = 3
MAX_WINDOWS_TRIED = 100
"""How many different windows are tried over all requests."""
MAX_PER_KIND = 2
"""How many answers of one kind about one word: `French at B1`, `French at C1`."""


@dataclass(frozen=True)
class Counterfactual:
    """What some changes together would do to one pair. `changes` has more than one only where all are needed."""

    changes: tuple[ProfileChange, ...]
    gates_opened: tuple[Gate, ...]
    before_score: int
    after_score: int
    was_possible: bool
    is_possible_after: bool


@dataclass(frozen=True)
class UnlockingChange:
    """One change and the requests (ids) that it alone would make possible."""

    change: ProfileChange
    request_ids: tuple[int, ...]


def find_counterfactuals(
    volunteer: VolunteerFacts,
    request: RequestFacts,
    *,
    today: dt.date,
    weights: Weights = FIRST_WEIGHTS,
    limit: int = MAX_RESULTS,
) -> tuple[Counterfactual, ...]:
    """What would change this pair, best first, `limit` at most.

    A possible pair: single changes that lift the score. One with closed gates: the fewest changes that open
    all of them, in each way there is; where none does, what opens a part. Nothing where a gate is closed
    that no profile opens.
    """
    return find_counterfactuals_for_fit(
        evaluate(volunteer, request, today=today, weights=weights), today=today, weights=weights, limit=limit
    )


def find_counterfactuals_for_fit(
    before: Fit, *, today: dt.date, weights: Weights = FIRST_WEIGHTS, limit: int = MAX_RESULTS
) -> tuple[Counterfactual, ...]:
    """The same, for a pair that is judged already by the same weights on the same day."""
    closed = [one.gate for one in before.failed_gates]
    if not candidate_changes.GATES_NO_PROFILE_OPENS.isdisjoint(closed):
        return ()
    volunteer, request = before.volunteer, before.request
    if closed:
        tried = list(_openers(before, closed, today))
    else:
        tried = [
            (change,)
            for change in candidate_changes.list_score_changes(volunteer, request, today, before.common_minutes)
        ]
    found = [_step(before, way, today, weights) for way in tried]
    useful = [one for one in found if one.gates_opened or one.after_score > one.before_score]
    return tuple(sorted(useful, key=lambda one: _worth(volunteer, one))[:limit])


def _openers(before: Fit, closed: Sequence[Gate], today: dt.date) -> Iterator[candidate_changes.ChangeSet]:
    """Every way through all closed gates; where one of them has none, the ways through each of the others."""
    each = [list(candidate_changes.CHANGES_BY_GATE[gate](before.volunteer, before.request, today)) for gate in closed]
    if all(each):
        for chosen in product(*each):
            yield tuple(change for way in chosen for change in way)
    else:
        yield from (way for found in each for way in found)


def _step(before: Fit, way: candidate_changes.ChangeSet, today: dt.date, weights: Weights) -> Counterfactual:
    after = evaluate(apply(before.volunteer, way), before.request, today=today, weights=weights)
    still = {one.gate for one in after.failed_gates}
    opened = tuple(one.gate for one in before.failed_gates if one.gate not in still)
    return Counterfactual(way, opened, before.score, after.score, before.is_possible, after.is_possible)


def _worth(volunteer: VolunteerFacts, step: Counterfactual) -> tuple[Any, ...]:
    """For a possible pair the score decides, for a closed one how little it takes."""
    efforts = [effort(volunteer, change) for change in step.changes]
    lift = -step.after_score
    if step.was_possible:
        return lift, efforts, [change.code for change in step.changes]
    return -len(step.gates_opened), len(efforts), efforts, lift, [change.code for change in step.changes]


def find_unlocking_changes(
    volunteer: VolunteerFacts, requests: Iterable[RequestFacts], *, today: dt.date, limit: int = MAX_RESULTS
) -> tuple[UnlockingChange, ...]:
    """Which single change would make how many of `requests` possible, the one that opens most first.

    A change touches one gate, so only requests with a single closed gate can be opened by one; those with
    which the volunteer has a match under way are left out.
    """
    judged = ((request, list_failed_gates(volunteer, request, today=today)) for request in requests)
    return rank_unlocking_changes(volunteer, judged, today=today, limit=limit)


def rank_unlocking_changes(
    volunteer: VolunteerFacts,
    judged: Iterable[tuple[RequestFacts, Sequence[FailedGate]]],
    *,
    today: dt.date,
    limit: int = MAX_RESULTS,
) -> tuple[UnlockingChange, ...]:
    """The same for requests whose closed gates are known already."""
    blocked: dict[Gate, list[RequestFacts]] = {}
    for request, closed in judged:
        before = volunteer.prior_matches.get(request.id)
        under_way = before is not None and before.outcome is PriorOutcome.LIVE
        if len(closed) == 1 and closed[0].gate not in candidate_changes.GATES_NO_PROFILE_OPENS and not under_way:
            blocked.setdefault(closed[0].gate, []).append(request)
    found = [one for gate, group in blocked.items() for one in _of_gate(volunteer, gate, group, today)]
    best = sorted(found, key=lambda one: (-len(one.request_ids), effort(volunteer, one.change), _name(one.change)))
    return tuple(_few_of_a_kind(best))[:limit]


def _name(change: ProfileChange) -> tuple[str, tuple[int, ...]]:
    return change.code, tuple(change.window or ())


def _few_of_a_kind(best: Iterable[UnlockingChange]) -> Iterator[UnlockingChange]:
    """Without what opens no more than something lighter of its kind, and no more than two of a kind."""
    seen: dict[tuple[ChangeKind, str, int], list[int]] = {}
    for one in best:
        day = one.change.window.weekday if one.change.window else -1
        counts = seen.setdefault((one.change.kind, one.change.code, day), [])
        if len(one.request_ids) not in counts and len(counts) < MAX_PER_KIND:
            counts.append(len(one.request_ids))
            yield one


def _of_gate(v: VolunteerFacts, gate: Gate, group: Sequence[RequestFacts], today: dt.date) -> Iterator[UnlockingChange]:
    singles = {
        way[0]: None
        for request in group
        for way in candidate_changes.CHANGES_BY_GATE[gate](v, request, today)
        if len(way) == 1
    }
    hosts = {r.id: candidate_changes.hospital_hours(v, r, today) for r in group} if gate is Gate.OVERLAP else {}
    for change in list(singles)[:MAX_WINDOWS_TRIED] if gate is Gate.OVERLAP else singles:
        after = apply(v, (change,))
        opened = tuple(r.id for r in group if _is_open(after, r, gate, today, hosts.get(r.id)))
        if opened:
            yield UnlockingChange(change, opened)


def _is_open(
    v: VolunteerFacts, r: RequestFacts, gate: Gate, today: dt.date, hosts: extra_windows.HospitalHours | None
) -> bool:
    """One gate alone: the others are known to be open, and no change closes one."""
    if hosts is not None:
        return hosts.minutes_in_poorest_week(v.mask) >= LIVE_SHARE_MINUTES[r.delivery]
    if gate is Gate.LANGUAGE:
        return bool(list_spoken_languages(v, r))
    if gate is Gate.SKILLS:
        return not list_missing_skills(v, r)
    if gate is Gate.HOURS:
        return v.free_minutes >= r.weekly_minutes
    return gate is not Gate.DATES or 2 * count_covered_weeks(v, r, today=today) >= r.weeks
