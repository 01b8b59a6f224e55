"""The volunteer's pages: log, correct and withdraw hours."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
import sqlalchemy as sa

from tests.factories.accounts import make_account, viewer_of
from tests.factories.hours import make_entry
from tests.factories.matching import make_fitting_volunteer, make_match
from tests.factories.partner_requests import make_request
from tests.factories.placements import make_placement
from tests.support.hours import entries
from tests.support.queued_mail import mails
from volunteer_hub.audit.models import AuditEntry
from volunteer_hub.core.access import Role
from volunteer_hub.core.db import db
from volunteer_hub.core.errors import Conflict, Forbidden
from volunteer_hub.hours import service
from volunteer_hub.hours.states import HoursKind, HoursState
from volunteer_hub.placements import service as placements
from volunteer_hub.placements.models import Placement
from volunteer_hub.placements.states import PlacementState


def log(browser: Any, **answers: Any) -> Any:
    return browser.submit("/hours/log", **({"spent": "60", "kind": "delivery"} | answers))


def test_hours_are_logged_with_date_length_and_kind(as_: Any, volunteer: Any, placement: Placement) -> None:
    browser = as_(volunteer)
    assert f'href="/hours/log?placement={placement.id}"' in browser.get("/start").text
    assert f'href="/hours/log?placement={placement.id}"' in browser.get(f"/placements/{placement.id}").text
    reply = log(browser, note="Rounds with the nurses")
    assert (reply.status_code, reply.location) == (303, f"/hours/placement/{placement.id}?month=2026-11")
    [entry] = entries()
    assert (entry.worked_on, entry.minutes, entry.kind) == (dt.date(2026, 11, 30), 60, HoursKind.DELIVERY)
    assert (entry.state, entry.started_at, entry.note) == (HoursState.LOGGED, None, "Rounds with the nurses")
    assert "Logged: 1 h." in browser.get(reply.location).text
    assert db.session.scalars(sa.select(AuditEntry.action).where(AuditEntry.subject_type == "hours_entry")).all() == [
        "hours.logged"
    ]


def test_the_form_defaults_to_the_date_in_the_volunteers_time_zone(
    as_: Any, volunteer: Any, placement: Any, clock: Any
) -> None:
    volunteer.time_zone = "Pacific/Auckland"
    clock.advance(hours=4)
    assert 'value="2026-12-01"' in as_(volunteer).get("/hours/log").text


@pytest.mark.parametrize(
    ("answers", "minutes"),
    [
        ({"spent": "90"}, 90),
        ({"spent": "other", "hours": "2", "minutes": "20"}, 140),
        ({"spent": None, "minutes": "45"}, 45),
        ({"spent": "120", "hours": "2"}, 120),
    ],
)
def test_a_length_is_chosen_or_typed(as_: Any, volunteer: Any, answers: Any, minutes: int) -> None:
    assert log(as_(volunteer), **answers).status_code == 303
    assert [entry.minutes for entry in entries()] == [minutes]


@pytest.mark.parametrize(
    "answers",
    [
        {"spent": None},
        {"spent": "other"},
        {"spent": "30", "hours": "2"},
        {"spent": "other", "hours": "24", "minutes": "1"},
        {"spent": "other", "hours": "1e1"},
        {"kind": None},
        {"kind": "travel"},
        {"worked_on": "2026-12-01"},
        {"worked_on": "2026-11-19"},
        {"worked_on": "yesterday"},
        {"start": "24:00"},
        {"start": "08:30"},
    ],
)
def test_invalid_answers_are_refused_and_kept_in_the_form(as_: Any, volunteer: Any, answers: dict[str, Any]) -> None:
    reply = log(as_(volunteer), note="Kept words", **answers)
    assert reply.status_code == 422
    assert "Kept words" in reply.text
    assert "There is a problem" in reply.text
    assert entries() == []


def test_a_duplicate_entry_needs_a_start_time(as_: Any, volunteer: Any) -> None:
    browser = as_(volunteer)
    assert log(browser).status_code == 303
    again = log(browser)
    assert again.status_code == 422
    assert "You have logged the same already" in again.text
    assert log(browser, start="07:00").status_code == 303
    overlap = log(browser, start="07:30", kind="preparation")
    assert overlap.status_code == 422
    assert "You have logged other work for this time" in overlap.text
    assert log(browser, start="08:00").status_code == 303
    assert len(entries()) == 3


def test_a_double_click_is_one_entry(as_: Any, volunteer: Any) -> None:
    browser = as_(volunteer)
    form = next(f for f in browser.forms("/hours/log") if "worked_on" in f["data"])
    data = form["data"] | {"spent": "60", "kind": "delivery"}
    replies = [browser.post("/hours/log", data=data) for _ in range(2)]
    assert [reply.status_code for reply in replies] == [303, 303]
    assert replies[0].location == replies[1].location
    assert len(entries()) == 1


def test_the_daily_limit_covers_all_placements(as_: Any, volunteer: Any, placement: Placement, director: Any) -> None:
    placement.volunteer.capacity = 5
    other = make_placement(
        make_match(make_request(institution=placement.request.institution), placement.volunteer, director=director),
        PlacementState.ACTIVE,
        director=director,
    )
    browser = as_(volunteer)
    page = browser.get("/hours/log").text
    assert placement.request.title in page
    assert other.request.title in page
    assert log(browser).status_code == 422
    make_entry(placement, start=0, minutes=8 * 60)
    answers = {"placement": str(other.id), "spent": "other"}
    refused = log(browser, **answers, hours="16", minutes="1")
    assert refused.status_code == 422
    assert "more than a day" in refused.text
    assert log(browser, **answers, hours="1", start="07:59").status_code == 422
    assert log(browser, **answers, hours="16").status_code == 303
    assert browser.get(f"/hours/log?placement={other.id}").text.count("checked") == 1
    assert browser.get("/hours/log?placement=999").status_code == 404


@pytest.mark.parametrize("state", [PlacementState.PLANNED, PlacementState.COMPLETED, PlacementState.ENDED_EARLY])
def test_hours_cannot_be_logged_unless_active_or_paused(as_: Any, director: Any, clock: Any, state: Any) -> None:
    placement = make_placement(make_match(director=director), state, director=director)
    browser = as_(placement.volunteer.account)
    assert "You have no placement at work" in browser.get("/hours/log").text
    with pytest.raises(Conflict):
        make_entry(placement)


def test_hours_cannot_be_logged_when_the_placement_has_just_ended(
    as_: Any, volunteer: Any, placement: Placement, now: Any
) -> None:
    browser = as_(volunteer)
    form = next(f for f in browser.forms("/hours/log") if "worked_on" in f["data"])
    placements.end_early(placement, reason="Over.", actor=viewer_of(volunteer), now=now)
    reply = browser.post("/hours/log", data=form["data"] | {"spent": "60", "kind": "delivery"})
    assert reply.status_code == 409
    assert entries() == []


def test_only_the_volunteer_can_log(app: Any, placement: Placement, partner: Any, now: Any) -> None:
    with pytest.raises(Forbidden):
        service.log(
            placement,
            worked_on=now.date(),
            minutes=60,
            kind=HoursKind.DELIVERY,
            note=None,
            start=None,
            actor=viewer_of(partner),
            now=now,
        )


def test_an_entry_can_be_corrected_until_it_is_confirmed(as_: Any, volunteer: Any, placement: Placement) -> None:
    entry = make_entry(placement, minutes=135, start=0)
    browser = as_(volunteer)
    path = f"/hours/{entry.id}/edit"
    fields = next(f for f in browser.forms(path) if "worked_on" in f["data"])["data"]
    assert (fields["hours"], fields["minutes"], fields["spent"], fields["start"]) == (
        ["2"],
        ["15"],
        ["other"],
        ["00:00"],
    )
    assert browser.submit(path, spent="90", hours="", minutes="", start="").status_code == 303
    [entry] = entries()
    assert (entry.minutes, entry.started_at, entry.state) == (90, None, HoursState.LOGGED)
    service.confirm(entry, version=str(entry.version), actor=viewer_of(placement.request.contact), now=entry.logged_at)
    db.session.commit()
    for verb in ("edit", "withdraw"):
        assert browser.get(f"/hours/{entry.id}/{verb}").status_code == 409
    assert mails() == set()


def test_correcting_a_queried_entry_answers_it(as_: Any, volunteer: Any, placement: Placement) -> None:
    entry = make_entry(placement, HoursState.QUERIED)
    host = db.session.get_one(type(volunteer), entry.decided_by_id)
    browser = as_(volunteer)
    path = f"/hours/{entry.id}/edit"
    assert "Was that on Tuesday?" in browser.get(path).text
    assert browser.submit(path, answer="No, on Monday.", worked_on="2026-11-23").status_code == 303
    [entry] = entries()
    assert (entry.state, entry.answer_message, entry.worked_on.day) == (HoursState.LOGGED, "No, on Monday.", 23)
    assert mails() == {("hours_answered", host.email)}


def test_two_tabs_on_one_entry_show_both_versions(as_: Any, volunteer: Any, placement: Placement) -> None:
    entry = make_entry(placement)
    browser = as_(volunteer)
    path = f"/hours/{entry.id}/edit"
    old = next(f for f in browser.forms(path) if "worked_on" in f["data"])["data"]
    assert browser.submit(path, spent="30").status_code == 303
    reply = browser.post(path, data=old | {"spent": "120"})
    assert reply.status_code == 409
    assert "30 minutes" in reply.text
    assert [entry.minutes for entry in entries()] == [30]


def test_withdrawal_has_a_confirmation_page_and_frees_the_time(as_: Any, volunteer: Any, placement: Placement) -> None:
    entry = make_entry(placement)
    browser = as_(volunteer)
    assert browser.submit(f"/hours/{entry.id}/withdraw").status_code == 303
    assert [entry.state for entry in entries()] == [HoursState.WITHDRAWN]
    assert log(browser).status_code == 303
    assert browser.get(f"/hours/{entry.id}/edit").status_code == 409


def test_an_entry_of_another_volunteer_is_not_found(as_: Any, placement: Placement) -> None:
    entry = make_entry(placement)
    for account in (make_fitting_volunteer().account, make_account(Role.VOLUNTEER)):
        browser = as_(account)
        for verb in ("edit", "withdraw"):
            assert browser.get(f"/hours/{entry.id}/{verb}").status_code == 404
        assert browser.get(f"/hours/placement/{placement.id}").status_code == 404


def test_after_the_end_a_queried_entry_can_still_be_answered(
    as_: Any, volunteer: Any, placement: Placement, clock: Any
) -> None:
    entry = make_entry(placement, HoursState.QUERIED)
    placements.end_early(placement, reason="Over.", actor=viewer_of(volunteer), now=clock())
    clock.advance(days=5)
    browser = as_(volunteer)
    path = f"/hours/{entry.id}/edit"
    late = browser.submit(path, worked_on="2026-12-03")
    assert late.status_code == 422
    assert "The placement ended on 30 November 2026" in late.text
    assert browser.submit(path, answer="It was that day.").status_code == 303
