"""Settings of a programme's rounds: defaults, changes, concurrent editors, immediate effect."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
import sqlalchemy as sa

from tests.factories.accounts import make_account, viewer_of
from tests.factories.matching import make_fitting_volunteer
from tests.factories.partner_requests import make_programme, make_request
from tests.support.query_count import page_queries
from volunteer_hub.audit.models import AuditEntry
from volunteer_hub.core.access import Role
from volunteer_hub.core.db import db
from volunteer_hub.core.errors import DomainError, Forbidden
from volunteer_hub.matching.models import RoundSetting
from volunteer_hub.partner_requests.states import SupportKind
from volunteer_hub.programmes.states import ProgrammeState
from volunteer_hub.rounds.queries import round_settings
from volunteer_hub.rounds.service import round_settings as settings_service

DEFAULTS = settings_service.RoundSettingValues(1, 1, True, None, None, ())
ANSWERS = {
    "proposals_per_volunteer": "2",
    "proposals_per_seat": "3",
    "fill_first": "no",
    "runs": "yes",
    "every_days": "14",
    "next_on": "2026-12-01",
    "excluded_support_kinds": ["case_discussion", "teaching"],
}


@pytest.fixture
def coordinator(app: Any) -> Any:
    return make_account(Role.COORDINATOR)


@pytest.fixture
def programme(app: Any) -> Any:
    return make_programme()


def settings(programme: Any) -> RoundSetting:
    db.session.expire_all()
    return round_settings.get_settings(programme.id)


def test_without_stored_settings_the_defaults_apply(programme: Any) -> None:
    row = settings(programme)
    assert (row.proposals_per_volunteer, row.proposals_per_seat, row.fill_first) == (1, 1, True)
    assert (row.every_days, row.next_on, row.excluded_support_kinds) == (None, None, "")
    db.session.commit()
    assert round_settings.find_row(programme.id) is None, "reading makes no row"


def test_a_coordinator_changes_the_settings(as_: Any, coordinator: Any, programme: Any) -> None:
    browser, path = as_(coordinator), f"/programmes/{programme.id}/rounds"
    assert path in browser.get(f"/programmes/{programme.id}").text
    assert browser.submit(path, **ANSWERS).status_code == 303
    row = settings(programme)
    assert (row.proposals_per_volunteer, row.proposals_per_seat, row.fill_first) == (2, 3, False)
    assert (row.every_days, row.next_on) == (14, dt.date(2026, 12, 1))
    assert row.excluded_support_kinds == "teaching case_discussion"
    entry = db.session.scalars(sa.select(AuditEntry).where(AuditEntry.action == "round_setting.changed")).one()
    assert "Days between rounds: never → 14" in entry.note.text
    assert "Not given remotely: — → Teaching, Case-based discussion" in entry.note.text
    assert (entry.subject_type, entry.subject_id) == ("programme", programme.id)
    assert browser.submit(path, runs="no").status_code == 303
    row = settings(programme)
    assert (row.every_days, row.next_on, row.version) == (None, None, 2)
    assert row.excluded_support_kinds == "teaching case_discussion", "the form shows what is stored"
    assert browser.submit(path).status_code == 303
    assert settings(programme).version == 2, "nothing changed, nothing written"


@pytest.mark.parametrize(
    "answers",
    [
        {"proposals_per_volunteer": "0"},
        {"proposals_per_volunteer": "11"},
        {"proposals_per_seat": "6"},
        {"proposals_per_seat": ""},
        {"every_days": "91"},
        {"every_days": ""},
        {"next_on": ""},
        {"next_on": "2026-11-19"},
        {"next_on": "tomorrow"},
        {"fill_first": "maybe"},
        {"excluded_support_kinds": ["nonsense"]},
    ],
)
def test_invalid_choices_are_refused(as_: Any, coordinator: Any, programme: Any, answers: dict[str, Any]) -> None:
    reply = as_(coordinator).submit(f"/programmes/{programme.id}/rounds", **(ANSWERS | answers))
    assert reply.status_code == 422
    assert "There is a problem" in reply.text
    assert round_settings.find_row(programme.id) is None


def test_a_next_day_that_has_passed_may_stay(as_: Any, coordinator: Any, programme: Any, clock: Any) -> None:
    browser, path = as_(coordinator), f"/programmes/{programme.id}/rounds"
    browser.submit(path, **ANSWERS)
    clock.advance(days=20)
    assert as_(coordinator).submit(path, proposals_per_seat="2").status_code == 303
    assert settings(programme).proposals_per_seat == 2


def test_the_second_of_two_editors_sees_both(as_: Any, coordinator: Any, programme: Any) -> None:
    browser, path = as_(coordinator), f"/programmes/{programme.id}/rounds"
    stale = browser.forms(path)[-1]["data"]
    assert browser.submit(path, **ANSWERS).status_code == 303
    reply = browser.post(path, data=stale | ANSWERS | {"every_days": "30"})
    assert reply.status_code == 409
    assert "Somebody saved this while you were editing" in reply.text
    assert settings(programme).every_days == 14


def test_a_double_click_changes_once(as_: Any, coordinator: Any, programme: Any) -> None:
    browser, path = as_(coordinator), f"/programmes/{programme.id}/rounds"
    data = browser.forms(path)[-1]["data"] | ANSWERS
    assert [browser.post(path, data=data).status_code for _ in range(2)] == [303, 303]
    assert settings(programme).version == 1


def test_settings_of_a_closed_programme_cannot_change(as_: Any, coordinator: Any) -> None:
    programme = make_programme(state=ProgrammeState.CLOSED)
    reply = as_(coordinator).submit(f"/programmes/{programme.id}/rounds", **ANSWERS)
    assert reply.status_code == 422
    assert "This programme is closed" in reply.text


def test_only_a_coordinator_changes_the_settings(as_: Any, programme: Any, now: Any) -> None:
    admin = make_account(Role.ADMIN)
    assert as_(admin).get(f"/programmes/{programme.id}/rounds").status_code == 403
    with pytest.raises(Forbidden):
        settings_service.change_round_settings(programme, DEFAULTS, actor=viewer_of(admin), now=now)
    assert as_(make_account(Role.COORDINATOR)).get("/programmes/999/rounds").status_code == 404


@pytest.mark.parametrize("name", ["proposals_per_volunteer", "proposals_per_seat", "every_days"])
def test_the_service_enforces_the_limits(programme: Any, coordinator: Any, now: Any, name: str) -> None:
    values = vars(DEFAULTS) | {"every_days": 7, "next_on": now.date(), name: 1_000}
    with pytest.raises(DomainError):
        settings_service.change_round_settings(
            programme, settings_service.RoundSettingValues(**values), actor=viewer_of(coordinator), now=now
        )


def test_an_excluded_support_kind_closes_its_gate(as_: Any, coordinator: Any) -> None:
    request, volunteer = make_request(kind=SupportKind.TEACHING), make_fitting_volunteer()
    as_(coordinator).submit(f"/programmes/{request.programme_id}/rounds", excluded_support_kinds=["teaching"])
    page = as_(volunteer.account).get(f"/find/{request.id}").text
    assert "This programme does not give this kind of support remotely." in page


def test_the_page_costs_two_queries(as_: Any, coordinator: Any, programme: Any) -> None:
    assert len(page_queries(as_(coordinator), f"/programmes/{programme.id}/rounds")) == 2
