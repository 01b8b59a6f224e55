"""The reasons of chosen pairs as they are stored, from the numbers that the engine has in its hands anyway.

Word for word what `rules.fit` and `service.matches.stored_fit` give one pair (a test holds every pair against them),
for fifty thousand of them in a second: what many pairs share is written once.
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
"""What gives share and facts of a factor, and what it looks at, for every pair."""


def dump_reasons(
    people: VolunteerArrays, asked: RequestArrays, rows: Int32s, who: Indices, average: Int32s
) -> list[str]:
    """The contributions of each pair as JSON; pairs of one request stand together."""
    by_hand: dict[Factor, dict[int, int]] = {factor: {} for factor in Factor}
    for at, factor, share in scoring.list_overrides(people, asked, rows, who):
        by_hand[factor][at] = share
    columns = []
    for factor, (entry, *numbers) in _reason_columns(people, asked, rows, who, average).items():
        out_of, seen = asked.weights[factor], [*zip(*numbers, strict=True)]
        written = {one: _written(factor, out_of, *entry(*one)) for one in set(seen)}
        texts = [written[one] for one in seen]
        for at, share in by_hand[factor].items():
            texts[at] = _written(factor, out_of, (share, 100), entry(*seen[at])[1], by_hand=True)
        columns.append(texts)
    return [f"[{', '.join(entries)}]" for entries in zip(*columns, strict=True)]


def _reason_columns(
    people: VolunteerArrays, asked: RequestArrays, rows: Int32s, who: Indices, average: Int32s
) -> dict[Factor, ReasonColumn]:
    of, requests = scoring.gather_pair_facts(people, asked, rows, who), [asked.requests[row] for row in rows.tolist()]
    weekly, ever = asked.weekly_minutes[rows].tolist(), people.was_ever_placed[who].tolist()
    best = zip(requests, _best_language(people, asked, rows, who).tolist(), strict=True)
    languages = [sorted(one.languages)[place] if one.languages else None for one, place in best]
    met, skills = _met(people, asked, rows, who), [len(one.required) + len(one.welcome) for one in requests]
    return {
        Factor.LANGUAGE: (_language, languages, of.language_rank.tolist()),
        Factor.SKILLS: (_skills, of.skill_points.tolist(), asked.max_skill_points[rows].tolist(), met.tolist(), skills),
        Factor.OVERLAP: (_overlap, average.tolist(), weekly, [one.delivery for one in requests]),
        Factor.SPECIALTY: (_specialty, [one.specialty is not None for one in requests], of.specialty_bits.tolist()),
        Factor.HOURS: (_hours, people.free_minutes[who].tolist(), weekly),
        Factor.DURATION: (_duration, of.weeks.tolist(), asked.weeks[rows].tolist()),
        Factor.EXPERIENCE: (_experience, of.twinned.tolist(), people.completed[who].tolist()),
        Factor.GOALS: (_goals, of.goal_met.tolist()),
        Factor.URGENCY: (_urgency, [one.urgency for one in requests]),
        Factor.WAITING: (_waiting, [asked.days_open(one) for one in requests]),
        Factor.FAIRNESS: (_fairness, ever, [one.approved_count for one in requests]),
    }


def _language(code: str | None, rank: int) -> Entry:
    return (shares.language(rank), {"language": code, "rank": rank}) if code else (FULL_SHARE, {})


def _skills(got: int, whole: int, met: int, asked: int) -> Entry:
    return ((got, whole), {"met": met, "asked": asked}) if whole else (FULL_SHARE, {})


def _overlap(average: int, weekly: int, delivery: str) -> Entry:
    return shares.overlap(average, weekly, delivery), {} if delivery == "asynchronous" else {"minutes": average}


def _specialty(asks: bool, field: int) -> Entry:
    if not asks:
        return FULL_SHARE, {"met": True}
    return specialty_share(field), {"met": bool(field & 1), "group": bool(field & 2), "declined": bool(field & 4)}


def _hours(free: int, weekly: int) -> Entry:
    return shares.hours(free, weekly), {"given": free, "asked": weekly}


def _duration(weeks: int, asked: int) -> Entry:
    return shares.duration(weeks, asked), {"weeks": weeks, "asked": asked}


def _experience(twinned: int, completed: int) -> Entry:
    return shares.experience(twinned, completed), {"twinned": bool(twinned), "completed": completed}


def _goals(met: int) -> Entry:
    return shares.goals(met), {"met": bool(met)}


def _urgency(urgency: str) -> Entry:
    return shares.urgency(urgency), {"urgency": urgency}


def _waiting(days: int) -> Entry:
    return shares.waiting(days), {"days": days}


def _fairness(ever: bool, placed: int) -> Entry:
    return shares.fairness(ever, placed), {"first": not ever, "placed": placed}


def _written(factor: Factor, out_of: int, share: shares.Share, facts: Facts, *, by_hand: bool = False) -> str:
    return json.dumps({
        "factor": factor.value, "points": shares.points(out_of, share), "out_of": out_of, "share": list(share),
        "by_hand": by_hand, "facts": facts,
    })  # fmt: skip


def _best_language(people: VolunteerArrays, asked: RequestArrays, rows: Int32s, who: Indices) -> Int32s:
    """Which of the asked languages, in the order of their codes, each speaks best; of equals the last."""
    best, found = np.full(len(rows), -1, np.int32), np.zeros(len(rows), np.int32)
    for place, (codes, levels) in enumerate(zip(*asked.languages, strict=True)):
        rank = gather(people.languages, codes[rows], who)
        better = (rank >= best) & (levels[rows] > 0)
        best[better], found[better] = rank[better], place
    return found


def _met(people: VolunteerArrays, asked: RequestArrays, rows: Int32s, who: Indices) -> Int32s:
    """How many of the asked skills are there at their level."""
    met = np.zeros(len(rows), np.int32)
    for codes, _above, levels, times in zip(*asked.skills, strict=True):
        met += (times[rows] > 0) & (gather(people.levels, codes[rows], who) >= levels[rows])
    return met
