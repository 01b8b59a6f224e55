"""Completeness of requests, and the permissions on them."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from volunteer_hub.core.access import Grant, Role, Viewer
from volunteer_hub.partner_requests import rules
from volunteer_hub.partner_requests.rules import SECTION_OF, STATES_ALLOWING, Action, RequestAnswers, RequestGap
from volunteer_hub.partner_requests.states import MOVES, Delivery, RequestState, SupportKind

TODAY = dt.date(2026, 11, 20)
PROGRAMME_ENDS = dt.date(2028, 12, 31)
COMPLETE = RequestAnswers(
    need="n", kind=SupportKind.TEACHING, expected_result="r", skills=1, languages=1, windows=1, weekly_minutes=60,
    weeks=4, delivery=Delivery.LIVE, earliest_start_on=dt.date(2027, 1, 10), respond_by_on=dt.date(2026, 12, 10),
    supervisor="s",
)  # fmt: skip


def list_gaps(answers: RequestAnswers) -> list[RequestGap]:
    return rules.list_gaps(answers, today=TODAY, programme_ends_on=PROGRAMME_ENDS)


def replace(**answers: object) -> RequestAnswers:
    return RequestAnswers(**(COMPLETE.__dict__ | answers))  # type: ignore[arg-type]


def test_complete_request_has_no_gaps() -> None:
    assert list_gaps(COMPLETE) == []


def test_empty_draft_has_every_gap() -> None:
    assert set(list_gaps(RequestAnswers())) == set(RequestGap) - rules.DATE_GAPS - {RequestGap.WINDOWS}


@pytest.mark.parametrize(
    ("answers", "gap"),
    [
        ({"delivery": Delivery.MIXED, "windows": 0}, RequestGap.WINDOWS),
        ({"delivery": Delivery.LIVE, "windows": 0}, RequestGap.WINDOWS),
        ({"respond_by_on": TODAY - dt.timedelta(days=1)}, RequestGap.RESPOND_BY_PAST),
        ({"respond_by_on": dt.date(2027, 1, 11)}, RequestGap.RESPOND_AFTER_START),
        ({"respond_by_on": dt.date(2028, 1, 1), "earliest_start_on": dt.date(2028, 2, 1)}, RequestGap.RESPOND_BY_FAR),
        ({"earliest_start_on": dt.date(2029, 1, 1)}, RequestGap.START_AFTER_PROGRAMME),
        ({"skills": 0}, RequestGap.SKILLS),
        ({"languages": 0}, RequestGap.LANGUAGES),
    ],
)
def test_one_fault_is_one_gap(answers: dict[str, object], gap: RequestGap) -> None:
    assert list_gaps(replace(**answers)) == [gap]


def test_work_without_meetings_needs_no_windows() -> None:
    assert list_gaps(replace(delivery=Delivery.ASYNCHRONOUS, windows=0)) == []


@pytest.mark.parametrize("day", [TODAY, dt.date(2027, 1, 10)])
def test_first_and_last_valid_response_dates_are_accepted(day: dt.date) -> None:
    assert list_gaps(replace(respond_by_on=day)) == []


def test_every_gap_has_a_section() -> None:
    assert set(SECTION_OF) == set(RequestGap)


@given(st.integers(-400, 400), st.integers(-400, 1200))
def test_date_gaps_are_empty_only_for_dates_in_order(respond: int, start: int) -> None:
    respond_on, start_on = TODAY + dt.timedelta(days=respond), TODAY + dt.timedelta(days=start)
    gaps = rules.list_date_gaps(start_on, respond_on, today=TODAY, programme_ends_on=PROGRAMME_ENDS)
    assert (gaps == []) == (0 <= respond <= 366 and respond <= start and start_on <= PROGRAMME_ENDS)


def test_deadline_has_not_passed_on_the_last_day() -> None:
    assert not rules.has_deadline_passed(TODAY, today=TODAY)
    assert rules.has_deadline_passed(TODAY, today=TODAY + dt.timedelta(days=1))
    assert not rules.has_deadline_passed(None, today=TODAY)


def viewer(*grants: Grant) -> Viewer:
    return Viewer(1, "A", "a@example.org", grants=grants)


@pytest.mark.parametrize(
    ("grant", "allowed"),
    [
        (Grant(Role.PARTNER, institution_id=5), rules.PARTNER_ACTIONS),
        (Grant(Role.PARTNER, institution_id=6), frozenset()),
        (Grant(Role.DIRECTOR, country="UG"), rules.DECISION_ACTIONS),
        (Grant(Role.DIRECTOR, institution_id=5), rules.DECISION_ACTIONS),
        (Grant(Role.DIRECTOR, country="NP"), frozenset()),
        (Grant(Role.COORDINATOR), frozenset(Action)),
        (Grant(Role.ADMIN), frozenset()),
        (Grant(Role.VOLUNTEER), frozenset()),
        (Grant(Role.FINANCE), frozenset()),
    ],
)
def test_role_actions_depend_on_the_scope(grant: Grant, allowed: frozenset[Action]) -> None:
    assert rules.role_actions(viewer(grant), country="UG", institution_id=5) == allowed


@pytest.mark.parametrize("state", list(RequestState))
def test_contact_cannot_decide_about_their_own_request(state: RequestState) -> None:
    assert not rules.possible_actions(state, frozenset(Action), is_contact=True) & rules.DECISION_ACTIONS


def test_states_allowing_agrees_with_the_table_of_moves() -> None:
    targets = {
        Action.SUBMIT: RequestState.SUBMITTED,
        Action.OPEN: RequestState.OPEN,
        Action.RETURN: RequestState.RETURNED,
        Action.WITHDRAW: RequestState.WITHDRAWN,
        Action.CLOSE: RequestState.CLOSED,
        Action.REOPEN: RequestState.OPEN,
    }
    for action, target in targets.items():
        assert all(target in MOVES[state] for state in STATES_ALLOWING[action]), action
