"""Counterfactuals: which changes of a profile would make a pair possible, raise its score, or open most requests.

Every change is applied to the volunteer's facts and evaluated by the same rules as the pair itself.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any

from volunteer_hub.fit.rules import candidate_changes, extra_windows
from volunteer_hub.fit.rules.evaluation import (
    MIN_LIVE_MINUTES_PER_WEEK,
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
"""Maximum number of different windows that are evaluated over all requests."""
MAX_PER_KIND = 2
"""Maximum number of results per kind of change and code: `French at B1`, `French at C1`."""


@dataclass(frozen=True)
class Counterfactual:
    """The effect of a set of changes on one pair. `changes` has more than one entry only if all of them are needed."""

    changes: tuple[ProfileChange, ...]
    gates_opened: tuple[Gate, ...]
    before_score: int
    after_score: int
    was_possible: bool
    is_possible_after: bool


@dataclass(frozen=True)
class UnlockingChange:
    """One change and the ids of the requests that it alone would make possible."""

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
    """Return the changes that would improve this pair, best first, at most `limit`.

    For a possible pair: single changes that raise the score. For a pair with closed gates: every minimal set of
    changes that opens all of them, or, if one of them cannot be opened, the changes that open some of the others.
    Empty if a gate is closed that no change of a profile opens.
    """
    return find_counterfactuals_for_fit(
        evaluate(volunteer, request, today=today, weights=weights), today=today, weights=weights, limit=limit
    )


def find_counterfactuals_for_fit(
    before: Fit, *, today: dt.date, weights: Weights = FIRST_WEIGHTS, limit: int = MAX_RESULTS
) -> tuple[Counterfactual, ...]:
    """Do the same for a pair that has already been evaluated, with the same weights and on the same day."""
    failed = [failed_gate.gate for failed_gate in before.failed_gates]
    if not candidate_changes.GATES_NO_PROFILE_OPENS.isdisjoint(failed):
        return ()
    volunteer, request = before.volunteer, before.request
    if failed:
        change_sets = list(_list_opening_change_sets(before, failed, today))
    else:
        change_sets = [
            (change,)
            for change in candidate_changes.list_score_changes(volunteer, request, today, before.common_minutes)
        ]
    results = [_evaluate_change_set(before, change_set, today, weights) for change_set in change_sets]
    improvements = [result for result in results if result.gates_opened or result.after_score > result.before_score]
    return tuple(sorted(improvements, key=lambda result: _sort_key(volunteer, result))[:limit])


def _list_opening_change_sets(
    before: Fit, gates: Sequence[Gate], today: dt.date
) -> Iterator[candidate_changes.ChangeSet]:
    """Yield every combination that opens all the gates; if one gate cannot be opened, the change sets of each other
    gate.
    """
    change_sets_by_gate = [
        list(candidate_changes.CHANGES_BY_GATE[gate](before.volunteer, before.request, today)) for gate in gates
    ]
    if all(change_sets_by_gate):
        for combination in product(*change_sets_by_gate):
            yield tuple(change for change_set in combination for change in change_set)
    else:
        yield from (change_set for change_sets in change_sets_by_gate for change_set in change_sets)


def _evaluate_change_set(
    before: Fit, change_set: candidate_changes.ChangeSet, today: dt.date, weights: Weights
) -> Counterfactual:
    after = evaluate(apply(before.volunteer, change_set), before.request, today=today, weights=weights)
    still_closed = {failed.gate for failed in after.failed_gates}
    opened = tuple(failed.gate for failed in before.failed_gates if failed.gate not in still_closed)
    return Counterfactual(change_set, opened, before.score, after.score, before.is_possible, after.is_possible)


def _sort_key(volunteer: VolunteerFacts, result: Counterfactual) -> tuple[Any, ...]:
    """Order possible pairs by score, impossible ones by gates opened and then by effort."""
    efforts = [effort(volunteer, change) for change in result.changes]
    by_score = -result.after_score
    if result.was_possible:
        return by_score, efforts, [change.code for change in result.changes]
    return -len(result.gates_opened), len(efforts), efforts, by_score, [change.code for change in result.changes]


def find_unlocking_changes(
    volunteer: VolunteerFacts, requests: Iterable[RequestFacts], *, today: dt.date, limit: int = MAX_RESULTS
) -> tuple[UnlockingChange, ...]:
    """Return the single changes that would make most of `requests` possible, best first, at most `limit`.

    A change affects one gate, so only requests with exactly one closed gate count. Requests with which the volunteer
    has a live match are left out.
    """
    evaluated = ((request, list_failed_gates(volunteer, request, today=today)) for request in requests)
    return rank_unlocking_changes(volunteer, evaluated, today=today, limit=limit)


def rank_unlocking_changes(
    volunteer: VolunteerFacts,
    evaluated: Iterable[tuple[RequestFacts, Sequence[FailedGate]]],
    *,
    today: dt.date,
    limit: int = MAX_RESULTS,
) -> tuple[UnlockingChange, ...]:
    """Do the same for (request, failed gates) pairs that have already been evaluated."""
    requests_by_gate: dict[Gate, list[RequestFacts]] = {}
    for request, failed_gates in evaluated:
        prior_match = volunteer.prior_matches.get(request.id)
        is_live = prior_match is not None and prior_match.outcome is PriorOutcome.LIVE
        if (
            len(failed_gates) == 1
            and failed_gates[0].gate not in candidate_changes.GATES_NO_PROFILE_OPENS
            and not is_live
        ):
            requests_by_gate.setdefault(failed_gates[0].gate, []).append(request)
    unlocking_changes = [
        unlocking
        for gate, requests in requests_by_gate.items()
        for unlocking in _changes_for_gate(volunteer, gate, requests, today)
    ]
    ranked = sorted(
        unlocking_changes,
        key=lambda unlocking: (
            -len(unlocking.request_ids),
            effort(volunteer, unlocking.change),
            _code_and_window(unlocking.change),
        ),
    )
    return tuple(_limit_per_kind(ranked))[:limit]


def _code_and_window(change: ProfileChange) -> tuple[str, tuple[int, ...]]:
    return change.code, tuple(change.window or ())


def _limit_per_kind(ranked: Iterable[UnlockingChange]) -> Iterator[UnlockingChange]:
    """Drop changes that open as many requests as an easier one of their kind, and all but MAX_PER_KIND of a kind."""
    counts_by_kind: dict[tuple[ChangeKind, str, int], list[int]] = {}
    for unlocking in ranked:
        day = unlocking.change.window.weekday if unlocking.change.window else -1
        counts = counts_by_kind.setdefault((unlocking.change.kind, unlocking.change.code, day), [])
        if len(unlocking.request_ids) not in counts and len(counts) < MAX_PER_KIND:
            counts.append(len(unlocking.request_ids))
            yield unlocking


def _changes_for_gate(
    v: VolunteerFacts, gate: Gate, requests: Sequence[RequestFacts], today: dt.date
) -> Iterator[UnlockingChange]:
    single_changes = {
        change_set[0]: None
        for request in requests
        for change_set in candidate_changes.CHANGES_BY_GATE[gate](v, request, today)
        if len(change_set) == 1
    }
    hours_by_request = (
        {r.id: candidate_changes.build_hospital_hours(v, r, today) for r in requests} if gate is Gate.OVERLAP else {}
    )
    for change in list(single_changes)[:MAX_WINDOWS_TRIED] if gate is Gate.OVERLAP else single_changes:
        after = apply(v, (change,))
        opened_ids = tuple(r.id for r in requests if _opens_gate(after, r, gate, today, hours_by_request.get(r.id)))
        if opened_ids:
            yield UnlockingChange(change, opened_ids)


def _opens_gate(
    v: VolunteerFacts, r: RequestFacts, gate: Gate, today: dt.date, hospital_hours: extra_windows.HospitalHours | None
) -> bool:
    """Check this one gate: the others are known to be open, and no change closes one."""
    if hospital_hours is not None:
        return hospital_hours.minutes_in_poorest_week(v.mask) >= MIN_LIVE_MINUTES_PER_WEEK[r.delivery]
    if gate is Gate.LANGUAGE:
        return bool(list_spoken_languages(v, r))
    if gate is Gate.SKILLS:
        return not list_missing_skills(v, r)
    if gate is Gate.HOURS:
        return v.free_minutes >= r.weekly_minutes
    return gate is not Gate.DATES or 2 * count_covered_weeks(v, r, today=today) >= r.weeks
