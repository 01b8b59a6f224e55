"""Adversarial tests of the engine: the bound_optimum covers pruned pairs, and the memory of a round."""

from __future__ import annotations

import dataclasses
import tracemalloc
from typing import Any

import numpy as np
from flask import Flask

from tests.support.matching_data import TODAY, draw_world
from tests.support.matching_tables import request_facts, volunteer_arrays
from volunteer_hub.fit.rules import FIRST_WEIGHTS
from volunteer_hub.matching.engine.loading import build_index
from volunteer_hub.matching.engine.overlap import OverlapBatch, VolunteerWeeks
from volunteer_hub.matching.engine.request_arrays import RequestArrays
from volunteer_hub.rounds.engine.candidate_edges import CandidateEdges, allowances
from volunteer_hub.rounds.engine.planning import plan
from volunteer_hub.rounds.rules import RoundParameters
from volunteer_hub.rounds.solver.assignment import assign
from volunteer_hub.rounds.solver.optimality_bound import PrunedEdges, bound_optimum


def test_a_volunteer_with_spare_capacity_may_take_a_pruned_pair_in_the_bound(app: Any) -> None:
    """The first volunteer has capacity for three; the best of three possible pairs is kept, and none of the third's."""
    people = dataclasses.replace(
        volunteer_arrays(draw_world(build_index(), 3, 3)),
        **{name: np.zeros(3, np.int32) for name in ("waiting", "proposed", "waiting_minutes")},
        free_minutes=np.array([300, 60, 300], np.int32),
        capacity_left=np.array([3, 1, 3], np.int32),
    )
    who, what = np.array([0, 1], np.int32), np.array([0, 1], np.int32)
    score, seats, dropped = np.array([90, 90], np.int32), np.array([1, 2, 2]), np.array([-1, 80, 80], np.int32)
    edges = CandidateEdges(who, what, score, score, np.array([1, 3, 3]), dropped, None)
    capacity = allowances(people, edges, np.array([60, 60, 60], np.int32), per_volunteer=3)
    assert capacity.tolist() == [3, 1, 3]
    chosen = assign(who, what, score, capacity, seats)
    most = bound_optimum(who, what, score, capacity, seats, chosen, PrunedEdges(dropped))
    assert most.most_pairs == 5  # all seats: the first on each of the three, the others beside them
    assert most.most_score >= 90 + 90 + 80 + 80 + 80


def test_capacity_that_a_round_may_not_use_does_not_count_as_supply(app: Any) -> None:
    """Each volunteer has capacity for five, but a round proposes one to each: supply is short, and seats stay empty."""
    world = draw_world(build_index(), 3000, 1500, seed=5)
    people, (requests, free) = volunteer_arrays(world), request_facts(world)
    people.capacity_left[:] = 5
    settings = RoundParameters(as_of=TODAY, weights=FIRST_WEIGHTS, seed=3)
    one, every = (
        plan(people, requests, free, {}, dataclasses.replace(settings, max_candidates=best)).figures
        for best in (0, None)
    )
    assert one.filled >= 0.999 * every.filled
    assert one.score >= 0.999 * every.score


def test_weeks_of_a_round_are_not_in_memory_twice(app: Flask) -> None:
    world = draw_world(build_index(), 20_000, 40)
    people, (requests, _free) = volunteer_arrays(world), request_facts(world)
    people.zones = [
        "Europe/London", "America/New_York", "Australia/Sydney", "Africa/Cairo", "Asia/Jerusalem", "America/Santiago",
        "Asia/Beirut", "America/Havana", "Pacific/Auckland", "Asia/Kolkata",
    ]  # fmt: skip
    people.zone = (np.arange(len(people)) % len(people.zones)).astype(np.int16)
    long_requests = [dataclasses.replace(request, weeks=104, delivery="live") for request in requests]
    weeks, request_arrays = (
        VolunteerWeeks(people),
        RequestArrays(long_requests, people, today=TODAY, weights=FIRST_WEIGHTS),
    )
    tracemalloc.start()
    try:
        meetings = OverlapBatch(weeks, request_arrays, TODAY)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 1.5 * meetings._table.nbytes, (peak / 1e6, meetings._table.nbytes / 1e6)
