"""The gates for pairs in flat arrays: pair i is volunteer `volunteer_idx[i]` and request `rows[i]`. Checks flag failures.

Rare gates (restrictions, earlier answers) are short lists by hospital or request; the others are computed for each
pair.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from volunteer_hub.fit.rules import Gate, PriorOutcome, RequestFacts, RestrictionKind
from volunteer_hub.matching.engine.request_arrays import Int32s, RequestArrays
from volunteer_hub.matching.engine.volunteer_arrays import Indices, VolunteerArrays, gather

Flags = NDArray[np.bool_]
Check = Callable[[VolunteerArrays, RequestArrays, Int32s, Indices], Flags]


def not_ready(
    volunteers: VolunteerArrays, _request_arrays: RequestArrays, _rows: Int32s, volunteer_idx: Indices
) -> Flags:
    """Flag volunteers who are not ready, or whose readiness has expired."""
    return ~volunteers.ready[volunteer_idx]


def capacity(
    volunteers: VolunteerArrays, _request_arrays: RequestArrays, _rows: Int32s, volunteer_idx: Indices
) -> Flags:
    """Flag volunteers without capacity for another placement."""
    return volunteers.capacity_left[volunteer_idx] <= 0


def conflict(
    _volunteers: VolunteerArrays, request_arrays: RequestArrays, rows: Int32s, volunteer_idx: Indices
) -> Flags:
    """Flag pairs in which the volunteer is the request's contact. Recorded conflicts are in `exclusions_by_gate`."""
    return request_arrays.contact_idx[rows] == volunteer_idx


def role(volunteers: VolunteerArrays, request_arrays: RequestArrays, rows: Int32s, volunteer_idx: Indices) -> Flags:
    """Flag clinical requests for volunteers without a registration. Excluded support kinds are in `gates_closed_for_all`."""
    return request_arrays.clinical[rows] & ~volunteers.is_regulated[volunteer_idx]


def language(volunteers: VolunteerArrays, request_arrays: RequestArrays, rows: Int32s, volunteer_idx: Indices) -> Flags:
    """Flag volunteers who speak none of the requested languages at its level."""
    spoken = (request_arrays.languages[1].sum(axis=0) == 0)[rows]  # no language requested
    for code, level in zip(*request_arrays.languages, strict=True):
        at_least = level[rows]
        spoken |= (gather(volunteers.languages, code[rows], volunteer_idx) >= at_least) & (at_least > 0)
    return ~spoken


def skills(volunteers: VolunteerArrays, request_arrays: RequestArrays, rows: Int32s, volunteer_idx: Indices) -> Flags:
    """Flag volunteers who lack a required skill, or have it below its level."""
    missing = np.zeros(len(rows), np.bool_)
    for code, _above, level, times in zip(*request_arrays.skills, strict=True):
        missing |= (times[rows] == 2) & (gather(volunteers.levels, code[rows], volunteer_idx) < level[rows])
    return missing


def hours(volunteers: VolunteerArrays, request_arrays: RequestArrays, rows: Int32s, volunteer_idx: Indices) -> Flags:
    """Flag volunteers with fewer free minutes per week than requested."""
    return volunteers.free_minutes[volunteer_idx] < request_arrays.weekly_minutes[rows]


def dates(volunteers: VolunteerArrays, request_arrays: RequestArrays, rows: Int32s, volunteer_idx: Indices) -> Flags:
    """Flag volunteers who are available for less than half of the weeks."""
    return 2 * count_covered_weeks(volunteers, request_arrays, rows, volunteer_idx) < request_arrays.weeks[rows]


def count_covered_weeks(
    volunteers: VolunteerArrays, request_arrays: RequestArrays, rows: Any, volunteer_idx: Any
) -> Int32s:
    """Return the whole weeks of the request that each volunteer is available, as `fit.rules` computes them for one pair."""
    covered = request_arrays.weeks.take(rows)
    dated = np.flatnonzero(volunteers.is_dated.take(volunteer_idx))
    if len(dated):
        dated_idx, dated_rows = volunteer_idx.take(dated), rows.take(dated)
        start, weeks = request_arrays.start_day.take(dated_rows), covered.take(dated)
        weeks_left = request_arrays.weeks_left_from(
            dated_rows, np.maximum(volunteers.from_day.take(dated_idx) - start, 0)
        )
        weeks_stayed = request_arrays.weeks_before(
            dated_rows, np.maximum(volunteers.until_day.take(dated_idx) - start + 1, 0)
        )
        covered[dated] = np.maximum(weeks_left + weeks_stayed.astype(np.int32) - weeks, 0)
    return covered


CHECKS: Mapping[Gate, Check] = {
    Gate.NOT_READY: not_ready,
    Gate.CAPACITY: capacity,
    Gate.HOURS: hours,
    Gate.CONFLICT: conflict,
    Gate.ROLE: role,
    Gate.DATES: dates,
    Gate.LANGUAGE: language,
    Gate.SKILLS: skills,
}


def gates_closed_for_all(request: RequestFacts) -> list[Gate]:
    """Return the gates that the request closes for every volunteer."""
    gates = {
        Gate.NOT_OPEN: not request.is_open,
        Gate.AGREEMENT: not request.has_agreement,
        Gate.ROLE: not request.is_allowed_remotely,
    }
    return [gate for gate, closed in gates.items() if closed]


def exclusions_by_gate(volunteers: VolunteerArrays, request: RequestFacts) -> dict[Gate, Indices]:
    """Return indices of volunteers excluded from one request, by gate: restrictions and earlier answers."""
    excluded = {
        Gate.CONFLICT: volunteers.restrictions.get((request.institution_id, RestrictionKind.CONFLICT)),
        Gate.EXCLUDED: volunteers.restrictions.get((request.institution_id, RestrictionKind.EXCLUSION)),
        Gate.DECLINED_BEFORE: volunteers.prior_matches.get((request.id, PriorOutcome.DECLINED)),
        Gate.RELEASED_BEFORE: volunteers.prior_matches.get((request.id, PriorOutcome.RELEASED)),
    }
    return {
        gate: volunteer_idx
        for gate, volunteer_idx in excluded.items()
        if volunteer_idx is not None and len(volunteer_idx)
    }
