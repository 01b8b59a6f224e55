"""The rules on plain values."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from volunteer_hub.core.errors import DomainError
from volunteer_hub.volunteers import rules
from volunteer_hub.volunteers.states import CheckKind, CheckState, ProfileGap, ProfileSection

TODAY = dt.date(2026, 11, 20)
FULL = rules.ProfileAnswers("nurse_adult", "NMC", "12A3456B", 1, 1, 1, 1, 120, "Morgan", "m@example.org")
NMC = r"^[0-9]{2}[A-Z][0-9]{4}[A-Z]$"


@dataclass(frozen=True)
class Check:
    kind: CheckKind
    state: CheckState = CheckState.MET
    expires_on: dt.date | None = None


days = st.none() | st.dates(TODAY - dt.timedelta(days=90), TODAY + dt.timedelta(days=90))
six = st.tuples(*(st.builds(Check, st.just(kind), st.sampled_from(CheckState), days) for kind in CheckKind))


@given(six)
def test_ready_means_that_every_check_counts(checks: tuple[Check, ...]) -> None:
    ready, until = rules.evaluate_readiness(checks, TODAY)
    assert ready == all(rules.is_satisfied(check, TODAY) for check in checks)
    assert until is None or ready


@given(six)
def test_readiness_ends_exactly_with_its_last_day(checks: tuple[Check, ...]) -> None:
    ready, until = rules.evaluate_readiness(checks, TODAY)
    if ready and until:
        assert rules.evaluate_readiness(checks, until) == (True, until)
        assert rules.evaluate_readiness(checks, until + dt.timedelta(days=1)) == (False, None)
    elif ready:
        assert rules.evaluate_readiness(checks, dt.date.max)[0]


@given(six, st.sampled_from(CheckKind))
def test_a_volunteer_is_not_ready_while_a_kind_of_check_is_absent(checks: tuple[Check, ...], absent: CheckKind) -> None:
    assert rules.evaluate_readiness([check for check in checks if check.kind is not absent], TODAY) == (False, None)


@given(six, st.sampled_from(CheckKind))
def test_a_check_that_is_not_met_never_makes_ready(checks: tuple[Check, ...], kind: CheckKind) -> None:
    changed = [replace(c, state=CheckState.NOT_MET) if c.kind is kind else c for c in checks]
    assert rules.evaluate_readiness(changed, TODAY) == (False, None)


@pytest.mark.parametrize(("days_left", "counts"), [(-1, False), (0, True), (1, True)])
def test_the_last_day_counts(days_left: int, counts: bool) -> None:
    assert rules.is_in_date(TODAY + dt.timedelta(days=days_left), TODAY) is counts


@pytest.mark.parametrize(("days_left", "soon"), [(-1, False), (0, True), (59, True), (60, False)])
def test_running_out_soon_is_within_sixty_days(days_left: int, soon: bool) -> None:
    check = Check(CheckKind.SAFEGUARDING, expires_on=TODAY + dt.timedelta(days=days_left))
    assert rules.expires_soon(check, TODAY) is soon


def test_an_empty_profile_misses_every_needed_answer() -> None:
    gaps = rules.list_gaps(rules.ProfileAnswers())
    assert set(gaps) == set(ProfileSection)
    named = {gap for part in gaps.values() for gap in part}
    assert named == set(ProfileGap) - {ProfileGap.REGISTRATION_NUMBER, ProfileGap.SPECIALTY}


def test_a_full_profile_misses_nothing() -> None:
    assert rules.is_complete(rules.list_gaps(FULL))


def test_registration_and_specialty_are_needed_of_regulated_professions_only() -> None:
    bare = replace(FULL, registration_number=None, specialties=0)
    assert rules.list_gaps(bare)[ProfileSection.WORK] == (ProfileGap.REGISTRATION_NUMBER,)
    assert rules.list_gaps(bare)[ProfileSection.SPECIALTIES] == (ProfileGap.SPECIALTY,)
    assert rules.is_complete(rules.list_gaps(replace(bare, regulator="none")))


def test_registration_may_be_skipped_only_without_a_register() -> None:
    assert rules.may_skip(CheckKind.REGISTRATION, "none")
    assert not rules.may_skip(CheckKind.REGISTRATION, "NMC")
    assert not rules.may_skip(CheckKind.REGISTRATION, None)
    assert not rules.may_skip(CheckKind.CODE_OF_CONDUCT, "none")


def refusal(number: str, *, sure: bool = False) -> str | None:
    try:
        rules.check_registration(number, pattern=NMC, format_hint="Like 12A3456B.", sure=sure)
    except DomainError as error:
        return error.code
    return None


def test_an_unusual_number_passes_when_confirmed_and_nonsense_never() -> None:
    assert refusal("12A3456B") is None
    assert refusal("RN123456") == "unusual_registration_number"
    assert refusal("RN123456", sure=True) is None
    assert refusal("no idea!", sure=True) == "registration_number_invalid"


@given(st.text(max_size=60))
def test_no_text_breaks_the_check_of_a_number(text: str) -> None:
    refusal(rules.normalise_registration(text) or "", sure=True)


def check_result(**changes: object) -> str | None:
    arguments: dict[str, object] = {
        "evidence": "Seen",
        "checked_on": TODAY,
        "expires_on": None,
        "note": None,
        "regulator": "NMC",
        "today": TODAY,
    }
    try:
        rules.check_result(CheckKind.SAFEGUARDING, changes.pop("state", CheckState.MET), **(arguments | changes))
    except DomainError as error:
        return error.field
    return None


def test_a_result_needs_evidence_reason_and_valid_dates() -> None:
    tomorrow, yesterday = TODAY + dt.timedelta(days=1), TODAY - dt.timedelta(days=1)
    assert check_result() is None
    assert check_result(evidence=None) == "evidence"
    assert check_result(checked_on=None) == "checked_on"
    assert check_result(checked_on=tomorrow) == "checked_on"
    assert check_result(expires_on=TODAY) == "expires_on"
    assert check_result(checked_on=yesterday - dt.timedelta(days=9), expires_on=yesterday) == "expires_on"
    assert check_result(checked_on=yesterday, expires_on=TODAY) is None
    assert check_result(state=CheckState.NOT_MET) == "note"
    assert check_result(state=CheckState.NOT_NEEDED, note="Teaches only") is None
