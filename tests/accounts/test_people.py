"""Invitations, roles, the list of people, and which roles may do what."""

from __future__ import annotations

import re
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from tests.factories.accounts import make_account
from tests.support.hospitals import make_hospital
from tests.support.query_count import record_queries
from tests.support.queued_mail import latest_mail_link, list_queued_mail
from volunteer_hub.accounts.models import Account, RoleGrant
from volunteer_hub.accounts.states import AccountState
from volunteer_hub.core import clock as core_clock
from volunteer_hub.core.access import Role
from volunteer_hub.core.db import db

PASSWORD = "purple tractor river"
DIRECTOR = {"name": "Kofi Mensah", "email": "kofi@example.org", "role": "director", "country": "GH"}


@pytest.fixture
def coordinator(client: Any) -> Any:
    """Return a client signed in as coordinator."""
    client.sign_in(make_account(Role.COORDINATOR, name="Cora").email)
    return client


def person(email: str) -> Account:
    """Return the stored account with that address."""
    return db.session.scalars(sa.select(Account).where(Account.email == email)).one()


def test_invited_person_opens_the_account_and_signs_in(coordinator: Any, app: Flask) -> None:
    coordinator.submit("/people/invite", **DIRECTOR)
    assert person("kofi@example.org").state is AccountState.INVITED
    guest = app.test_client()
    link = latest_mail_link("invitation")
    assert guest.submit(link, password="short").status_code == 422
    answers = {"password": PASSWORD, "code_of_conduct": "yes", "patient_data_pledge": "yes", "name": "Kofi A. Mensah"}
    assert guest.submit(link, **answers).location == "/sign-in"
    account = person("kofi@example.org")
    assert (account.name, account.time_zone, account.state) == ("Kofi A. Mensah", "Africa/Accra", AccountState.ACTIVE)
    assert guest.get(link).status_code == 404
    guest.sign_in("kofi@example.org", PASSWORD)


def test_invitation_names_inviter_role_and_scope(coordinator: Any) -> None:
    coordinator.submit("/people/invite", **DIRECTOR)
    text = list_queued_mail("invitation")[-1].text
    assert "Cora invites you to take part as Overseas Director for Ghana" in text


def test_person_with_an_account_gets_another_role(coordinator: Any) -> None:
    make_account(Role.VOLUNTEER, email="kofi@example.org")
    coordinator.submit("/people/invite", **DIRECTOR)
    assert {grant.role for grant in person("kofi@example.org").grants} == {Role.VOLUNTEER, Role.DIRECTOR}
    assert [mail.kind for mail in list_queued_mail()] == ["role_given"]


def test_the_same_role_twice_is_refused(coordinator: Any) -> None:
    coordinator.submit("/people/invite", **DIRECTOR)
    reply = coordinator.submit("/people/invite", **DIRECTOR)
    assert reply.status_code == 422
    assert "already holds this role" in reply.text


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"role": "partner", "country": ""}, "Choose the partner"),
        ({"country": ""}, "Choose the director"),
        ({"role": "admin"}, "Choose one of the answers"),
        ({"role": "coordinator"}, "Choose one of the answers"),
        ({"country": "XX"}, "Choose one of the answers"),
        ({"email": "kofi"}, "in the correct format"),
    ],
)
def test_coordinator_cannot_invite_beyond_their_rights(coordinator: Any, changes: Any, message: str) -> None:
    reply = coordinator.submit("/people/invite", **DIRECTOR | changes)
    assert reply.status_code == 422
    assert message in reply.text
    assert list_queued_mail() == []


def test_administrator_gives_any_role(client: Any) -> None:
    client.sign_in(make_account(Role.ADMIN).email)
    for role in (Role.COORDINATOR, Role.FINANCE, Role.FUNDER, Role.ADMIN):
        reply = client.submit("/people/invite", name="N", email=f"{role}@example.org", role=role.value)
        assert reply.status_code == 303
    assert len(list_queued_mail("invitation")) == 4


def test_invitation_can_be_sent_again(coordinator: Any, clock: Any) -> None:
    coordinator.submit("/people/invite", **DIRECTOR)
    first = latest_mail_link("invitation")
    page = f"/people/{person('kofi@example.org').id}"
    clock.advance(days=15)
    coordinator.sign_in(db.session.scalars(sa.select(Account.email).where(Account.name == "Cora")).one())
    coordinator.submit(page, action="/resend")
    assert coordinator.get(first).status_code == 404
    assert coordinator.get(latest_mail_link("invitation")).status_code == 200


def test_role_ends_after_a_confirmation_page(coordinator: Any) -> None:
    director = make_account(Role.DIRECTOR, country="GH")
    grant = director.grants[0]
    path = f"/people/{director.id}/roles/{grant.id}/end"
    coordinator.get(path)
    assert db.session.get_one(RoleGrant, grant.id).ended_at is None
    assert coordinator.submit(path).status_code == 303
    assert db.session.get_one(RoleGrant, grant.id).ended_at == core_clock.now()


def test_coordinator_cannot_end_an_administrators_role(coordinator: Any) -> None:
    admin = make_account(Role.ADMIN)
    reply = coordinator.submit(f"/people/{admin.id}/roles/{admin.grants[0].id}/end")
    assert reply.status_code == 403
    assert db.session.get_one(RoleGrant, admin.grants[0].id).ended_at is None


def test_role_of_another_person_is_not_found(coordinator: Any) -> None:
    one, other = make_account(Role.DIRECTOR, country="GH"), make_account(Role.DIRECTOR, country="KE")
    assert coordinator.get(f"/people/{one.id}/roles/{other.grants[0].id}/end").status_code == 404


def test_own_role_cannot_be_ended(client: Any) -> None:
    admin = make_account(Role.ADMIN)
    client.sign_in(admin.email)
    assert client.submit(f"/people/{admin.id}/roles/{admin.grants[0].id}/end").status_code == 422


@pytest.mark.parametrize("role", [role for role in Role if role not in {Role.COORDINATOR, Role.ADMIN}])
def test_people_are_for_staff_only(client: Any, role: Role) -> None:
    account = make_account(role, country="GH" if role is Role.DIRECTOR else None)
    client.sign_in(account.email)
    for path in ("/people/", "/people/invite", f"/people/{account.id}"):
        assert client.get(path).status_code == 403


def test_list_is_searched_and_filtered(coordinator: Any) -> None:
    make_account(Role.FINANCE, name="Fiona Finance", email="fiona@example.org")
    make_account(Role.DIRECTOR, name="Dina Director", country="GH")
    by_role = coordinator.get("/people/?role=finance").text
    assert "Fiona Finance" in by_role
    assert "Dina Director" not in by_role
    assert "Dina Director" in coordinator.get("/people/?q=dina").text
    assert "Nobody fits this search" in coordinator.get("/people/?q=nobody").text


def test_list_pages_show_everybody_once(coordinator: Any, clock: Any) -> None:
    for _ in range(45):
        make_account(Role.VOLUNTEER)
    seen: list[str] = []
    address = "/people/"
    while address:
        page = coordinator.get(address).text
        seen += re.findall(r'href="/people/([0-9]+)"', page)
        more = re.search(r'href="([^"]*after=[^"]*)"', page)
        address = more[1].replace("&amp;", "&") if more else ""
    assert len(seen) == len(set(seen)) == 46


def test_list_needs_the_same_queries_for_1_and_30_people(coordinator: Any) -> None:
    hospital = make_hospital()
    make_account(Role.PARTNER, institution_id=hospital.id)
    with record_queries() as queries_for_one:
        coordinator.get("/people/")
    for _ in range(29):
        make_account(Role.PARTNER, institution_id=hospital.id)
    with record_queries() as queries_for_all:
        coordinator.get("/people/")
    assert len(queries_for_one) == len(queries_for_all) <= 4


def test_person_needs_the_same_queries_for_any_history(coordinator: Any, app: Flask) -> None:
    account = make_account(Role.DIRECTOR, country="GH")
    guest = app.test_client()
    guest.sign_in(account.email)
    guest.submit("/account", name="First Name")
    with record_queries() as queries_for_one:
        coordinator.get(f"/people/{account.id}")
    for number in range(5):
        guest.submit("/account", name=f"Name {number}")
    with record_queries() as queries_for_all:
        coordinator.get(f"/people/{account.id}")
    assert len(queries_for_one) == len(queries_for_all) <= 7


def test_own_details_are_changed(client: Any) -> None:
    account = make_account(name="Old Name")
    client.sign_in(account.email)
    client.submit("/account", name="New Name", time_zone="Africa/Lusaka")
    assert (person(account.email).name, person(account.email).time_zone) == ("New Name", "Africa/Lusaka")
    assert client.submit("/account", name="", time_zone="Africa/Lusaka").status_code == 422
    assert client.submit("/account", name="N", time_zone="Mars/Phobos").status_code == 422


def test_markup_in_a_name_is_shown_as_text(coordinator: Any) -> None:
    account = make_account(Role.VOLUNTEER, name="<script>alert(1)</script>")
    for path in ("/people/", f"/people/{account.id}"):
        page = coordinator.get(path).text
        assert "<script>" not in page
        assert "&lt;script&gt;" in page
