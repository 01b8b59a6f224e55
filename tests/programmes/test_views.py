"""Pages about programmes: access, saving, concurrent changes, duplicate submissions."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from tests.factories.accounts import make_account
from tests.factories.partner_requests import make_institution, make_programme
from tests.factories.placements import make_fund
from tests.support.query_count import page_queries
from volunteer_hub.core.access import Role
from volunteer_hub.core.db import db
from volunteer_hub.institutions.models import Institution
from volunteer_hub.institutions.states import InstitutionKind
from volunteer_hub.programmes import queries
from volunteer_hub.programmes.models import Programme, ProgrammeInstitution
from volunteer_hub.programmes.states import ProgrammeState

ANSWERS = {
    "name": "Hands together",
    "funder": "A health fund",
    "starts_on": "2027-01-01",
    "ends_on": "2027-12-31",
    "target_volunteers": "25",
    "currency": "UGX",
    "allocation": "1,500",
    "needs_release": "yes",
    "volunteer_days": "5",
    "director_days": "6",
    "release_days": "60",
}
READERS = [Role.COORDINATOR, Role.FINANCE, Role.FUNDER, Role.ADMIN]
OTHERS = [Role.VOLUNTEER, Role.PARTNER, Role.DIRECTOR]


@pytest.fixture
def coordinator(client: Any) -> Any:
    """Return a client signed in as coordinator."""
    client.sign_in(make_account(Role.COORDINATOR, name="Carol").email)
    return client


def count_programmes() -> int:
    return int(db.session.scalar(sa.select(sa.func.count(Programme.id))) or 0)


def reload(programme: Programme) -> Programme:
    db.session.expire_all()
    return queries.get_programme(programme.id)


def test_new_programme_lets_a_partner_raise_requests(coordinator: Any, client: Any) -> None:
    hospital = make_institution("UG", "Lakeside Hospital")
    path = coordinator.submit("/programmes/new", **ANSWERS).location
    text = coordinator.get(path).text
    for expected in (
        "Hands together",
        "Running",
        "1 Jan 2027",
        "UGX",
        "1,500",
        "60",
        "Yes",
        "nobody can raise",
        "Carol",
    ):
        assert expected in text, expected
    reply = coordinator.submit(path, action="/institutions", institution=str(hospital.id))
    assert (reply.status_code, reply.location) == (303, path)
    text = coordinator.get(path).text
    assert "Lakeside Hospital takes part now." in text
    assert "added an institution" in text
    programme = db.session.scalars(sa.select(Programme)).one()
    assert (programme.default_allocation_minor, programme.needs_release) == (1500, True)
    client.delete_cookie("volunteer_hub")
    client.sign_in(make_account(Role.PARTNER, institution_id=hospital.id).email)
    assert "Hands together" in client.get("/requests/new").text


@pytest.mark.parametrize(
    ("answers", "message"),
    [
        ({"name": ""}, "Enter the programme’s name"),
        ({"name": "VIRTUAL help"}, "There is a programme of this name"),
        ({"ends_on": "2026-12-31"}, "cannot be before the first"),
        ({"currency": "XXX"}, "Choose one of the answers"),
        ({"currency": "DEM"}, "Choose one of the answers"),
        ({"currency": ""}, "Choose the currency"),
        ({"allocation": "10.5"}, "decimal places"),
        ({"allocation": "1e3"}, "Enter an amount in figures"),
        ({"allocation": "99999999999"}, "too large"),
        ({"needs_release": None}, "Choose one of the answers"),
        ({"volunteer_days": "0"}, "between 1 and 60"),
        ({"director_days": "61"}, "between 1 and 60"),
        ({"target_volunteers": "0"}, "between 1 and"),
    ],
)
def test_invalid_programme_is_refused_and_input_kept(
    coordinator: Any, answers: dict[str, str | None], message: str
) -> None:
    make_programme(name="Virtual help")
    reply = coordinator.submit("/programmes/new", **(ANSWERS | answers))
    assert (reply.status_code, message in reply.text) == (422, True)
    assert "A health fund" in reply.text
    assert count_programmes() == 1


def test_edit_saves_settings_but_not_the_currency(coordinator: Any) -> None:
    programme = make_programme(name="Before")
    path = f"/programmes/{programme.id}"
    assert "currency" not in coordinator.forms(f"{path}/edit")[-1]["data"]
    reply = coordinator.submit(f"{path}/edit", name="After", currency="UGX", volunteer_days="9")
    assert (reply.status_code, reply.location) == (303, path)
    saved = reload(programme)
    assert (saved.name, saved.currency, saved.volunteer_days) == ("After", "GBP", 9)
    assert saved.default_allocation_minor == 50_000
    text = coordinator.get(path).text
    assert "changed the settings" in text
    assert "Before → After" in text


def test_edit_refuses_a_name_that_is_taken(coordinator: Any) -> None:
    make_programme(name="Taken")
    programme = make_programme(name="Mine")
    reply = coordinator.submit(f"/programmes/{programme.id}/edit", name="taken")
    assert (reply.status_code, "of this name" in reply.text) == (422, True)
    assert reload(programme).name == "Mine"


def test_concurrent_change_shows_both_versions(coordinator: Any) -> None:
    programme = make_programme(name="First")
    path = f"/programmes/{programme.id}/edit"
    mine = coordinator.forms(path)[-1]["data"]
    coordinator.submit(path, name="Theirs")
    reply = coordinator.post(path, data=mine | {"name": "Mine", "volunteer_days": "8"})
    assert reply.status_code == 409
    assert "Theirs" in reply.text
    assert 'value="Mine"' in reply.text
    assert reload(programme).name == "Theirs"
    again = coordinator.post(path, data=mine | {"name": "Mine", "form_key": "other", "version": version_in(reply.text)})
    assert again.status_code == 303
    assert reload(programme).name == "Mine"


def version_in(text: str) -> str:
    return text.split('name="version" value="')[1].split('"')[0]


def test_adding_an_institution_does_not_conflict_with_an_edit(coordinator: Any) -> None:
    programme, hospital = make_programme(), make_institution("UG")
    path = f"/programmes/{programme.id}"
    mine = coordinator.forms(f"{path}/edit")[-1]["data"]
    coordinator.submit(f"{path}/institutions", institution=str(hospital.id))
    assert coordinator.post(f"{path}/edit", data=mine | {"funder": "Another"}).status_code == 303


def test_institution_is_added_once_and_removed_after_confirmation(coordinator: Any) -> None:
    hospital = make_institution("UG", "Lakeside Hospital")
    programme = make_programme(hospital)
    path = f"/programmes/{programme.id}"
    assert "Every recorded institution takes part" in coordinator.get(path).text
    reply = coordinator.submit(f"{path}/institutions", institution=str(hospital.id))
    assert (reply.status_code, "takes part already" in reply.text) == (409, True)
    removal = f"{path}/institutions/{hospital.id}/take-out"
    assert "no new requests" in coordinator.get(removal).text
    assert coordinator.submit(removal).location == path
    assert queries.list_institutions(programme.id) == []
    assert coordinator.submit(removal).status_code == 409


@pytest.mark.parametrize("value", ["", "999999", "x"])
def test_only_a_recorded_institution_can_be_added(coordinator: Any, value: str) -> None:
    make_institution("UG")
    reply = coordinator.submit(f"/programmes/{make_programme().id}/institutions", institution=value)
    assert reply.status_code == 422


def test_uk_organisations_are_not_offered(coordinator: Any) -> None:
    nhs = db.session.scalars(sa.select(Institution).where(Institution.kind == InstitutionKind.NHS).limit(1)).one()
    path = f"/programmes/{make_programme(make_institution('UG')).id}/institutions"
    assert nhs.name not in coordinator.get(path).text
    assert coordinator.submit(path, institution=str(nhs.id)).status_code == 422
    assert coordinator.get(f"{path}/{nhs.id}/take-out").status_code == 404


def test_close_and_reopen_need_confirmation(coordinator: Any) -> None:
    hospital = make_institution("NP")
    programme = make_programme(make_institution("UG"))
    path = f"/programmes/{programme.id}"
    assert "Reopen the programme" not in coordinator.get(path).text
    assert coordinator.submit(f"{path}/close").location == path
    assert reload(programme).state is ProgrammeState.CLOSED
    text = coordinator.get(path).text
    assert "Reopen the programme" in text
    assert "Close the programme" not in text
    assert "Add an institution" not in text
    assert coordinator.submit(f"{path}/close").status_code == 409
    assert "Reopen it" in coordinator.submit(f"{path}/institutions", institution=str(hospital.id)).text
    assert coordinator.submit(f"{path}/reopen").location == path
    assert reload(programme).state is ProgrammeState.ACTIVE


def pages(programme: Programme, hospital: Institution) -> tuple[list[str], list[str]]:
    here = f"/programmes/{programme.id}"
    writing = [f"{here}/{end}" for end in ("edit", "institutions", "close", "reopen")]
    return ["/programmes/", here], ["/programmes/new", *writing, f"{here}/institutions/{hospital.id}/take-out"]


@pytest.mark.parametrize("role", [*READERS, *OTHERS])
def test_each_role_has_its_pages(client: Any, role: Role) -> None:
    hospital = make_institution("UG")
    reading, writing = pages(make_programme(hospital), hospital)
    client.sign_in(make_account(role).email)
    staff = role in {Role.COORDINATOR, Role.ADMIN}
    assert {client.get(path).status_code for path in reading} == {200 if role in READERS else 403}
    assert {client.get(path).status_code for path in writing} == {200 if staff else 403}
    assert {client.post(path).status_code for path in writing} <= ({400, 409, 422, 303} if staff else {400, 403})


@pytest.mark.parametrize("role", READERS)
def test_readers_see_only_allowed_actions(client: Any, role: Role) -> None:
    hospital = make_institution("UG", "Lakeside Hospital")
    programme = make_programme(hospital)
    client.sign_in(make_account(role).email)
    staff = role in {Role.COORDINATOR, Role.ADMIN}
    text = client.get(f"/programmes/{programme.id}").text
    assert "Lakeside Hospital" in text
    for expected in ("Change the settings", "Take out", "Close the programme", f'href="/institutions/{hospital.id}"'):
        assert (expected in text) is staff, expected
    assert ("Set up a programme" in client.get("/programmes/").text) is staff
    assert ('href="/programmes/"' in client.get("/account").text) is staff


def test_budget_and_institution_pages_link_to_programmes(coordinator: Any) -> None:
    hospital = make_institution("UG")
    fund = make_fund(make_programme(hospital))
    assert f'href="/programmes/{fund.programme_id}"' in coordinator.get("/budget/").text
    assert "Programmes it may take part in" in coordinator.get(f"/institutions/{hospital.id}").text


def test_unknown_programme_or_institution_is_not_found(coordinator: Any) -> None:
    here = make_programme().id
    for path in ("999", "999/edit", "999/institutions", "999/close", f"{here}/institutions/99999/take-out"):
        assert coordinator.get(f"/programmes/{path}").status_code == 404, path


def test_sign_in_is_required(client: Any) -> None:
    assert "/sign-in" in client.get("/programmes/").location


def test_duplicate_submission_acts_once(coordinator: Any) -> None:
    data = coordinator.forms("/programmes/new")[-1]["data"] | ANSWERS
    replies = [coordinator.post("/programmes/new", data=data) for _ in range(2)]
    assert [reply.status_code for reply in replies] == [303, 303]
    assert replies[0].location == replies[1].location
    assert count_programmes() == 1
    path, hospital = f"{replies[0].location}/institutions", make_institution("UG")
    data = coordinator.forms(path)[-1]["data"] | {"institution": str(hospital.id)}
    assert [coordinator.post(path, data=data).status_code for _ in range(2)] == [303, 303]
    assert len(db.session.scalars(sa.select(ProgrammeInstitution)).all()) == 1


@pytest.mark.parametrize("rows", [1, 30])
def test_pages_need_the_same_queries_at_any_length(app: Flask, coordinator: Any, rows: int) -> None:
    programme = make_programme(*(make_institution("UG") for _ in range(rows)))
    for _ in range(rows - 1):
        make_programme()
    for number in range(rows):
        coordinator.submit(f"/programmes/{programme.id}/edit", funder=f"Fund {number}")
    assert len(page_queries(coordinator, "/programmes/")) == 1
    assert len(page_queries(coordinator, f"/programmes/{programme.id}")) == 5
    assert len(page_queries(coordinator, f"/programmes/{programme.id}/edit")) == 1


def test_history_shows_old_and_new_values_and_can_be_filtered(client: Any) -> None:
    programme = make_programme()
    client.sign_in(make_account(Role.COORDINATOR, name="Carol").email)
    page = f"/programmes/{programme.id}"
    for days in range(1, 23):
        client.submit(f"{page}/edit", volunteer_days=str(days))
    client.submit(f"{page}/close")
    latest, everything, settings = (client.get(page + part).text for part in ("", "?history=all", "?history=settings"))
    assert "Days for volunteers to answer: 21 → 22" in latest
    assert "Only the latest are shown" in latest
    assert "Days for volunteers to answer: 7 → 1<" not in latest
    assert "Days for volunteers to answer: 7 → 1<" in everything
    assert ("closed the programme" in everything, "closed the programme" in settings) == (True, False)
    assert "Carol" in settings
