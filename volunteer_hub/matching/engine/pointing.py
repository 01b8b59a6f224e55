"""The points of each factor, for pairs in flat arrays (gating.py). What a factor looks at comes first, its points follow."""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from volunteer_hub.matching.engine import gating
from volunteer_hub.matching.engine.asking import Asked, Numbers, Small, runs
from volunteer_hub.matching.engine.people import NOBODY, People, Places, look
from volunteer_hub.matching.rules import Factor, shares


class Seen(NamedTuple):
    """What each factor looks at, for every pair: ranks, twelfths, bits, weeks."""

    rank: Small
    got: Numbers
    field: Small
    weeks: Numbers
    twinned: Small
    met: Small


def seen(people: People, asked: Asked, rows: Numbers, who: Places, weeks: Numbers | None = None) -> Seen:
    """Look at every pair; `weeks` that each is there for, where they are known already."""
    return Seen(
        rank=_best_rank(people, asked, rows, who),
        got=_got(people, asked, rows, who),
        field=_field(people, asked, rows, who),
        weeks=gating.covered(people, asked, rows, who) if weeks is None else weeks,
        twinned=_twinned(people, asked, rows, who),
        met=_met(people, asked, rows, who),
    )


def parts(
    people: People, asked: Asked, rows: Numbers, who: Places, average: Numbers, weeks: Numbers | None = None
) -> dict[Factor, Small]:
    """The points that each factor gives each pair; `average`: minutes in common in an average week."""
    of = seen(people, asked, rows, who, weeks)
    found = {
        Factor.LANGUAGE: asked.language(rows, of.rank),
        Factor.SKILLS: asked.skill(rows, of.got),
        Factor.OVERLAP: asked.overlap(rows, average),
        Factor.SPECIALTY: asked.field(rows, of.field),
        Factor.HOURS: asked.hours(rows, people.free[who]),
        Factor.DURATION: asked.duration(rows, of.weeks),
        Factor.EXPERIENCE: asked.experience[of.twinned * np.uint8(3) + np.minimum(people.completed[who], 2)],
        Factor.GOALS: asked.goals[of.met],
        Factor.URGENCY: asked.urgency[rows],
        Factor.WAITING: asked.waiting[rows],
        Factor.FAIRNESS: asked.fairness(rows, people.ever_placed[who].view(np.uint8)),
    }
    for at, factor, share in by_hand(people, asked, rows, who):
        found[factor][at] = shares.points(asked.weights[factor], (share, 100))
    return found


def by_hand(people: People, asked: Asked, rows: Numbers, who: Places) -> list[tuple[int, Factor, int]]:
    """What a coordinator set: (which pair, factor, share). Pairs of one request stand together."""
    if not people.overrides:
        return []
    return [
        (first + at, factor, share)
        for row, first, last in runs(rows)
        for place, factor, share in people.overrides.get(asked.requests[row].id, ())
        for at in np.flatnonzero(who[first:last] == place).tolist()
    ]


def _best_rank(people: People, asked: Asked, rows: Numbers, who: Places) -> Small:
    best = np.zeros(len(rows), np.uint8)
    for code in asked.languages[0]:
        np.maximum(best, look(people.languages, code[rows], who), out=best)
    return best


def _got(people: People, asked: Asked, rows: Numbers, who: Places) -> Numbers:
    """Twelfths of the asked skills together."""
    got = np.zeros(len(rows), np.int32)
    credit = _credits()
    for codes, above, levels, times in zip(*asked.skills, strict=True):
        some = np.flatnonzero(times[rows]) if not times.all() else slice(None)
        what, one = rows[some], who[some]
        at = levels[what] * np.int32(16)
        at += look(people.levels, codes[what], one) * np.uint8(4)
        at += look(people.levels, above[what], one)
        got[some] += times[what] * credit[at]
    return got


@lru_cache(maxsize=1)
def _credits() -> NDArray[np.int32]:
    """Twelfths of an asked skill by 16 * asked + 4 * held + near."""
    rows = [[0] * 16] + [[shares.skill(n // 4, n % 4, level) for n in range(16)] for level in (1, 2, 3)]
    return np.array(rows, np.int32).ravel()


def _field(people: People, asked: Asked, rows: Numbers, who: Places) -> Small:
    found = _bit(people.specialties, asked.specialty[rows], who)
    found |= _bit(people.groups, asked.group[rows], who) << np.uint8(1)
    for specialty, some in people.not_my_field.items():
        code = people.index.specialties.get(specialty, -1)
        at = np.flatnonzero(asked.specialty[rows] == code) if code >= 0 else NOBODY
        if len(at):
            found[at[np.isin(who[at], some)]] |= np.uint8(4)
    return found


def _bit(table: NDArray[np.uint64], code: Numbers, who: Places) -> Small:
    """Whether each has the code in a bit set."""
    word = look(table, code >> 6, who)  # none is -1 here too
    found: Small = (word >> (code & 63).astype(np.uint64)).astype(np.uint8) & np.uint8(1)
    return found


def _twinned(people: People, asked: Asked, rows: Numbers, who: Places) -> Small:
    found = np.zeros(len(rows), np.uint8)
    employer = people.employers[who]
    for partner in asked.partners:
        found |= employer == partner[rows]
    return found


def _met(people: People, asked: Asked, rows: Numbers, who: Places) -> Small:
    kind = asked.kind[rows]
    return (people.goals[who] >> np.maximum(kind, 0).astype(np.uint16) & (kind >= 0)).astype(np.uint8)
