"""The guard in a form: stops, warnings, and that no text is lost, stored or logged."""

from __future__ import annotations

import logging
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from tests.factories.volunteers import make_volunteer
from tests.support.client import FormParser
from volunteer_hub.core import forms
from volunteer_hub.core.db import db
from volunteer_hub.patient_data.models import PatientDataWarning
from volunteer_hub.volunteers.models import Volunteer

PATH = "/profile/goals"
CANARY = "999 123 4594"
DOUBTFUL = "Mrs Auma was admitted last night"
OTHER_DOUBT = "Mr Banda was admitted last night"


@pytest.fixture
def volunteer(client: Any) -> Any:
    """A client signed in as volunteer."""
    client.sign_in(make_volunteer(learning_goals=None, experience=None).account.email)
    return client


def again(client: Any, reply: Any, **answers: Any) -> Any:
    """Post the form of a refused page again with these changes."""
    reader = FormParser()
    reader.feed(reply.text)
    [form] = [form for form in reader.forms if form["method"] == "post" and form["action"] != "/sign-out"]
    return client.post(PATH, data=form["data"] | answers)


def stored_warnings() -> list[PatientDataWarning]:
    """Return the stored warnings."""
    db.session.rollback()
    return list(db.session.scalars(sa.select(PatientDataWarning).order_by(PatientDataWarning.id)))


def goals() -> str | None:
    """Return the saved text."""
    db.session.rollback()
    return db.session.scalars(sa.select(Volunteer.learning_goals)).one()


def everything() -> str:
    """Every value of every row of every table."""
    db.session.rollback()
    return "\n".join(
        str(tuple(row)) for table in db.metadata.sorted_tables for row in db.session.execute(sa.select(table)).all()
    )


def test_number_is_an_error_of_its_field_and_the_text_is_kept(volunteer: Any) -> None:
    reply = volunteer.submit(PATH, learning_goals=f"Like {CANARY}", experience="Ten years")
    assert reply.status_code == 422
    assert "There is a problem" in reply.text
    assert 'href="#learning_goals"' in reply.text
    assert "Take the NHS number out" in reply.text
    assert f"Like {CANARY}" in reply.text
    assert "Ten years" in reply.text
    assert "no_patient_data" not in reply.text
    assert goals() is None


def test_stopped_text_is_neither_logged_nor_stored_nor_flashed(
    volunteer: Any, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG):
        volunteer.submit(PATH, learning_goals=f"Like {CANARY}", experience="Mrs Quillonby was admitted")
    assert not any(secret in caplog.text for secret in (CANARY, "9991234594", "Quillonby"))
    assert not any(secret in everything() for secret in (CANARY, "9991234594", "Quillonby"))
    with volunteer.session_transaction() as cookie:
        assert "_flashes" not in cookie
    assert CANARY not in volunteer.get(PATH).text


def test_warning_shows_the_acknowledgement_box_above_the_button(volunteer: Any) -> None:
    reply = volunteer.submit(PATH, learning_goals=DOUBTFUL)
    assert reply.status_code == 422
    assert "This could be a patient" in reply.text
    assert 'href="#no_patient_data"' in reply.text
    assert 'id="no_patient_data"' in reply.text
    assert "I have read this again. No patient can be recognised from it." in reply.text
    assert reply.text.index('id="no_patient_data"') < reply.text.index('<button class="nhsuk-button"')
    assert DOUBTFUL in reply.text
    assert (goals(), stored_warnings()) == (None, [])


def test_acknowledged_text_is_saved_and_its_codes_are_stored(volunteer: Any, now: Any) -> None:
    reply = again(volunteer, volunteer.submit(PATH, learning_goals=DOUBTFUL), no_patient_data="yes")
    assert reply.status_code == 303
    assert goals() == DOUBTFUL
    [row] = stored_warnings()
    assert (row.at, row.path, row.field, row.reasons) == (now, PATH, "learning_goals", "name")
    assert row.account_id is not None
    assert "Auma" not in str((row.path, row.field, row.reasons))


def test_acknowledgement_counts_only_for_the_exact_text(volunteer: Any) -> None:
    warned = volunteer.submit(PATH, learning_goals=DOUBTFUL)
    reply = again(volunteer, warned, no_patient_data="yes", learning_goals=OTHER_DOUBT)
    assert reply.status_code == 422
    assert "checked" not in reply.text.split('id="no_patient_data"')[1].split(">")[0]
    reply = again(volunteer, warned, no_patient_data="yes", experience=OTHER_DOUBT)
    assert reply.status_code == 422
    assert stored_warnings() == []
    assert again(volunteer, reply, no_patient_data="yes").status_code == 303
    assert [row.field for row in stored_warnings()] == ["learning_goals", "experience"]


@pytest.mark.parametrize("token", [None, "", "forged", "ä"])
def test_acknowledgement_without_its_token_is_ignored(volunteer: Any, token: str | None) -> None:
    answers = {} if token is None else {"patient_data_seen": token}
    reply = volunteer.submit(PATH, learning_goals=DOUBTFUL, no_patient_data="yes", **answers)
    assert reply.status_code == 422
    assert stored_warnings() == []


def test_acknowledgement_does_not_let_a_stop_pass(volunteer: Any) -> None:
    warned = volunteer.submit(PATH, learning_goals=DOUBTFUL)
    stopped = again(volunteer, warned, no_patient_data="yes", experience=f"See {CANARY}")
    assert stopped.status_code == 422
    assert "Take the NHS number out" in stopped.text
    assert stored_warnings() == []
    done = again(volunteer, stopped, experience="Nothing of the kind")
    assert done.status_code == 303, "the tick is still there, and so is its seal"
    assert [row.field for row in stored_warnings()] == ["learning_goals"]


def test_changed_text_without_a_warning_needs_no_acknowledgement(volunteer: Any) -> None:
    reply = again(volunteer, volunteer.submit(PATH, learning_goals=DOUBTFUL), learning_goals="How others triage.")
    assert reply.status_code == 303
    assert stored_warnings() == []


def test_usual_post_and_read_page_show_no_acknowledgement_box(volunteer: Any) -> None:
    assert volunteer.submit(PATH, learning_goals="Call me on 07700 900123").status_code == 303
    assert "no_patient_data" not in volunteer.get(PATH).text
    assert stored_warnings() == []


def test_acknowledgement_by_a_double_click_is_stored_once(volunteer: Any) -> None:
    warned = volunteer.submit(PATH, learning_goals=DOUBTFUL)
    for _ in range(2):
        assert again(volunteer, warned, no_patient_data="yes").status_code == 303
    assert len(stored_warnings()) == 1


def test_form_without_a_registered_text_check_does_not_validate(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(forms, "_text_checks", [])
    with app.test_request_context("/", method="POST"), pytest.raises(RuntimeError, match="no text check"):
        forms.Form.bind().validate_on_submit()
