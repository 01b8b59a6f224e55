"""Counterfactuals come true: applied, a change gives exactly the score, the gates and the counts that were announced."""

from __future__ import annotations

import dataclasses
import datetime as dt
from itertools import combinations
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.fit.pairs import ABLE, EASY, LANGUAGES, SKILLS, TODAY, any_weights, gates, requests, volunteers
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
def volunteer_without_prior_blocks(draw: Any) -> VolunteerFacts:
    """A volunteer whose closed gates a change of the profile can open."""
    volunteer: VolunteerFacts = draw(volunteers)
    return replace(volunteer, prior_matches={}, restrictions={}, is_regulated=True, account_id=50)


@st.composite
def open_request(draw: Any) -> RequestFacts:
    """A request that is open to volunteers."""
    return replace(draw(requests), is_open=True, has_agreement=True, is_allowed_remotely=True)


@settings(max_examples=400, deadline=None)
@given(volunteer_without_prior_blocks() | volunteers, open_request() | requests, any_weights())
def test_announced_effect_of_a_change_comes_true(v: VolunteerFacts, r: RequestFacts, weights: Any) -> None:
    before = rules.evaluate(v, r, today=TODAY, weights=weights)
    counterfactuals = find_counterfactuals(v, r, today=TODAY, weights=weights, limit=20)
    for step in counterfactuals:
        after = rules.evaluate(apply(v, step.changes), r, today=TODAY, weights=weights)
        assert (step.before_score, step.after_score) == (before.score, after.score)
        assert set(step.gates_opened) == gates(before) - gates(after)
        assert (step.was_possible, step.is_possible_after) == (before.is_possible, after.is_possible)
        assert step.gates_opened or after.score > before.score
    assert counterfactuals == () or GATES_NO_PROFILE_OPENS.isdisjoint(gates(before))


@settings(max_examples=400, deadline=None)
@given(volunteer_without_prior_blocks(), open_request())
def test_a_closed_pair_is_opened_by_a_minimal_set_of_changes(v: VolunteerFacts, r: RequestFacts) -> None:
    before = rules.evaluate(v, r, today=TODAY)
    counterfactuals = find_counterfactuals(v, r, today=TODAY, limit=20)
    if before.is_possible:
        assert all(len(step.changes) == 1 for step in counterfactuals)
        return
    assert counterfactuals or gates(before) == {Gate.OVERLAP}
    if counterfactuals and counterfactuals[0].is_possible_after:
        fewest = counterfactuals[0].changes
        assert all(step.is_possible_after and len(step.changes) >= len(fewest) for step in counterfactuals)
        for number in range(len(fewest)):
            for subset in combinations(fewest, number):
                assert not rules.evaluate(apply(v, subset), r, today=TODAY).is_possible
    else:
        assert Gate.OVERLAP in gates(before)


@settings(max_examples=200, deadline=None)
@given(volunteer_without_prior_blocks(), open_request())
def test_the_best_come_first_up_to_the_limit(v: VolunteerFacts, r: RequestFacts) -> None:
    counterfactuals = find_counterfactuals(v, r, today=TODAY, limit=20)
    assert find_counterfactuals(v, r, today=TODAY) == counterfactuals[:3]
    if counterfactuals and counterfactuals[0].was_possible:
        assert [step.after_score for step in counterfactuals] == sorted(
            (step.after_score for step in counterfactuals), reverse=True
        )


def by_kind(**facts: Any) -> dict[ChangeKind, Counterfactual]:
    """Return the counterfactuals of ABLE with other facts, by the kind of their single change."""
    volunteer = {name: value for name, value in facts.items() if hasattr(ABLE, name) and name != "request"}
    request = replace(EASY, **facts.get("request", {}))
    counterfactuals = find_counterfactuals(replace(ABLE, **volunteer), request, today=TODAY, limit=20)
    return {step.changes[0].kind: step for step in reversed(counterfactuals)}


def test_the_least_hours_that_open_the_gate_are_suggested() -> None:
    step = by_kind(weekly_minutes=130, promised_minutes=60)[ChangeKind.HOURS]
    assert step.changes == (ProfileChange(ChangeKind.HOURS, number=60),)  # 50 are missing: hours are given in quarters
    assert step.gates_opened == (Gate.HOURS,)


def test_spare_hours_raise_the_score() -> None:
    assert by_kind(weekly_minutes=120)[ChangeKind.HOURS].changes == (ProfileChange(ChangeKind.HOURS, number=30),)


def test_a_window_is_on_the_volunteers_clock_within_the_hospitals_times() -> None:
    """The hospital has 14:00 to 17:00 in Kampala, 11:00 to 14:00 in London."""
    opens = by_kind(windows=())[ChangeKind.TIMES]
    assert opens.changes[0].window == Window(0, 660, 720)
    assert opens.is_possible_after
    lifts = by_kind(windows=(Window(0, 660, 720),))[ChangeKind.TIMES]
    assert lifts.changes[0].window == Window(0, 720, 780)
    assert (lifts.before_score, lifts.after_score) == (75, 82)


def test_a_window_counts_in_every_week_across_the_clock_change() -> None:
    """18:00 in Lusaka is 17:00 in London in summer, 16:00 in winter: only two hours hold one in both."""
    request = {"zone": "Africa/Lusaka", "windows": (Window(1, 1080, 1140),), "earliest_start_on": dt.date(2026, 10, 5)}
    counterfactuals = find_counterfactuals(
        replace(ABLE, windows=()), replace(EASY, **request), today=dt.date(2026, 10, 1)
    )
    assert counterfactuals[0].changes[0].window == Window(1, 960, 1080)


def test_waking_hours_come_before_the_night() -> None:
    host = (Window(0, 0, 1440),)
    counterfactuals = find_counterfactuals(replace(ABLE, windows=()), replace(EASY, windows=host), today=TODAY)
    assert counterfactuals[0].changes[0].window == Window(0, 420, 480)


def test_short_times_on_several_days_are_combined() -> None:
    host = (Window(0, 840, 870), Window(2, 840, 870), Window(4, 840, 850))
    counterfactuals = find_counterfactuals(replace(ABLE, windows=()), replace(EASY, windows=host), today=TODAY)
    assert [change.window for change in counterfactuals[0].changes] == [Window(0, 660, 690), Window(2, 660, 690)]


def test_nothing_opens_where_the_hospital_has_no_time() -> None:
    assert find_counterfactuals(replace(ABLE, windows=()), replace(EASY, windows=()), today=TODAY) == ()
    partly = find_counterfactuals(replace(ABLE, windows=(), placements=1), replace(EASY, windows=()), today=TODAY)
    assert [(step.gates_opened, step.is_possible_after) for step in partly] == [((Gate.CAPACITY,), False)]


def test_one_narrower_skill_stands_for_those_above_it() -> None:
    request = {"required": (("IPC", 3), ("IPC.HAND", 1), ("AMR", 2))}
    counterfactuals = find_counterfactuals(replace(ABLE, skills=()), replace(EASY, **request), today=TODAY)
    assert counterfactuals[0].changes == (
        ProfileChange(ChangeKind.SKILL, "AMR", 2),
        ProfileChange(ChangeKind.SKILL, "IPC.HAND", 3),
    )


def test_each_requested_language_is_an_alternative() -> None:
    request = {"languages": {"fr": 4, "sw": 3}}
    counterfactuals = find_counterfactuals(ABLE, replace(EASY, **request), today=TODAY)
    assert [step.changes[0] for step in counterfactuals] == [
        ProfileChange(ChangeKind.LANGUAGE, "sw", 3),
        ProfileChange(ChangeKind.LANGUAGE, "fr", 4),
    ]


def test_suggested_dates_are_those_of_the_request() -> None:
    until = by_kind(until_on=dt.date(2027, 1, 10))[ChangeKind.DATES].changes[0]
    assert (until.from_on, until.until_on) == (None, dt.date(2027, 2, 28))
    both = by_kind(from_on=dt.date(2027, 2, 1), until_on=dt.date(2027, 2, 10))[ChangeKind.DATES].changes[0]
    assert (both.from_on, both.until_on) == (dt.date(2027, 1, 4), dt.date(2027, 2, 28))


@pytest.mark.parametrize(
    ("kind", "facts", "expected"),
    [
        (ChangeKind.READY, {"is_ready": False}, ProfileChange(ChangeKind.READY)),
        (ChangeKind.CAPACITY, {"placements": 2}, ProfileChange(ChangeKind.CAPACITY, number=3)),
        (ChangeKind.GOAL, {}, ProfileChange(ChangeKind.GOAL, "teaching")),
        (ChangeKind.SKILL, {}, ProfileChange(ChangeKind.SKILL, "IPC", 3)),
        (ChangeKind.LANGUAGE, {"languages": {"en": 5}}, ProfileChange(ChangeKind.LANGUAGE, "en", 6)),
    ],
)
def test_other_changes(kind: ChangeKind, facts: dict[str, Any], expected: ProfileChange) -> None:
    assert by_kind(**facts)[kind].changes == (expected,)


def test_a_mother_tongue_is_never_suggested() -> None:
    assert ChangeKind.LANGUAGE not in by_kind(languages={"en": 6})


@pytest.mark.parametrize("gate", sorted(GATES_NO_PROFILE_OPENS))
def test_nothing_is_suggested_for_a_gate_that_no_profile_opens(gate: Gate) -> None:
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


def test_every_gate_has_changes_or_cannot_be_opened_by_a_profile() -> None:
    assert set(CHANGES_BY_GATE) | GATES_NO_PROFILE_OPENS == set(Gate)
    assert set(CHANGES_BY_GATE).isdisjoint(GATES_NO_PROFILE_OPENS)
    assert set(APPLY_BY_KIND) == set(ChangeKind)


def list_opened_requests(v: VolunteerFacts, requests: list[RequestFacts], change: ProfileChange) -> tuple[int, ...]:
    """Return the ids of the requests that a change opens, by evaluating all of them again."""
    after = apply(v, (change,))
    return tuple(
        r.id
        for r in requests
        if not rules.evaluate(v, r, today=TODAY).is_possible and rules.evaluate(after, r, today=TODAY).is_possible
    )


@settings(max_examples=150, deadline=None)
@given(volunteer_without_prior_blocks(), st.lists(open_request() | requests, max_size=12))
def test_unlocking_changes_open_exactly_the_requests_they_list(v: VolunteerFacts, drawn: list[RequestFacts]) -> None:
    numbered = [replace(r, id=number) for number, r in enumerate(drawn, 1)]
    unlocking_changes = find_unlocking_changes(v, numbered, today=TODAY, limit=50)
    for unlocking_change in unlocking_changes:
        assert (
            tuple(sorted(unlocking_change.request_ids))
            == list_opened_requests(v, numbered, unlocking_change.change)
            != ()
        )
    counts = [len(unlocking_change.request_ids) for unlocking_change in unlocking_changes]
    assert counts == sorted(counts, reverse=True)
    rivals = [ProfileChange(ChangeKind.LANGUAGE, code, 7) for code in LANGUAGES] + [
        ProfileChange(ChangeKind.SKILL, code, 3) for code in SKILLS
    ]
    rivals += [
        ProfileChange(ChangeKind.READY),
        ProfileChange(ChangeKind.CAPACITY, number=v.placements + 1),
        ProfileChange(ChangeKind.HOURS, number=3000),
    ]
    assert max((len(list_opened_requests(v, numbered, rival)) for rival in rivals), default=0) <= max(counts, default=0)


def list_requests() -> list[RequestFacts]:
    french = [replace(EASY, id=n, languages={"fr": 4 if n < 8 else 5}) for n in range(1, 10)]
    longer = [replace(EASY, id=n, weekly_minutes=300) for n in range(20, 23)]
    return [*french, *longer, replace(EASY, id=30), replace(EASY, id=31, is_open=False, languages={"fr": 1})]


def test_the_change_that_opens_most_comes_first() -> None:
    unlocking_changes = find_unlocking_changes(ABLE, list_requests(), today=TODAY, limit=9)
    assert [
        (
            unlocking_change.change.kind,
            unlocking_change.change.code,
            unlocking_change.change.number,
            len(unlocking_change.request_ids),
        )
        for unlocking_change in unlocking_changes
    ] == [
        (ChangeKind.LANGUAGE, "fr", 5, 9),
        (ChangeKind.LANGUAGE, "fr", 4, 7),
        (ChangeKind.HOURS, "", 60, 3),
    ]


def test_requests_with_a_live_match_are_not_counted() -> None:
    prior_matches = {n: rules.PriorMatch(PriorOutcome.LIVE) for n in range(1, 10)}
    unlocking_changes = find_unlocking_changes(replace(ABLE, prior_matches=prior_matches), list_requests(), today=TODAY)
    assert unlocking_changes == (UnlockingChange(ProfileChange(ChangeKind.HOURS, number=60), (20, 21, 22)),)
