"""Requests as arrays: a row a request, lists padded, and the points that each value gives looked up in tables.

The tables are filled with the lines of `rules.shares`, asked once for each value, so that points cannot come apart
from those of one pair.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from volunteer_hub.fit.rules import LIVE_SHARE_MINUTES, Factor, RequestFacts, Weights, calendars, shares
from volunteer_hub.fit.rules.evaluation import CLINICAL_KINDS, NO_END_DAYS
from volunteer_hub.matching.engine.volunteer_arrays import VolunteerArrays, indices_of

UInt8s = NDArray[np.uint8]
Int32s = NDArray[np.int32]


class PointsTable:
    """Points by (line, value): a line for each kind of request, a column for each value that a volunteer may have."""

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
        """The points of each value; one above the last column counts as the last. `rows`: the request of each, or one for all."""
        at = np.minimum(value, self.width - 1) + self.start.take(rows, mode="clip")
        found: UInt8s = self.table.take(at, mode="clip")
        return found


class RequestArrays:
    """What requests ask for, and the points they give. Codes are numbers of the people's index, -1 for unknown ones."""

    def __init__(
        self, requests: Sequence[RequestFacts], people: VolunteerArrays, *, today: dt.date, weights: Weights
    ) -> None:
        self.requests, self.weights, self.today = requests, weights, today
        index, count = people.index, len(requests)
        self.ids = np.fromiter((one.id for one in requests), np.int64, count)
        self.weekly_minutes = np.fromiter((one.weekly_minutes for one in requests), np.int32, count)
        self.weeks = np.fromiter((one.weeks for one in requests), np.int32, count)
        self.start_day = np.fromiter((one.first_on(today).toordinal() for one in requests), np.int32, count)
        self.min_overlap_minutes = np.fromiter((LIVE_SHARE_MINUTES[one.delivery] for one in requests), np.int32, count)
        self.min_overlap_quarters = -(-self.min_overlap_minutes // calendars.QUARTER)
        self.clinical = np.fromiter((one.kind in CLINICAL_KINDS for one in requests), np.bool_, count)
        # Who raised it may be a volunteer too; 0 is nobody, and no account has that number.
        self.contact_idx = _places(people, (one.contact_id for one in requests))
        self.kind = np.fromiter((index.kinds.get(one.kind or "", -1) for one in requests), np.int32, count)
        self.specialty = np.fromiter(
            (index.specialties.get(one.specialty or "", -1) for one in requests), np.int32, count
        )
        self.group = np.fromiter((index.groups.get(one.specialty_group or "", -1) for one in requests), np.int32, count)
        self.languages = pad(
            [
                sorted((code, index.languages.get(code, -1), level) for code, level in one.languages.items())
                for one in requests
            ],
            columns=(1, 2),
        )
        numbers = _OffsetNumbers(index.skills)
        self.skills = pad([_skills(one, numbers) for one in requests], columns=(0, 1, 2, 3))
        self.partner_employers = pad([[(employer,) for employer in one.partners] for one in requests], columns=(0,))[0]
        self._tables(requests, people)

    def _tables(self, requests: Sequence[RequestFacts], people: VolunteerArrays) -> None:
        w, points = self.weights, shares.points
        self.language_points = PointsTable((bool(one.languages) for one in requests), 8,
                              lambda asks, rank: points(w[Factor.LANGUAGE], shares.language(rank) if asks else (1, 1)))  # fmt: skip
        self.max_skill_points = shares.SKILL_WHOLE * self.skills[3].sum(axis=0, dtype=np.int32)
        self.skill_points = PointsTable(self.max_skill_points.tolist(), 1 + max(self.max_skill_points.tolist(), default=0),
                           lambda whole, got: points(w[Factor.SKILLS], (got, whole) if whole else (1, 1)))  # fmt: skip
        self.hours_points = PointsTable(self.weekly_minutes.tolist(), 1 + int(people.free_minutes.max(initial=0)),
                           lambda weekly, free: points(w[Factor.HOURS], shares.hours(free, weekly)))  # fmt: skip
        self.overlap_points = PointsTable(((one.weekly_minutes, one.delivery) for one in requests), 61 + int(self.weekly_minutes.max(initial=0)),
                             lambda kind, minutes: points(w[Factor.OVERLAP], shares.overlap(minutes, *kind)))  # fmt: skip
        self.duration_points = PointsTable(self.weeks.tolist(), 1 + int(self.weeks.max(initial=0)),
                              lambda weeks, covered: points(w[Factor.DURATION], shares.duration(covered, weeks)))  # fmt: skip
        # Weeks that are left for one who comes so many days late, and that one sees who leaves on the day before that day.
        days = 2 + 7 * int(self.weeks.max(initial=0))
        self.weeks_left_from = PointsTable(
            self.weeks.tolist(), days, lambda weeks, day: shares.weeks_covered(day, NO_END_DAYS, weeks)
        )
        self.weeks_before = PointsTable(
            self.weeks.tolist(), days, lambda weeks, day: shares.weeks_covered(0, day - 1, weeks)
        )
        self.specialty_points = PointsTable((one.specialty is not None for one in requests), 8,
                           lambda asks, n: points(w[Factor.SPECIALTY], specialty_share(n) if asks else (1, 1)))  # fmt: skip
        self.fairness_points = PointsTable((one.approved_count for one in requests), 2,
                              lambda placed, ever: points(w[Factor.FAIRNESS], shares.fairness(ever, placed)))  # fmt: skip
        self.experience_points = np.array(
            [points(w[Factor.EXPERIENCE], shares.experience(n // 3, n % 3)) for n in range(6)], np.uint8
        )
        self.goal_points = np.array([points(w[Factor.GOALS], shares.goals(n)) for n in range(2)], np.uint8)
        urgency = {name: points(w[Factor.URGENCY], shares.urgency(name)) for name in shares.URGENCY}
        self.urgency_points = np.array([urgency[one.urgency] for one in requests], np.uint8)
        days_open = np.fromiter(map(self.days_open, requests), np.int64, len(requests))
        self.waiting_points = points(w[Factor.WAITING], shares.waiting(days_open)).astype(np.uint8)

    def days_open(self, request: RequestFacts) -> int:
        """For how long a request has been open."""
        return max(0, (self.today - request.opened_on).days) if request.opened_on else 0


def specialty_share(bits: Any) -> shares.Share:
    """The share of a specialty by what is known of it: 1 the same, 2 the same group, 4 declined as not theirs."""
    return shares.specialty(bits & 1, bits >> 1 & 1, bits >> 2)


def group_spans(rows: NDArray[Any]) -> list[tuple[int, int, int]]:
    """(request, first, last) of pairs that stand together."""
    if not len(rows):
        return []
    first = np.flatnonzero(np.r_[True, rows[1:] != rows[:-1]])
    begins = first.tolist()
    return list(zip(rows[first].tolist(), begins, [*begins[1:], len(rows)], strict=True))


def _places(people: VolunteerArrays, accounts: Iterable[int]) -> Int32s:
    """Where the volunteers with these accounts stand; -1 for none."""
    order = np.argsort(people.accounts, kind="stable")
    at = indices_of(people.accounts[order], accounts)
    return np.where(at >= 0, order[at] if len(order) else -1, -1).astype(np.int32)


def _skills(request: RequestFacts, known: Any) -> list[tuple[int, int, int, int]]:
    """(skill, the one above it, level, how often it counts): required ones twice."""
    return [(*known[code], level, 2) for code, level in request.required] + [
        (*known[code], level, 1) for code, level in request.welcome
    ]


class _OffsetNumbers(dict[str, tuple[int, int]]):
    """The numbers of a skill and of the one above it; each is looked up once."""

    def __init__(self, known: Mapping[str, int]) -> None:
        super().__init__()
        self.known = known

    def __missing__(self, code: str) -> tuple[int, int]:
        self[code] = found = self.known.get(code, -1), self.known.get(code.rpartition(".")[0], -1)
        return found


def pad(lists: Sequence[Sequence[tuple[Any, ...]]], *, columns: Sequence[int]) -> list[Int32s]:
    """For each of these columns an array (place in the list) x (request). Codes are padded with -1, other numbers with 0."""
    most = max(map(len, lists), default=0)
    row = np.repeat(np.arange(len(lists)), [len(one) for one in lists])
    place = np.fromiter((n for one in lists for n in range(len(one))), np.int64, len(row))
    found = []
    for column in columns:
        table = np.full((most, len(lists)), -1 if column == columns[0] else 0, np.int32)
        table[place, row] = np.fromiter((entry[column] for one in lists for entry in one), np.int64, len(row))
        found.append(table)
    return found
