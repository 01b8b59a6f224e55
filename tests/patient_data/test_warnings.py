"""The page of acknowledged patient-data warnings."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from flask import Flask

from tests.factories.accounts import make_account
from tests.support.query_count import page_queries
from volunteer_hub.core import clock
from volunteer_hub.core.access import Role
from volunteer_hub.core.db import db
from volunteer_hub.patient_data.models import PatientDataWarning

PATH = "/patient-data/warnings"


def add_warnings(number: int, *, account_id: int | None = None, reasons: str = "name") -> None:
    """Insert warnings, each a minute older than the one before."""
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
    """Return a client signed in as coordinator."""
    client.sign_in(make_account(Role.COORDINATOR).email)
    return client


def test_warnings_are_listed_with_person_page_and_reason(coordinator: Any) -> None:
    add_warnings(1, account_id=make_account(Role.VOLUNTEER, name="Vera Volunteer").id, reasons="care_date|name")
    text = coordinator.get(PATH).text
    for expected in (
        "Vera Volunteer",
        "/hours/0",
        "note text",
        "a full date near a patient; could be a patient’s name",
    ):
        assert expected in text


def test_warning_without_a_session_is_marked(coordinator: Any) -> None:
    add_warnings(1)
    assert "Not signed in" in coordinator.get(PATH).text


def test_empty_list_has_a_message(coordinator: Any) -> None:
    assert "Nobody went past a warning." in coordinator.get(PATH).text


def test_list_is_paged_newest_first(coordinator: Any) -> None:
    add_warnings(25)
    first = coordinator.get(PATH).text
    assert first.index("/hours/0<") < first.index("/hours/19<")
    assert "/hours/20<" not in first
    address = first.split('class="app-more"')[1].split('href="')[1].split('"')[0].replace("&amp;", "&")
    second = coordinator.get(address).text
    assert "/hours/20<" in second
    assert "/hours/24<" in second
    assert "/hours/19<" not in second


def test_list_needs_the_same_queries_at_any_length(coordinator: Any, app: Flask) -> None:
    account = make_account(Role.VOLUNTEER)
    add_warnings(1, account_id=account.id)
    count_of_one = len(page_queries(coordinator, PATH))
    add_warnings(30, account_id=account.id)
    assert len(page_queries(coordinator, PATH)) == count_of_one == 2


@pytest.mark.parametrize("role", [Role.VOLUNTEER, Role.PARTNER, Role.DIRECTOR, Role.FINANCE, Role.FUNDER])
def test_other_roles_have_no_access(client: Any, role: Role) -> None:
    client.sign_in(make_account(role, country="UG" if role is Role.DIRECTOR else None).email)
    assert client.get(PATH).status_code == 403
