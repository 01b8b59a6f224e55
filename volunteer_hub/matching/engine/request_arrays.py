"""Requests as arrays: one row per request, lists padded, and lookup tables of the points that each value gives.

The tables are filled by calling `fit.rules.shares` once per value, so that the points cannot differ from those of a
single pair.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from volunteer_hub.fit.rules import MIN_LIVE_MINUTES_PER_WEEK, Factor, RequestFacts, Weights, calendars, shares
from volunteer_hub.fit.rules.evaluation import CLINICAL_KINDS, NO_END_DAYS
from volunteer_hub.matching.engine.volunteer_arrays import VolunteerArrays, indices_of

UInt8s = NDArray[np.uint8]
Int32s = NDArray[np.int32]


class PointsTable:
    """A lookup table of points: one line per kind of request, one column per value that a volunteer may have."""

    def __init__(self, kinds: Iterable[Hashable], width: int, points: Callable[[Any, NDArray[Any]], Any]) -> None:
        known: dict[Any, int] = {}
        self.line = np.fromiter((known.setdefault(kind, len(known)) for kind in kinds), np.int32)
        values = np.arange(width)
        self.table = np.empty(len(known) * width, np.uint8)
        for kind, line in known.items():
            self.table[line * width : (line + 1) * width] = points(kind, values)
        self.width = np.int32(width)
        self.start = self.line * self.width

    def __call__(self, rows: Any, value: NDArray[Any]) -> UInt8s:
        """Return the points of each value, capped at the last column. `rows`: rows of requests, or one for all."""
        at = np.minimum(value, self.width - 1) + self.start.take(rows, mode="clip")
        points: UInt8s = self.table.take(at, mode="clip")
        return points


class RequestArrays:
    """Requirements of requests and the points they give. Codes are numbers of the volunteers' VocabularyIndex, -1 if unknown.

    Each column has one entry per request. `languages` is (codes, levels) and `skills` (codes, parents, levels, how
    often a skill counts), each an array position x request. `contact_idx`: index of the volunteer who is the request's
    contact, or -1. `..._points` are PointsTables or arrays of points; `weeks_left_from` and `weeks_before` tables of
    covered weeks.
    """

    def __init__(
        self, requests: Sequence[RequestFacts], volunteers: VolunteerArrays, *, today: dt.date, weights: Weights
    ) -> None:
        self.requests, self.weights, self.today = requests, weights, today
        index, count = volunteers.index, len(requests)
        self.ids = np.fromiter((request.id for request in requests), np.int64, count)
        self.weekly_minutes = np.fromiter((request.weekly_minutes for request in requests), np.int32, count)
        self.weeks = np.fromiter((request.weeks for request in requests), np.int32, count)
        self.start_day = np.fromiter((request.first_on(today).toordinal() for request in requests), np.int32, count)
        self.min_overlap_minutes = np.fromiter(
            (MIN_LIVE_MINUTES_PER_WEEK[request.delivery] for request in requests), np.int32, count
        )
        self.min_overlap_quarters = -(-self.min_overlap_minutes // calendars.QUARTER_MINUTES)
        self.clinical = np.fromiter((request.kind in CLINICAL_KINDS for request in requests), np.bool_, count)
        # The contact may be a volunteer too. 0 means no contact; no account has that id.
        self.contact_idx = _account_indices(volunteers, (request.contact_id for request in requests))
        self.kind = np.fromiter((index.kinds.get(request.kind or "", -1) for request in requests), np.int32, count)
        self.specialty = np.fromiter(
            (index.specialties.get(request.specialty or "", -1) for request in requests), np.int32, count
        )
        self.group = np.fromiter(
            (index.groups.get(request.specialty_group or "", -1) for request in requests), np.int32, count
        )
        self.languages = pad(
            [
                sorted((code, index.languages.get(code, -1), level) for code, level in request.languages.items())
                for request in requests
            ],
            columns=(1, 2),
        )
        numbers = _SkillAndParentNumbers(index.skills)
        self.skills = pad([_list_skills(request, numbers) for request in requests], columns=(0, 1, 2, 3))
        self.partner_employers = pad(
            [[(employer,) for employer in request.twinned_institution_ids] for request in requests], columns=(0,)
        )[0]
        self._fill_points_tables(requests, volunteers)
        self._fill_weeks_tables()
        self._fill_points_vectors(requests)

    def _fill_points_tables(self, requests: Sequence[RequestFacts], volunteers: VolunteerArrays) -> None:
        weights, points = self.weights, shares.points
        self.language_points = PointsTable(
            (bool(request.languages) for request in requests),
            8,
            lambda has_requirement, rank: points(
                weights[Factor.LANGUAGE], shares.language(rank) if has_requirement else (1, 1)
            ),
        )
        self.max_skill_points = shares.SKILL_TWELFTHS * self.skills[3].sum(axis=0, dtype=np.int32)
        self.skill_points = PointsTable(
            self.max_skill_points.tolist(),
            1 + max(self.max_skill_points.tolist(), default=0),
            lambda whole, skill_points: points(weights[Factor.SKILLS], (skill_points, whole) if whole else (1, 1)),
        )
        self.hours_points = PointsTable(
            self.weekly_minutes.tolist(),
            1 + int(volunteers.free_minutes.max(initial=0)),
            lambda weekly, free: points(weights[Factor.HOURS], shares.hours(free, weekly)),
        )
        self.overlap_points = PointsTable(
            ((request.weekly_minutes, request.delivery) for request in requests),
            61 + int(self.weekly_minutes.max(initial=0)),
            lambda kind, minutes: points(weights[Factor.OVERLAP], shares.overlap(minutes, *kind)),
        )
        self.duration_points = PointsTable(
            self.weeks.tolist(),
            1 + int(self.weeks.max(initial=0)),
            lambda weeks, covered: points(weights[Factor.DURATION], shares.duration(covered, weeks)),
        )
        self.specialty_points = PointsTable(
            (request.specialty is not None for request in requests),
            8,
            lambda has_requirement, bits: points(
                weights[Factor.SPECIALTY], specialty_share(bits) if has_requirement else (1, 1)
            ),
        )
        self.fairness_points = PointsTable(
            (request.approved_count for request in requests),
            2,
            lambda approved_count, was_ever_placed: points(
                weights[Factor.FAIRNESS], shares.fairness(was_ever_placed, approved_count)
            ),
        )

    def _fill_weeks_tables(self) -> None:
        """By number of days: weeks left for a volunteer who starts that late, weeks covered by one who leaves the day before."""
        days = 2 + 7 * int(self.weeks.max(initial=0))
        self.weeks_left_from = PointsTable(
            self.weeks.tolist(), days, lambda weeks, day: shares.weeks_covered(day, NO_END_DAYS, weeks)
        )
        self.weeks_before = PointsTable(
            self.weeks.tolist(), days, lambda weeks, day: shares.weeks_covered(0, day - 1, weeks)
        )

    def _fill_points_vectors(self, requests: Sequence[RequestFacts]) -> None:
        """Points that depend on two bits of the pair, or on the request alone."""
        weights, points = self.weights, shares.points
        self.experience_points = np.array(
            [points(weights[Factor.EXPERIENCE], shares.experience(bits // 3, bits % 3)) for bits in range(6)], np.uint8
        )
        self.goal_points = np.array([points(weights[Factor.GOALS], shares.goals(bits)) for bits in range(2)], np.uint8)
        urgency = {name: points(weights[Factor.URGENCY], shares.urgency(name)) for name in shares.URGENCY_TENTHS}
        self.urgency_points = np.array([urgency[request.urgency] for request in requests], np.uint8)
        days_open = np.fromiter(map(self.days_open, requests), np.int64, len(requests))
        self.waiting_points = points(weights[Factor.WAITING], shares.wait(days_open)).astype(np.uint8)

    def days_open(self, request: RequestFacts) -> int:
        """Return for how many days a request has been open."""
        return max(0, (self.today - request.opened_on).days) if request.opened_on else 0


def specialty_share(bits: Any) -> shares.Share:
    """Return the share of the factor specialty from bits: 1 same specialty, 2 same group, 4 declined as not their field."""
    return shares.specialty(bits & 1, bits >> 1 & 1, bits >> 2)


def group_spans(rows: NDArray[Any]) -> list[tuple[int, int, int]]:
    """Return (row, start, end) of each run of equal rows; `end` is exclusive."""
    if not len(rows):
        return []
    starts = np.flatnonzero(np.r_[True, rows[1:] != rows[:-1]])
    start_list = starts.tolist()
    return list(zip(rows[starts].tolist(), start_list, [*start_list[1:], len(rows)], strict=True))


def _account_indices(volunteers: VolunteerArrays, accounts: Iterable[int]) -> Int32s:
    """Return the index of the volunteer with each account, -1 for none."""
    order = np.argsort(volunteers.accounts, kind="stable")
    at = indices_of(volunteers.accounts[order], accounts)
    return np.where(at >= 0, order[at] if len(order) else -1, -1).astype(np.int32)


def _list_skills(request: RequestFacts, known: Any) -> list[tuple[int, int, int, int]]:
    """Return (skill, its parent, level, how often it counts): required skills count twice."""
    return [(*known[code], level, 2) for code, level in request.required] + [
        (*known[code], level, 1) for code, level in request.welcome
    ]


class _SkillAndParentNumbers(dict[str, tuple[int, int]]):
    """Caches the numbers of a skill and of its parent by code."""

    def __init__(self, number_of: Mapping[str, int]) -> None:
        super().__init__()
        self.known = number_of

    def __missing__(self, code: str) -> tuple[int, int]:
        self[code] = numbers = self.known.get(code, -1), self.known.get(code.rpartition(".")[0], -1)
        return numbers


def pad(lists: Sequence[Sequence[tuple[Any, ...]]], *, columns: Sequence[int]) -> list[Int32s]:
    """Return one array position x request for each of these columns of the entries.

    The first column, a code, is padded with -1, the others with 0.
    """
    longest = max(map(len, lists), default=0)
    row = np.repeat(np.arange(len(lists)), [len(entries) for entries in lists])
    position = np.fromiter((n for entries in lists for n in range(len(entries))), np.int64, len(row))
    tables = []
    for column in columns:
        table = np.full((longest, len(lists)), -1 if column == columns[0] else 0, np.int32)
        table[position, row] = np.fromiter(
            (entry[column] for entries in lists for entry in entries), np.int64, len(row)
        )
        tables.append(table)
    return tables
