"""A whole round: reproducible byte for byte, pruning within its bound, stored with its reasons."""

from __future__ import annotations

import dataclasses
import json
from typing import Any

import numpy as np
import pytest
import sqlalchemy as sa

from tests.support.engine_world import insert_varied_world
from tests.support.matching_data import NOW, TODAY, draw_world
from tests.support.matching_tables import request_facts, volunteer_arrays
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

PARAMETERS = RoundParameters(as_of=TODAY, weights=FIRST_WEIGHTS, seed=4)


@pytest.fixture
def scarce(app: Any) -> Any:
    """Many seats and few volunteers, so that pruning matters."""
    world = draw_world(build_index(), 1200, 1500)
    return volunteer_arrays(world), *request_facts(world)


def test_equal_data_and_seed_give_an_identical_plan(scarce: Any) -> None:
    volunteers, requests, free = scarce
    first, again = (plan(volunteers, requests, free, {}, PARAMETERS) for _ in range(2))
    assert first.fingerprint == again.fingerprint
    assert first == again
    assert first.reasons == again.reasons
    with_other_seed = plan(volunteers, requests, free, {}, dataclasses.replace(PARAMETERS, seed=5))
    assert with_other_seed.figures.filled == first.figures.filled
    assert with_other_seed.figures.score >= 0.999 * first.figures.score


def test_pruning_scarce_volunteers_costs_at_most_a_thousandth_and_less_than_the_bound(scarce: Any) -> None:
    volunteers, requests, free = scarce
    pruned = plan(volunteers, requests, free, {}, dataclasses.replace(PARAMETERS, max_candidates=5)).figures
    full = plan(volunteers, requests, free, {}, dataclasses.replace(PARAMETERS, max_candidates=None)).figures
    assert pruned.kept < 0.95 * full.kept
    assert pruned.filled == full.filled
    assert 0.999 * full.score <= pruned.score <= full.score
    assert full.filled <= pruned.most_filled
    assert full.score <= pruned.most_score
    assert full.score == full.most_score  # nothing pruned: the bound proves the optimum
    assert pruned.greedy_filled <= pruned.filled


def test_limits_hold_and_score_alone_scores_at_least_as_much(scarce: Any) -> None:
    volunteers, requests, free = scarce
    parameters = dataclasses.replace(PARAMETERS, per_volunteer=2)
    filled = plan(volunteers, requests, free, {}, parameters)
    score_alone = plan(volunteers, requests, free, {}, dataclasses.replace(parameters, fill_first=False))
    assert score_alone.figures.score >= filled.figures.score
    assert score_alone.figures.filled <= filled.figures.filled
    for round_plan in (filled, score_alone):
        by_volunteer = np.bincount(
            [pair.volunteer_id for pair in round_plan.optimal_pairs], minlength=len(volunteers) + 1
        )
        assert (by_volunteer[1:] <= np.minimum(volunteers.capacity_left, 2)).all()
        by_request = np.bincount([pair.request_id for pair in round_plan.optimal_pairs], minlength=len(requests) + 1)
        assert all(by_request[ident] <= seats for ident, seats in free.items())
        assert len({pair[:2] for pair in round_plan.pairs}) == len(round_plan.pairs)


def test_a_round_without_volunteers_or_requests_is_empty(app: Any) -> None:
    volunteers = load_volunteers(today=TODAY)
    empty_plan = plan(volunteers, [], {}, {}, PARAMETERS)
    assert (empty_plan.pairs, empty_plan.unfilled, empty_plan.figures.filled) == ((), (), 0)
    requests, free = request_facts(draw_world(build_index(), 1, 4))
    without_volunteers = plan(volunteers, requests, free, {}, PARAMETERS)
    assert [(unfilled.candidates, unfilled.nearest_volunteer_id) for unfilled in without_volunteers.unfilled] == [
        (0, None)
    ] * 4


def test_the_nearest_miss_has_the_fewest_failed_gates(app: Any) -> None:
    programme_id = insert_varied_world(60, 40)
    volunteers = load_volunteers(today=TODAY)
    requests, _free = load_requests(programme_id, today=TODAY)
    evaluator = Evaluator(volunteers, today=TODAY, weights=FIRST_WEIGHTS)
    facts = facts_by_id.get_volunteers(volunteers.ids.tolist(), today=TODAY)
    nearest, candidate_index = (
        find_nearest_misses(evaluator, evaluator.request_arrays(requests), range(len(requests))),
        evaluator.candidate_index,
    )
    assert set(nearest) == set(range(len(requests)))
    for row, request in enumerate(requests):
        candidates = next(
            indices
            for indices in (
                candidate_index.list_with_skills_and_language(request),
                candidate_index.list_with_skills(request),
                candidate_index.list_all(),
            )
            if len(indices)
        )
        failed_counts = {
            n: len(rules.evaluate(facts[int(volunteers.ids[n])], request, today=TODAY).failed_gates)
            for n in candidates.tolist()
        }
        assert failed_counts[nearest[row]] == min(failed_counts.values())


def test_stored_reasons_equal_those_of_the_rules(app: Any, clock: Any) -> None:
    clock.instant = NOW
    programme_id = insert_varied_world(80, 40)
    round_ = service.request_round(db.session.get_one(Programme, programme_id), actor=None, now=NOW, seed=3)
    db.session.commit()
    assert runner.run(round_.id)
    stored = db.session.get_one(MatchingRound, round_.id)
    assert stored.state is RoundState.READY
    proposals = db.session.scalars(sa.select(RoundProposal).where(RoundProposal.round_id == round_.id)).all()
    chosen = [proposal for proposal in proposals if proposal.rank == 0]
    assert chosen
    volunteers = facts_by_id.get_volunteers([proposal.volunteer_id for proposal in chosen], today=TODAY)
    requests = facts_by_id.get_requests([proposal.request_id for proposal in chosen], today=TODAY)
    for proposal in chosen:
        fit = rules.evaluate(volunteers[proposal.volunteer_id], requests[proposal.request_id], today=TODAY)
        assert (proposal.score, proposal.score_breakdown) == (fit.score, dump_score_breakdown(fit))
        assert fit.is_possible
    for unfilled in db.session.scalars(sa.select(UnfilledRequest).where(UnfilledRequest.round_id == round_.id)):
        stored_gates = [gate for gate, _facts in json.loads(unfilled.failed_gates)]
        if unfilled.candidates or not unfilled.nearest_volunteer_id:
            assert stored_gates == []
        else:
            volunteer = facts_by_id.get_volunteers([unfilled.nearest_volunteer_id], today=TODAY)[
                unfilled.nearest_volunteer_id
            ]
            request = facts_by_id.get_requests([unfilled.request_id], today=TODAY)[unfilled.request_id]
            assert stored_gates == [
                failed.gate for failed in rules.evaluate(volunteer, request, today=TODAY).failed_gates
            ]
