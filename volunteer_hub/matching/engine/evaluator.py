"""Evaluate pairs of volunteers and requests: eligibility by gates, score by factors."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from volunteer_hub.fit.rules import Factor, Gate, RequestFacts, Weights
from volunteer_hub.matching.engine import gates, scoring
from volunteer_hub.matching.engine.candidate_index import CandidateIndex
from volunteer_hub.matching.engine.gates import Flags
from volunteer_hub.matching.engine.overlap import CommonTime, OverlapBatch, VolunteerWeeks
from volunteer_hub.matching.engine.request_arrays import Int32s, RequestArrays, UInt8s, group_spans
from volunteer_hub.matching.engine.volunteer_arrays import Indices, VolunteerArrays


class PairBatch(NamedTuple):
    """Pairs grouped by request: index of the volunteer, row of the request, common minutes in an average week, covered weeks."""

    volunteer_idx: NDArray[np.intp]
    rows: NDArray[np.intp]
    average_minutes: Int32s
    weeks: Int32s

    def subset(self, at: Any) -> PairBatch:
        """Return some of the pairs, by positions or flags."""
        return PairBatch(self.volunteer_idx[at], self.rows[at], self.average_minutes[at], self.weeks[at])


class Evaluator:
    """Evaluates pairs as of one day with one version of the weights.

    `only`: flags of the volunteers to consider. `free`: weekly minutes that a request must fit into, if fewer than
    `VolunteerArrays.free_minutes`. `volunteer_weeks`: a shared cache of the volunteers' weeks; created if missing.
    """

    def __init__(
        self,
        volunteers: VolunteerArrays,
        *,
        today: dt.date,
        weights: Weights,
        only: Flags | None = None,
        free: NDArray[np.int32] | None = None,
        volunteer_weeks: VolunteerWeeks | None = None,
    ) -> None:
        self.free = volunteers.free_minutes if free is None else free
        self.volunteers, self.today, self.weights = volunteers, today, weights
        self.volunteer_weeks = volunteer_weeks or VolunteerWeeks(volunteers)
        self.candidate_index = CandidateIndex(volunteers, self.free, only)
        self._request_arrays: RequestArrays | None = None

    def request_arrays(self, requests: Sequence[RequestFacts]) -> RequestArrays:
        """Return requests as arrays for `evaluate_batch`; cached for the same list object."""
        if self._request_arrays is None or self._request_arrays.requests is not requests:
            self._request_arrays = RequestArrays(requests, self.volunteers, today=self.today, weights=self.weights)
        return self._request_arrays

    # Many requests at once

    def evaluate_batch(
        self,
        request_arrays: RequestArrays,
        positions: Sequence[int],
        eligible: Sequence[Indices],
        overlap_batch: OverlapBatch,
    ) -> PairBatch:
        """Return every eligible pair of these requests (positions) and their candidates, requests with most overlap words first.

        `eligible`: candidates of each request, as `CandidateIndex.iter_eligible` yields them.
        """
        sizes = np.array([len(indices) for indices in eligible], np.intp)
        requests = np.array(positions, np.intp)
        order = np.argsort(-overlap_batch.word_counts(requests), kind="stable")
        requests, sizes = requests[order], sizes[order]
        volunteer_idx = np.concatenate([eligible[at] for at in order.tolist()], dtype=np.intp)
        first_week = overlap_batch.first_week(requests, sizes, volunteer_idx)
        overlapping = np.flatnonzero(first_week >= np.repeat(request_arrays.min_overlap_quarters.take(requests), sizes))
        volunteer_idx, first_week = volunteer_idx.take(overlapping), first_week.take(overlapping)
        sizes = np.diff(np.searchsorted(overlapping, np.cumsum(sizes)), prepend=0)
        rows = np.repeat(requests, sizes)
        is_eligible, weeks = self._check_dates_and_exclusions(request_arrays, rows, volunteer_idx)
        minimum, average_minutes = overlap_batch.all_weeks(requests, sizes, volunteer_idx, first_week)
        is_eligible &= minimum >= request_arrays.min_overlap_quarters.take(rows)
        pairs = PairBatch(volunteer_idx, rows, average_minutes, weeks)
        return pairs if is_eligible.all() else pairs.subset(np.flatnonzero(is_eligible))

    def _check_dates_and_exclusions(
        self, request_arrays: RequestArrays, rows: Any, volunteer_idx: Any
    ) -> tuple[Flags, Int32s]:
        """Return the flags of pairs that cover half of the weeks and are not excluded, and the covered weeks."""
        weeks = gates.count_covered_weeks(self.volunteers, request_arrays, rows, volunteer_idx)
        is_eligible = 2 * weeks >= request_arrays.weeks.take(rows)
        if (request_arrays.contact_idx >= 0).any():
            is_eligible &= ~gates.conflict(self.volunteers, request_arrays, rows, volunteer_idx)
        if self.volunteers.restrictions or self.volunteers.prior_matches:
            for row, first, last in group_spans(rows):
                for excluded_idx in gates.exclusions_by_gate(self.volunteers, request_arrays.requests[row]).values():
                    is_eligible[first:last] &= ~np.isin(volunteer_idx[first:last], excluded_idx)
        return is_eligible, weeks

    def _common_time_of_pairs(self, request_arrays: RequestArrays, rows: Int32s, volunteer_idx: Indices) -> CommonTime:
        """Return the time in common of pairs, computed request by request."""
        minimum, average_minutes = np.zeros(len(volunteer_idx), np.int32), np.zeros(len(volunteer_idx), np.int32)
        for row, first, last in group_spans(rows):
            minimum[first:last], average_minutes[first:last] = self.common_time(
                request_arrays.requests[row], volunteer_idx[first:last]
            )
        return CommonTime(minimum, average_minutes)

    def score_pairs(
        self, request_arrays: RequestArrays, rows: Int32s, volunteer_idx: Indices, average_minutes: Int32s
    ) -> NDArray[np.int32]:
        """Return the score of each pair, 0 to 100."""
        return scoring.score_pairs(self.volunteers, request_arrays, rows, volunteer_idx, average_minutes).astype(
            np.int32
        )

    # One request

    def find_eligible(self, request: RequestFacts) -> tuple[Indices, CommonTime]:
        """Return the eligible volunteers of one request and their time in common with the hospital."""
        request_arrays, volunteer_idx = self.request_arrays([request]), self.candidate_index.list_eligible(request)
        is_eligible, _weeks = self._check_dates_and_exclusions(
            request_arrays, np.zeros(len(volunteer_idx), np.int32), volunteer_idx
        )
        volunteer_idx = volunteer_idx.take(np.flatnonzero(is_eligible))
        common_time = self.common_time(request, volunteer_idx)
        overlapping = np.flatnonzero(common_time.minimum_minutes >= request_arrays.min_overlap_minutes[0])
        return volunteer_idx.take(overlapping), CommonTime(*(minutes.take(overlapping) for minutes in common_time))

    def check_gates(self, request: RequestFacts, volunteer_idx: Indices) -> dict[Gate, Flags]:
        """Return flags by gate for these volunteers and one request: True where the gate fails."""
        return self.check_pair_gates(
            self.request_arrays([request]), np.zeros(len(volunteer_idx), np.int32), volunteer_idx
        )[0]

    def check_pair_gates(
        self, request_arrays: RequestArrays, rows: Int32s, volunteer_idx: Indices
    ) -> tuple[dict[Gate, Flags], Int32s]:
        """Return flags by gate for pairs grouped by request (True: failed), and the common minutes in an average week."""
        failed = {gate: np.zeros(len(volunteer_idx), np.bool_) for gate in Gate}
        failed |= {
            gate: check(self.volunteers, request_arrays, rows, volunteer_idx) for gate, check in gates.CHECKS.items()
        }
        for row, first, last in group_spans(rows):
            for gate in gates.gates_closed_for_all(request_arrays.requests[row]):
                failed[gate][first:last] = True
            for gate, excluded_idx in gates.exclusions_by_gate(self.volunteers, request_arrays.requests[row]).items():
                failed[gate][first:last] |= np.isin(volunteer_idx[first:last], excluded_idx)
        common_time = self._common_time_of_pairs(request_arrays, rows, volunteer_idx)
        failed[Gate.OVERLAP] = common_time.minimum_minutes < request_arrays.min_overlap_minutes[rows]
        return failed, common_time.average_minutes

    def common_time(self, request: RequestFacts, volunteer_idx: Indices) -> CommonTime:
        """Return the time in common of these volunteers with one request, as `fit.rules.common_minutes` for one pair.

        Asynchronous work needs none, so zero is returned.
        """
        if request.delivery == "asynchronous":
            return CommonTime(np.zeros(len(volunteer_idx), np.int32), np.zeros(len(volunteer_idx), np.int32))
        return self.volunteer_weeks.common_time(request, volunteer_idx, self.today)

    def score(self, request: RequestFacts, volunteer_idx: Indices, common: CommonTime) -> NDArray[np.int32]:
        """Return the score of each volunteer for one request, 0 to 100: the sum of `points_by_factor`."""
        return self.score_pairs(
            self.request_arrays([request]),
            np.zeros(len(volunteer_idx), np.int32),
            volunteer_idx,
            common.average_minutes,
        )

    def points_by_factor(
        self, request: RequestFacts, volunteer_idx: Indices, common: CommonTime
    ) -> Mapping[Factor, UInt8s]:
        """Return the points of each volunteer for one request, by factor."""
        return scoring.points_by_factor(
            self.volunteers,
            self.request_arrays([request]),
            np.zeros(len(volunteer_idx), np.int32),
            volunteer_idx,
            common.average_minutes,
        )
