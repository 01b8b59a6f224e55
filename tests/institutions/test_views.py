"""Overseas partners and their data-sharing agreements."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from tests.factories.accounts import make_account
from tests.factories.partner_requests import make_institution
from volunteer_hub.accounts import queries as accounts
from volunteer_hub.core.access import Role
from volunteer_hub.core.db import db
from volunteer_hub.institutions import queries
from volunteer_hub.institutions.models import Institution, Partnership
from volunteer_hub.institutions.states import InstitutionKind


@pytest.fixture
def coordinator(client: Any) -> Any:
    client.sign_in(make_account(Role.COORDINATOR, name="Carol").email)
    return client


def nhs() -> Institution:
    return db.session.scalars(
        sa.select(Institution).where(Institution.kind == InstitutionKind.NHS).order_by(Institution.id).limit(1)
    ).one()


def test_index_shows_agreements_and_finds_names(coordinator: Any) -> None:
    make_institution("UG", "Lakeside Hospital")
    make_institution("NP", "Valley Hospital", agreement=False)
    text = coordinator.get("/institutions/").text
    assert text.index("Lakeside") < text.index("Agreement in force") < text.index("Valley") < text.index("No agreement")
    assert nhs().name not in text
    page = coordinator.get("/institutions/?q=valley").text
    assert "Lakeside" not in page
    assert "Valley Hospital" in page
    assert "No institution fits" in coordinator.get("/institutions/?q=zebra").text


def test_page_shows_partnerships_and_history(coordinator: Any) -> None:
    path = coordinator.submit(
        "/institutions/new", name="Hilltop Hospital", town="Hilltop", country="UG", connectivity="patchy"
    ).location
    institution = queries.get_institution(int(path.rsplit("/", 1)[1]))
    assert institution.time_zone == "Africa/Kampala"
    db.session.add(Partnership(uk_institution=nhs(), overseas_institution=institution, theme="Maternal health"))
    db.session.commit()
    text = coordinator.get(path).text
    for expected in (
        "Hilltop",
        "Uganda",
        "Maternal health",
        "No agreement is in force",
        "recorded the institution",
        "Carol",
    ):
        assert expected in text, expected


@pytest.mark.parametrize(
    ("answers", "message"),
    [
        ({"name": ""}, "Enter the institution"),
        ({"name": "Lakeside Hospital"}, "already recorded"),
        ({"country": "XX"}, "Choose one of the answers"),
        ({"country": "GB"}, "Choose one of the answers"),
        ({"time_zone": "Mars/Base"}, "Choose one of the answers"),
    ],
)
def test_invalid_institution_is_refused(coordinator: Any, answers: dict[str, str], message: str) -> None:
    make_institution("UG", "Lakeside Hospital")
    valid = {"name": "Other", "town": "Town", "country": "UG", "connectivity": "good"}
    reply = coordinator.submit("/institutions/new", **(valid | answers))
    assert (reply.status_code, message in reply.text) == (422, True)


def test_agreement_is_in_force_on_its_last_day(coordinator: Any, now: dt.datetime, clock: Any) -> None:
    institution = make_institution("UG", agreement=False)
    path, today = f"/institutions/{institution.id}", now.date()
    reply = coordinator.submit(
        f"{path}/agreements/new", reference="DSA 7", signed_on=today.isoformat(), expires_on=today.isoformat()
    )
    assert reply.status_code == 303
    assert "An agreement is in force" in coordinator.get(path).text
    assert queries.shares_data(institution.id, today=today)
    assert not queries.shares_data(institution.id, today=today + dt.timedelta(days=1))


@pytest.mark.parametrize(
    ("signed", "expires", "message"),
    [(1, "", "future"), (0, -1, "before it was signed"), ("x", "", "Enter a real date")],
)
def test_agreement_refuses_impossible_dates(
    coordinator: Any, now: dt.datetime, signed: Any, expires: Any, message: str
) -> None:
    institution = make_institution("UG", agreement=False)

    def day(value: Any) -> str:
        return (now.date() + dt.timedelta(days=value)).isoformat() if isinstance(value, int) else value

    reply = coordinator.submit(
        f"/institutions/{institution.id}/agreements/new",
        reference="DSA 8",
        signed_on=day(signed),
        expires_on=day(expires),
    )
    assert (reply.status_code, message in reply.text) == (422, True)
    assert queries.list_agreements(institution.id) == []


def test_uk_organisations_are_not_found(coordinator: Any) -> None:
    for path in ("", "/agreements/new"):
        assert coordinator.get(f"/institutions/{nhs().id}{path}").status_code == 404


@pytest.mark.parametrize("role", [Role.VOLUNTEER, Role.PARTNER, Role.DIRECTOR, Role.FINANCE, Role.FUNDER])
def test_pages_are_for_staff(client: Any, role: Role) -> None:
    institution = make_institution("UG")
    client.sign_in(make_account(role).email)
    for path in ("/", "/new", f"/{institution.id}", f"/{institution.id}/agreements/new"):
        assert client.get(f"/institutions{path}").status_code == 403


def test_duplicate_submission_records_one_institution(coordinator: Any) -> None:
    data = coordinator.forms("/institutions/new")[-1]["data"]
    data |= {"name": "Once", "town": "Town", "country": "UG", "connectivity": "good"}
    replies = [coordinator.post("/institutions/new", data=data) for _ in range(2)]
    assert replies[0].location == replies[1].location


@pytest.mark.parametrize("rows", [1, 30])
def test_pages_need_few_queries_at_any_length(coordinator: Any, rows: int) -> None:
    institution = max((make_institution("UG") for _ in range(rows)), key=lambda made: made.id)
    statements: list[str] = []

    def record(_conn: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        if statement.lstrip().upper().startswith("SELECT"):
            statements.append(statement)

    for path, limit in (("/institutions/", 3), (f"/institutions/{institution.id}", 6)):
        statements.clear()
        sa.event.listen(db.engine, "before_cursor_execute", record)
        coordinator.get(path)
        sa.event.remove(db.engine, "before_cursor_execute", record)
        assert len(statements) <= 1 + limit, path


def test_recipients_are_limited_to_the_scope(app: Flask, now: dt.datetime) -> None:
    here, there = make_institution("UG"), make_institution("NP")
    ours = make_account(Role.PARTNER, institution_id=here.id)
    make_account(Role.PARTNER, institution_id=there.id)
    make_account(Role.DIRECTOR, country="UG")
    director = make_account(Role.DIRECTOR, country="NP")
    partners = accounts.list_recipients_with_role(Role.PARTNER, today=now.date(), institution_id=here.id)
    directors = accounts.list_recipients_with_role(Role.DIRECTOR, today=now.date(), country="NP")
    assert [p.account_id for p in partners] == [ours.id]
    assert [p.account_id for p in directors] == [director.id]
