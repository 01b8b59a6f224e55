"""The quick ways of a round, attacked: what is cut off is never more than the figures say."""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np

from benchmarks.matching_data import TODAY, draw_world
from benchmarks.matching_tables import request_facts, volunteer_arrays
from volunteer_hub.fit.rules import FIRST_WEIGHTS
from volunteer_hub.matching.engine.loading import build_index
from volunteer_hub.rounds.engine.candidate_edges import CandidateEdges, allowances
from volunteer_hub.rounds.engine.planning import plan
from volunteer_hub.rounds.rules import RoundParameters
from volunteer_hub.rounds.solver.assignment import assign
from volunteer_hub.rounds.solver.optimality_bound import PrunedEdges, bound_optimum


def test_who_keeps_fewer_pairs_than_there_is_room_for_may_still_take_one_that_was_cut_off(app: Any) -> None:
    """The first volunteer has room for three; of three pairs with open gates the best is kept, and nothing of the third's."""
    people = dataclasses.replace(
        volunteer_arrays(draw_world(build_index(), 3, 3)),
        **{name: np.zeros(3, np.int32) for name in ("waiting", "proposed", "waiting_minutes")},
        free=np.array([300, 60, 300], np.int32),
        capacity_left=np.array([3, 1, 3], np.int32),
    )
    who, what = np.array([0, 1], np.int32), np.array([0, 1], np.int32)
    score, seats, dropped = np.array([90, 90], np.int32), np.array([1, 2, 2]), np.array([-1, 80, 80], np.int32)
    edges = CandidateEdges(who, what, score, score, np.array([1, 3, 3]), dropped, None)
    room = allowances(people, edges, np.array([60, 60, 60], np.int32), per_volunteer=3)
    assert room.tolist() == [3, 1, 3]
    chosen = assign(who, what, score, room, seats)
    most = bound_optimum(who, what, score, room, seats, chosen, PrunedEdges(dropped))
    assert most.most_pairs == 5  # all seats: the first on each of the three, the others beside them
    assert most.most_score >= 90 + 90 + 80 + 80 + 80


def test_places_that_a_round_may_not_fill_do_not_make_people_plenty(app: Any) -> None:
    """Everybody has room for five, but a round proposes one to each: then people are short, and seats stay empty."""
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
