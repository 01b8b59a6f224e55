"""The points of each factor for pairs in flat arrays, as in `gates.py`: first the facts of a pair, then the points they give.

Where `rows` is Any, it may also be a single request, with ALL_VOLUNTEERS as `volunteer_idx`.
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
    """The input of the factors for every pair: ranks, skill points (twelfths), bits as in `specialty_share`, covered weeks."""

    language_rank: UInt8s
    skill_points: Int32s
    specialty_bits: UInt8s
    weeks: Int32s
    twinned: UInt8s
    goal_met: UInt8s


def gather_pair_facts(
    volunteers: VolunteerArrays,
    request_arrays: RequestArrays,
    rows: Any,
    volunteer_idx: Any,
    weeks: Int32s | None = None,
) -> PairFacts:
    """Return the facts of every pair. `weeks`: the covered weeks, if they are known already."""
    return PairFacts(
        language_rank=best_language_rank(volunteers, request_arrays, rows, volunteer_idx),
        skill_points=skill_points(volunteers, request_arrays, rows, volunteer_idx),
        specialty_bits=specialty_bits(volunteers, request_arrays, rows, volunteer_idx),
        weeks=gates.count_covered_weeks(volunteers, request_arrays, rows, volunteer_idx) if weeks is None else weeks,
        twinned=is_twinned(volunteers, request_arrays, rows, volunteer_idx),
        goal_met=is_goal_met(volunteers, request_arrays, rows, volunteer_idx),
    )


def points_by_factor(
    volunteers: VolunteerArrays,
    request_arrays: RequestArrays,
    rows: Any,
    volunteer_idx: Any,
    average_minutes: Int32s,
    weeks: Int32s | None = None,
) -> dict[Factor, UInt8s]:
    """Return the points of each pair by factor, overrides included. `average_minutes`: time in common in an average week."""
    pair_facts = gather_pair_facts(volunteers, request_arrays, rows, volunteer_idx, weeks)
    points = {
        Factor.LANGUAGE: request_arrays.language_points(rows, pair_facts.language_rank),
        Factor.SKILLS: request_arrays.skill_points(rows, pair_facts.skill_points),
        Factor.OVERLAP: request_arrays.overlap_points(rows, average_minutes),
        Factor.SPECIALTY: request_arrays.specialty_points(rows, pair_facts.specialty_bits),
        Factor.HOURS: request_arrays.hours_points(rows, volunteers.free_minutes[volunteer_idx]),
        Factor.DURATION: request_arrays.duration_points(rows, pair_facts.weeks),
        Factor.EXPERIENCE: request_arrays.experience_points[
            pair_facts.twinned * np.uint8(3) + np.minimum(volunteers.completed[volunteer_idx], 2)
        ],
        Factor.GOALS: request_arrays.goal_points[pair_facts.goal_met],
        Factor.URGENCY: request_arrays.urgency_points[rows],
        Factor.WAITING: request_arrays.waiting_points[rows],
        Factor.FAIRNESS: request_arrays.fairness_points(rows, volunteers.was_ever_placed[volunteer_idx].view(np.uint8)),
    }
    for at, factor, share in list_overrides(volunteers, request_arrays, rows, volunteer_idx):
        points[factor][at] = shares.points(request_arrays.weights[factor], (share, 100))
    return points


def score_pairs(
    volunteers: VolunteerArrays,
    request_arrays: RequestArrays,
    rows: Any,
    volunteer_idx: Any,
    average_minutes: Int32s,
    weeks: Int32s | None = None,
) -> UInt8s:
    """Return the score of each pair, 0 to 100: the sum of its points by factor."""
    total = np.zeros(len(volunteer_idx), np.uint8)
    for factor_points in points_by_factor(
        volunteers, request_arrays, rows, volunteer_idx, average_minutes, weeks
    ).values():
        total += factor_points
    return total


def list_overrides(
    volunteers: VolunteerArrays, request_arrays: RequestArrays, rows: Any, volunteer_idx: Any
) -> list[tuple[int, Factor, int]]:
    """Return the coordinators' overrides as (pair, factor, share in percent). Pairs must be grouped by request."""
    if not volunteers.overrides:
        return []
    return [
        (first + at, factor, share)
        for row, first, last in group_spans(rows)
        for overridden_idx, factor, share in volunteers.overrides.get(request_arrays.requests[row].id, ())
        for at in np.flatnonzero(volunteer_idx[first:last] == overridden_idx).tolist()
    ]


def best_language_rank(
    volunteers: VolunteerArrays, request_arrays: RequestArrays, rows: Any, volunteer_idx: Any
) -> UInt8s:
    """Return the rank of each volunteer in the requested language that they speak best."""
    best = np.zeros(volunteers.ids[volunteer_idx].shape, np.uint8)
    for code in request_arrays.languages[0]:
        np.maximum(best, gather(volunteers.languages, code[rows], volunteer_idx), out=best)
    return best


def skill_points(volunteers: VolunteerArrays, request_arrays: RequestArrays, rows: Any, volunteer_idx: Any) -> Int32s:
    """Return the sum over the requested skills, in twelfths."""
    total = np.zeros(len(rows), np.int32)
    for codes, above, levels, times in zip(*request_arrays.skills, strict=True):
        requested = np.flatnonzero(times[rows]) if not times.all() else slice(None)
        requested_rows, requested_idx = rows[requested], volunteer_idx[requested]
        at = times[requested_rows] * np.int32(64) + levels[requested_rows] * np.int32(16)
        at += gather(volunteers.levels, codes[requested_rows], requested_idx) * np.uint8(4)
        at += gather(volunteers.levels, above[requested_rows], requested_idx)
        total[requested] += skill_table()[at]
    return total


@lru_cache(maxsize=1)
def skill_table() -> UInt8s:
    """Return the twelfths of a requested skill, by 64 * how often it counts + 16 * requested + 4 * own + parent's level."""
    single = [[0] * 16] + [[shares.skill(n // 4, n % 4, level) for n in range(16)] for level in (1, 2, 3)]
    return (np.arange(3)[:, None] * np.ravel(single)).astype(np.uint8).ravel()


def specialty_bits(volunteers: VolunteerArrays, request_arrays: RequestArrays, rows: Any, volunteer_idx: Any) -> UInt8s:
    """Return the bits of each volunteer's specialty, see `specialty_share`."""
    known = _has_bit(volunteers.specialties, request_arrays.specialty[rows], volunteer_idx)
    known |= _has_bit(volunteers.groups, request_arrays.group[rows], volunteer_idx) << np.uint8(1)
    for specialty, declined_idx in volunteers.not_my_field.items():
        code = volunteers.index.specialties.get(specialty, -1)
        if code >= 0 and (wanted := request_arrays.specialty[rows] == code).any():
            known[np.isin(np.arange(len(volunteers))[volunteer_idx], declined_idx) & wanted] |= np.uint8(4)
    return known


def _has_bit(table: NDArray[np.uint64], code: Any, volunteer_idx: Any) -> UInt8s:
    """Return 1 where the volunteer's bit set has the code."""
    bit_words = gather(table, code >> 6, volunteer_idx)  # -1 >> 6 is -1 again: no code
    bit: UInt8s = (bit_words >> (code & 63).astype(np.uint64)).astype(np.uint8) & np.uint8(1)
    return bit


def is_twinned(volunteers: VolunteerArrays, request_arrays: RequestArrays, rows: Any, volunteer_idx: Any) -> UInt8s:
    """Return 1 where the volunteer's employer is twinned with the hospital."""
    twinned = np.zeros(len(rows), np.uint8)
    employer = volunteers.employers[volunteer_idx]
    for partner_employer in request_arrays.partner_employers:
        twinned |= employer == partner_employer[rows]
    return twinned


def is_goal_met(volunteers: VolunteerArrays, request_arrays: RequestArrays, rows: Any, volunteer_idx: Any) -> UInt8s:
    """Return 1 where the request's kind of support is among the volunteer's goals."""
    kind = request_arrays.kind[rows]
    return (volunteers.goals[volunteer_idx] >> np.maximum(kind, 0).astype(np.uint16) & (kind >= 0)).astype(np.uint8)
