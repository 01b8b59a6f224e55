"""Volunteers against requests: who could take them (gates), and how well (points by factor)."""

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
    """Pairs, a request's together: volunteer, request (row of Asked), minutes in an average week, weeks that they are there for."""

    volunteer_idx: NDArray[np.intp]
    rows: NDArray[np.intp]
    average_minutes: Int32s
    weeks: Int32s

    def subset(self, at: Any) -> PairBatch:
        """These of them: places, or a flag each."""
        return PairBatch(self.volunteer_idx[at], self.rows[at], self.average_minutes[at], self.weeks[at])


class Evaluator:
    """Judges on one day by one version of the weights. `only`: nobody else is looked at (one flag a volunteer).

    `free`: minutes a week that a request must fit into, where less is left than People.free.
    `weeks`: the people's weeks, where somebody keeps them for the next judge; else this one works them out.
    """

    def __init__(
        self,
        people: VolunteerArrays,
        *,
        today: dt.date,
        weights: Weights,
        only: Flags | None = None,
        free: NDArray[np.int32] | None = None,
        volunteer_weeks: VolunteerWeeks | None = None,
    ) -> None:
        self.free = people.free_minutes if free is None else free
        self.volunteers, self.today, self.weights = people, today, weights
        self.volunteer_weeks = volunteer_weeks or VolunteerWeeks(people)
        self.candidate_index = CandidateIndex(people, self.free, only)
        self._asked: RequestArrays | None = None

    def request_arrays(self, requests: Sequence[RequestFacts]) -> RequestArrays:
        """Requests as arrays, for `batch`; the same list again costs nothing."""
        if self._asked is None or self._asked.requests is not requests:
            self._asked = RequestArrays(requests, self.volunteers, today=self.today, weights=self.weights)
        return self._asked

    # Many requests at once

    def evaluate_batch(
        self, asked: RequestArrays, numbers: Sequence[int], able: Sequence[Indices], meetings: OverlapBatch
    ) -> PairBatch:
        """Every pair of these requests and who is `able` for which every gate is open. `meetings` says which come first."""
        sizes = np.array([len(some) for some in able], np.intp)
        requests = np.array(numbers, np.intp)
        order = np.argsort(-meetings.word_counts(requests), kind="stable")
        requests, sizes = requests[order], sizes[order]
        who = np.concatenate([able[at] for at in order.tolist()], dtype=np.intp)
        first = meetings.first_week(requests, sizes, who)
        kept = np.flatnonzero(first >= np.repeat(asked.min_overlap_quarters.take(requests), sizes))
        who, first = who.take(kept), first.take(kept)
        sizes = np.diff(np.searchsorted(kept, np.cumsum(sizes)), prepend=0)
        rows = np.repeat(requests, sizes)
        there, weeks = self._there(asked, rows, who)
        least, average = meetings.all_weeks(requests, sizes, who, first)
        there &= least >= asked.min_overlap_quarters.take(rows)
        found = PairBatch(who, rows, average, weeks)
        return found if there.all() else found.subset(np.flatnonzero(there))

    def _there(self, asked: RequestArrays, rows: Any, who: Any) -> tuple[Flags, Int32s]:
        """Whether a pair has half of the weeks, and no bar and no earlier answer shuts it out; and the weeks."""
        weeks = gates.count_covered_weeks(self.volunteers, asked, rows, who)
        there = 2 * weeks >= asked.weeks.take(rows)
        if (asked.contact_idx >= 0).any():
            there &= ~gates.conflict(self.volunteers, asked, rows, who)
        if self.volunteers.restrictions or self.volunteers.prior_matches:
            for row, first, last in group_spans(rows):
                for some in gates.exclusions_by_gate(self.volunteers, asked.requests[row]).values():
                    there[first:last] &= ~np.isin(who[first:last], some)
        return there, weeks

    def _meeting(self, asked: RequestArrays, rows: Int32s, who: Indices) -> CommonTime:
        """Time in common, request by request."""
        least, average = np.zeros(len(who), np.int32), np.zeros(len(who), np.int32)
        for row, first, last in group_spans(rows):
            least[first:last], average[first:last] = self.common_time(asked.requests[row], who[first:last])
        return CommonTime(least, average)

    def score_pairs(self, asked: RequestArrays, rows: Int32s, who: Indices, average: Int32s) -> NDArray[np.int32]:
        """0 to 100 for each pair."""
        return scoring.score_pairs(self.volunteers, asked, rows, who, average).astype(np.int32)

    # One request

    def find_eligible(self, request: RequestFacts) -> tuple[Indices, CommonTime]:
        """Those for whom every gate is open, and the time they have in common with the hospital."""
        asked, who = self.request_arrays([request]), self.candidate_index.list_eligible(request)
        there, _weeks = self._there(asked, np.zeros(len(who), np.int32), who)
        who = who.take(np.flatnonzero(there))
        common = self.common_time(request, who)
        kept = np.flatnonzero(common.minimum >= asked.min_overlap_minutes[0])
        return who.take(kept), CommonTime(*(minutes.take(kept) for minutes in common))

    def check_gates(self, request: RequestFacts, who: Indices) -> dict[Gate, Flags]:
        """Every gate for each of `who`: whether it is closed."""
        return self.check_pair_gates(self.request_arrays([request]), np.zeros(len(who), np.int32), who)[0]

    def check_pair_gates(self, asked: RequestArrays, rows: Int32s, who: Indices) -> tuple[dict[Gate, Flags], Int32s]:
        """Every gate for pairs, open or not, a request's together; and the minutes in common in an average week."""
        found = {gate: np.zeros(len(who), np.bool_) for gate in Gate}
        found |= {gate: check(self.volunteers, asked, rows, who) for gate, check in gates.CHECKS.items()}
        for row, first, last in group_spans(rows):
            for gate in gates.gates_closed_for_all(asked.requests[row]):
                found[gate][first:last] = True
            for gate, some in gates.exclusions_by_gate(self.volunteers, asked.requests[row]).items():
                found[gate][first:last] |= np.isin(who[first:last], some)
        common = self._meeting(asked, rows, who)
        found[Gate.OVERLAP] = common.minimum < asked.min_overlap_minutes[rows]
        return found, common.average

    def common_time(self, request: RequestFacts, who: Indices) -> CommonTime:
        """As `rules.common_minutes`, for each of `who`. Work in one's own time needs none, so none is counted."""
        if request.delivery == "asynchronous":
            return CommonTime(np.zeros(len(who), np.int32), np.zeros(len(who), np.int32))
        return self.volunteer_weeks.common_time(request, who, self.today)

    def score(self, request: RequestFacts, who: Indices, common: CommonTime) -> NDArray[np.int32]:
        """0 to 100 for each of `who`: the sum of `parts`."""
        return self.score_pairs(self.request_arrays([request]), np.zeros(len(who), np.int32), who, common.average)

    def points_by_factor(self, request: RequestFacts, who: Indices, common: CommonTime) -> Mapping[Factor, UInt8s]:
        """The points that each factor gives each of `who`."""
        return scoring.points_by_factor(
            self.volunteers, self.request_arrays([request]), np.zeros(len(who), np.int32), who, common.average
        )
