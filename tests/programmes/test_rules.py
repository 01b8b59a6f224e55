"""Rules of a programme's settings and names."""

from __future__ import annotations

import dataclasses
import datetime as dt
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.programmes import USUAL
from volunteer_hub.core.errors import DomainError
from volunteer_hub.programmes import rules


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"ends_on": dt.date(2026, 12, 31)}, "ends_on"),
        ({"target_volunteers": 0}, "target_volunteers"),
        ({"default_allocation_minor": -1}, "allocation"),
        ({"default_allocation_minor": 2**31}, "allocation"),
        ({"volunteer_days": 0}, "volunteer_days"),
        ({"director_days": 61}, "director_days"),
        ({"release_days": 61}, "release_days"),
    ],
)
def test_impossible_settings_are_refused_at_their_field(changed: dict[str, Any], field: str) -> None:
    with pytest.raises(DomainError) as refusal:
        rules.check_settings(dataclasses.replace(USUAL, **changed))
    assert refusal.value.field == field


@given(first=st.dates(), last=st.dates(), days=st.integers(-5, 70), minor=st.integers(-(2**33), 2**33))
def test_valid_settings_fit_the_columns(first: dt.date, last: dt.date, days: int, minor: int) -> None:
    settings = dataclasses.replace(
        USUAL, starts_on=first, ends_on=last, release_days=days, default_allocation_minor=minor
    )
    fits = first <= last and 1 <= days <= 60 and 0 <= minor < 2**31
    try:
        rules.check_settings(settings)
    except DomainError:
        assert not fits
    else:
        assert fits


@pytest.mark.parametrize("name", rules.SETTING_NAMES)
def test_version_changes_with_every_setting(name: str) -> None:
    before = getattr(USUAL, name)
    other = {bool: lambda v: not v, int: lambda v: v + 1, str: lambda v: v + "!"}.get(
        type(before), lambda v: v + dt.timedelta(days=1)
    )(before)
    changed = dataclasses.replace(USUAL, **{name: other})
    assert rules.settings_version(changed) != rules.settings_version(USUAL)
    assert rules.list_changed_settings(USUAL, changed) == [name]


def test_version_is_equal_for_equal_settings() -> None:
    assert rules.settings_version(dataclasses.replace(USUAL)) == rules.settings_version(USUAL)
    assert rules.settings_version(rules.settings_of(USUAL)) == rules.settings_version(USUAL)


@pytest.mark.parametrize(("other", "same"), [("HANDS TOGETHER", True), ("Hánds together", True), ("Hands", False)])
def test_names_are_compared_without_case_and_accents(other: str, same: bool) -> None:
    assert rules.is_same_name(USUAL.name, other) is same
