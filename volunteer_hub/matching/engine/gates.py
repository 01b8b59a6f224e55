"""The gates, for pairs in flat arrays: pair i is volunteer `who[i]` and request `rows[i]`. Each gives who is shut out.

Rare ones (bars, earlier answers) are kept by hospital or request as short lists; the others are looked up for each pair.
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


def not_ready(people: VolunteerArrays, _asked: RequestArrays, _rows: Int32s, who: Indices) -> Flags:
    """State, or a check that is out of date."""
    return ~people.ready[who]


def capacity(people: VolunteerArrays, _asked: RequestArrays, _rows: Int32s, who: Indices) -> Flags:
    """No room for one more placement."""
    return people.capacity_left[who] <= 0


def conflict(_people: VolunteerArrays, asked: RequestArrays, rows: Int32s, who: Indices) -> Flags:
    """The volunteer raised the request. Bars come beside it (`few`)."""
    return asked.contact_idx[rows] == who


def role(people: VolunteerArrays, asked: RequestArrays, rows: Int32s, who: Indices) -> Flags:
    """Clinical work by somebody on no register. Kinds that are barred close it for all (`closed_for_all`)."""
    return asked.clinical[rows] & ~people.is_regulated[who]


def language(people: VolunteerArrays, asked: RequestArrays, rows: Int32s, who: Indices) -> Flags:
    """None of the asked languages at its level."""
    spoken = (asked.languages[1].sum(axis=0) == 0)[rows]  # nothing asked
    for code, level in zip(*asked.languages, strict=True):
        at_least = level[rows]
        spoken |= (gather(people.languages, code[rows], who) >= at_least) & (at_least > 0)
    return ~spoken


def skills(people: VolunteerArrays, asked: RequestArrays, rows: Int32s, who: Indices) -> Flags:
    """A required skill missing, or below its level."""
    missing = np.zeros(len(rows), np.bool_)
    for code, _above, level, times in zip(*asked.skills, strict=True):
        missing |= (times[rows] == 2) & (gather(people.levels, code[rows], who) < level[rows])
    return missing


def hours(people: VolunteerArrays, asked: RequestArrays, rows: Int32s, who: Indices) -> Flags:
    """Fewer free minutes a week than asked."""
    return people.free_minutes[who] < asked.weekly_minutes[rows]


def dates(people: VolunteerArrays, asked: RequestArrays, rows: Int32s, who: Indices) -> Flags:
    """There for less than half of the weeks."""
    return 2 * count_covered_weeks(people, asked, rows, who) < asked.weeks[rows]


def count_covered_weeks(people: VolunteerArrays, asked: RequestArrays, rows: Any, who: Any) -> Int32s:
    """Whole weeks of the request for which each is there (rules.fitting.covered_weeks)."""
    found = asked.weeks.take(rows)
    some = np.flatnonzero(people.is_dated.take(who))
    if len(some):
        one, what = who.take(some), rows.take(some)
        start, weeks = asked.start_day.take(what), found.take(some)
        late = asked.weeks_left_from(what, np.maximum(people.from_day.take(one) - start, 0))
        stays = asked.weeks_before(what, np.maximum(people.until_day.take(one) - start + 1, 0))
        found[some] = np.maximum(late + stays.astype(np.int32) - weeks, 0)
    return found


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
    """Gates that the request itself closes."""
    gates = {
        Gate.NOT_OPEN: not request.is_open,
        Gate.AGREEMENT: not request.has_agreement,
        Gate.ROLE: not request.is_allowed_remotely,
    }
    return [gate for gate, closed in gates.items() if closed]


def exclusions_by_gate(people: VolunteerArrays, request: RequestFacts) -> dict[Gate, Indices]:
    """Gates that are closed for a few people by name: bars, and what they answered before."""
    found = {
        Gate.CONFLICT: people.restrictions.get((request.institution_id, RestrictionKind.CONFLICT)),
        Gate.EXCLUDED: people.restrictions.get((request.institution_id, RestrictionKind.EXCLUSION)),
        Gate.DECLINED_BEFORE: people.prior_matches.get((request.id, PriorOutcome.DECLINED)),
        Gate.RELEASED_BEFORE: people.prior_matches.get((request.id, PriorOutcome.RELEASED)),
    }
    return {gate: who for gate, who in found.items() if who is not None and len(who)}
