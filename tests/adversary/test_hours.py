"""Adversarial tests of hours: other institutions, days of the clock change, concurrent edits, formulas in files."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from tests.factories.accounts import make_account, viewer_of
from tests.factories.hours import make_entry
from tests.factories.matching import make_fitting_volunteer, make_match
from tests.factories.partner_requests import make_institution, make_request
from tests.factories.placements import make_placement
from volunteer_hub.accounts.models import Account
from volunteer_hub.core.access import Role
from volunteer_hub.core.db import db
from volunteer_hub.core.errors import DomainError
from volunteer_hub.hours.models import HoursEntry
from volunteer_hub.hours.states import HoursState
from volunteer_hub.placements.states import PlacementState


def test_hours_csv_is_no_formula(app, as_) -> None:
    account = make_account(Role.VOLUNTEER, name="=HYPERLINK(1)")
    make_entry(
        make_placement(
            make_match(make_request(title="@SUM(1)"), make_fitting_volunteer(account=account)), PlacementState.ACTIVE
        ),
        note="+1+1",
    )
    client = as_(make_account(Role.COORDINATOR))
    token = client.get("/hours/all").text.split('name="csrf_token" value="')[1].split('"')[0]
    import csv
    import io

    text = client.post("/hours/all/file", data={"csrf_token": token}).text.lstrip("\ufeff")
    rows = list(csv.reader(io.StringIO(text)))
    assert len(rows) == 2
    assert {"'=HYPERLINK(1)", "'@SUM(1)", "'+1+1"} <= set(rows[1])
    for row in rows:
        assert not any(cell.startswith(("=", "+", "-", "@", "\t")) for cell in row), row


def _token(client: Any, path: str) -> str:
    return client.get(path).text.split('name="csrf_token" value="')[1].split('"')[0]


def test_hours_by_id_of_another_institution(app, as_) -> None:
    entry = make_entry()
    other = make_institution("NP")
    stranger = make_account(Role.PARTNER, institution_id=other.id)
    client = as_(stranger)
    token = _token(client, "/account")
    for path in (
        f"/hours/{entry.id}/confirm",
        f"/hours/{entry.id}/query",
        f"/hours/placement/{entry.placement_id}/confirm",
        f"/hours/placement/{entry.placement_id}/file",
    ):
        reply = client.post(
            path,
            data={
                "csrf_token": token,
                "version": str(entry.version),
                "words": "why?",
                "entry": f"{entry.id}:{entry.version}",
            },
        )
        assert reply.status_code in {403, 404}, (path, reply.status_code)
    db.session.expire_all()
    assert db.session.get(HoursEntry, entry.id).state is HoursState.LOGGED


def test_entry_of_another_placement_of_ones_own_hospital_is_not_confirmed_with_it(app, as_) -> None:
    one, two = make_entry(), make_entry()
    director = db.session.get(Account, one.placement.director_id)
    client = as_(director)
    token = _token(client, "/account")
    client.post(
        f"/hours/placement/{one.placement_id}/confirm", data={"csrf_token": token, "entry": [f"{two.id}:{two.version}"]}
    )
    db.session.expire_all()
    assert db.session.get(HoursEntry, two.id).state is HoursState.LOGGED


def test_entry_of_a_completed_placement_is_not_moved_beyond_its_end(app, as_, clock) -> None:
    placement = make_placement(state=PlacementState.ACTIVE)
    entry = make_entry(placement)
    from volunteer_hub.placements import service

    clock.instant = dt.datetime.combine(placement.ends_on, dt.time(9), dt.UTC)
    service.complete(placement, message=None, actor=viewer_of(placement.volunteer.account), now=clock())
    db.session.commit()
    clock.advance(days=30)
    client = as_(placement.volunteer.account)
    reply = client.submit(f"/hours/{entry.id}/edit", worked_on=(placement.ends_on + dt.timedelta(days=3)).isoformat())
    assert reply.status_code == 422
    assert "You have no placement at work" in client.get("/hours/log").text
    db.session.expire_all()
    assert entry.worked_on <= placement.ends_on


@pytest.mark.parametrize(
    ("day", "zone", "fits"), [("2026-10-25", "Europe/London", 1440), ("2027-03-28", "Europe/London", 1380)]
)
def test_a_day_holds_as_many_minutes_as_it_has(app, clock, day, zone, fits) -> None:
    when = dt.date.fromisoformat(day)
    clock.instant = dt.datetime.combine(when, dt.time(9), dt.UTC) - dt.timedelta(days=3)
    placement = make_placement(state=PlacementState.ACTIVE)
    clock.instant += dt.timedelta(days=10)
    from tests.factories.hours import make_entry as entry

    entry(placement, worked_on=when, minutes=fits - 60, at=clock())
    entry(placement, worked_on=when, minutes=60, at=clock())
    with pytest.raises(DomainError):
        entry(placement, worked_on=when, minutes=1, at=clock())


def test_two_editors_of_one_entry(app, as_) -> None:
    entry = make_entry()
    client = as_(entry.volunteer.account)
    form = [f for f in client.forms(f"/hours/{entry.id}/edit") if f["method"] == "post" and f["action"] != "/sign-out"][
        -1
    ]
    assert client.submit(f"/hours/{entry.id}/edit", spent="90").status_code == 303
    reply = client.post(f"/hours/{entry.id}/edit", data=dict(form["data"]) | {"spent": "120"})
    assert reply.status_code == 409
    db.session.expire_all()
    assert db.session.get(HoursEntry, entry.id).minutes == 90


def test_double_click_logs_once(app, as_) -> None:
    placement = make_placement(state=PlacementState.ACTIVE)
    client = as_(placement.volunteer.account)
    form = [f for f in client.forms("/hours/log") if f["method"] == "post" and f["action"] != "/sign-out"][-1]
    data = dict(form["data"]) | {"spent": "60", "kind": "delivery"}
    assert [client.post("/hours/log", data=data).status_code for _ in range(2)] == [303, 303]
    assert db.session.query(HoursEntry).count() == 1
