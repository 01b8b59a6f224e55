"""Many requests at once come to what each of them comes to alone, and both to what the rules say."""

from __future__ import annotations

import dataclasses
import datetime as dt
import itertools
from typing import Any

import numpy as np
import pytest

from benchmarks.matching_data import TODAY, draw_world
from benchmarks.matching_tables import request_facts, volunteer_arrays
from tests.matching.engine_world import odd_world
from volunteer_hub.core.times import Window
from volunteer_hub.fit import rules
from volunteer_hub.fit.rules import FIRST_WEIGHTS, PriorOutcome
from volunteer_hub.fit.rules.evaluation import CLINICAL_KINDS
from volunteer_hub.matching.engine.candidate_index import CandidateIndex
from volunteer_hub.matching.engine.evaluator import Evaluator
from volunteer_hub.matching.engine.loading import build_index, load_requests, load_volunteers
from volunteer_hub.matching.engine.overlap import OverlapBatch, VolunteerWeeks
from volunteer_hub.matching.engine.request_arrays import RequestArrays
from volunteer_hub.matching.queries import facts_by_id
from volunteer_hub.rounds.engine import candidate_edges as engine
from volunteer_hub.rounds.engine.candidate_edges import keep_best

ALWAYS = tuple(Window(day, 0, 1440) for day in range(7))
MORNINGS = tuple(Window(day, 9 * 60, 12 * 60) for day in range(5))
MONDAY = (Window(0, 10 * 60, 11 * 60),)


@pytest.mark.parametrize("pairs", [1, 200, 10**6])
@pytest.mark.parametrize("seed", [1, 2])
def test_every_pair_of_a_round_is_judged_as_the_rules_judge_it(
    app: Any, seed: int, pairs: int, monkeypatch: Any
) -> None:
    monkeypatch.setattr(engine, "PAIRS_PER_BATCH", pairs)  # batches of one request, of some, of all
    programme_id = odd_world(150, 80, seed=seed)
    people, (requests, _free) = load_volunteers(today=TODAY), load_requests(programme_id, today=TODAY)
    facts = facts_by_id.get_volunteers(people.ids.tolist(), today=TODAY)
    edges = keep_best(
        Evaluator(people, today=TODAY, weights=FIRST_WEIGHTS), requests, seed=1, per_request=None, per_volunteer=0
    )
    columns = (edges.volunteer, edges.request, edges.score, edges.average_minutes)
    found = {(who, row): rest for who, row, *rest in zip(*(one.tolist() for one in columns), strict=True)}
    wanted = {}
    for who, row in itertools.product(range(len(people)), range(len(requests))):
        fit = rules.evaluate(facts[int(people.ids[who])], requests[row], today=TODAY, weights=FIRST_WEIGHTS)
        asked = any(
            who in people.prior_matches.get((requests[row].id, how), ())
            for how in (PriorOutcome.LIVE, PriorOutcome.EXPIRED)
        )
        if fit.is_possible and not asked:
            minutes = 0 if requests[row].delivery == "asynchronous" else fit.common_minutes
            wanted[who, row] = [fit.score, minutes]
    assert len(wanted) > 50
    assert found == wanted
    assert edges.eligible_count.tolist() == np.bincount(edges.request, minlength=len(requests)).tolist()


@pytest.mark.parametrize("day", [dt.date(2026, 10, 19), dt.date(2027, 3, 22)])
def test_meetings_of_many_requests_are_those_of_each(app: Any, day: dt.date) -> None:
    people, (drawn_requests, _free) = (
        volunteer_arrays(draw_world(build_index(), 90, 1)),
        request_facts(draw_world(build_index(), 1, 1)),
    )
    zones = ("Africa/Cairo", "Asia/Kathmandu", "America/La_Paz", "Europe/London", "Africa/Khartoum", "Africa/Lusaka")
    kinds = itertools.product(zones, (1, 3, 30), (ALWAYS, MORNINGS, MONDAY, ()), ("live", "mixed", "asynchronous"))
    requests = [
        dataclasses.replace(
            drawn_requests[0], zone=zone, weeks=weeks, windows=windows, delivery=delivery, earliest_start_on=day
        )
        for zone, weeks, windows, delivery in kinds
    ]
    weeks, asked = VolunteerWeeks(people), RequestArrays(requests, people, today=day, weights=FIRST_WEIGHTS)
    meetings = OverlapBatch(weeks, asked, day)
    rows = np.random.default_rng(1).permutation(len(requests))
    rows = rows[np.argsort(-meetings.word_counts(rows), kind="stable")]
    sizes = np.arange(len(rows)) % 90  # nobody too
    who = np.concatenate([np.arange(size) for size in sizes])
    least, average = meetings.all_weeks(rows, sizes, who, meetings.first_week(rows, sizes, who))
    start = 0
    for row, size in zip(rows.tolist(), sizes.tolist(), strict=True):
        told = least[start : start + size] * 15, average[start : start + size]
        start += size
        if requests[row].delivery == "asynchronous":
            assert not np.any(told)
        else:
            alone = weeks.common_time(requests[row], np.arange(size, dtype=np.int32), day)
            assert [column.tolist() for column in told] == [column.tolist() for column in alone]
    assert least.any()


def test_meetings_of_work_in_ones_own_time_alone(app: Any) -> None:
    people, (requests, _free) = (
        volunteer_arrays(draw_world(build_index(), 5, 2)),
        request_facts(draw_world(build_index(), 1, 2)),
    )
    alone = [dataclasses.replace(one, delivery="asynchronous") for one in requests]
    meetings = OverlapBatch(
        VolunteerWeeks(people), RequestArrays(alone, people, today=TODAY, weights=FIRST_WEIGHTS), TODAY
    )
    rows, sizes, who = np.arange(2), np.array([5, 3]), np.r_[0:5, 0:3]
    first = meetings.first_week(rows, sizes, who)
    assert first.tolist() == [0] * 8
    assert [column.tolist() for column in meetings.all_weeks(rows, sizes, who, first)] == [[0] * 8] * 2


@pytest.mark.parametrize("only", [None, 3])
def test_those_are_found_whom_lists_cannot_rule_out(app: Any, only: int | None) -> None:
    people, (some, _free) = (
        volunteer_arrays(draw_world(build_index(), 300, 1)),
        request_facts(draw_world(build_index(), 1, 60)),
    )
    people.ready[::7], people.capacity_left[::11] = False, 0
    requests = [
        dataclasses.replace(one, id=100 * turn + number, weekly_minutes=minutes, is_open=turn < 3)
        for turn, minutes in enumerate((180, 60, 120, 30))
        for number, one in enumerate(some)
    ]
    looked_at = None if only is None else np.arange(len(people)) % only == 0
    finder = CandidateIndex(people, people.free_minutes, looked_at)
    found = dict(finder.iter_eligible(requests))
    assert sorted(found) == list(range(len(requests)))
    for number, request in enumerate(requests):
        wanted = [n for n in range(len(people)) if (looked_at is None or looked_at[n]) and _may(people, n, request)]
        assert sorted(found[number].tolist()) == wanted
        assert sorted(finder.list_eligible(request).tolist()) == wanted
    assert sum(map(len, found.values())) > 250


def _may(people: Any, n: int, request: rules.RequestFacts) -> bool:
    speaks = [people.languages[people.index.languages[code], n] >= level for code, level in request.languages.items()]
    has = [people.levels[people.index.skills[code], n] >= level for code, level in request.required]
    return bool(
        request.is_open
        and people.ready[n]
        and people.capacity_left[n] > 0
        and people.free[n] >= request.weekly_minutes
        and (people.is_regulated[n] or request.kind not in CLINICAL_KINDS)
        and (any(speaks) or not speaks)
        and all(has)
    )
