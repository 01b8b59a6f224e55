"""Changing an institution, how far its agreements reach, partnerships, the table for a spreadsheet."""

from __future__ import annotations

import csv
import datetime as dt
import io
from typing import Any

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st

from tests.factories.accounts import make_account
from tests.factories.partner_requests import make_institution, make_partnership, make_request
from tests.support.counting import queries_of
from volunteer_hub.core.access import Role
from volunteer_hub.core.db import db
from volunteer_hub.institutions import queries, rules
from volunteer_hub.institutions.models import DataSharingAgreement, Institution, Partnership
from volunteer_hub.institutions.states import AgreementStatus

TODAY = dt.date(2026, 11, 20)


@pytest.fixture
def coordinator(client: Any) -> Any:
    client.sign_in(make_account(Role.COORDINATOR, name="Carol").email)
    return client


def agreed(
    institution: Institution, days: int | None, now: dt.datetime, reference: str = "DSA"
) -> DataSharingAgreement:
    today = now.date()
    agreement = DataSharingAgreement(
        institution_id=institution.id,
        reference=reference,
        signed_on=today - dt.timedelta(days=400),
        expires_on=None if days is None else today + dt.timedelta(days=days),
        recorded_at=now,
    )
    db.session.add(agreement)
    db.session.commit()
    return agreement


@given(st.none() | st.dates())
def test_cover_agrees_with_in_force(last: dt.date | None) -> None:
    found = rules.agreement_status(last, today=TODAY)
    assert (found in {AgreementStatus.IN_FORCE, AgreementStatus.EXPIRING}) == (last is not None and last >= TODAY)


@pytest.mark.parametrize(
    ("days", "cover"),
    [
        (-1, AgreementStatus.ENDED),
        (0, AgreementStatus.EXPIRING),
        (60, AgreementStatus.EXPIRING),
        (61, AgreementStatus.IN_FORCE),
        (None, AgreementStatus.IN_FORCE),
    ],
)
def test_list_tells_how_far_agreements_reach(
    app: Flask, now: dt.datetime, days: int | None, cover: AgreementStatus
) -> None:
    one = make_institution("UG", agreement=False)
    agreed(one, -100, now)
    agreed(one, days, now)
    [line] = queries.list_overseas_partners(today=now.date())
    assert line.status is cover
    assert queries.shares_data(one.id, today=now.date()) == (cover is not AgreementStatus.ENDED)


def test_filters_find_those_without_and_those_running_out(coordinator: Any, now: dt.datetime) -> None:
    make_institution("UG", "Fine Hospital")
    make_institution("UG", "Bare Hospital", agreement=False)
    agreed(make_institution("UG", "Late Hospital", agreement=False), -1, now)
    agreed(make_institution("UG", "Soon Hospital", agreement=False), 20, now)
    names = ("Fine", "Bare", "Late", "Soon")
    for show, found in (("without", {"Bare", "Late"}), ("soon", {"Soon"}), ("", set(names)), ("x", set(names))):
        text = coordinator.get(f"/institutions/?show={show}").text
        assert {name for name in names if f"{name} Hospital" in text} == found


def test_details_are_changed_with_words_of_both_and_requests_are_found(coordinator: Any) -> None:
    one = make_institution("UG", "Lakeside Hospital")
    make_request(institution=one, title="Wanted")
    page = f"/institutions/{one.id}"
    reply = coordinator.submit(
        f"{page}/edit", name="Zebrahouse", town="Eastport", connectivity="low", languages=["en", "fr"]
    )
    assert reply.status_code == 303
    text = coordinator.get(page).text
    for words in (
        "Lakeside Hospital → Zebrahouse",
        "Northtown → Eastport",
        "Messages and e-mail only",
        "French",
        "Carol",
    ):
        assert words in text, words
    assert "Wanted" in coordinator.get("/requests/?q=zebrahouse").text


def test_edit_refuses_a_name_that_is_taken(coordinator: Any) -> None:
    make_institution("UG", "Lakeside Hospital")
    one = make_institution("UG", "Other Hospital")
    reply = coordinator.submit(f"/institutions/{one.id}/edit", name="Lakeside Hospital")
    assert (reply.status_code, "has this name" in reply.text) == (422, True)


def test_second_editor_is_shown_both_versions(coordinator: Any) -> None:
    page = f"/institutions/{make_institution('UG').id}/edit"
    data = coordinator.forms(page)[-1]["data"]
    coordinator.submit(page, town="Theirtown")
    reply = coordinator.post(page, data=data | {"town": "Mytown"})
    assert (reply.status_code, "Theirtown" in reply.text, "Mytown" in reply.text) == (409, True, True)


def test_agreement_is_ended_early_with_a_reason(coordinator: Any, now: dt.datetime) -> None:
    one = make_institution("UG", agreement=False)
    agreement = agreed(one, None, now, "DSA 9")
    page = f"/institutions/{one.id}"
    yesterday = (now.date() - dt.timedelta(days=1)).isoformat()
    reply = coordinator.submit(f"{page}/agreements/{agreement.id}/end", last_on=yesterday, reason="Hospital closed")
    assert reply.status_code == 303
    text = coordinator.get(page).text
    for words in ("No agreement is in force", "Agreement ended", "Hospital closed", "DSA 9: — → "):
        assert words in text, words
    assert not queries.shares_data(one.id, today=now.date())
    again = coordinator.submit(f"{page}/agreements/{agreement.id}/end", last_on=yesterday, reason="x")
    assert (again.status_code, "over already" in again.text) == (422, True)


@pytest.mark.parametrize(("days", "message"), [(-2, "before yesterday"), (50, "in any case"), (51, "in any case")])
def test_early_end_refuses_days_that_are_none(coordinator: Any, now: dt.datetime, days: int, message: str) -> None:
    one = make_institution("UG", agreement=False)
    page = f"/institutions/{one.id}/agreements/{agreed(one, 50, now).id}/end"
    last = (now.date() + dt.timedelta(days=days)).isoformat()
    reply = coordinator.submit(page, last_on=last, reason="x")
    assert (reply.status_code, message in reply.text) == (422, True)


def test_renewing_begins_with_the_reference_and_makes_a_new_row(coordinator: Any, now: dt.datetime) -> None:
    one = make_institution("UG", agreement=False)
    agreement = agreed(one, 20, now, "DSA 9")
    page = f"/institutions/{one.id}/agreements/new?renew={agreement.id}"
    assert coordinator.forms(page)[-1]["data"]["reference"] == ["DSA 9"]
    coordinator.submit(page, signed_on=now.date().isoformat())
    assert len(queries.list_agreements(one.id)) == 2
    assert "20 days left" in coordinator.get(f"/institutions/{one.id}").text


def test_partnership_is_added_once_and_removed(coordinator: Any) -> None:
    one = make_institution("UG")
    page = f"/institutions/{one.id}"
    uk = queries.list_uk_employer_choices()[0]
    answers = {"uk": uk[0], "theme": "Safe surgery"}
    assert coordinator.submit(f"{page}/partnerships/new", **answers).status_code == 303
    assert coordinator.submit(f"{page}/partnerships/new", **answers).status_code == 409
    [partnership] = db.session.query(Partnership).all()
    assert "Safe surgery" in coordinator.get(page).text
    coordinator.submit(f"{page}/partnerships/{partnership.id}/remove")
    assert db.session.query(Partnership).count() == 0
    assert "removed a partnership" in coordinator.get(page).text


def test_rows_of_another_institution_are_not_there(coordinator: Any, now: dt.datetime) -> None:
    one, other = make_institution("UG"), make_institution("NP", agreement=False)
    agreement, partnership = agreed(other, None, now), make_partnership(other)
    for path in (
        f"agreements/{agreement.id}/end",
        f"partnerships/{partnership.id}/remove",
        f"agreements/new?renew={agreement.id}",
    ):
        assert coordinator.get(f"/institutions/{one.id}/{path}").status_code == 404


def test_table_has_a_line_for_each_agreement_and_no_formulas(coordinator: Any, now: dt.datetime) -> None:
    agreed(make_institution("UG", "=Bad()", agreement=False), 20, now, "+1")
    make_institution("NP", "Bare", agreement=False)
    reply = coordinator.get("/institutions/institutions.csv")
    assert reply.mimetype == "text/csv"
    assert "attachment" in reply.headers["Content-Disposition"]
    rows = list(csv.reader(io.StringIO(reply.text)))
    assert [row[0] for row in rows] == ["Institution", "'=Bad()", "Bare"]
    assert rows[1][6] == "'+1"
    assert rows[2][-1] == "No agreement"


def test_what_hangs_on_it_is_counted_and_linked(coordinator: Any) -> None:
    one, other = make_institution("UG"), make_institution("NP")
    make_account(Role.PARTNER, institution_id=one.id, name="Pat Partner")
    make_account(Role.PARTNER, institution_id=other.id, name="Olga Other")
    make_request(institution=one, title="Ours")
    make_request(institution=other, title="Theirs")
    text = coordinator.get(f"/institutions/{one.id}").text
    for page in ("people", "requests"):
        assert f"/{page}/?institution={one.id}" in text
    assert f"/placements/?institution={one.id}" not in text
    people = coordinator.get(f"/people/?institution={one.id}").text
    assert ("Pat Partner" in people, "Olga Other" in people) == (True, False)
    asks = coordinator.get(f"/requests/?institution={one.id}").text
    assert (">Ours<" in asks, ">Theirs<" in asks) == (True, False)
    assert coordinator.get(f"/placements/?institution={one.id}").status_code == 200
    assert coordinator.get("/people/?institution=99999999999").status_code == 200


@pytest.mark.parametrize("rows", [1, 30])
def test_pages_keep_to_their_queries(coordinator: Any, now: dt.datetime, rows: int) -> None:
    one = make_institution("UG")
    for number in range(rows):
        agreed(make_institution("UG"), number, now)
        agreed(one, number, now)
    assert len(queries_of(coordinator, "/institutions/")) == 1
    assert len(queries_of(coordinator, f"/institutions/{one.id}")) <= 6
    assert len(queries_of(coordinator, "/institutions/institutions.csv")) == 1
