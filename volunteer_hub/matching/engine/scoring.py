"""The points of each factor, for pairs in flat arrays (gating.py). What a factor looks at comes first, its points follow.

Where `rows` is Any it may be one request for EVERYBODY.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from volunteer_hub.fit.rules import Factor, shares
from volunteer_hub.matching.engine import gates
from volunteer_hub.matching.engine.request_arrays import Int32s, RequestArrays, UInt8s, group_spans
from volunteer_hub.matching.engine.volunteer_arrays import VolunteerArrays, gather


class PairFacts(NamedTuple):
    """What each factor looks at, for every pair: ranks, twelfths, bits, weeks."""

    language_rank: UInt8s
    skill_points: Int32s
    specialty_bits: UInt8s
    weeks: Int32s
    twinned: UInt8s
    goal_met: UInt8s


def gather_pair_facts(
    people: VolunteerArrays, asked: RequestArrays, rows: Any, who: Any, weeks: Int32s | None = None
) -> PairFacts:
    """Look at every pair; `weeks` that each is there for, where they are known already."""
    return PairFacts(
        language_rank=best_language_rank(people, asked, rows, who),
        skill_points=skill_points(people, asked, rows, who),
        specialty_bits=specialty_bits(people, asked, rows, who),
        weeks=gates.count_covered_weeks(people, asked, rows, who) if weeks is None else weeks,
        twinned=is_twinned(people, asked, rows, who),
        goal_met=is_goal_met(people, asked, rows, who),
    )


def points_by_factor(
    people: VolunteerArrays, asked: RequestArrays, rows: Any, who: Any, average: Int32s, weeks: Int32s | None = None
) -> dict[Factor, UInt8s]:
    """The points that each factor gives each pair; `average`: minutes in common in an average week."""
    of = gather_pair_facts(people, asked, rows, who, weeks)
    found = {
        Factor.LANGUAGE: asked.language_points(rows, of.language_rank),
        Factor.SKILLS: asked.skill_points(rows, of.skill_points),
        Factor.OVERLAP: asked.overlap_points(rows, average),
        Factor.SPECIALTY: asked.specialty_points(rows, of.specialty_bits),
        Factor.HOURS: asked.hours_points(rows, people.free_minutes[who]),
        Factor.DURATION: asked.duration_points(rows, of.weeks),
        Factor.EXPERIENCE: asked.experience_points[of.twinned * np.uint8(3) + np.minimum(people.completed[who], 2)],
        Factor.GOALS: asked.goal_points[of.goal_met],
        Factor.URGENCY: asked.urgency_points[rows],
        Factor.WAITING: asked.waiting_points[rows],
        Factor.FAIRNESS: asked.fairness_points(rows, people.was_ever_placed[who].view(np.uint8)),
    }
    for at, factor, share in list_overrides(people, asked, rows, who):
        found[factor][at] = shares.points(asked.weights[factor], (share, 100))
    return found


def score_pairs(
    people: VolunteerArrays, asked: RequestArrays, rows: Any, who: Any, average: Int32s, weeks: Int32s | None = None
) -> UInt8s:
    """0 to 100 for each pair: the sum of its parts."""
    total = np.zeros(len(who), np.uint8)
    for part in points_by_factor(people, asked, rows, who, average, weeks).values():
        total += part
    return total


def list_overrides(people: VolunteerArrays, asked: RequestArrays, rows: Any, who: Any) -> list[tuple[int, Factor, int]]:
    """What a coordinator set: (which pair, factor, share). Pairs of one request stand together."""
    if not people.overrides:
        return []
    return [
        (first + at, factor, share)
        for row, first, last in group_spans(rows)
        for place, factor, share in people.overrides.get(asked.requests[row].id, ())
        for at in np.flatnonzero(who[first:last] == place).tolist()
    ]


def best_language_rank(people: VolunteerArrays, asked: RequestArrays, rows: Any, who: Any) -> UInt8s:
    """The level in the best known of the asked languages."""
    best = np.zeros(people.ids[who].shape, np.uint8)
    for code in asked.languages[0]:
        np.maximum(best, gather(people.languages, code[rows], who), out=best)
    return best


def skill_points(people: VolunteerArrays, asked: RequestArrays, rows: Any, who: Any) -> Int32s:
    """Twelfths of the asked skills together."""
    found = np.zeros(len(rows), np.int32)
    for codes, above, levels, times in zip(*asked.skills, strict=True):
        some = np.flatnonzero(times[rows]) if not times.all() else slice(None)
        what, one = rows[some], who[some]
        at = times[what] * np.int32(64) + levels[what] * np.int32(16)
        at += gather(people.levels, codes[what], one) * np.uint8(4)
        at += gather(people.levels, above[what], one)
        found[some] += skill_table()[at]
    return found


@lru_cache(maxsize=1)
def skill_table() -> UInt8s:
    """Twelfths of an asked skill by 64 * how often it counts + 16 * asked + 4 * held + near."""
    once = [[0] * 16] + [[shares.skill(n // 4, n % 4, level) for n in range(16)] for level in (1, 2, 3)]
    return (np.arange(3)[:, None] * np.ravel(once)).astype(np.uint8).ravel()


def specialty_bits(people: VolunteerArrays, asked: RequestArrays, rows: Any, who: Any) -> UInt8s:
    """What is known of each one's specialty (asking.field_share)."""
    found = _bit(people.specialties, asked.specialty[rows], who)
    found |= _bit(people.groups, asked.group[rows], who) << np.uint8(1)
    for specialty, some in people.not_my_field.items():
        code = people.index.specialties.get(specialty, -1)
        if code >= 0 and (wanted := asked.specialty[rows] == code).any():
            found[np.isin(np.arange(len(people))[who], some) & wanted] |= np.uint8(4)
    return found


def _bit(table: NDArray[np.uint64], code: Any, who: Any) -> UInt8s:
    """Whether each has the code in a bit set."""
    word = gather(table, code >> 6, who)  # none is -1 here too
    found: UInt8s = (word >> (code & 63).astype(np.uint64)).astype(np.uint8) & np.uint8(1)
    return found


def is_twinned(people: VolunteerArrays, asked: RequestArrays, rows: Any, who: Any) -> UInt8s:
    """Whether each one's employer is twinned with the hospital."""
    found = np.zeros(len(rows), np.uint8)
    employer = people.employers[who]
    for partner in asked.partner_employers:
        found |= employer == partner[rows]
    return found


def is_goal_met(people: VolunteerArrays, asked: RequestArrays, rows: Any, who: Any) -> UInt8s:
    """Whether the kind of support is one of each one's goals."""
    kind = asked.kind[rows]
    return (people.goals[who] >> np.maximum(kind, 0).astype(np.uint16) & (kind >= 0)).astype(np.uint8)
