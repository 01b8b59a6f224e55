"""The page of the warnings that people went past."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from flask import Flask

from tests.factories.accounts import make_account
from tests.support.counting import queries_of
from volunteer_hub.core import clock
from volunteer_hub.core.access import Role
from volunteer_hub.core.db import db
from volunteer_hub.core.patient_data.models import PatientDataWarning

PATH = "/patient-data/warnings"


def warned(number: int, *, account_id: int | None = None, reasons: str = "name") -> None:
    """Rows of the list, each a minute older than the one before."""
    for minutes in range(number):
        at = clock.now() - dt.timedelta(minutes=minutes)
        db.session.add(
            PatientDataWarning(
                at=at, account_id=account_id, path=f"/hours/{minutes}", field="note_text", reasons=reasons
            )
        )
    db.session.commit()


@pytest.fixture
def coordinator(client: Any) -> Any:
    """A client signed in as coordinator."""
    client.sign_in(make_account(Role.COORDINATOR).email)
    return client


def test_warnings_are_shown_in_words_with_who_and_where(coordinator: Any) -> None:
    warned(1, account_id=make_account(Role.VOLUNTEER, name="Vera Volunteer").id, reasons="care_date|name")
    text = coordinator.get(PATH).text
    for words in ("Vera Volunteer", "/hours/0", "note text", "a full date near a patient; could be a patient’s name"):
        assert words in text


def test_a_warning_of_somebody_not_signed_in_says_so(coordinator: Any) -> None:
    warned(1)
    assert "Not signed in" in coordinator.get(PATH).text


def test_an_empty_list_says_so(coordinator: Any) -> None:
    assert "Nobody went past a warning." in coordinator.get(PATH).text


def test_the_list_goes_on_newest_first(coordinator: Any) -> None:
    warned(25)
    first = coordinator.get(PATH).text
    assert first.index("/hours/0<") < first.index("/hours/19<")
    assert "/hours/20<" not in first
    address = first.split('class="app-more"')[1].split('href="')[1].split('"')[0].replace("&amp;", "&")
    second = coordinator.get(address).text
    assert "/hours/20<" in second
    assert "/hours/24<" in second
    assert "/hours/19<" not in second


def test_the_list_costs_the_same_at_any_length(coordinator: Any, app: Flask) -> None:
    someone = make_account(Role.VOLUNTEER)
    warned(1, account_id=someone.id)
    few = len(queries_of(coordinator, PATH))
    warned(30, account_id=someone.id)
    assert len(queries_of(coordinator, PATH)) == few == 2


@pytest.mark.parametrize("role", [Role.VOLUNTEER, Role.PARTNER, Role.DIRECTOR, Role.FINANCE, Role.FUNDER])
def test_others_may_not_read_it(client: Any, role: Role) -> None:
    client.sign_in(make_account(role, country="UG" if role is Role.DIRECTOR else None).email)
    assert client.get(PATH).status_code == 403
