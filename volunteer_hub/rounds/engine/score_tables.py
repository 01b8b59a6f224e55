"""What everybody gets for what requests ask, worked out beforehand: a round looks most of its points up.

Millions of pairs ask the same few questions: how well do you speak this, do you know that field. So each question is
answered once for everybody, with the lines of pointing.py, and the points of a pair are a sum of what is found here.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from volunteer_hub.matching.engine import scoring
from volunteer_hub.matching.engine.evaluator import PairBatch
from volunteer_hub.matching.engine.request_arrays import RequestArrays, UInt8s
from volunteer_hub.matching.engine.volunteer_arrays import ALL_VOLUNTEERS, Int64s, VolunteerArrays, gather


class ScoreTable(NamedTuple):
    """Lines of points, one after the other, and where the line of each request starts."""

    start: Int64s
    points: UInt8s

    def lookup(self, rows: NDArray[np.intp], column: Int64s) -> UInt8s:
        """What stands in these columns of the requests' lines."""
        found: UInt8s = self.points.take(self.start.take(rows, mode="clip") + column, mode="clip")
        return found


def build_table(keys: Iterable[Hashable], make: Callable[[int], UInt8s], width: int) -> ScoreTable:
    """A line for each different key of the requests; `make` gives it for the first request (by row) that has the key."""
    first: dict[Hashable, int] = {}
    line = np.array([first.setdefault(key, row) for row, key in enumerate(keys)], np.int64)
    rows, number = np.unique(line, return_inverse=True)
    points = np.empty((len(rows), width), np.uint8)
    for place, row in enumerate(rows.tolist()):
        points[place] = make(row)
    return ScoreTable(number * width, points.ravel())


class SkillTable(NamedTuple):
    """What requests ask at one place of their list: whose line, 64 * how often it counts + 16 * level, whether any."""

    start: Int64s
    requested: UInt8s
    is_requested: NDArray[np.bool_]


class ScoreTables:
    """The points of all volunteers for all requests, but those for time in common and weeks."""

    def __init__(self, people: VolunteerArrays, asked: RequestArrays) -> None:
        self.volunteers, self.request_arrays = people, asked
        self.fixed = asked.urgency_points + asked.waiting_points
        self.by_volunteer = self._by_volunteer()
        self._employers, number = np.unique(people.employers, return_inverse=True)
        self.experience_key: Int64s = 3 * number + np.minimum(people.completed, 2)
        self.by_experience = build_table(
            (one.partners for one in asked.requests), self._experience, 3 * len(self._employers)
        )
        self.levels, self.skills = self._skills()

    def _by_volunteer(self) -> list[ScoreTable]:
        """A column each for language, hours, specialty, fairness and goals."""
        people, asked, who, width = self.volunteers, self.request_arrays, ALL_VOLUNTEERS, len(self.volunteers)
        ever, requests = people.was_ever_placed.view(np.uint8), asked.requests
        return [
            build_table(
                (tuple(sorted(one.languages)) for one in requests),
                lambda row: asked.language_points(row, scoring.best_language_rank(people, asked, row, who)), width),
            build_table((one.weekly_minutes for one in requests), lambda row: asked.hours_points(row, people.free_minutes), width),
            build_table(
                ((one.specialty, one.specialty_group) for one in requests),
                lambda row: asked.specialty_points(row, scoring.specialty_bits(people, asked, row, who)), width),
            build_table((one.approved_count for one in requests), lambda row: asked.fairness_points(row, ever), width),
            build_table(
                (one.kind for one in requests), lambda row: asked.goal_points[scoring.is_goal_met(people, asked, row, who)], width),
        ]  # fmt: skip

    def _experience(self, row: int) -> UInt8s:
        """By three times the number of the employer, and the placements seen through (two at most)."""
        twinned = np.isin(self._employers, list(self.request_arrays.requests[row].partners))
        found: UInt8s = self.request_arrays.experience_points[np.add.outer(3 * twinned, np.arange(3)).ravel()]
        return found

    def _skills(self) -> tuple[UInt8s, list[SkillTable]]:
        """Lines of four times the level in a skill and the level beside it; and what is asked at each place."""
        codes, above, levels, times = self.request_arrays.skills
        asked = sorted({*zip(codes.ravel().tolist(), above.ravel().tolist(), strict=True)})
        start = {pair: line * len(self.volunteers) for line, pair in enumerate(asked)}
        lines = np.empty((len(asked), len(self.volunteers)), np.uint8)
        for line, (code, up) in enumerate(asked):
            lines[line] = self._level(code) * np.uint8(4) + self._level(up)
        return lines.ravel(), [
            SkillTable(
                np.array([start[pair] for pair in zip(code.tolist(), up.tolist(), strict=True)], np.int64),
                (64 * often + 16 * level).astype(np.uint8),
                often > 0,
            )
            for code, up, level, often in zip(codes, above, levels, times, strict=True)
        ]

    def _level(self, code: int) -> UInt8s:
        found: UInt8s = gather(self.volunteers.levels, code, ALL_VOLUNTEERS)
        return found

    def score_batch(self, batch: PairBatch) -> UInt8s:
        """0 to 100 for each pair; pairs of one request stand together."""
        asked, rows, who = self.request_arrays, batch.rows, batch.volunteer_idx
        total: UInt8s = self.fixed.take(rows)
        for table in self.by_volunteer:
            total += table.lookup(rows, who)
        total += self.by_experience.lookup(rows, self.experience_key.take(who))
        total += asked.skill_points(rows, self._got(rows, who))
        total += asked.overlap_points(rows, batch.average_minutes)
        total += asked.duration_points(rows, batch.weeks)
        return self._by_hand(batch, total)

    def _got(self, rows: NDArray[np.intp], who: Int64s) -> NDArray[np.uint16]:
        """Twelfths of the asked skills together."""
        found = np.zeros(len(rows), np.uint16)
        for skill in self.skills:
            if skill.is_requested.all():
                found += self._twelfths(skill, rows, who)
            else:
                some = np.flatnonzero(skill.is_requested.take(rows))
                found[some] += self._twelfths(skill, rows.take(some), who.take(some))
        return found

    def _twelfths(self, skill: SkillTable, rows: NDArray[np.intp], who: Int64s) -> UInt8s:
        levels = self.levels.take(skill.start.take(rows) + who, mode="clip")
        found: UInt8s = scoring.skill_table().take(levels + skill.requested.take(rows), mode="clip")
        return found

    def _by_hand(self, batch: PairBatch, total: UInt8s) -> UInt8s:
        """Where a coordinator set points, pairs are judged one by one."""
        at = sorted(
            {
                at
                for at, *_what in scoring.list_overrides(
                    self.volunteers, self.request_arrays, batch.rows, batch.volunteer_idx
                )
            }
        )
        if at:
            few = batch.subset(at)
            total[at] = scoring.score_pairs(
                self.volunteers, self.request_arrays, few.rows, few.volunteer_idx, few.average_minutes, few.weeks
            )
        return total
