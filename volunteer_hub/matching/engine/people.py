"""Volunteers as arrays. A column a volunteer; what few have (bars, overrides, earlier matches) is kept by request or hospital."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from volunteer_hub.core.times import Window
from volunteer_hub.matching.rules import Bar, Factor, Past, calendars

Ints = NDArray[np.int64]
Places = NDArray[np.int32]
"""Where volunteers stand in the arrays."""
WORDS = -(-calendars.SLOTS // 64)
BYTES = WORDS * 8
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
    `waiting`: matches that wait for an answer; `proposed`: those of them that wait for the volunteer.
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

    def __len__(self) -> int:
        return len(self.ids)


def places_of(ids: Ints, wanted: Iterable[int]) -> Places:
    """Where these ids stand in sorted `ids`; -1 for those that are not there."""
    asked = np.fromiter(wanted, np.int64)
    if not len(ids):
        return np.full(len(asked), -1, np.int32)
    at = np.minimum(np.searchsorted(ids, asked), len(ids) - 1)
    return np.where(ids[at] == asked, at, -1).astype(np.int32)


def ranks(rows: Sequence[tuple[Any, ...]], ids: Ints, codes: Mapping[str, int], rank_of: Mapping[str, int],
          above: Sequence[int] = ()) -> NDArray[np.uint8]:  # fmt: skip
    """(volunteer, code, level) rows as an array codes x volunteers of ranks; a code counts for those above it too."""
    table = np.zeros((len(codes), len(ids)), np.uint8)
    if not rows:
        return table
    who = places_of(ids, (row[0] for row in rows))
    code = np.fromiter((codes.get(row[1], -1) for row in rows), np.int64, len(rows))
    rank = np.fromiter((rank_of[row[2]] for row in rows), np.uint8, len(rows))
    keep = (who >= 0) & (code >= 0)
    who, code, rank = who[keep], code[keep], rank[keep]
    upward = np.asarray(above, np.int64)
    while len(code):
        np.maximum.at(table, (code, who), rank)
        if not len(upward):
            break
        code = upward[code]
        keep = code >= 0
        who, code, rank = who[keep], code[keep], rank[keep]
    return table


def bits(rows: Sequence[tuple[Any, ...]], ids: Ints, codes: Mapping[str, int]) -> NDArray[np.uint64]:
    """(volunteer, code) rows as bit sets: words x volunteers, code c at bit c % 64 of word c // 64."""
    table = np.zeros((max(1, -(-len(codes) // 64)), len(ids)), np.uint64)
    if not rows:
        return table
    who = places_of(ids, (row[0] for row in rows))
    code = np.fromiter((codes.get(row[1], -1) for row in rows), np.int64, len(rows))
    keep = (who >= 0) & (code >= 0)
    who, code = who[keep], code[keep]
    np.bitwise_or.at(table, (code // 64, who), np.uint64(1) << (code % 64).astype(np.uint64))
    return table


def week_masks(rows: Sequence[tuple[Any, ...]], ids: Ints) -> NDArray[np.uint64]:
    """(volunteer, weekday, start, end) rows as WORDS x volunteers, bit for bit as `calendars.mask` has them."""
    found = np.zeros((WORDS, len(ids)), np.uint64)
    if not rows:
        return found
    table = np.array(rows, np.int64)
    who = places_of(ids, table[:, 0])
    known = who >= 0
    table, who = table[known], who[known]
    first = table[:, 1] * 1440 + table[:, 2]
    last = table[:, 1] * 1440 + table[:, 3]
    odd = (first % calendars.QUARTER != 0) | (last % calendars.QUARTER != 0)
    by_hand = np.unique(who[odd])
    for start in range(0, len(ids), 20_000):
        part = (who >= start) & (who < start + 20_000)
        found[:, start : start + 20_000] = _spread(
            who[part] - start, first[part], last[part], min(20_000, len(ids) - start)
        )
    for place in by_hand:  # two windows that touch within a quarter of an hour are one: rules.calendars joins them
        own = tuple(Window(*map(int, row[1:])) for row in table[who == place])
        found[:, place] = words(calendars.mask(own))
    return found


def _spread(who: Any, first: Any, last: Any, number: int) -> NDArray[np.uint64]:
    """Windows in minutes of the week as bits."""
    steps = np.zeros((number, BYTES * 8 + 1), np.int8)
    np.add.at(steps, (who, first // calendars.QUARTER), 1)
    np.add.at(steps, (who, last // calendars.QUARTER), -1)
    free = np.cumsum(steps, axis=1, dtype=np.int8)[:, :-1] > 0
    packed = np.packbits(free, axis=1, bitorder="little")
    return np.ascontiguousarray(packed.view("<u8").astype(np.uint64).T)


def words(mask: int) -> NDArray[np.uint64]:
    """A week's bits as WORDS numbers."""
    return np.frombuffer(mask.to_bytes(BYTES, "little"), "<u8").astype(np.uint64)


def days(values: Iterable[dt.date | None], missing: int) -> NDArray[np.int32]:
    """Dates as ordinals."""
    return np.fromiter((value.toordinal() if value else missing for value in values), np.int32)
