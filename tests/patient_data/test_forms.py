"""The guard in a form: what stops, what warns, and that nothing typed is lost, kept or logged."""

from __future__ import annotations

import logging
from typing import Any

import pytest
import sqlalchemy as sa

from tests.factories.volunteers import make_volunteer
from tests.support.client import FormParser
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
    """Send the page of a refused post once more, as it stands but for the answers."""
    reader = FormParser()
    reader.feed(reply.text)
    [form] = [one for one in reader.forms if one["method"] == "post" and one["action"] != "/sign-out"]
    return client.post(PATH, data=form["data"] | answers)


def kept() -> list[PatientDataWarning]:
    """What stands in the list of warnings."""
    db.session.rollback()
    return list(db.session.scalars(sa.select(PatientDataWarning).order_by(PatientDataWarning.id)))


def goals() -> str | None:
    """What is saved."""
    db.session.rollback()
    return db.session.scalars(sa.select(Volunteer.learning_goals)).one()


def everything() -> str:
    """Every value of every row of every table."""
    db.session.rollback()
    return "\n".join(
        str(tuple(row)) for table in db.metadata.sorted_tables for row in db.session.execute(sa.select(table)).all()
    )


def test_a_number_stops_at_its_field_and_what_was_typed_stays(volunteer: Any) -> None:
    reply = volunteer.submit(PATH, learning_goals=f"Like {CANARY}", experience="Ten years")
    assert reply.status_code == 422
    assert "There is a problem" in reply.text
    assert 'href="#learning_goals"' in reply.text
    assert "Take the NHS number out" in reply.text
    assert f"Like {CANARY}" in reply.text
    assert "Ten years" in reply.text
    assert "no_patient_data" not in reply.text
    assert goals() is None


def test_a_stop_is_neither_logged_nor_kept_nor_flashed(volunteer: Any, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        volunteer.submit(PATH, learning_goals=f"Like {CANARY}", experience="Mrs Quillonby was admitted")
    assert not any(word in caplog.text for word in (CANARY, "9991234594", "Quillonby"))
    assert not any(word in everything() for word in (CANARY, "9991234594", "Quillonby"))
    with volunteer.session_transaction() as cookie:
        assert "_flashes" not in cookie
    assert CANARY not in volunteer.get(PATH).text


def test_a_doubt_comes_back_with_a_tick_above_the_button(volunteer: Any) -> None:
    reply = volunteer.submit(PATH, learning_goals=DOUBTFUL)
    assert reply.status_code == 422
    assert "This could be a patient" in reply.text
    assert 'href="#no_patient_data"' in reply.text
    assert 'id="no_patient_data"' in reply.text
    assert "I have read this again. No patient can be recognised from it." in reply.text
    assert reply.text.index('id="no_patient_data"') < reply.text.index('<button class="nhsuk-button"')
    assert DOUBTFUL in reply.text
    assert (goals(), kept()) == (None, [])


def test_ticked_the_same_words_go_through_and_the_codes_are_kept(volunteer: Any, now: Any) -> None:
    reply = again(volunteer, volunteer.submit(PATH, learning_goals=DOUBTFUL), no_patient_data="yes")
    assert reply.status_code == 303
    assert goals() == DOUBTFUL
    [row] = kept()
    assert (row.at, row.path, row.field, row.reasons) == (now, PATH, "learning_goals", "name")
    assert row.account_id is not None
    assert "Auma" not in str((row.path, row.field, row.reasons))


def test_a_tick_counts_for_the_words_that_were_warned_of_and_no_others(volunteer: Any) -> None:
    warned = volunteer.submit(PATH, learning_goals=DOUBTFUL)
    reply = again(volunteer, warned, no_patient_data="yes", learning_goals=OTHER_DOUBT)
    assert reply.status_code == 422
    assert "checked" not in reply.text.split('id="no_patient_data"')[1].split(">")[0]
    reply = again(volunteer, warned, no_patient_data="yes", experience=OTHER_DOUBT)
    assert reply.status_code == 422
    assert kept() == []
    assert again(volunteer, reply, no_patient_data="yes").status_code == 303
    assert [row.field for row in kept()] == ["learning_goals", "experience"]


@pytest.mark.parametrize("seal", [None, "", "forged", "ä"])
def test_a_tick_without_its_seal_counts_for_nothing(volunteer: Any, seal: str | None) -> None:
    answers = {} if seal is None else {"patient_data_seen": seal}
    reply = volunteer.submit(PATH, learning_goals=DOUBTFUL, no_patient_data="yes", **answers)
    assert reply.status_code == 422
    assert kept() == []


def test_a_tick_lets_no_stop_through(volunteer: Any) -> None:
    warned = volunteer.submit(PATH, learning_goals=DOUBTFUL)
    stopped = again(volunteer, warned, no_patient_data="yes", experience=f"See {CANARY}")
    assert stopped.status_code == 422
    assert "Take the NHS number out" in stopped.text
    assert kept() == []
    done = again(volunteer, stopped, experience="Nothing of the kind")
    assert done.status_code == 303, "the tick is still there, and so is its seal"
    assert [row.field for row in kept()] == ["learning_goals"]


def test_changed_words_without_a_doubt_need_no_tick(volunteer: Any) -> None:
    reply = again(volunteer, volunteer.submit(PATH, learning_goals=DOUBTFUL), learning_goals="How others triage.")
    assert reply.status_code == 303
    assert kept() == []


def test_a_usual_post_and_a_page_that_is_read_show_no_tick(volunteer: Any) -> None:
    assert volunteer.submit(PATH, learning_goals="Call me on 07700 900123").status_code == 303
    assert "no_patient_data" not in volunteer.get(PATH).text
    assert kept() == []


def test_ticked_twice_by_a_double_click_is_kept_once(volunteer: Any) -> None:
    warned = volunteer.submit(PATH, learning_goals=DOUBTFUL)
    for _ in range(2):
        assert again(volunteer, warned, no_patient_data="yes").status_code == 303
    assert len(kept()) == 1
