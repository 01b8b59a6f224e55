"""Volunteers as arrays. A column a volunteer; what few have (bars, overrides, earlier matches) is kept by request or hospital."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from functools import cached_property
from itertools import repeat
from typing import Any

import numpy as np
from numpy.typing import NDArray

from volunteer_hub.core import times
from volunteer_hub.core.times import Window
from volunteer_hub.matching.rules import Bar, Factor, Past, calendars

Ints = NDArray[np.int64]
Places = NDArray[np.int32]
"""Where volunteers stand in the arrays."""
WORDS = -(-calendars.SLOTS // 64)
BYTES = WORDS * 8
Rows = Sequence[tuple[Any, ...]]
"""Rows of a table come in chunks of these: texts of millions of rows at once would take more room than all arrays."""
PART = 5_000
"""So many weeks are spread out at a time: memory stays flat."""
NEVER = 10**6
"""A day (ordinal) after all others."""
NOBODY: Places = np.empty(0, np.int32)


@dataclass(frozen=True)
class Index:
    """The numbers that the arrays use for codes. `parents[n]` is the skill above skill n, or -1."""

    skills: Mapping[str, int]
    parents: Sequence[int]
    languages: Mapping[str, int]
    specialties: Mapping[str, int]
    groups: Mapping[str, int]
    group_of: Sequence[int]
    kinds: Mapping[str, int]


@dataclass
class People:
    """n volunteers. Minutes a week; days as ordinals; `levels[s]` and `languages[l]` are ranks, 0 for none.

    `masks`: WORDS x n quarter hours of the own week. `places`: placements that there is room for.
    `waiting`: matches that wait for an answer; `proposed`: those of them that wait for the volunteer;
    `waiting_minutes`: what all that wait would take of the free minutes a week.
    """

    index: Index
    ids: Ints
    accounts: Ints
    ready: NDArray[np.bool_]
    weekly: NDArray[np.int32]
    free: NDArray[np.int32]
    places: NDArray[np.int32]
    waiting: NDArray[np.int32]
    proposed: NDArray[np.int32]
    waiting_minutes: NDArray[np.int32]
    from_day: NDArray[np.int32]
    until_day: NDArray[np.int32]
    zone: NDArray[np.int16]
    zones: list[str]
    employers: Ints
    regulated: NDArray[np.bool_]
    completed: NDArray[np.uint8]
    ever_placed: NDArray[np.bool_]
    resting: NDArray[np.bool_]
    levels: NDArray[np.uint8]
    languages: NDArray[np.uint8]
    specialties: NDArray[np.uint64]
    groups: NDArray[np.uint64]
    goals: NDArray[np.uint16]
    masks: NDArray[np.uint64]
    before: Mapping[tuple[int, Past], Places] = field(default_factory=dict)
    bars: Mapping[tuple[int, Bar], Places] = field(default_factory=dict)
    overrides: Mapping[int, Sequence[tuple[int, Factor, int]]] = field(default_factory=dict)
    not_my_field: Mapping[str, Places] = field(default_factory=dict)

    @cached_property
    def dated(self) -> NDArray[np.bool_]:
        """Who has a first or a last day at all."""
        return (self.from_day > 0) | (self.until_day < NEVER)

    def __len__(self) -> int:
        return len(self.ids)


def look(table: NDArray[Any], code: Any, who: Places) -> NDArray[Any]:
    """`table[code, who]`, twice as quick: by one flat index. A code of -1 gives 0. One code may stand for all."""
    if np.ndim(code) == 0:
        return table[code].take(who) if code >= 0 else np.zeros(len(who), table.dtype)
    at = np.maximum(code, 0).astype(np.int64)
    at *= table.shape[1]
    at += who
    found = table.ravel().take(at)
    if len(code) and code.min() < 0:
        found[code < 0] = 0
    return found


def together(people: People) -> People:
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
        elif one.name in ("before", "bars", "not_my_field"):
            moved[one.name] = {key: np.sort(place[who]) for key, who in value.items()}
    by_hand = {
        key: [(int(place[who]), factor, share) for who, factor, share in some] for key, some in people.overrides.items()
    }
    return replace(people, **moved, overrides=by_hand)


def places_of(ids: Ints, wanted: Iterable[int]) -> Places:
    """Where these ids stand in sorted `ids`; -1 for those that are not there."""
    asked = np.array(wanted if isinstance(wanted, tuple | np.ndarray) else list(wanted), np.int64)
    if not len(ids):
        return np.full(len(asked), -1, np.int32)
    at = np.minimum(np.searchsorted(ids, asked), len(ids) - 1)
    return np.where(ids[at] == asked, at, -1).astype(np.int32)


def ranks(chunks: Iterable[Rows], ids: Ints, codes: Mapping[str, int], rank_of: Mapping[str, int],
          above: Sequence[int] = ()) -> NDArray[np.uint8]:  # fmt: skip
    """(volunteer, code, level) rows, no two of the same code, as an array codes x volunteers of ranks.

    `above`: the code over each, or -1, whose number is lower; a code counts for those above it too.
    """
    table = np.zeros((len(codes), len(ids)), np.uint8)
    for rows in filter(None, chunks):
        people, words, levels = zip(*rows, strict=True)
        who, code = places_of(ids, people), _numbers(words, codes)
        rank = np.fromiter(map(rank_of.__getitem__, levels), np.uint8, len(rows))
        keep = (who >= 0) & (code >= 0)
        table[code[keep], who[keep]] = rank[keep]
    for number in range(len(above) - 1, -1, -1):
        if above[number] >= 0:
            np.maximum(table[above[number]], table[number], out=table[above[number]])
    return table


def _numbers(words: Sequence[str], codes: Mapping[str, int]) -> Ints:
    return np.fromiter(map(codes.get, words, repeat(-1)), np.int64, len(words))


def bits(chunks: Iterable[Rows], ids: Ints, codes: Mapping[str, int]) -> NDArray[np.uint64]:
    """(volunteer, code) rows as bit sets: words x volunteers, code c at bit c % 64 of word c // 64."""
    table = np.zeros((1 + max(codes.values(), default=0) // 64, len(ids)), np.uint64)
    for rows in filter(None, chunks):
        people, words = zip(*rows, strict=True)
        who, code = places_of(ids, people), _numbers(words, codes)
        keep = (who >= 0) & (code >= 0)
        who, code = who[keep], code[keep]
        np.bitwise_or.at(table, (code // 64, who), np.uint64(1) << (code % 64).astype(np.uint64))
    return table


def week_masks(chunks: Iterable[Rows], ids: Ints) -> NDArray[np.uint64]:
    """(volunteer, weekday, start, end) rows as WORDS x volunteers, bit for bit as `calendars.mask` has them."""
    none = np.empty((0, 4), np.int64)
    table = np.concatenate([none, *(np.array(rows, np.int64) for rows in filter(None, chunks))])
    who = places_of(ids, table[:, 0]).astype(np.int64)
    known = who >= 0
    who, day, start, end = (column[known] for column in (who, *table.T[1:]))
    return masks_of(who, day, start, end, len(ids))


def masks_of(who: Ints, day: Ints, start: Ints, end: Ints, number: int) -> NDArray[np.uint64]:
    """The same from columns, with places among `number` volunteers."""
    first, last = day * times.DAY_MINUTES + start, day * times.DAY_MINUTES + end
    found = np.zeros((WORDS, number), np.uint64)
    for begin in range(0, number, PART):
        part = slice(None) if number <= PART else (who >= begin) & (who < begin + PART)
        few = min(PART, number - begin)
        found[:, begin : begin + few] = _spread(who[part] - begin, first[part], last[part], few)
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
        found[:, place] = words(calendars.mask(tuple(spans)))
    return found


def _spread(who: Ints, first: Ints, last: Ints, number: int) -> NDArray[np.uint64]:
    """Windows in minutes of the week as bits."""
    width = BYTES * 8 + 1
    steps = np.bincount(who * width + first // calendars.QUARTER, minlength=number * width).astype(np.int8)
    steps -= np.bincount(who * width + last // calendars.QUARTER, minlength=number * width).astype(np.int8)
    free = np.cumsum(steps.reshape(number, width), axis=1, dtype=np.int8)[:, :-1] > 0
    packed = np.packbits(free, axis=1, bitorder="little")
    return np.ascontiguousarray(packed.view("<u8").astype(np.uint64).T)


def words(mask: int) -> NDArray[np.uint64]:
    """A week's bits as WORDS numbers."""
    return np.frombuffer(mask.to_bytes(BYTES, "little"), "<u8").astype(np.uint64)


def days(values: Iterable[dt.date | None], missing: int) -> NDArray[np.int32]:
    """Dates as ordinals."""
    return np.fromiter((value.toordinal() if value else missing for value in values), np.int32)
