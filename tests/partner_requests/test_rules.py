"""What a complete request is, and who may do what."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from volunteer_hub.core.access import Grant, Role, Viewer
from volunteer_hub.partner_requests import rules
from volunteer_hub.partner_requests.rules import SECTION_OF, STATES_FOR, Action, Asked, Gap
from volunteer_hub.partner_requests.states import MOVES, Delivery, RequestState, SupportKind

TODAY = dt.date(2026, 11, 20)
ENDS = dt.date(2028, 12, 31)
WHOLE = Asked(
    need="n", kind=SupportKind.TEACHING, expected_result="r", skills=1, languages=1, windows=1, weekly_minutes=60,
    weeks=4, delivery=Delivery.LIVE, earliest_start_on=dt.date(2027, 1, 10), respond_by_on=dt.date(2026, 12, 10),
    supervisor="s",
)  # fmt: skip


def missing(asked: Asked) -> list[Gap]:
    return rules.missing(asked, today=TODAY, programme_ends_on=ENDS)


def replace(**answers: object) -> Asked:
    return Asked(**(WHOLE.__dict__ | answers))  # type: ignore[arg-type]


def test_missing_nothing_in_a_whole_request() -> None:
    assert missing(WHOLE) == []


def test_missing_names_everything_of_an_empty_draft() -> None:
    assert set(missing(Asked())) == set(Gap) - rules.DATE_GAPS - {Gap.WINDOWS}


@pytest.mark.parametrize(
    ("answers", "gap"),
    [
        ({"delivery": Delivery.MIXED, "windows": 0}, Gap.WINDOWS),
        ({"delivery": Delivery.LIVE, "windows": 0}, Gap.WINDOWS),
        ({"respond_by_on": TODAY - dt.timedelta(days=1)}, Gap.RESPOND_BY_PAST),
        ({"respond_by_on": dt.date(2027, 1, 11)}, Gap.RESPOND_AFTER_START),
        ({"respond_by_on": dt.date(2028, 1, 1), "earliest_start_on": dt.date(2028, 2, 1)}, Gap.RESPOND_BY_FAR),
        ({"earliest_start_on": dt.date(2029, 1, 1)}, Gap.START_AFTER_PROGRAMME),
        ({"skills": 0}, Gap.SKILLS),
        ({"languages": 0}, Gap.LANGUAGES),
    ],
)
def test_missing_names_the_one_fault(answers: dict[str, object], gap: Gap) -> None:
    assert missing(replace(**answers)) == [gap]


def test_missing_asks_no_windows_for_work_in_own_time() -> None:
    assert missing(replace(delivery=Delivery.ASYNCHRONOUS, windows=0)) == []


@pytest.mark.parametrize("day", [TODAY, dt.date(2027, 1, 10)])
def test_missing_accepts_the_edges_of_the_response_date(day: dt.date) -> None:
    assert missing(replace(respond_by_on=day)) == []


def test_every_gap_has_a_section() -> None:
    assert set(SECTION_OF) == set(Gap)


@given(st.integers(-400, 400), st.integers(-400, 1200))
def test_date_gaps_are_empty_only_for_dates_in_order(respond: int, start: int) -> None:
    respond_on, start_on = TODAY + dt.timedelta(days=respond), TODAY + dt.timedelta(days=start)
    gaps = rules.date_gaps(start_on, respond_on, today=TODAY, programme_ends_on=ENDS)
    assert (gaps == []) == (0 <= respond <= 366 and respond <= start and start_on <= ENDS)


def test_is_past_counts_the_last_day() -> None:
    assert not rules.is_past(TODAY, today=TODAY)
    assert rules.is_past(TODAY, today=TODAY + dt.timedelta(days=1))
    assert not rules.is_past(None, today=TODAY)


def viewer(*grants: Grant) -> Viewer:
    return Viewer(1, "A", "a@example.org", grants=grants)


@pytest.mark.parametrize(
    ("grant", "allowed"),
    [
        (Grant(Role.PARTNER, institution_id=5), rules.PARTNERS),
        (Grant(Role.PARTNER, institution_id=6), frozenset()),
        (Grant(Role.DIRECTOR, country="UG"), rules.DECISIONS),
        (Grant(Role.DIRECTOR, institution_id=5), rules.DECISIONS),
        (Grant(Role.DIRECTOR, country="NP"), frozenset()),
        (Grant(Role.COORDINATOR), frozenset(Action)),
        (Grant(Role.ADMIN), frozenset()),
        (Grant(Role.VOLUNTEER), frozenset()),
        (Grant(Role.FINANCE), frozenset()),
    ],
)
def test_in_reach_is_scoped(grant: Grant, allowed: frozenset[Action]) -> None:
    assert rules.in_reach(viewer(grant), country="UG", institution_id=5) == allowed


@pytest.mark.parametrize("state", list(RequestState))
def test_possible_keeps_the_raiser_from_deciding(state: RequestState) -> None:
    assert not rules.possible(state, frozenset(Action), raised_it=True) & rules.DECISIONS


def test_states_for_agrees_with_the_table_of_moves() -> None:
    targets = {
        Action.SUBMIT: RequestState.SUBMITTED,
        Action.OPEN: RequestState.OPEN,
        Action.RETURN: RequestState.RETURNED,
        Action.WITHDRAW: RequestState.WITHDRAWN,
        Action.CLOSE: RequestState.CLOSED,
        Action.REOPEN: RequestState.OPEN,
    }
    for action, target in targets.items():
        assert all(target in MOVES[state] for state in STATES_FOR[action]), action
