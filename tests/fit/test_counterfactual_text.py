"""Counterfactuals as text."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from typing import Any

import pytest

from volunteer_hub.core.times import Window
from volunteer_hub.fit import counterfactual_text, gate_advice
from volunteer_hub.fit.rules import FailedGate, Gate
from volunteer_hub.fit.rules.counterfactuals import Counterfactual, UnlockingChange
from volunteer_hub.fit.rules.profile_changes import ChangeKind, ProfileChange


@pytest.fixture(autouse=True)
def page(app: Any) -> Iterator[None]:
    with app.test_request_context():
        yield


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (ProfileChange(ChangeKind.READY), "Every readiness check met and in date"),
        (ProfileChange(ChangeKind.CAPACITY, number=1), "Room for 1 placement at a time"),
        (ProfileChange(ChangeKind.CAPACITY, number=2), "Room for 2 placements at a time"),
        (ProfileChange(ChangeKind.GOAL, "teaching"), "The learning goal “Teaching”"),
        (ProfileChange(ChangeKind.DATES, until_on=dt.date(2027, 2, 28)), "Time until 28 Feb 2027"),
        (ProfileChange(ChangeKind.DATES, from_on=dt.date(2027, 1, 4)), "Time from 4 Jan 2027 on"),
        (
            ProfileChange(ChangeKind.DATES, from_on=dt.date(2027, 1, 4), until_on=dt.date(2027, 2, 28)),
            "Time from 4 Jan 2027 until 28 Feb 2027",
        ),
        (ProfileChange(ChangeKind.HOURS, number=45), "45 minutes more a week"),
        (ProfileChange(ChangeKind.HOURS, number=60), "1 hour more a week"),
        (ProfileChange(ChangeKind.HOURS, number=90), "1 hour 30 minutes more a week"),
        (
            ProfileChange(ChangeKind.TIMES, number=120, window=Window(1, 1020, 1140)),
            "2 hours more on Tuesdays between 17:00 and 19:00 (London time)",
        ),
        (
            ProfileChange(ChangeKind.TIMES, number=30, window=Window(6, 1410, 1440)),
            "30 minutes more on Sundays between 23:30 and 24:00 (London time)",
        ),
        (ProfileChange(ChangeKind.SKILL, "IPC", 3), "Infection prevention and control at the level “can teach it”"),
        (ProfileChange(ChangeKind.LANGUAGE, "fr", 4), "French at B2"),
        (ProfileChange(ChangeKind.LANGUAGE, "fr", 7), "French as a mother tongue"),
    ],
)
def test_text_of_a_change(change: ProfileChange, expected: str) -> None:
    assert counterfactual_text.describe_change(change, "Europe/London") == expected


FRENCH, HOUR = ProfileChange(ChangeKind.LANGUAGE, "fr", 4), ProfileChange(ChangeKind.HOURS, number=60)


@pytest.mark.parametrize(
    ("step", "expected"),
    [
        (Counterfactual((FRENCH,), (), 64, 81, True, True), "French at B2 would lift this from 64 to 81."),
        (
            Counterfactual((FRENCH,), (Gate.LANGUAGE,), 64, 81, False, True),
            "French at B2 would make this possible, with 81 of 100.",
        ),
        (
            Counterfactual((HOUR, FRENCH), (Gate.HOURS, Gate.LANGUAGE), 64, 81, False, True),
            "All of these together would make this possible, with 81 of 100: 1 hour more a week; French at B2.",
        ),
        (
            Counterfactual((HOUR,), (Gate.HOURS,), 64, 66, False, False),
            "1 hour more a week would settle “Weekly hours free”; other things still stand in the way.",
        ),
    ],
)
def test_text_of_a_counterfactual(step: Counterfactual, expected: str) -> None:
    assert counterfactual_text.describe_counterfactual(step, "Europe/London") == expected


@pytest.mark.parametrize(("opens", "expected"), [((1,), "1 request."), ((1, 2, 3, 4, 5, 6, 7), "7 requests.")])
def test_text_of_an_unlocking_change(opens: tuple[int, ...], expected: str) -> None:
    assert (
        counterfactual_text.describe_unlocking_change(UnlockingChange(FRENCH, opens), "Europe/London")
        == f"French at B2 would open {expected}"
    )


@pytest.mark.parametrize("kind", list(ChangeKind))
def test_every_kind_of_change_has_a_text_and_a_profile_page(app: Any, kind: ChangeKind) -> None:
    assert kind in counterfactual_text.CHANGE_TEXT
    (endpoint, text), *_rest = counterfactual_text.list_profile_links((ProfileChange(kind),))
    assert endpoint in app.view_functions
    assert text


def test_profile_pages_are_listed_once() -> None:
    both = (HOUR, ProfileChange(ChangeKind.DATES, until_on=dt.date(2027, 2, 28)), FRENCH)
    assert [endpoint for endpoint, _text in counterfactual_text.list_profile_links(both)] == [
        "volunteers.availability",
        "volunteers.languages",
    ]


@pytest.mark.parametrize("gate", list(Gate))
def test_advice_for_coordinators_does_not_address_the_volunteer(gate: Gate) -> None:
    advice = gate_advice.advise_coordinator(FailedGate(gate, {}))
    assert advice.endswith(".")
    assert not re.search(r"\byou(r|rs|rself)?\b", advice, re.IGNORECASE)
    assert gate_advice.advise_volunteer(FailedGate(gate, {})).endswith(".")
