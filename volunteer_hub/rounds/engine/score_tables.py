"""Precomputed points of all volunteers for each distinct requirement, so that a round scores most factors by table lookup.

Millions of pairs share few distinct requirements (a language, a specialty). The points of all volunteers for each of
them are computed once with `matching/engine/scoring.py`; the score of a pair is a sum of lookups.
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
    """Lines of points in one flat array, and the start of each request's line."""

    start: Int64s
    points: UInt8s

    def lookup(self, rows: NDArray[np.intp], column: Int64s) -> UInt8s:
        """Return the points at these columns of the requests' lines."""
        points: UInt8s = self.points.take(self.start.take(rows, mode="clip") + column, mode="clip")
        return points


def build_table(keys: Iterable[Hashable], make: Callable[[int], UInt8s], width: int) -> ScoreTable:
    """Build one line for each distinct key of the requests; `make` computes it from the row of the first request with the key."""
    first_row_of: dict[Hashable, int] = {}
    first_rows = np.array([first_row_of.setdefault(key, row) for row, key in enumerate(keys)], np.int64)
    rows, line_of = np.unique(first_rows, return_inverse=True)
    points = np.empty((len(rows), width), np.uint8)
    for line_number, row in enumerate(rows.tolist()):
        points[line_number] = make(row)
    return ScoreTable(line_of * width, points.ravel())


class SkillTable(NamedTuple):
    """The requested skill at one position of the requests' lists.

    `start`: the line of levels. `requested`: 64 * how often it counts + 16 * level. `is_requested`: False beyond the
    list's end.
    """

    start: Int64s
    requested: UInt8s
    is_requested: NDArray[np.bool_]


class ScoreTables:
    """Lookup tables of points for all volunteers and requests, for every factor except overlap and duration."""

    def __init__(self, volunteers: VolunteerArrays, request_arrays: RequestArrays) -> None:
        self.volunteers, self.request_arrays = volunteers, request_arrays
        self.fixed = request_arrays.urgency_points + request_arrays.waiting_points
        self.by_volunteer = self._build_volunteer_tables()
        self._distinct_employers, number = np.unique(volunteers.employers, return_inverse=True)
        self.experience_key: Int64s = 3 * number + np.minimum(volunteers.completed, 2)
        self.by_experience = build_table(
            (request.twinned_institution_ids for request in request_arrays.requests),
            self._experience_line,
            3 * len(self._distinct_employers),
        )
        self.levels, self.skills = self._build_skill_tables()

    def _build_volunteer_tables(self) -> list[ScoreTable]:
        """Build the tables by volunteer: language, hours, specialty, fairness and goals."""
        volunteers, arrays, width = self.volunteers, self.request_arrays, len(self.volunteers)
        was_ever_placed, requests = volunteers.was_ever_placed.view(np.uint8), arrays.requests

        def language(row: int) -> UInt8s:
            return arrays.language_points(row, scoring.best_language_rank(volunteers, arrays, row, ALL_VOLUNTEERS))

        def specialty(row: int) -> UInt8s:
            return arrays.specialty_points(row, scoring.specialty_bits(volunteers, arrays, row, ALL_VOLUNTEERS))

        def goals(row: int) -> UInt8s:
            points: UInt8s = arrays.goal_points[scoring.is_goal_met(volunteers, arrays, row, ALL_VOLUNTEERS)]
            return points

        return [
            build_table((tuple(sorted(request.languages)) for request in requests), language, width),
            build_table(
                (request.weekly_minutes for request in requests),
                lambda row: arrays.hours_points(row, volunteers.free_minutes),
                width,
            ),
            build_table(((request.specialty, request.specialty_group) for request in requests), specialty, width),
            build_table(
                (request.approved_count for request in requests),
                lambda row: arrays.fairness_points(row, was_ever_placed),
                width,
            ),
            build_table((request.kind for request in requests), goals, width),
        ]

    def _experience_line(self, row: int) -> UInt8s:
        """Return points by 3 * number of the employer + completed placements (at most two)."""
        twinned = np.isin(self._distinct_employers, list(self.request_arrays.requests[row].twinned_institution_ids))
        points: UInt8s = self.request_arrays.experience_points[np.add.outer(3 * twinned, np.arange(3)).ravel()]
        return points

    def _build_skill_tables(self) -> tuple[UInt8s, list[SkillTable]]:
        """Build lines of 4 * level + level in the parent skill, and a SkillTable for each position of the requests' lists."""
        codes, parents, levels, weights = self.request_arrays.skills
        code_pairs = sorted({*zip(codes.ravel().tolist(), parents.ravel().tolist(), strict=True)})
        start = {pair: line_number * len(self.volunteers) for line_number, pair in enumerate(code_pairs)}
        lines = np.empty((len(code_pairs), len(self.volunteers)), np.uint8)
        for line_number, (code, parent) in enumerate(code_pairs):
            lines[line_number] = self._levels_of(code) * np.uint8(4) + self._levels_of(parent)
        return lines.ravel(), [
            SkillTable(
                np.array([start[pair] for pair in zip(code.tolist(), parent.tolist(), strict=True)], np.int64),
                (64 * weight + 16 * level).astype(np.uint8),
                weight > 0,
            )
            for code, parent, level, weight in zip(codes, parents, levels, weights, strict=True)
        ]

    def _levels_of(self, code: int) -> UInt8s:
        levels: UInt8s = gather(self.volunteers.levels, code, ALL_VOLUNTEERS)
        return levels

    def score_batch(self, batch: PairBatch) -> UInt8s:
        """Return the score of each pair, 0 to 100. Pairs must be grouped by request."""
        request_arrays, rows, volunteer_idx = self.request_arrays, batch.rows, batch.volunteer_idx
        total: UInt8s = self.fixed.take(rows)
        for table in self.by_volunteer:
            total += table.lookup(rows, volunteer_idx)
        total += self.by_experience.lookup(rows, self.experience_key.take(volunteer_idx))
        total += request_arrays.skill_points(rows, self._sum_skill_points(rows, volunteer_idx))
        total += request_arrays.overlap_points(rows, batch.average_minutes)
        total += request_arrays.duration_points(rows, batch.weeks)
        return self._apply_overrides(batch, total)

    def _sum_skill_points(self, rows: NDArray[np.intp], volunteer_idx: Int64s) -> NDArray[np.uint16]:
        """Return the sum over the requested skills, in twelfths."""
        total = np.zeros(len(rows), np.uint16)
        for skill in self.skills:
            if skill.is_requested.all():
                total += self._skill_points(skill, rows, volunteer_idx)
            else:
                requested = np.flatnonzero(skill.is_requested.take(rows))
                total[requested] += self._skill_points(skill, rows.take(requested), volunteer_idx.take(requested))
        return total

    def _skill_points(self, skill: SkillTable, rows: NDArray[np.intp], volunteer_idx: Int64s) -> UInt8s:
        held_levels = self.levels.take(skill.start.take(rows) + volunteer_idx, mode="clip")
        points: UInt8s = scoring.skill_table().take(held_levels + skill.requested.take(rows), mode="clip")
        return points

    def _apply_overrides(self, batch: PairBatch, total: UInt8s) -> UInt8s:
        """Recompute the pairs for which a coordinator has set an override."""
        positions = sorted(
            {
                positions
                for positions, *_what in scoring.list_overrides(
                    self.volunteers, self.request_arrays, batch.rows, batch.volunteer_idx
                )
            }
        )
        if positions:
            overridden = batch.subset(positions)
            total[positions] = scoring.score_pairs(
                self.volunteers,
                self.request_arrays,
                overridden.rows,
                overridden.volunteer_idx,
                overridden.average_minutes,
                overridden.weeks,
            )
        return total
