"""Volunteers as arrays, one column per volunteer. What few of them have (restrictions, overrides, earlier matches) is
kept in mappings by request or hospital.
"""

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
SignedInts = NDArray[np.signedinteger[Any]]
Indices = NDArray[np.int32]
"""Indices of volunteers into the arrays."""
WORDS_PER_WEEK = -(-calendars.SLOTS_PER_WEEK // 64)
BYTES_PER_WEEK = WORDS_PER_WEEK * 8
CHUNK_ROWS = 50_000
"""Windows converted to bits per batch, which bounds the memory."""
MAX_WORDS_PER_DAY = 1 + -(-times.DAY_MINUTES // calendars.QUARTER_MINUTES // 64)
LOW_BITS = np.array([(1 << bit) - 1 for bit in range(65)], np.uint64)
NO_DAY = 10**6
"""Ordinal that stands for "no last day": later than any date."""
NO_VOLUNTEERS: Indices = np.empty(0, np.int32)
ALL_VOLUNTEERS = slice(None)


@dataclass(frozen=True)
class VocabularyIndex:
    """Maps codes of the vocabulary to the numbers that the arrays use.

    `parents[n]` is the number of the parent of skill n, or -1; `group_of[n]` the number of the group of specialty n.
    """

    skills: Mapping[str, int]
    parents: Sequence[int]
    languages: Mapping[str, int]
    specialties: Mapping[str, int]
    groups: Mapping[str, int]
    group_of: Sequence[int]
    kinds: Mapping[str, int]


@dataclass
class VolunteerArrays:
    """n volunteers, ordered as `ids`. Minutes are per week, days are ordinals.

    `levels` (skills x n) and `languages` (languages x n) are ranks, 0 for none; `specialties` and `groups` bit sets
    (words x n). `masks`: WORDS_PER_WEEK x n, one bit per quarter hour of the volunteer's local week; `zone`: index into
    `zones`. `free_minutes`: weekly minutes less those of running placements; `capacity_left`: placements that the
    volunteer can still take. `waiting`: matches that await an answer, `proposed`: those that await the volunteer's,
    `waiting_minutes`: weekly minutes that all of them would take. `completed`: placements completed; `in_cooldown`:
    declined for lack of time recently. `prior_matches` by (request id, outcome), `restrictions` by (institution id,
    kind) and `not_my_field` by specialty code hold sorted indices; `overrides` by request id holds (index, factor,
    share in percent).
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
        """Flags: the volunteer has a first or a last day of availability."""
        return (self.from_day > 0) | (self.until_day < NO_DAY)

    def __len__(self) -> int:
        return len(self.ids)


def gather(table: NDArray[Any], code: Any, volunteer_idx: Any) -> NDArray[Any]:
    """Return `table[code, volunteer_idx]`, with 0 where the code is -1.

    Uses one flat index, which is twice as fast. With ALL_VOLUNTEERS, `code` is a single number.
    """
    if volunteer_idx is ALL_VOLUNTEERS:
        return table[code] if code >= 0 else np.zeros(table.shape[1], table.dtype)
    at = np.maximum(code, 0).astype(np.int64)
    at *= table.shape[1]
    at += volunteer_idx
    values = table.ravel().take(at)
    if len(code) and code.min() < 0:
        values[code < 0] = 0
    return values


def sort_by_skill(volunteers: VolunteerArrays) -> VolunteerArrays:
    """Return the same volunteers ordered by skill.

    The candidates of a request then lie close together in memory; a round is bound by CPU cache misses.
    """
    has_skill = volunteers.levels > 0
    last_skill = len(has_skill) - has_skill[::-1].argmax(axis=0)
    order = np.lexsort((last_skill, has_skill.argmax(axis=0))) if len(has_skill) else np.arange(len(volunteers))
    new_index = np.empty(len(volunteers), np.int32)
    new_index[order] = np.arange(len(volunteers))
    moved: dict[str, Any] = {}
    for column in fields(volunteers):
        value = getattr(volunteers, column.name)
        if isinstance(value, np.ndarray):
            moved[column.name] = value.take(order, axis=-1)
        elif column.name in ("prior_matches", "restrictions", "not_my_field"):
            moved[column.name] = {key: np.sort(new_index[volunteer_idx]) for key, volunteer_idx in value.items()}
    overrides = {
        key: [(int(new_index[volunteer_idx]), factor, share) for volunteer_idx, factor, share in rows]
        for key, rows in volunteers.overrides.items()
    }
    return replace(volunteers, **moved, overrides=overrides)


def indices_of(ids: Int64s, wanted: Iterable[int]) -> Indices:
    """Return the index of each wanted id in sorted `ids`, -1 for ids that are missing."""
    wanted_ids = np.array(wanted if isinstance(wanted, tuple | np.ndarray) else list(wanted), np.int64)
    if not len(ids):
        return np.full(len(wanted_ids), -1, np.int32)
    at = np.minimum(np.searchsorted(ids, wanted_ids), len(ids) - 1)
    return np.where(ids[at] == wanted_ids, at, -1).astype(np.int32)


def ranks(
    volunteer_idx: Indices,
    code: Indices,
    rank: Indices,
    *,
    volunteer_count: int,
    code_count: int,
    parents: Sequence[int] = (),
) -> NDArray[np.uint8]:
    """Return an array codes x volunteers from rows (volunteer index, code, rank); rows with index or code -1 are skipped.

    No volunteer has two rows of the same code. `parents`: the parent of each code, or -1; parents have lower numbers. A
    rank in a code counts for its parents too.
    """
    table, known = np.zeros((code_count, volunteer_count), np.uint8), (volunteer_idx >= 0) & (code >= 0)
    table[code[known], volunteer_idx[known]] = rank[known]
    for number in range(len(parents) - 1, -1, -1):
        if parents[number] >= 0:
            np.maximum(table[parents[number]], table[number], out=table[parents[number]])
    return table


def bits(volunteer_idx: Indices, code: Indices, *, volunteer_count: int, code_count: int) -> NDArray[np.uint64]:
    """Return bit sets, words x volunteers, from rows (volunteer index, code): code c is bit c % 64 of word c // 64."""
    table, known = (
        np.zeros((1 + max(0, code_count - 1) // 64, volunteer_count), np.uint64),
        (volunteer_idx >= 0) & (code >= 0),
    )
    volunteer_idx, code = volunteer_idx[known], code[known]
    np.bitwise_or.at(table, (code // 64, volunteer_idx), np.uint64(1) << (code % 64).astype(np.uint64))
    return table


def masks_of(
    volunteer_idx: SignedInts, day: SignedInts, start: SignedInts, end: SignedInts, number: int
) -> NDArray[np.uint64]:
    """Return weekly masks, WORDS_PER_WEEK x number, from windows (volunteer index, day, start and end minute).

    Equal to `calendars.mask` bit for bit.
    """
    first_minute, last_minute = day * times.DAY_MINUTES + start, day * times.DAY_MINUTES + end
    masks = np.zeros((WORDS_PER_WEEK, number), np.uint64)
    for begin in range(0, len(volunteer_idx), CHUNK_ROWS):
        part = slice(begin, begin + CHUNK_ROWS)
        _set_spans(
            masks.ravel(),
            volunteer_idx[part],
            first_minute[part] // calendars.QUARTER_MINUTES,
            last_minute[part] // calendars.QUARTER_MINUTES,
        )
    is_unaligned = (first_minute % calendars.QUARTER_MINUTES != 0) | (last_minute % calendars.QUARTER_MINUTES != 0)
    # Windows that touch within a quarter of an hour are joined, so volunteers with unaligned windows go through calendars.mask.
    is_exact = np.zeros(number, np.bool_)
    is_exact[volunteer_idx[is_unaligned]] = True
    rows = np.flatnonzero(is_exact[volunteer_idx])
    windows: dict[int, list[Window]] = {}
    for index, *window in zip(
        volunteer_idx[rows].tolist(), day[rows].tolist(), start[rows].tolist(), end[rows].tolist(), strict=True
    ):
        windows.setdefault(index, []).append(Window(*window))
    for index, spans in windows.items():
        masks[:, index] = mask_words(calendars.mask(tuple(spans)))
    return masks


def _set_spans(weeks: NDArray[np.uint64], volunteer_idx: SignedInts, first: SignedInts, last: SignedInts) -> None:
    """Set spans of quarter hours in flat `weeks`. A span is one day at most, so it touches at most MAX_WORDS_PER_DAY words."""
    number = len(weeks) // WORDS_PER_WEEK
    for step in range(MAX_WORDS_PER_DAY):
        word_idx = first // 64 + step
        touching = np.flatnonzero(word_idx * 64 < last)
        touched_idx = word_idx[touching]
        span_bits = _bits_below(last[touching] - touched_idx * 64) & ~_bits_below(first[touching] - touched_idx * 64)
        np.bitwise_or.at(weeks, touched_idx.astype(np.int64) * number + volunteer_idx[touching], span_bits)


def _bits_below(bit: SignedInts) -> NDArray[np.uint64]:
    """Return words with all bits below this one set."""
    return LOW_BITS[np.clip(bit, 0, 64)]


def mask_words(mask: int) -> NDArray[np.uint64]:
    """Return the bits of a week as WORDS_PER_WEEK words."""
    return np.frombuffer(mask.to_bytes(BYTES_PER_WEEK, "little"), "<u8").astype(np.uint64)


def day_numbers(days: Int64s, missing: int) -> NDArray[np.int32]:
    """Return ordinals of days written as 20261231; 0 becomes `missing`."""
    distinct, at = np.unique(days, return_inverse=True)
    ordinals = (
        dt.date(day // 10000, day // 100 % 100, day % 100).toordinal() if day else missing for day in distinct.tolist()
    )
    return np.fromiter(ordinals, np.int32, len(distinct))[at]
