"""Serialise the score breakdowns of chosen pairs from the engine's arrays.

The text equals what `fit.rules` and `matching.score_snapshot` give for one pair (a test compares every pair). Equal
entries are serialised once, so that fifty thousand pairs take a second.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from volunteer_hub.fit.rules import Factor, shares
from volunteer_hub.matching.engine import scoring
from volunteer_hub.matching.engine.request_arrays import Int32s, RequestArrays, specialty_share
from volunteer_hub.matching.engine.volunteer_arrays import Indices, VolunteerArrays, gather

FULL_SHARE = (1, 1)
Facts = dict[str, Any]
Entry = tuple[shares.Share, Facts]
ReasonColumn = tuple[Callable[..., Entry], *tuple[Sequence[Any], ...]]
"""A function that returns share and facts of a factor, and its arguments for every pair as columns."""


def dump_reasons(
    volunteers: VolunteerArrays,
    request_arrays: RequestArrays,
    rows: Int32s,
    volunteer_idx: Indices,
    average_minutes: Int32s,
) -> list[str]:
    """Return the contributions of each pair as JSON. Pairs must be grouped by request."""
    overrides: dict[Factor, dict[int, int]] = {factor: {} for factor in Factor}
    for position, factor, share in scoring.list_overrides(volunteers, request_arrays, rows, volunteer_idx):
        overrides[factor][position] = share
    columns = []
    for factor, (make_entry, *arguments) in _reason_columns(
        volunteers, request_arrays, rows, volunteer_idx, average_minutes
    ).items():
        out_of, values = request_arrays.weights[factor], [*zip(*arguments, strict=True)]
        texts_by_value = {value: _dump_entry(factor, out_of, *make_entry(*value)) for value in set(values)}
        column = [texts_by_value[value] for value in values]
        for position, share in overrides[factor].items():
            column[position] = _dump_entry(factor, out_of, (share, 100), make_entry(*values[position])[1], by_hand=True)
        columns.append(column)
    return [f"[{', '.join(entries)}]" for entries in zip(*columns, strict=True)]


def _reason_columns(
    volunteers: VolunteerArrays,
    request_arrays: RequestArrays,
    rows: Int32s,
    volunteer_idx: Indices,
    average_minutes: Int32s,
) -> dict[Factor, ReasonColumn]:
    pair_facts = scoring.gather_pair_facts(volunteers, request_arrays, rows, volunteer_idx)
    requests = [request_arrays.requests[row] for row in rows.tolist()]
    weekly = request_arrays.weekly_minutes[rows].tolist()
    was_ever_placed = volunteers.was_ever_placed[volunteer_idx].tolist()
    positions = _find_best_language(volunteers, request_arrays, rows, volunteer_idx).tolist()
    best_languages = zip(requests, positions, strict=True)
    languages = [
        sorted(request.languages)[position] if request.languages else None for request, position in best_languages
    ]
    met_counts = _count_met_skills(volunteers, request_arrays, rows, volunteer_idx)
    skill_counts = [len(request.required) + len(request.welcome) for request in requests]
    return {
        Factor.LANGUAGE: (_language, languages, pair_facts.language_rank.tolist()),
        Factor.SKILLS: (
            _skills,
            pair_facts.skill_points.tolist(),
            request_arrays.max_skill_points[rows].tolist(),
            met_counts.tolist(),
            skill_counts,
        ),
        Factor.OVERLAP: (_overlap, average_minutes.tolist(), weekly, [request.delivery for request in requests]),
        Factor.SPECIALTY: (
            _specialty,
            [request.specialty is not None for request in requests],
            pair_facts.specialty_bits.tolist(),
        ),
        Factor.HOURS: (_hours, volunteers.free_minutes[volunteer_idx].tolist(), weekly),
        Factor.DURATION: (_duration, pair_facts.weeks.tolist(), request_arrays.weeks[rows].tolist()),
        Factor.EXPERIENCE: (_experience, pair_facts.twinned.tolist(), volunteers.completed[volunteer_idx].tolist()),
        Factor.GOALS: (_goals, pair_facts.goal_met.tolist()),
        Factor.URGENCY: (_urgency, [request.urgency for request in requests]),
        Factor.WAITING: (_days_open, [request_arrays.days_open(request) for request in requests]),
        Factor.FAIRNESS: (_fairness, was_ever_placed, [request.approved_count for request in requests]),
    }


def _language(code: str | None, rank: int) -> Entry:
    return (shares.language(rank), {"language": code, "rank": rank}) if code else (FULL_SHARE, {})


def _skills(skill_points: int, max_skill_points: int, met_count: int, requested_count: int) -> Entry:
    return (
        ((skill_points, max_skill_points), {"met": met_count, "asked": requested_count})
        if max_skill_points
        else (FULL_SHARE, {})
    )


def _overlap(average_minutes: int, weekly: int, delivery: str) -> Entry:
    return shares.overlap(average_minutes, weekly, delivery), {} if delivery == "asynchronous" else {
        "minutes": average_minutes
    }


def _specialty(has_specialty: bool, bits: int) -> Entry:
    if not has_specialty:
        return FULL_SHARE, {"met": True}
    return specialty_share(bits), {"met": bool(bits & 1), "group": bool(bits & 2), "declined": bool(bits & 4)}


def _hours(free: int, weekly: int) -> Entry:
    return shares.hours(free, weekly), {"given": free, "asked": weekly}


def _duration(weeks: int, requested_weeks: int) -> Entry:
    return shares.duration(weeks, requested_weeks), {"weeks": weeks, "asked": requested_weeks}


def _experience(twinned: int, completed: int) -> Entry:
    return shares.experience(twinned, completed), {"twinned": bool(twinned), "completed": completed}


def _goals(is_met: int) -> Entry:
    return shares.goals(is_met), {"met": bool(is_met)}


def _urgency(urgency: str) -> Entry:
    return shares.urgency(urgency), {"urgency": urgency}


def _days_open(days: int) -> Entry:
    return shares.wait(days), {"days": days}


def _fairness(was_ever_placed: bool, approved_count: int) -> Entry:
    return shares.fairness(was_ever_placed, approved_count), {"first": not was_ever_placed, "placed": approved_count}


def _dump_entry(factor: Factor, out_of: int, share: shares.Share, facts: Facts, *, by_hand: bool = False) -> str:
    return json.dumps({
        "factor": factor.value, "points": shares.points(out_of, share), "out_of": out_of, "share": list(share),
        "by_hand": by_hand, "facts": facts,
    })  # fmt: skip


def _find_best_language(
    volunteers: VolunteerArrays, request_arrays: RequestArrays, rows: Int32s, volunteer_idx: Indices
) -> Int32s:
    """Return the position (by code) of the requested language that each volunteer speaks best; of equals the last."""
    best_rank, best_position = np.full(len(rows), -1, np.int32), np.zeros(len(rows), np.int32)
    for position, (codes, levels) in enumerate(zip(*request_arrays.languages, strict=True)):
        rank = gather(volunteers.languages, codes[rows], volunteer_idx)
        better = (rank >= best_rank) & (levels[rows] > 0)
        best_rank[better], best_position[better] = rank[better], position
    return best_position


def _count_met_skills(
    volunteers: VolunteerArrays, request_arrays: RequestArrays, rows: Int32s, volunteer_idx: Indices
) -> Int32s:
    """Return how many of the requested skills each volunteer has at their level."""
    met_count = np.zeros(len(rows), np.int32)
    for codes, _above, levels, weights in zip(*request_arrays.skills, strict=True):
        met_count += (weights[rows] > 0) & (gather(volunteers.levels, codes[rows], volunteer_idx) >= levels[rows])
    return met_count
