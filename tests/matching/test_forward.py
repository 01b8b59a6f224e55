"""Every promise comes true: applied, a change gives exactly the score, the gates and the numbers that were told."""

from __future__ import annotations

import dataclasses
import datetime as dt
from itertools import combinations
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.matching.pairs import ABLE, EASY, LANGUAGES, SKILLS, TODAY, any_weights, gates, requests, volunteers
from volunteer_hub.core.times import Window
from volunteer_hub.fit import rules
from volunteer_hub.fit.rules import Gate, PriorOutcome, RequestFacts, VolunteerFacts
from volunteer_hub.fit.rules.candidate_changes import CHANGES_BY_GATE, GATES_NO_PROFILE_OPENS
from volunteer_hub.fit.rules.counterfactuals import (
    Counterfactual,
    UnlockingChange,
    find_counterfactuals,
    find_unlocking_changes,
)
from volunteer_hub.fit.rules.profile_changes import APPLY_BY_KIND, ChangeKind, ProfileChange, apply

replace = dataclasses.replace


@st.composite
def near(draw: Any) -> VolunteerFacts:
    """Somebody in whose way no more stands than a profile could change."""
    one: VolunteerFacts = draw(volunteers)
    return replace(one, prior_matches={}, restrictions={}, is_regulated=True, account_id=50)


@st.composite
def near_request(draw: Any) -> RequestFacts:
    """A request that could be somebody's."""
    return replace(draw(requests), is_open=True, has_agreement=True, is_allowed_remotely=True)


@settings(max_examples=400, deadline=None)
@given(near() | volunteers, near_request() | requests, any_weights())
def test_what_is_promised_comes_true(v: VolunteerFacts, r: RequestFacts, weights: Any) -> None:
    before = rules.evaluate(v, r, today=TODAY, weights=weights)
    found = find_counterfactuals(v, r, today=TODAY, weights=weights, limit=20)
    for step in found:
        after = rules.evaluate(apply(v, step.changes), r, today=TODAY, weights=weights)
        assert (step.before_score, step.after_score) == (before.score, after.score)
        assert set(step.gates_opened) == gates(before) - gates(after)
        assert (step.was_possible, step.is_possible_after) == (before.is_possible, after.is_possible)
        assert step.gates_opened or after.score > before.score
    assert found == () or GATES_NO_PROFILE_OPENS.isdisjoint(gates(before))


@settings(max_examples=400, deadline=None)
@given(near(), near_request())
def test_a_closed_pair_is_opened_by_no_more_than_it_takes(v: VolunteerFacts, r: RequestFacts) -> None:
    before = rules.evaluate(v, r, today=TODAY)
    found = find_counterfactuals(v, r, today=TODAY, limit=20)
    if before.is_possible:
        assert all(len(step.changes) == 1 for step in found)
        return
    assert found or gates(before) == {Gate.OVERLAP}
    if found and found[0].is_possible_after:
        fewest = found[0].changes
        assert all(step.is_possible_after and len(step.changes) >= len(fewest) for step in found)
        for number in range(len(fewest)):
            for some in combinations(fewest, number):
                assert not rules.evaluate(apply(v, some), r, today=TODAY).is_possible
    else:
        assert Gate.OVERLAP in gates(before)


@settings(max_examples=200, deadline=None)
@given(near(), near_request())
def test_the_best_comes_first_and_the_limit_cuts_the_rest(v: VolunteerFacts, r: RequestFacts) -> None:
    found = find_counterfactuals(v, r, today=TODAY, limit=20)
    assert find_counterfactuals(v, r, today=TODAY) == found[:3]
    if found and found[0].was_possible:
        assert [step.after_score for step in found] == sorted((step.after_score for step in found), reverse=True)


def only(**given: Any) -> dict[ChangeKind, Counterfactual]:
    """The steps by the kind of their one change, for ABLE with something else."""
    volunteer = {name: value for name, value in given.items() if hasattr(ABLE, name) and name != "request"}
    request = replace(EASY, **given.get("request", {}))
    found = find_counterfactuals(replace(ABLE, **volunteer), request, today=TODAY, limit=20)
    return {step.changes[0].kind: step for step in reversed(found)}


def test_the_least_hours_that_open_are_named() -> None:
    step = only(weekly_minutes=130, promised_minutes=60)[ChangeKind.HOURS]
    assert step.changes == (ProfileChange(ChangeKind.HOURS, number=60),)  # 50 are missing: hours are given in quarters
    assert step.gates_opened == (Gate.HOURS,)


def test_room_for_a_hard_week_lifts() -> None:
    assert only(weekly_minutes=120)[ChangeKind.HOURS].changes == (ProfileChange(ChangeKind.HOURS, number=30),)


def test_a_window_is_named_on_the_volunteers_clock_within_the_hospitals_times() -> None:
    """The hospital has 14:00 to 17:00 in Kampala, 11:00 to 14:00 in London."""
    opens = only(windows=())[ChangeKind.TIMES]
    assert opens.changes[0].window == Window(0, 660, 720)
    assert opens.is_possible_after
    lifts = only(windows=(Window(0, 660, 720),))[ChangeKind.TIMES]
    assert lifts.changes[0].window == Window(0, 720, 780)
    assert (lifts.before_score, lifts.after_score) == (75, 82)


def test_a_window_counts_in_every_week_across_the_clock_change() -> None:
    """18:00 in Lusaka is 17:00 in London in summer, 16:00 in winter: only two hours hold one in both."""
    request = {"zone": "Africa/Lusaka", "windows": (Window(1, 1080, 1140),), "earliest_start_on": dt.date(2026, 10, 5)}
    found = find_counterfactuals(replace(ABLE, windows=()), replace(EASY, **request), today=dt.date(2026, 10, 1))
    assert found[0].changes[0].window == Window(1, 960, 1080)


def test_waking_hours_are_named_before_the_night() -> None:
    host = (Window(0, 0, 1440),)
    found = find_counterfactuals(replace(ABLE, windows=()), replace(EASY, windows=host), today=TODAY)
    assert found[0].changes[0].window == Window(0, 420, 480)


def test_short_times_on_several_days_are_named_together() -> None:
    host = (Window(0, 840, 870), Window(2, 840, 870), Window(4, 840, 850))
    found = find_counterfactuals(replace(ABLE, windows=()), replace(EASY, windows=host), today=TODAY)
    assert [change.window for change in found[0].changes] == [Window(0, 660, 690), Window(2, 660, 690)]


def test_nothing_opens_where_the_hospital_has_no_time() -> None:
    assert find_counterfactuals(replace(ABLE, windows=()), replace(EASY, windows=()), today=TODAY) == ()
    partly = find_counterfactuals(replace(ABLE, windows=(), placements=1), replace(EASY, windows=()), today=TODAY)
    assert [(step.gates_opened, step.is_possible_after) for step in partly] == [((Gate.CAPACITY,), False)]


def test_one_narrower_skill_stands_for_those_above_it() -> None:
    request = {"required": (("IPC", 3), ("IPC.HAND", 1), ("AMR", 2))}
    found = find_counterfactuals(replace(ABLE, skills=()), replace(EASY, **request), today=TODAY)
    assert found[0].changes == (
        ProfileChange(ChangeKind.SKILL, "AMR", 2),
        ProfileChange(ChangeKind.SKILL, "IPC.HAND", 3),
    )


def test_each_language_asked_is_a_way() -> None:
    request = {"languages": {"fr": 4, "sw": 3}}
    found = find_counterfactuals(ABLE, replace(EASY, **request), today=TODAY)
    assert [step.changes[0] for step in found] == [
        ProfileChange(ChangeKind.LANGUAGE, "sw", 3),
        ProfileChange(ChangeKind.LANGUAGE, "fr", 4),
    ]


def test_dates_are_those_of_the_work() -> None:
    until = only(until_on=dt.date(2027, 1, 10))[ChangeKind.DATES].changes[0]
    assert (until.from_on, until.until_on) == (None, dt.date(2027, 2, 28))
    both = only(from_on=dt.date(2027, 2, 1), until_on=dt.date(2027, 2, 10))[ChangeKind.DATES].changes[0]
    assert (both.from_on, both.until_on) == (dt.date(2027, 1, 4), dt.date(2027, 2, 28))


@pytest.mark.parametrize(
    ("kind", "given_", "wanted"),
    [
        (ChangeKind.READY, {"is_ready": False}, ProfileChange(ChangeKind.READY)),
        (ChangeKind.CAPACITY, {"placements": 2}, ProfileChange(ChangeKind.CAPACITY, number=3)),
        (ChangeKind.GOAL, {}, ProfileChange(ChangeKind.GOAL, "teaching")),
        (ChangeKind.SKILL, {}, ProfileChange(ChangeKind.SKILL, "IPC", 3)),
        (ChangeKind.LANGUAGE, {"languages": {"en": 5}}, ProfileChange(ChangeKind.LANGUAGE, "en", 6)),
    ],
)
def test_other_changes(kind: ChangeKind, given_: dict[str, Any], wanted: ProfileChange) -> None:
    assert only(**given_)[kind].changes == (wanted,)


def test_nobody_is_told_to_have_grown_up_with_a_language() -> None:
    assert ChangeKind.LANGUAGE not in only(languages={"en": 6})


@pytest.mark.parametrize("gate", sorted(GATES_NO_PROFILE_OPENS))
def test_where_no_profile_opens_a_gate_nothing_is_proposed(gate: Gate) -> None:
    ways: dict[Gate, tuple[dict[str, Any], dict[str, Any]]] = {
        Gate.NOT_OPEN: ({}, {"is_open": False}),
        Gate.AGREEMENT: ({}, {"has_agreement": False}),
        Gate.CONFLICT: ({"restrictions": {7: rules.RestrictionKind.CONFLICT}}, {}),
        Gate.EXCLUDED: ({"restrictions": {7: rules.RestrictionKind.EXCLUSION}}, {}),
        Gate.ROLE: ({}, {"is_allowed_remotely": False}),
        Gate.DECLINED_BEFORE: ({"prior_matches": {1: rules.PriorMatch(PriorOutcome.DECLINED)}}, {}),
        Gate.RELEASED_BEFORE: ({"prior_matches": {1: rules.PriorMatch(PriorOutcome.RELEASED)}}, {}),
    }
    volunteer, request = ways[gate]
    assert find_counterfactuals(replace(ABLE, **volunteer, languages={}), replace(EASY, **request), today=TODAY) == ()


def test_every_gate_has_ways_or_is_beyond_a_profile() -> None:
    assert set(CHANGES_BY_GATE) | GATES_NO_PROFILE_OPENS == set(Gate)
    assert set(CHANGES_BY_GATE).isdisjoint(GATES_NO_PROFILE_OPENS)
    assert set(APPLY_BY_KIND) == set(ChangeKind)


def counted(v: VolunteerFacts, many: list[RequestFacts], change: ProfileChange) -> tuple[int, ...]:
    """Requests that a change opens, by judging all of them anew."""
    after = apply(v, (change,))
    return tuple(
        r.id
        for r in many
        if not rules.evaluate(v, r, today=TODAY).is_possible and rules.evaluate(after, r, today=TODAY).is_possible
    )


@settings(max_examples=150, deadline=None)
@given(near(), st.lists(near_request() | requests, max_size=12))
def test_openings_open_exactly_what_they_name(v: VolunteerFacts, drawn: list[RequestFacts]) -> None:
    many = [replace(r, id=number) for number, r in enumerate(drawn, 1)]
    found = find_unlocking_changes(v, many, today=TODAY, limit=50)
    for one in found:
        assert tuple(sorted(one.request_ids)) == counted(v, many, one.change) != ()
    numbers = [len(one.request_ids) for one in found]
    assert numbers == sorted(numbers, reverse=True)
    rivals = [ProfileChange(ChangeKind.LANGUAGE, code, 7) for code in LANGUAGES] + [
        ProfileChange(ChangeKind.SKILL, code, 3) for code in SKILLS
    ]
    rivals += [
        ProfileChange(ChangeKind.READY),
        ProfileChange(ChangeKind.CAPACITY, number=v.placements + 1),
        ProfileChange(ChangeKind.HOURS, number=3000),
    ]
    assert max((len(counted(v, many, rival)) for rival in rivals), default=0) <= max(numbers, default=0)


def a_list() -> list[RequestFacts]:
    french = [replace(EASY, id=n, languages={"fr": 4 if n < 8 else 5}) for n in range(1, 10)]
    longer = [replace(EASY, id=n, weekly_minutes=300) for n in range(20, 23)]
    return [*french, *longer, replace(EASY, id=30), replace(EASY, id=31, is_open=False, languages={"fr": 1})]


def test_openings_put_first_what_opens_most() -> None:
    found = find_unlocking_changes(ABLE, a_list(), today=TODAY, limit=9)
    assert [(one.change.kind, one.change.code, one.change.number, len(one.request_ids)) for one in found] == [
        (ChangeKind.LANGUAGE, "fr", 5, 9),
        (ChangeKind.LANGUAGE, "fr", 4, 7),
        (ChangeKind.HOURS, "", 60, 3),
    ]


def test_requests_with_a_match_under_way_are_not_counted() -> None:
    before = {n: rules.PriorMatch(PriorOutcome.LIVE) for n in range(1, 10)}
    found = find_unlocking_changes(replace(ABLE, prior_matches=before), a_list(), today=TODAY)
    assert found == (UnlockingChange(ProfileChange(ChangeKind.HOURS, number=60), (20, 21, 22)),)
