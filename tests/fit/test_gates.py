"""Every gate alone: what closes it, and that nothing else does."""

from __future__ import annotations

import dataclasses
import datetime as dt
from typing import Any

import pytest

from tests.fit.pairs import ABLE, EASY, TODAY, gates
from volunteer_hub.core.times import Window
from volunteer_hub.fit import rules
from volunteer_hub.fit.rules import Gate, PriorMatch, PriorOutcome, RestrictionKind


def evaluate_with(volunteer: dict[str, Any], request: dict[str, Any]) -> rules.Fit:
    return rules.evaluate(dataclasses.replace(ABLE, **volunteer), dataclasses.replace(EASY, **request), today=TODAY)


def prior_match(outcome: PriorOutcome, request_id: int = EASY.id) -> dict[str, Any]:
    return {"prior_matches": {request_id: PriorMatch(outcome, "no_time", dt.date(2026, 10, 1))}}


CLOSING_FACTS: list[tuple[Gate, dict[str, Any], dict[str, Any]]] = [
    (Gate.NOT_OPEN, {}, {"is_open": False}),
    (Gate.NOT_READY, {"is_ready": False}, {}),
    (Gate.AGREEMENT, {}, {"has_agreement": False}),
    (Gate.CONFLICT, {"restrictions": {7: RestrictionKind.CONFLICT}}, {}),
    (Gate.CONFLICT, {"account_id": 40}, {}),
    (Gate.EXCLUDED, {"restrictions": {7: RestrictionKind.EXCLUSION}}, {}),
    (Gate.ROLE, {}, {"is_allowed_remotely": False}),
    (Gate.ROLE, {"is_regulated": False}, {"kind": "case_discussion"}),
    (Gate.DECLINED_BEFORE, prior_match(PriorOutcome.DECLINED), {}),
    (Gate.RELEASED_BEFORE, prior_match(PriorOutcome.RELEASED), {}),
    (Gate.LANGUAGE, {"languages": {"en": 3, "fr": 7}}, {}),
    (Gate.SKILLS, {"skills": (("IPC.HAND", 1), ("IPCX", 3))}, {}),
    (Gate.SKILLS, {"skills": (("IPC", 3),)}, {"required": (("IPC.HAND", 1),)}),
    (Gate.HOURS, {"weekly_minutes": 119}, {}),
    (Gate.HOURS, {"weekly_minutes": 240, "promised_minutes": 121}, {}),
    (Gate.HOURS, {"weekly_minutes": 240, "promised_minutes": 900}, {}),
    (Gate.DATES, {"until_on": dt.date(2027, 1, 3)}, {}),
    (Gate.DATES, {"until_on": dt.date(2027, 1, 30)}, {}),
    (Gate.DATES, {"from_on": dt.date(2027, 2, 2)}, {}),
    (Gate.DATES, {"from_on": dt.date(2027, 1, 12), "until_on": dt.date(2027, 2, 7)}, {}),
    (Gate.OVERLAP, {"windows": (Window(0, 600, 719), Window(1, 600, 960))}, {"windows": (Window(0, 840, 899),)}),
    (Gate.OVERLAP, {"windows": ()}, {}),
    (Gate.CAPACITY, {"placements": 1}, {}),
]


@pytest.mark.parametrize(("gate", "volunteer", "request_"), CLOSING_FACTS)
def test_each_gate_closes_alone(gate: Gate, volunteer: dict[str, Any], request_: dict[str, Any]) -> None:
    assert gates(rules.evaluate(ABLE, EASY, today=TODAY)) == set()
    assert gates(evaluate_with(volunteer, request_)) == {gate}


def test_every_gate_is_covered_above() -> None:
    assert {gate for gate, _volunteer, _request in CLOSING_FACTS} == set(Gate)


@pytest.mark.parametrize(
    ("volunteer", "request_"),
    [
        ({"restrictions": {8: RestrictionKind.CONFLICT, 9: RestrictionKind.EXCLUSION}}, {}),
        ({"account_id": 0}, {"contact_id": 0}),
        ({"is_regulated": False}, {"kind": "teaching"}),
        ({"is_regulated": False}, {"kind": None}),
        (prior_match(PriorOutcome.EXPIRED), {}),
        (prior_match(PriorOutcome.LIVE), {}),
        (prior_match(PriorOutcome.DECLINED, 2), {}),
        ({"languages": {"fr": 4}}, {"languages": {"en": 7, "fr": 4}}),
        ({"languages": {}}, {"languages": {}}),
        ({"skills": (("IPC.HAND", 3),)}, {"required": (("IPC", 3), ("IPC.HAND", 2))}),
        ({"weekly_minutes": 240, "promised_minutes": 120}, {}),
        ({"until_on": dt.date(2027, 1, 31)}, {}),
        ({"from_on": dt.date(2027, 2, 1)}, {}),
        ({"from_on": dt.date(2027, 1, 11), "until_on": dt.date(2027, 2, 7)}, {}),
        ({"placements": 1, "capacity": 2}, {}),
        ({"windows": ()}, {"delivery": "asynchronous", "windows": ()}),
    ],
)
def test_facts_that_close_no_gate(volunteer: dict[str, Any], request_: dict[str, Any]) -> None:
    assert gates(evaluate_with(volunteer, request_)) == set()


def test_a_closed_gate_has_the_facts_of_its_explanation() -> None:
    volunteer: dict[str, Any] = {"weekly_minutes": 200, "promised_minutes": 150, "from_on": dt.date(2027, 2, 20)}
    facts = {
        failed.gate: failed.facts
        for failed in evaluate_with(volunteer | prior_match(PriorOutcome.DECLINED), {}).failed_gates
    }
    assert facts[Gate.HOURS] == {"asked": 120, "given": 200, "promised": 150}
    assert facts[Gate.DECLINED_BEFORE] == {"reason": "no_time", "on": dt.date(2026, 10, 1)}
    assert facts[Gate.DATES] == {
        "from_on": dt.date(2027, 2, 20), "until_on": None, "start_on": dt.date(2027, 1, 4), "weeks": 8
    }  # fmt: skip


@pytest.mark.parametrize(("regulated", "remote"), [(True, False), (False, True), (False, False)])
def test_role_gate_says_whether_a_register_would_help(regulated: bool, remote: bool) -> None:
    fit = evaluate_with({"is_regulated": regulated}, {"kind": "case_discussion", "is_allowed_remotely": remote})
    assert [failed.facts["regulated"] for failed in fit.failed_gates] == [regulated]


@pytest.mark.parametrize(("delivery", "minutes", "closed"), [
    ("live", 45, True), ("live", 60, False), ("mixed", 15, True), ("mixed", 30, False), ("asynchronous", 0, False),
])  # fmt: skip
def test_minimum_overlap_depends_on_the_delivery(delivery: str, minutes: int, closed: bool) -> None:
    mine = (Window(0, 660, 660 + minutes),) if minutes else ()
    fit = evaluate_with({"windows": mine}, {"delivery": delivery})
    assert (Gate.OVERLAP in gates(fit)) is closed
    assert fit.least_minutes == minutes


def test_overlap_counts_in_the_poorest_week() -> None:
    """From 10 to 11 in London is the hospital's hour in summer only: after the change nothing is left."""
    request = {"zone": "Africa/Lusaka", "windows": (Window(0, 660, 720),), "earliest_start_on": dt.date(2026, 10, 5)}
    fit = rules.evaluate(
        dataclasses.replace(ABLE, windows=(Window(0, 600, 660),)),
        dataclasses.replace(EASY, **request),
        today=dt.date(2026, 10, 1),
    )
    assert fit.least_minutes == 0
    assert fit.common_minutes == 3 * 60 // 8
    assert gates(fit) == {Gate.OVERLAP}
