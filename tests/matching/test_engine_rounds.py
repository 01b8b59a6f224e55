"""A whole round: repeatable to the byte, never worse for the pairs that were cut off, stored with its reasons."""

from __future__ import annotations

import dataclasses
import json
from typing import Any

import numpy as np
import pytest
import sqlalchemy as sa

from benchmarks.matching_data import NOW, TODAY, draw_world
from benchmarks.matching_tables import request_facts, volunteer_arrays
from tests.matching.engine_world import odd_world
from volunteer_hub.core.db import db
from volunteer_hub.fit import rules
from volunteer_hub.fit.rules import FIRST_WEIGHTS
from volunteer_hub.matching.engine.evaluator import Evaluator
from volunteer_hub.matching.engine.loading import build_index, load_requests, load_volunteers
from volunteer_hub.matching.queries import facts_by_id
from volunteer_hub.matching.service.matches import dump_score_breakdown
from volunteer_hub.programmes.models import Programme
from volunteer_hub.rounds import runner
from volunteer_hub.rounds.engine.planning import find_nearest_misses, plan
from volunteer_hub.rounds.models import MatchingRound, RoundProposal, UnfilledRequest
from volunteer_hub.rounds.rules import RoundParameters
from volunteer_hub.rounds.service import lifecycle as service
from volunteer_hub.rounds.states import RoundState

SETTINGS = RoundParameters(as_of=TODAY, weights=FIRST_WEIGHTS, seed=4)


@pytest.fixture
def scarce(app: Any) -> Any:
    """Many seats, few people: what is cut off matters."""
    world = draw_world(build_index(), 1200, 1500)
    return volunteer_arrays(world), *request_facts(world)


def test_the_same_data_and_seed_give_the_same_round_to_the_byte(scarce: Any) -> None:
    people, requests, free = scarce
    one, again = (plan(people, requests, free, {}, SETTINGS) for _ in range(2))
    assert one.fingerprint == again.fingerprint
    assert one == again
    assert one.reasons == again.reasons
    other = plan(people, requests, free, {}, dataclasses.replace(SETTINGS, seed=5))
    assert other.figures.filled == one.figures.filled
    assert other.figures.score >= 0.999 * one.figures.score


def test_cutting_off_costs_a_thousandth_at_most_and_less_than_the_bound_says(scarce: Any) -> None:
    people, requests, free = scarce
    cut = plan(people, requests, free, {}, dataclasses.replace(SETTINGS, max_candidates=5)).figures
    whole = plan(people, requests, free, {}, dataclasses.replace(SETTINGS, max_candidates=None)).figures
    assert cut.kept < 0.95 * whole.kept
    assert cut.filled == whole.filled
    assert 0.999 * whole.score <= cut.score <= whole.score
    assert whole.filled <= cut.most_filled
    assert whole.score <= cut.most_score
    assert whole.score == whole.most_score  # nothing cut off: the bound proves the optimum
    assert cut.greedy_filled <= cut.filled


def test_limits_hold_and_score_alone_never_scores_less(scarce: Any) -> None:
    people, requests, free = scarce
    one = dataclasses.replace(SETTINGS, per_volunteer=2)
    filled = plan(people, requests, free, {}, one)
    alone = plan(people, requests, free, {}, dataclasses.replace(one, fill_first=False))
    assert alone.figures.score >= filled.figures.score
    assert alone.figures.filled <= filled.figures.filled
    for found in (filled, alone):
        by_volunteer = np.bincount([pair.volunteer_id for pair in found.optimal_pairs], minlength=len(people) + 1)
        assert (by_volunteer[1:] <= np.minimum(people.capacity_left, 2)).all()
        by_request = np.bincount([pair.request_id for pair in found.optimal_pairs], minlength=len(requests) + 1)
        assert all(by_request[ident] <= seats for ident, seats in free.items())
        assert len({pair[:2] for pair in found.pairs}) == len(found.pairs)


def test_a_round_without_people_or_requests_finds_nothing(app: Any) -> None:
    people = load_volunteers(today=TODAY)
    found = plan(people, [], {}, {}, SETTINGS)
    assert (found.pairs, found.unfilled, found.figures.filled) == ((), (), 0)
    requests, free = request_facts(draw_world(build_index(), 1, 4))
    alone = plan(people, requests, free, {}, SETTINGS)
    assert [(one.candidates, one.nearest_volunteer_id) for one in alone.unfilled] == [(0, None)] * 4


def test_the_nearest_miss_has_the_fewest_gates_closed(app: Any) -> None:
    programme_id = odd_world(60, 40)
    people = load_volunteers(today=TODAY)
    requests, _free = load_requests(programme_id, today=TODAY)
    judge = Evaluator(people, today=TODAY, weights=FIRST_WEIGHTS)
    facts = facts_by_id.get_volunteers(people.ids.tolist(), today=TODAY)
    found, finder = (
        find_nearest_misses(judge, judge.request_arrays(requests), range(len(requests))),
        judge.candidate_index,
    )
    assert set(found) == set(range(len(requests)))
    for row, request in enumerate(requests):
        pool = next(
            who
            for who in (
                finder.list_with_skills_and_language(request),
                finder.list_with_skills(request),
                finder.list_all(),
            )
            if len(who)
        )
        closed = {
            n: len(rules.evaluate(facts[int(people.ids[n])], request, today=TODAY).failed_gates) for n in pool.tolist()
        }
        assert closed[found[row]] == min(closed.values())


def test_a_round_is_stored_with_the_reasons_that_the_rules_give(app: Any, clock: Any) -> None:
    clock.instant = NOW
    programme_id = odd_world(80, 40)
    round_ = service.request_round(db.session.get_one(Programme, programme_id), actor=None, now=NOW, seed=3)
    db.session.commit()
    assert runner.run(round_.id)
    stored = db.session.get_one(MatchingRound, round_.id)
    assert stored.state is RoundState.READY
    proposals = db.session.scalars(sa.select(RoundProposal).where(RoundProposal.round_id == round_.id)).all()
    chosen = [one for one in proposals if one.rank == 0]
    assert chosen
    people = facts_by_id.get_volunteers([one.volunteer_id for one in chosen], today=TODAY)
    requests = facts_by_id.get_requests([one.request_id for one in chosen], today=TODAY)
    for one in chosen:
        fit = rules.evaluate(people[one.volunteer_id], requests[one.request_id], today=TODAY)
        assert (one.score, one.score_breakdown) == (fit.score, dump_score_breakdown(fit))
        assert fit.is_possible
    for unmet in db.session.scalars(sa.select(UnfilledRequest).where(UnfilledRequest.round_id == round_.id)):
        told = [gate for gate, _facts in json.loads(unmet.failed_gates)]
        if unmet.candidates or not unmet.nearest_volunteer_id:
            assert told == []
        else:
            volunteer = facts_by_id.get_volunteers([unmet.nearest_volunteer_id], today=TODAY)[
                unmet.nearest_volunteer_id
            ]
            request = facts_by_id.get_requests([unmet.request_id], today=TODAY)[unmet.request_id]
            assert told == [closed.gate for closed in rules.evaluate(volunteer, request, today=TODAY).failed_gates]
