"""Changes of an institution, the status of its agreements, partnerships, and the CSV export."""

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
from tests.support.query_count import page_queries
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


def add_agreement(
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
def test_status_agrees_with_is_in_force(last_on: dt.date | None) -> None:
    status = rules.agreement_status(last_on, today=TODAY)
    assert (status in {AgreementStatus.IN_FORCE, AgreementStatus.EXPIRING}) == (
        last_on is not None and last_on >= TODAY
    )


@pytest.mark.parametrize(
    ("days", "status"),
    [
        (-1, AgreementStatus.ENDED),
        (0, AgreementStatus.EXPIRING),
        (60, AgreementStatus.EXPIRING),
        (61, AgreementStatus.IN_FORCE),
        (None, AgreementStatus.IN_FORCE),
    ],
)
def test_list_shows_the_status_of_agreements(
    app: Flask, now: dt.datetime, days: int | None, status: AgreementStatus
) -> None:
    institution = make_institution("UG", agreement=False)
    add_agreement(institution, -100, now)
    add_agreement(institution, days, now)
    [entry] = queries.list_overseas_partners(today=now.date())
    assert entry.status is status
    assert queries.shares_data(institution.id, today=now.date()) == (status is not AgreementStatus.ENDED)


def test_filters_find_missing_and_expiring_agreements(coordinator: Any, now: dt.datetime) -> None:
    make_institution("UG", "Fine Hospital")
    make_institution("UG", "Bare Hospital", agreement=False)
    add_agreement(make_institution("UG", "Late Hospital", agreement=False), -1, now)
    add_agreement(make_institution("UG", "Soon Hospital", agreement=False), 20, now)
    names = ("Fine", "Bare", "Late", "Soon")
    for show, expected in (("without", {"Bare", "Late"}), ("soon", {"Soon"}), ("", set(names)), ("x", set(names))):
        text = coordinator.get(f"/institutions/?show={show}").text
        assert {name for name in names if f"{name} Hospital" in text} == expected


def test_changed_details_are_audited_and_requests_reindexed(coordinator: Any) -> None:
    institution = make_institution("UG", "Lakeside Hospital")
    make_request(institution=institution, title="Wanted")
    page = f"/institutions/{institution.id}"
    reply = coordinator.submit(
        f"{page}/edit", name="Zebrahouse", town="Eastport", connectivity="low", languages=["en", "fr"]
    )
    assert reply.status_code == 303
    text = coordinator.get(page).text
    for expected in (
        "Lakeside Hospital → Zebrahouse",
        "Northtown → Eastport",
        "Messages and e-mail only",
        "French",
        "Carol",
    ):
        assert expected in text, expected
    assert "Wanted" in coordinator.get("/requests/?q=zebrahouse").text


def test_edit_refuses_a_name_that_is_taken(coordinator: Any) -> None:
    make_institution("UG", "Lakeside Hospital")
    institution = make_institution("UG", "Other Hospital")
    reply = coordinator.submit(f"/institutions/{institution.id}/edit", name="Lakeside Hospital")
    assert (reply.status_code, "has this name" in reply.text) == (422, True)


def test_concurrent_change_shows_both_versions(coordinator: Any) -> None:
    page = f"/institutions/{make_institution('UG').id}/edit"
    data = coordinator.forms(page)[-1]["data"]
    coordinator.submit(page, town="Theirtown")
    reply = coordinator.post(page, data=data | {"town": "Mytown"})
    assert (reply.status_code, "Theirtown" in reply.text, "Mytown" in reply.text) == (409, True, True)


def test_agreement_is_ended_early_with_a_reason(coordinator: Any, now: dt.datetime) -> None:
    institution = make_institution("UG", agreement=False)
    agreement = add_agreement(institution, None, now, "DSA 9")
    page = f"/institutions/{institution.id}"
    yesterday = (now.date() - dt.timedelta(days=1)).isoformat()
    reply = coordinator.submit(f"{page}/agreements/{agreement.id}/end", last_on=yesterday, reason="Hospital closed")
    assert reply.status_code == 303
    text = coordinator.get(page).text
    for expected in ("No agreement is in force", "Agreement ended", "Hospital closed", "DSA 9: — → "):
        assert expected in text, expected
    assert not queries.shares_data(institution.id, today=now.date())
    again = coordinator.submit(f"{page}/agreements/{agreement.id}/end", last_on=yesterday, reason="x")
    assert (again.status_code, "over already" in again.text) == (422, True)


@pytest.mark.parametrize(("days", "message"), [(-2, "before yesterday"), (50, "in any case"), (51, "in any case")])
def test_early_end_refuses_invalid_days(coordinator: Any, now: dt.datetime, days: int, message: str) -> None:
    institution = make_institution("UG", agreement=False)
    page = f"/institutions/{institution.id}/agreements/{add_agreement(institution, 50, now).id}/end"
    last = (now.date() + dt.timedelta(days=days)).isoformat()
    reply = coordinator.submit(page, last_on=last, reason="x")
    assert (reply.status_code, message in reply.text) == (422, True)


def test_renewal_prefills_the_reference_and_adds_an_agreement(coordinator: Any, now: dt.datetime) -> None:
    institution = make_institution("UG", agreement=False)
    agreement = add_agreement(institution, 20, now, "DSA 9")
    page = f"/institutions/{institution.id}/agreements/new?renew={agreement.id}"
    assert coordinator.forms(page)[-1]["data"]["reference"] == ["DSA 9"]
    coordinator.submit(page, signed_on=now.date().isoformat())
    assert len(queries.list_agreements(institution.id)) == 2
    assert "20 days left" in coordinator.get(f"/institutions/{institution.id}").text


def test_partnership_is_added_once_and_removed(coordinator: Any) -> None:
    institution = make_institution("UG")
    page = f"/institutions/{institution.id}"
    uk = queries.list_uk_employer_choices()[0]
    answers = {"uk": uk[0], "theme": "Safe surgery"}
    assert coordinator.submit(f"{page}/partnerships/new", **answers).status_code == 303
    assert coordinator.submit(f"{page}/partnerships/new", **answers).status_code == 409
    [partnership] = db.session.query(Partnership).all()
    assert "Safe surgery" in coordinator.get(page).text
    coordinator.submit(f"{page}/partnerships/{partnership.id}/remove")
    assert db.session.query(Partnership).count() == 0
    assert "removed a partnership" in coordinator.get(page).text


def test_rows_of_another_institution_are_not_found(coordinator: Any, now: dt.datetime) -> None:
    institution, other = make_institution("UG"), make_institution("NP", agreement=False)
    agreement, partnership = add_agreement(other, None, now), make_partnership(other)
    for path in (
        f"agreements/{agreement.id}/end",
        f"partnerships/{partnership.id}/remove",
        f"agreements/new?renew={agreement.id}",
    ):
        assert coordinator.get(f"/institutions/{institution.id}/{path}").status_code == 404


def test_csv_has_a_line_per_agreement_and_no_formulas(coordinator: Any, now: dt.datetime) -> None:
    add_agreement(make_institution("UG", "=Bad()", agreement=False), 20, now, "+1")
    make_institution("NP", "Bare", agreement=False)
    reply = coordinator.get("/institutions/institutions.csv")
    assert reply.mimetype == "text/csv"
    assert "attachment" in reply.headers["Content-Disposition"]
    rows = list(csv.reader(io.StringIO(reply.text)))
    assert [row[0] for row in rows] == ["Institution", "'=Bad()", "Bare"]
    assert rows[1][6] == "'+1"
    assert rows[2][-1] == "No agreement"


def test_references_are_counted_and_linked(coordinator: Any) -> None:
    institution, other = make_institution("UG"), make_institution("NP")
    make_account(Role.PARTNER, institution_id=institution.id, name="Pat Partner")
    make_account(Role.PARTNER, institution_id=other.id, name="Olga Other")
    make_request(institution=institution, title="Ours")
    make_request(institution=other, title="Theirs")
    text = coordinator.get(f"/institutions/{institution.id}").text
    for page in ("people", "requests"):
        assert f"/{page}/?institution={institution.id}" in text
    assert f"/placements/?institution={institution.id}" not in text
    people = coordinator.get(f"/people/?institution={institution.id}").text
    assert ("Pat Partner" in people, "Olga Other" in people) == (True, False)
    requests = coordinator.get(f"/requests/?institution={institution.id}").text
    assert (">Ours<" in requests, ">Theirs<" in requests) == (True, False)
    assert coordinator.get(f"/placements/?institution={institution.id}").status_code == 200
    assert coordinator.get("/people/?institution=99999999999").status_code == 200


@pytest.mark.parametrize("rows", [1, 30])
def test_pages_need_the_same_queries_at_any_length(coordinator: Any, now: dt.datetime, rows: int) -> None:
    institution = make_institution("UG")
    for number in range(rows):
        add_agreement(make_institution("UG"), number, now)
        add_agreement(institution, number, now)
    assert len(page_queries(coordinator, "/institutions/")) == 1
    assert len(page_queries(coordinator, f"/institutions/{institution.id}")) <= 6
    assert len(page_queries(coordinator, "/institutions/institutions.csv")) == 1
