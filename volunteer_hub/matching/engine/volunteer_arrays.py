"""Volunteers as arrays. A column a volunteer; what few have (bars, overrides, earlier matches) is kept by request or hospital."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from volunteer_hub.core import times
from volunteer_hub.core.times import Window
from volunteer_hub.fit.rules import Factor, PriorOutcome, RestrictionKind, calendars

Int64s = NDArray[np.int64]
Whole = NDArray[np.signedinteger[Any]]
Indices = NDArray[np.int32]
"""Where volunteers stand in the arrays."""
WORDS_PER_WEEK = -(-calendars.SLOTS // 64)
BYTES_PER_WEEK = WORDS_PER_WEEK * 8
CHUNK_ROWS = 50_000
"""So many windows are spread out at a time: memory stays flat."""
MAX_WORDS_PER_DAY = 1 + -(-times.DAY_MINUTES // calendars.QUARTER // 64)
LOW_BITS = np.array([(1 << bit) - 1 for bit in range(65)], np.uint64)
NO_DAY = 10**6
"""A day (ordinal) after all others."""
NO_VOLUNTEERS: Indices = np.empty(0, np.int32)
ALL_VOLUNTEERS = slice(None)


@dataclass(frozen=True)
class VocabularyIndex:
    """The numbers that the arrays use for codes. `parents[n]` is the skill above skill n, or -1."""

    skills: Mapping[str, int]
    parents: Sequence[int]
    languages: Mapping[str, int]
    specialties: Mapping[str, int]
    groups: Mapping[str, int]
    group_of: Sequence[int]
    kinds: Mapping[str, int]


@dataclass
class VolunteerArrays:
    """n volunteers. Minutes a week; days as ordinals; `levels[s]` and `languages[l]` are ranks, 0 for none.

    `masks`: WORDS x n quarter hours of the own week. `places`: placements that there is room for.
    `waiting`: matches that wait for an answer; `proposed`: those of them that wait for the volunteer;
    `waiting_minutes`: what all that wait would take of the free minutes a week.
    """

    index: VocabularyIndex
    ids: Int64s
    accounts: Int64s
    ready: NDArray[np.bool_]
    weekly_minutes: NDArray[np.int32]
    free_minutes: NDArray[np.int32]
    capacity_left: NDArray[np.int32]
    waiting: NDArray[np.int32]
    proposed: NDArray[np.int32]
    waiting_minutes: NDArray[np.int32]
    from_day: NDArray[np.int32]
    until_day: NDArray[np.int32]
    zone: NDArray[np.int16]
    zones: list[str]
    employers: Int64s
    is_regulated: NDArray[np.bool_]
    completed: NDArray[np.uint8]
    was_ever_placed: NDArray[np.bool_]
    in_cooldown: NDArray[np.bool_]
    levels: NDArray[np.uint8]
    languages: NDArray[np.uint8]
    specialties: NDArray[np.uint64]
    groups: NDArray[np.uint64]
    goals: NDArray[np.uint16]
    masks: NDArray[np.uint64]
    prior_matches: Mapping[tuple[int, PriorOutcome], Indices] = field(default_factory=dict)
    restrictions: Mapping[tuple[int, RestrictionKind], Indices] = field(default_factory=dict)
    overrides: Mapping[int, Sequence[tuple[int, Factor, int]]] = field(default_factory=dict)
    not_my_field: Mapping[str, Indices] = field(default_factory=dict)

    @cached_property
    def is_dated(self) -> NDArray[np.bool_]:
        """Who has a first or a last day at all."""
        return (self.from_day > 0) | (self.until_day < NO_DAY)

    def __len__(self) -> int:
        return len(self.ids)


def gather(table: NDArray[Any], code: Any, who: Any) -> NDArray[Any]:
    """`table[code, who]`, twice as quick: by one flat index. A code of -1 gives 0. One code may stand for EVERYBODY."""
    if who is ALL_VOLUNTEERS:
        return table[code] if code >= 0 else np.zeros(table.shape[1], table.dtype)
    at = np.maximum(code, 0).astype(np.int64)
    at *= table.shape[1]
    at += who
    found = table.ravel().take(at)
    if len(code) and code.min() < 0:
        found[code < 0] = 0
    return found


def sort_by_skill(people: VolunteerArrays) -> VolunteerArrays:
    """The same volunteers, those of one field beside each other: then a request's come from few lines of the processor's
    cache, and that is where the time of a round goes.
    """
    held = people.levels > 0
    last = len(held) - held[::-1].argmax(axis=0)
    order = np.lexsort((last, held.argmax(axis=0))) if len(held) else np.arange(len(people))
    place = np.empty(len(people), np.int32)
    place[order] = np.arange(len(people))
    moved: dict[str, Any] = {}
    for one in fields(people):
        value = getattr(people, one.name)
        if isinstance(value, np.ndarray):
            moved[one.name] = value.take(order, axis=-1)
        elif one.name in ("prior_matches", "restrictions", "not_my_field"):
            moved[one.name] = {key: np.sort(place[who]) for key, who in value.items()}
    by_hand = {
        key: [(int(place[who]), factor, share) for who, factor, share in some] for key, some in people.overrides.items()
    }
    return replace(people, **moved, overrides=by_hand)


def indices_of(ids: Int64s, wanted: Iterable[int]) -> Indices:
    """Where these ids stand in sorted `ids`; -1 for those that are not there."""
    asked = np.array(wanted if isinstance(wanted, tuple | np.ndarray) else list(wanted), np.int64)
    if not len(ids):
        return np.full(len(asked), -1, np.int32)
    at = np.minimum(np.searchsorted(ids, asked), len(ids) - 1)
    return np.where(ids[at] == asked, at, -1).astype(np.int32)


def ranks(
    who: Indices, code: Indices, rank: Indices, *, volunteer_count: int, code_count: int, parents: Sequence[int] = ()
) -> NDArray[np.uint8]:
    """Rows (volunteer's place, code, rank), no two of the same code, as an array codes x volunteers; -1: not there.

    `above`: the code over each, or -1, whose number is lower; a code counts for those above it too.
    """
    table, known = np.zeros((code_count, volunteer_count), np.uint8), (who >= 0) & (code >= 0)
    table[code[known], who[known]] = rank[known]
    for number in range(len(parents) - 1, -1, -1):
        if parents[number] >= 0:
            np.maximum(table[parents[number]], table[number], out=table[parents[number]])
    return table


def bits(who: Indices, code: Indices, *, volunteer_count: int, code_count: int) -> NDArray[np.uint64]:
    """Rows (volunteer's place, code) as bit sets: words x volunteers, code c at bit c % 64 of word c // 64."""
    table, known = np.zeros((1 + max(0, code_count - 1) // 64, volunteer_count), np.uint64), (who >= 0) & (code >= 0)
    who, code = who[known], code[known]
    np.bitwise_or.at(table, (code // 64, who), np.uint64(1) << (code % 64).astype(np.uint64))
    return table


def masks_of(who: Whole, day: Whole, start: Whole, end: Whole, number: int) -> NDArray[np.uint64]:
    """Windows of volunteers, by their places among `number`, as WORDS x number: bit for bit as `calendars.mask` has them."""
    first, last = day * times.DAY_MINUTES + start, day * times.DAY_MINUTES + end
    found = np.zeros((WORDS_PER_WEEK, number), np.uint64)
    for begin in range(0, len(who), CHUNK_ROWS):
        part = slice(begin, begin + CHUNK_ROWS)
        _spread(found.ravel(), who[part], first[part] // calendars.QUARTER, last[part] // calendars.QUARTER)
    odd = (first % calendars.QUARTER != 0) | (last % calendars.QUARTER != 0)
    # Two windows that touch within a quarter of an hour are one, so these people's go through rules.calendars.
    by_hand = np.zeros(number, np.bool_)
    by_hand[who[odd]] = True
    rows = np.flatnonzero(by_hand[who])
    own: dict[int, list[Window]] = {}
    for place, *window in zip(
        who[rows].tolist(), day[rows].tolist(), start[rows].tolist(), end[rows].tolist(), strict=True
    ):
        own.setdefault(place, []).append(Window(*window))
    for place, spans in own.items():
        found[:, place] = mask_words(calendars.mask(tuple(spans)))
    return found


def _spread(weeks: NDArray[np.uint64], who: Whole, first: Whole, last: Whole) -> None:
    """Spans of quarter hours as bits of flat `weeks`; one is a day long at most, so it touches TOUCHED words."""
    number = len(weeks) // WORDS_PER_WEEK
    for step in range(MAX_WORDS_PER_DAY):
        word = first // 64 + step
        here = np.flatnonzero(word * 64 < last)
        at = word[here]
        own = _below(last[here] - at * 64) & ~_below(first[here] - at * 64)
        np.bitwise_or.at(weeks, at.astype(np.int64) * number + who[here], own)


def _below(bit: Whole) -> NDArray[np.uint64]:
    """A word with all bits below this one."""
    return LOW_BITS[np.clip(bit, 0, 64)]


def mask_words(mask: int) -> NDArray[np.uint64]:
    """A week's bits as WORDS numbers."""
    return np.frombuffer(mask.to_bytes(BYTES_PER_WEEK, "little"), "<u8").astype(np.uint64)


def day_numbers(days: Int64s, missing: int) -> NDArray[np.int32]:
    """Days such as 20261231, or 0, as ordinals."""
    known, at = np.unique(days, return_inverse=True)
    each = (
        dt.date(day // 10000, day // 100 % 100, day % 100).toordinal() if day else missing for day in known.tolist()
    )
    return np.fromiter(each, np.int32, len(known))[at]
