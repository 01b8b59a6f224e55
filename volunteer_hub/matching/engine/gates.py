"""The gates, for pairs in flat arrays: pair i is volunteer `who[i]` and request `rows[i]`. Each gives who is shut out.

Rare ones (bars, earlier answers) are kept by hospital or request as short lists; the others are looked up for each pair.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from volunteer_hub.fit.rules import Bar, Gate, Past, RequestFacts
from volunteer_hub.matching.engine.request_arrays import Asked, Numbers
from volunteer_hub.matching.engine.volunteer_arrays import People, Places, look

Flags = NDArray[np.bool_]
Check = Callable[[People, Asked, Numbers, Places], Flags]


def not_ready(people: People, _asked: Asked, _rows: Numbers, who: Places) -> Flags:
    """State, or a check that is out of date."""
    return ~people.ready[who]


def capacity(people: People, _asked: Asked, _rows: Numbers, who: Places) -> Flags:
    """No room for one more placement."""
    return people.places[who] <= 0


def conflict(_people: People, asked: Asked, rows: Numbers, who: Places) -> Flags:
    """The volunteer raised the request. Bars come beside it (`few`)."""
    return asked.own[rows] == who


def role(people: People, asked: Asked, rows: Numbers, who: Places) -> Flags:
    """Clinical work by somebody on no register. Kinds that are barred close it for all (`closed_for_all`)."""
    return asked.clinical[rows] & ~people.regulated[who]


def language(people: People, asked: Asked, rows: Numbers, who: Places) -> Flags:
    """None of the asked languages at its level."""
    spoken = (asked.languages[1].sum(axis=0) == 0)[rows]  # nothing asked
    for code, level in zip(*asked.languages, strict=True):
        at_least = level[rows]
        spoken |= (look(people.languages, code[rows], who) >= at_least) & (at_least > 0)
    return ~spoken


def skills(people: People, asked: Asked, rows: Numbers, who: Places) -> Flags:
    """A required skill missing, or below its level."""
    missing = np.zeros(len(rows), np.bool_)
    for code, _above, level, times in zip(*asked.skills, strict=True):
        missing |= (times[rows] == 2) & (look(people.levels, code[rows], who) < level[rows])
    return missing


def hours(people: People, asked: Asked, rows: Numbers, who: Places) -> Flags:
    """Fewer free minutes a week than asked."""
    return people.free[who] < asked.weekly[rows]


def dates(people: People, asked: Asked, rows: Numbers, who: Places) -> Flags:
    """There for less than half of the weeks."""
    return 2 * covered(people, asked, rows, who) < asked.weeks[rows]


def covered(people: People, asked: Asked, rows: Any, who: Any) -> Numbers:
    """Whole weeks of the request for which each is there (rules.fitting.covered_weeks)."""
    found = asked.weeks.take(rows)
    some = np.flatnonzero(people.dated.take(who))
    if len(some):
        one, what = who.take(some), rows.take(some)
        start, weeks = asked.start.take(what), found.take(some)
        late = asked.late(what, np.maximum(people.from_day.take(one) - start, 0))
        stays = asked.stays(what, np.maximum(people.until_day.take(one) - start + 1, 0))
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


def closed_for_all(request: RequestFacts) -> list[Gate]:
    """Gates that the request itself closes."""
    gates = {Gate.NOT_OPEN: not request.is_open, Gate.AGREEMENT: not request.agreement, Gate.ROLE: not request.remote}
    return [gate for gate, closed in gates.items() if closed]


def few(people: People, request: RequestFacts) -> dict[Gate, Places]:
    """Gates that are closed for a few people by name: bars, and what they answered before."""
    found = {
        Gate.CONFLICT: people.bars.get((request.institution_id, Bar.CONFLICT)),
        Gate.EXCLUDED: people.bars.get((request.institution_id, Bar.EXCLUSION)),
        Gate.DECLINED_BEFORE: people.before.get((request.id, Past.DECLINED)),
        Gate.RELEASED_BEFORE: people.before.get((request.id, Past.RELEASED)),
    }
    return {gate: who for gate, who in found.items() if who is not None and len(who)}
