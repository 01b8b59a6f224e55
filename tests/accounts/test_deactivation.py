"""Deactivation: responsibilities are handed over, sessions and tokens end at once (docs/invariants.md, I18)."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from tests.factories.accounts import PASSWORD, make_account, viewer_of
from tests.factories.matching import make_fitting_volunteer, make_match
from tests.factories.partner_requests import make_institution, make_request
from tests.factories.placements import make_placement
from tests.factories.second_factor import enable_second_factor
from tests.factories.volunteers import make_volunteer
from tests.support.query_count import page_queries
from tests.support.queued_mail import latest_mail_link, list_queued_mail
from tests.support.race import race
from volunteer_hub.accounts import queries, service
from volunteer_hub.accounts.models import Account, Deputy
from volunteer_hub.accounts.states import AccountState
from volunteer_hub.audit.models import AuditEntry
from volunteer_hub.core.access import Role
from volunteer_hub.core.db import db
from volunteer_hub.core.errors import DomainError
from volunteer_hub.institutions.models import Institution
from volunteer_hub.partner_requests.models import PartnerRequest
from volunteer_hub.partner_requests.states import RequestState
from volunteer_hub.placements.models import Placement
from volunteer_hub.volunteers.states import VolunteerState

REASON = "Left the hospital"
NEW_PASSWORD = "purple tractor river"


@pytest.fixture
def admin(client: Any) -> Account:
    """Return an administrator, signed in."""
    account = make_account(Role.ADMIN, name="Ada")
    client.sign_in(account.email)
    return account


@pytest.fixture
def hospital(app: Flask) -> Institution:
    """Return an overseas partner."""
    return make_institution("UG")


def close(client: Any, account: Account, **answers: Any) -> Any:
    """Submit the deactivation page."""
    sent = {"reason": REASON, "typed": account.email} | answers
    return client.submit(f"/people/{account.id}/deactivate", **sent)


def state_of(account: Account) -> AccountState:
    """Return the stored state of the account."""
    db.session.rollback()
    return db.session.get_one(Account, account.id, populate_existing=True).state


def test_sessions_tokens_and_deputies_end_at_once(client: Any, app: Flask, admin: Account, now: dt.datetime) -> None:
    leaver = make_account(Role.COORDINATOR, email="leaver@example.org")
    colleague = make_account(Role.COORDINATOR)
    for account, other in ((leaver, colleague), (colleague, leaver)):
        db.session.add(Deputy(account_id=account.id, deputy_id=other.id, from_on=now.date(), until_on=now.date()))
    device_token = service.trust_device(leaver.id, browser="", now=now)
    db.session.commit()
    leaver_browser = app.test_client()
    leaver_browser.sign_in(leaver.email)
    client.submit("/forgotten-password", email=leaver.email)
    reset_path = latest_mail_link("reset_password")
    assert close(client, leaver).status_code == 303
    assert state_of(leaver) is AccountState.DEACTIVATED
    assert leaver_browser.get("/account").status_code == 303
    assert client.get(reset_path).status_code == 404
    assert queries.find_trusted_device(device_token, account_id=leaver.id, now=now) is None
    assert not queries.list_deputies_involving(leaver.id)
    assert app.test_client().submit("/sign-in", email=leaver.email, password=PASSWORD).status_code == 422
    assert "Ada" in list_queued_mail("account_deactivated")[-1].text
    assert REASON in client.get(f"/people/{leaver.id}").text


def test_closed_account_gets_no_email(client: Any, admin: Account) -> None:
    leaver = make_account(Role.VOLUNTEER, email="leaver@example.org")
    close(client, leaver)
    before = len(list_queued_mail())
    client.submit("/forgotten-password", email=leaver.email)
    assert [letter.kind for letter in list_queued_mail()[before:]] == ["no_account"]
    assert client.submit("/people/invite", name="L", email=leaver.email, role="funder").status_code == 422
    assert queries.as_recipient(db.session.get_one(Account, leaver.id)).is_closed


@pytest.mark.parametrize("wrong", [{"typed": "other@example.org"}, {"typed": ""}, {"reason": ""}])
def test_reason_and_address_are_required(client: Any, admin: Account, wrong: dict[str, str]) -> None:
    leaver = make_account(Role.VOLUNTEER)
    assert close(client, leaver, **wrong).status_code == 422
    assert state_of(leaver) is AccountState.ACTIVE


def test_requests_are_handed_over_to_another_contact_of_the_hospital(
    client: Any, admin: Account, hospital: Institution
) -> None:
    leaver, colleague = (make_account(Role.PARTNER, institution_id=hospital.id) for _ in range(2))
    stranger = make_account(Role.PARTNER, institution_id=make_institution("NP").id)
    open_requests = [
        make_request(state, institution=hospital, contact=leaver) for state in (RequestState.DRAFT, RequestState.OPEN)
    ]
    closed_request = make_request(RequestState.CLOSED, institution=hospital, contact=leaver)
    field = f"successor_requests_{hospital.id}"
    page = client.get(f"/people/{leaver.id}/deactivate").text
    assert all(partner_request.title in page for partner_request in open_requests)
    assert colleague.name in page
    assert close(client, leaver).status_code == 422, "somebody must be chosen"
    for invalid_id in (stranger.id, leaver.id, 0):
        assert close(client, leaver, **{field: str(invalid_id)}).status_code == 422
    assert state_of(leaver) is AccountState.ACTIVE
    assert close(client, leaver, **{field: str(colleague.id)}).status_code == 303
    contacts = dict(db.session.execute(sa.select(PartnerRequest.id, PartnerRequest.contact_id)).tuples().all())
    assert contacts == {partner_request.id: colleague.id for partner_request in open_requests} | {
        closed_request.id: leaver.id
    }
    recorded = db.session.scalars(
        sa.select(AuditEntry.subject_id).where(AuditEntry.action == "partner_request.handed_over")
    )
    assert sorted(recorded) == sorted(partner_request.id for partner_request in open_requests)
    [letter] = list_queued_mail("work_handed_over")
    assert letter.recipient_email == colleague.email
    assert all(partner_request.title in letter.text for partner_request in open_requests)


def test_placements_are_handed_over_to_another_director_of_the_hospital(
    client: Any, admin: Account, hospital: Institution
) -> None:
    leaver = make_account(Role.DIRECTOR, country="UG")
    placement = make_placement(make_match(make_request(institution=hospital)), director=leaver)
    colleague = make_account(Role.DIRECTOR, institution_id=hospital.id)
    stranger = make_account(Role.DIRECTOR, country="NP")
    field = f"successor_placements_{hospital.id}"
    assert close(client, leaver, **{field: str(stranger.id)}).status_code == 422
    assert close(client, leaver, **{field: str(colleague.id)}).status_code == 303
    db.session.rollback()
    assert db.session.get_one(Placement, placement.id, populate_existing=True).director_id == colleague.id
    assert list_queued_mail("work_handed_over")[-1].recipient_email == colleague.email


def test_without_a_possible_successor_the_account_still_closes(
    client: Any, admin: Account, hospital: Institution
) -> None:
    leaver = make_account(Role.PARTNER, institution_id=hospital.id)
    make_request(institution=hospital, contact=leaver)
    assert "invite another contact" in client.get(f"/people/{leaver.id}/deactivate").text
    assert close(client, leaver).status_code == 303


def test_volunteers_own_work_is_listed_and_kept(client: Any, admin: Account) -> None:
    volunteer = make_fitting_volunteer(capacity=5)
    placement = make_placement(make_match(volunteer=volunteer))
    waiting = make_match(volunteer=volunteer)
    page = client.get(f"/people/{volunteer.account_id}/deactivate").text
    assert placement.request.title in page
    assert waiting.request.title in page
    assert close(client, volunteer.account).status_code == 303


def test_closed_account_is_refused_as_a_successor(app: Flask, hospital: Institution, now: dt.datetime) -> None:
    leaver, closed_colleague = (make_account(Role.PARTNER, institution_id=hospital.id) for _ in range(2))
    make_request(institution=hospital, contact=leaver)
    make_account(Role.PARTNER, institution_id=hospital.id)
    closed_colleague.state = AccountState.DEACTIVATED
    db.session.commit()
    admin = viewer_of(make_account(Role.ADMIN))
    with app.test_request_context(), pytest.raises(DomainError):
        service.deactivate(
            leaver, reason=REASON, successors={f"requests_{hospital.id}": closed_colleague.id}, actor=admin, now=now
        )
    assert state_of(leaver) is AccountState.ACTIVE


@pytest.mark.parametrize(
    ("role", "status"),
    [(Role.PARTNER, 200), (Role.DIRECTOR, 200), (Role.VOLUNTEER, 403), (Role.COORDINATOR, 403), (Role.ADMIN, 403)],
)
def test_coordinator_closes_partners_and_directors_only(client: Any, role: Role, status: int) -> None:
    client.sign_in(make_account(Role.COORDINATOR).email)
    place = {"institution_id": make_institution("UG").id} if role in (Role.PARTNER, Role.DIRECTOR) else {}
    other = make_account(role, **place)
    assert client.get(f"/people/{other.id}/deactivate").status_code == status
    assert ("/deactivate" in client.get(f"/people/{other.id}").text) == (status == 200)


def test_own_account_cannot_be_closed(client: Any, admin: Account) -> None:
    make_account(Role.ADMIN)
    assert client.get(f"/people/{admin.id}/deactivate").status_code == 403


def test_last_administrator_cannot_be_closed(app: Flask, now: dt.datetime) -> None:
    last, other = make_account(Role.ADMIN), make_account(Role.VOLUNTEER)
    actor = viewer_of(other)
    admin_grants_of_another = type(actor)(**(vars(actor) | {"grants": viewer_of(last).grants}))
    with app.test_request_context(), pytest.raises(DomainError, match="last administrator"):
        service.deactivate(last, reason=REASON, successors={}, actor=admin_grants_of_another, now=now)


def test_one_of_two_administrators_who_close_each_other_stays(app: Flask, now: dt.datetime) -> None:
    ids = [make_account(Role.ADMIN).id for _ in range(2)]
    viewers = [viewer_of(db.session.get_one(Account, account_id)) for account_id in ids]

    def deactivate_other(number: int) -> bool:
        with app.test_request_context(method="POST"):
            try:
                other = queries.get_account(ids[1 - number])
                service.deactivate(other, reason=REASON, successors={}, actor=viewers[number], now=now)
                db.session.commit()
            except DomainError:
                db.session.rollback()
                return False
            return True

    assert sorted(race(app, deactivate_other, rivals=2)) == [False, True]
    assert len(queries.lock_active_admins()) == 1


def test_closed_account_is_reopened_with_a_new_link(client: Any, app: Flask, admin: Account) -> None:
    leaver = make_account(Role.FUNDER, email="leaver@example.org")
    close(client, leaver)
    assert client.submit(f"/people/{leaver.id}/reactivate").status_code == 303
    again = app.test_client()
    assert again.submit("/sign-in", email=leaver.email, password=PASSWORD).status_code == 422
    assert again.submit(latest_mail_link("account_reactivated"), password=NEW_PASSWORD).location == "/sign-in"
    again.sign_in(leaver.email, NEW_PASSWORD)
    assert client.submit(f"/people/{leaver.id}/reactivate").status_code == 422


def test_reopened_invitation_still_needs_the_policies_accepted(client: Any, app: Flask, admin: Account) -> None:
    client.submit("/people/invite", name="Kofi", email="kofi@example.org", role="funder")
    guest = queries.find_by_email("kofi@example.org")
    assert guest
    first = latest_mail_link("invitation")
    close(client, guest)
    assert client.get(first).status_code == 404
    client.submit(f"/people/{guest.id}/reactivate")
    client.submit("/forgotten-password", email=guest.email)
    assert not list_queued_mail("reset_password")
    answers = {"password": NEW_PASSWORD, "code_of_conduct": "yes", "patient_data_pledge": "yes"}
    again = app.test_client()
    assert again.submit(latest_mail_link("invitation"), **answers).location == "/sign-in"
    again.sign_in(guest.email, NEW_PASSWORD)


def test_second_deactivation_is_a_conflict(client: Any, admin: Account) -> None:
    leaver = make_account(Role.VOLUNTEER)
    page = client.forms(f"/people/{leaver.id}/deactivate")[-1]["data"]
    again = client.forms(f"/people/{leaver.id}/deactivate")[-1]["data"]
    sent = {"reason": REASON, "typed": leaver.email}
    path = f"/people/{leaver.id}/deactivate"
    assert client.post(path, data=page | sent).status_code == 303
    assert client.post(path, data=page | sent).status_code == 303, "a double click"
    assert client.post(path, data=again | sent).status_code == 409
    assert len(list_queued_mail("account_deactivated")) == 1


@pytest.mark.parametrize("number", [1, 12])
def test_page_needs_the_same_queries_for_any_number_of_requests(
    client: Any, admin: Account, number: int, hospital: Institution
) -> None:
    leaver = make_account(Role.PARTNER, institution_id=hospital.id)
    make_account(Role.PARTNER, institution_id=hospital.id)
    for _ in range(number):
        make_request(institution=hospital, contact=leaver)
    assert len(page_queries(client, f"/people/{leaver.id}/deactivate")) == 6


def test_second_factor_is_kept_when_reopened(client: Any, admin: Account) -> None:
    leaver = make_account(Role.FUNDER)
    enable_second_factor(leaver)
    close(client, leaver)
    client.submit(f"/people/{leaver.id}/reactivate")
    assert queries.find_second_factor(leaver.id)


def test_closed_volunteer_is_paused(app: Flask, now: dt.datetime) -> None:
    volunteer = make_volunteer()
    assert volunteer.state is VolunteerState.READY
    admin = viewer_of(make_account(Role.ADMIN))
    service.deactivate(volunteer.account, reason="Moved away", successors={}, actor=admin, now=now)
    db.session.commit()
    assert volunteer.state is VolunteerState.PAUSED
