"""The reasons of chosen pairs as they are stored, from the numbers that the engine has in its hands anyway.

Word for word what `rules.fit` and `service.matches.stored_fit` give one pair (a test holds every pair against them),
for fifty thousand of them in a second: entries that many pairs share are written once.
"""

from __future__ import annotations

import json
from functools import lru_cache
from typing import Any

import numpy as np

from volunteer_hub.matching.engine import pointing
from volunteer_hub.matching.engine.asking import Asked, Numbers, field_share
from volunteer_hub.matching.engine.people import People, Places, look
from volunteer_hub.matching.rules import Factor, shares
from volunteer_hub.matching.rules.facts import RequestFacts

WHOLE = (1, 1)
Entry = tuple[shares.Share, tuple[tuple[str, Any], ...]]


def reasons(people: People, asked: Asked, rows: Numbers, who: Places, average: Numbers) -> list[str]:
    """The contributions of each pair as JSON; pairs of one request stand together."""
    of = pointing.seen(people, asked, rows, who)
    columns = (
        rows, _best_language(people, asked, rows, who), of.rank, of.got, _met(people, asked, rows, who), average, of.field,
        people.free[who], of.weeks, of.twinned, people.completed[who], of.met, people.ever_placed[who],
    )  # fmt: skip
    by_hand: dict[int, dict[Factor, int]] = {}
    for at, factor, share in pointing.by_hand(people, asked, rows, who):
        by_hand.setdefault(at, {})[factor] = share
    out_of = {factor: asked.weights[factor] for factor in Factor}
    found = []
    for at, (row, *numbers) in enumerate(zip(*(column.tolist() for column in columns), strict=True)):
        entries = _entries(asked.requests[row], asked, int(asked.whole[row]), *numbers)
        set_here = by_hand.get(at, {})
        found.append(
            "["
            + ", ".join(
                _written(factor, out_of[factor], share, facts, set_here.get(factor))
                for factor, (share, facts) in zip(Factor, entries, strict=True)
            )
            + "]"
        )
    return found


def _entries(
    request: RequestFacts, asked: Asked, whole: int, language: int, rank: int, got: int, met: int, average: int,
    field: int, free: int, weeks: int, twinned: int, completed: int, goal: int, ever_placed: bool,
) -> tuple[Entry, ...]:  # fmt: skip
    """Share and facts of each factor, in their order (rules.fitting)."""
    languages = sorted(request.languages)
    days = asked.days(request)
    return (
        (shares.language(rank), (("language", languages[language]), ("rank", rank))) if languages else (WHOLE, ()),
        ((got, whole), (("met", met), ("asked", len(request.required) + len(request.welcome))))
        if whole
        else (WHOLE, ()),
        (
            shares.overlap(average, request.weekly_minutes, request.delivery),
            () if request.delivery == "asynchronous" else (("minutes", average),),
        ),
        _field(request, field),
        (shares.hours(free, request.weekly_minutes), (("given", free), ("asked", request.weekly_minutes))),
        (shares.duration(weeks, request.weeks), (("weeks", weeks), ("asked", request.weeks))),
        (shares.experience(twinned, completed), (("twinned", bool(twinned)), ("completed", completed))),
        (shares.goals(goal), (("met", bool(goal)),)),
        (shares.urgency(request.urgency), (("urgency", request.urgency),)),
        (shares.waiting(days), (("days", days),)),
        (shares.fairness(ever_placed, request.placed), (("first", not ever_placed), ("placed", request.placed))),
    )


def _field(request: RequestFacts, field: int) -> Entry:
    if request.specialty is None:
        return WHOLE, (("met", True),)
    return field_share(field), (("met", bool(field & 1)), ("group", bool(field & 2)), ("declined", bool(field & 4)))


@lru_cache(maxsize=100_000)
def _written(
    factor: Factor, out_of: int, share: shares.Share, facts: tuple[tuple[str, Any], ...], by_hand: int | None
) -> str:
    chosen = share if by_hand is None else (by_hand, 100)
    return json.dumps({
        "factor": factor.value, "points": shares.points(out_of, chosen), "out_of": out_of, "share": list(chosen),
        "by_hand": by_hand is not None, "facts": dict(facts),
    })  # fmt: skip


def _best_language(people: People, asked: Asked, rows: Numbers, who: Places) -> Numbers:
    """Which of the asked languages, in the order of their codes, each speaks best; of equals the last."""
    best, found = np.full(len(rows), -1, np.int32), np.zeros(len(rows), np.int32)
    for place, (codes, levels) in enumerate(zip(*asked.languages, strict=True)):
        rank = look(people.languages, codes[rows], who)
        better = (rank >= best) & (levels[rows] > 0)
        best[better], found[better] = rank[better], place
    return found


def _met(people: People, asked: Asked, rows: Numbers, who: Places) -> Numbers:
    """How many of the asked skills are there at their level."""
    met = np.zeros(len(rows), np.int32)
    for codes, _above, levels, times in zip(*asked.skills, strict=True):
        met += (times[rows] > 0) & (look(people.levels, codes[rows], who) >= levels[rows])
    return met
