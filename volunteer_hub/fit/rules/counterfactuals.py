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
    Closed,
    Fit,
    closed_gates,
    covered_weeks,
    fit,
    missing_skills,
    spoken,
)
from volunteer_hub.fit.rules.facts import RequestFacts, VolunteerFacts
from volunteer_hub.fit.rules.names import Gate, Past
from volunteer_hub.fit.rules.profile_changes import Change, Kind, apply, effort
from volunteer_hub.fit.rules.weights import FIRST, Weights

MOST_STEPS = 3
MOST_WINDOWS = 100
"""How many different windows are tried over all requests."""
RUNGS = 2
"""How many answers of one kind about one word: `French at B1`, `French at C1`."""


@dataclass(frozen=True)
class Step:
    """What some changes together would do to one pair. `changes` has more than one only where all are needed."""

    changes: tuple[Change, ...]
    gates_opened: tuple[Gate, ...]
    before_score: int
    after_score: int
    was_possible: bool
    is_possible_after: bool


@dataclass(frozen=True)
class Opening:
    """One change and the requests (ids) that it alone would make possible."""

    change: Change
    opens: tuple[int, ...]


def steps(
    volunteer: VolunteerFacts,
    request: RequestFacts,
    *,
    today: dt.date,
    weights: Weights = FIRST,
    limit: int = MOST_STEPS,
) -> tuple[Step, ...]:
    """What would change this pair, best first, `limit` at most.

    A possible pair: single changes that lift the score. One with closed gates: the fewest changes that open
    all of them, in each way there is; where none does, what opens a part. Nothing where a gate is closed
    that no profile opens.
    """
    return steps_from(fit(volunteer, request, today=today, weights=weights), today=today, weights=weights, limit=limit)


def steps_from(before: Fit, *, today: dt.date, weights: Weights = FIRST, limit: int = MOST_STEPS) -> tuple[Step, ...]:
    """The same, for a pair that is judged already by the same weights on the same day."""
    closed = [one.gate for one in before.closed]
    if not candidate_changes.BEYOND.isdisjoint(closed):
        return ()
    volunteer, request = before.volunteer, before.request
    if closed:
        tried = list(_openers(before, closed, today))
    else:
        tried = [(change,) for change in candidate_changes.lifting(volunteer, request, today, before.common_minutes)]
    found = [_step(before, way, today, weights) for way in tried]
    useful = [one for one in found if one.gates_opened or one.after_score > one.before_score]
    return tuple(sorted(useful, key=lambda one: _worth(volunteer, one))[:limit])


def _openers(before: Fit, closed: Sequence[Gate], today: dt.date) -> Iterator[candidate_changes.Way]:
    """Every way through all closed gates; where one of them has none, the ways through each of the others."""
    each = [list(candidate_changes.OPENING[gate](before.volunteer, before.request, today)) for gate in closed]
    if all(each):
        for chosen in product(*each):
            yield tuple(change for way in chosen for change in way)
    else:
        yield from (way for found in each for way in found)


def _step(before: Fit, way: candidate_changes.Way, today: dt.date, weights: Weights) -> Step:
    after = fit(apply(before.volunteer, way), before.request, today=today, weights=weights)
    still = {one.gate for one in after.closed}
    opened = tuple(one.gate for one in before.closed if one.gate not in still)
    return Step(way, opened, before.score, after.score, before.is_possible, after.is_possible)


def _worth(volunteer: VolunteerFacts, step: Step) -> tuple[Any, ...]:
    """For a possible pair the score decides, for a closed one how little it takes."""
    efforts = [effort(volunteer, change) for change in step.changes]
    lift = -step.after_score
    if step.was_possible:
        return lift, efforts, [change.code for change in step.changes]
    return -len(step.gates_opened), len(efforts), efforts, lift, [change.code for change in step.changes]


def openings(
    volunteer: VolunteerFacts, requests: Iterable[RequestFacts], *, today: dt.date, limit: int = MOST_STEPS
) -> tuple[Opening, ...]:
    """Which single change would make how many of `requests` possible, the one that opens most first.

    A change touches one gate, so only requests with a single closed gate can be opened by one; those with
    which the volunteer has a match under way are left out.
    """
    judged = ((request, closed_gates(volunteer, request, today=today)) for request in requests)
    return openings_among(volunteer, judged, today=today, limit=limit)


def openings_among(
    volunteer: VolunteerFacts,
    judged: Iterable[tuple[RequestFacts, Sequence[Closed]]],
    *,
    today: dt.date,
    limit: int = MOST_STEPS,
) -> tuple[Opening, ...]:
    """The same for requests whose closed gates are known already."""
    blocked: dict[Gate, list[RequestFacts]] = {}
    for request, closed in judged:
        before = volunteer.before.get(request.id)
        under_way = before is not None and before.how is Past.LIVE
        if len(closed) == 1 and closed[0].gate not in candidate_changes.BEYOND and not under_way:
            blocked.setdefault(closed[0].gate, []).append(request)
    found = [one for gate, group in blocked.items() for one in _of_gate(volunteer, gate, group, today)]
    best = sorted(found, key=lambda one: (-len(one.opens), effort(volunteer, one.change), _name(one.change)))
    return tuple(_few_of_a_kind(best))[:limit]


def _name(change: Change) -> tuple[str, tuple[int, ...]]:
    return change.code, tuple(change.window or ())


def _few_of_a_kind(best: Iterable[Opening]) -> Iterator[Opening]:
    """Without what opens no more than something lighter of its kind, and no more than two of a kind."""
    seen: dict[tuple[Kind, str, int], list[int]] = {}
    for one in best:
        day = one.change.window.weekday if one.change.window else -1
        counts = seen.setdefault((one.change.kind, one.change.code, day), [])
        if len(one.opens) not in counts and len(counts) < RUNGS:
            counts.append(len(one.opens))
            yield one


def _of_gate(v: VolunteerFacts, gate: Gate, group: Sequence[RequestFacts], today: dt.date) -> Iterator[Opening]:
    singles = {
        way[0]: None for request in group for way in candidate_changes.OPENING[gate](v, request, today) if len(way) == 1
    }
    hosts = {r.id: candidate_changes.hosts(v, r, today) for r in group} if gate is Gate.OVERLAP else {}
    for change in list(singles)[:MOST_WINDOWS] if gate is Gate.OVERLAP else singles:
        after = apply(v, (change,))
        opened = tuple(r.id for r in group if _is_open(after, r, gate, today, hosts.get(r.id)))
        if opened:
            yield Opening(change, opened)


def _is_open(v: VolunteerFacts, r: RequestFacts, gate: Gate, today: dt.date, hosts: extra_windows.Hosts | None) -> bool:
    """One gate alone: the others are known to be open, and no change closes one."""
    if hosts is not None:
        return hosts.least(v.mask) >= LIVE_SHARE_MINUTES[r.delivery]
    if gate is Gate.LANGUAGE:
        return bool(spoken(v, r))
    if gate is Gate.SKILLS:
        return not missing_skills(v, r)
    if gate is Gate.HOURS:
        return v.free_minutes >= r.weekly_minutes
    return gate is not Gate.DATES or 2 * covered_weeks(v, r, today=today) >= r.weeks
