"""Closing an account: what the person holds goes on with others, everything of theirs ends at once (I18)."""

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
from tests.factories.second_factor import give_factor
from tests.factories.volunteers import make_volunteer
from tests.support.counting import queries_of
from tests.support.letters import letters, link_in
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

WHY = "Left the hospital"
GOOD = "purple tractor river"


@pytest.fixture
def admin(client: Any) -> Account:
    """An administrator, signed in."""
    account = make_account(Role.ADMIN, name="Ada")
    client.sign_in(account.email)
    return account


@pytest.fixture
def hospital(app: Flask) -> Institution:
    """A partner's place."""
    return make_institution("UG")


def close(client: Any, account: Account, **answers: Any) -> Any:
    """Fill in the page and send it."""
    sent = {"why": WHY, "typed": account.email} | answers
    return client.submit(f"/people/{account.id}/deactivate", **sent)


def state_of(account: Account) -> AccountState:
    """As it stands now."""
    db.session.rollback()
    return db.session.get_one(Account, account.id, populate_existing=True).state


def test_everything_of_theirs_ends_at_once(client: Any, app: Flask, admin: Account, now: dt.datetime) -> None:
    leaver = make_account(Role.COORDINATOR, email="leaver@example.org")
    colleague = make_account(Role.COORDINATOR)
    for one, other in ((leaver, colleague), (colleague, leaver)):
        db.session.add(Deputy(account_id=one.id, deputy_id=other.id, from_on=now.date(), until_on=now.date()))
    device = service.trust_device(leaver.id, browser="", now=now)
    db.session.commit()
    theirs = app.test_client()
    theirs.sign_in(leaver.email)
    client.submit("/forgotten-password", email=leaver.email)
    reset = link_in("reset_password")
    assert close(client, leaver).status_code == 303
    assert state_of(leaver) is AccountState.DEACTIVATED
    assert theirs.get("/account").status_code == 303
    assert client.get(reset).status_code == 404
    assert queries.find_trusted_device(device, account_id=leaver.id, now=now) is None
    assert not queries.list_deputies_involving(leaver.id)
    assert app.test_client().submit("/sign-in", email=leaver.email, password=PASSWORD).status_code == 422
    assert "Ada" in letters("account_deactivated")[-1].text
    assert WHY in client.get(f"/people/{leaver.id}").text


def test_nobody_writes_to_them_any_more(client: Any, admin: Account) -> None:
    leaver = make_account(Role.VOLUNTEER, email="leaver@example.org")
    close(client, leaver)
    before = len(letters())
    client.submit("/forgotten-password", email=leaver.email)
    assert [letter.kind for letter in letters()[before:]] == ["no_account"]
    assert client.submit("/people/invite", name="L", email=leaver.email, role="funder").status_code == 422
    assert queries.as_recipient(db.session.get_one(Account, leaver.id)).ended


@pytest.mark.parametrize("wrong", [{"typed": "other@example.org"}, {"typed": ""}, {"why": ""}])
def test_it_wants_a_reason_and_the_address(client: Any, admin: Account, wrong: dict[str, str]) -> None:
    leaver = make_account(Role.VOLUNTEER)
    assert close(client, leaver, **wrong).status_code == 422
    assert state_of(leaver) is AccountState.ACTIVE


def test_requests_go_to_another_contact_of_the_same_hospital(
    client: Any, admin: Account, hospital: Institution
) -> None:
    leaver, next_one = (make_account(Role.PARTNER, institution_id=hospital.id) for _ in range(2))
    stranger = make_account(Role.PARTNER, institution_id=make_institution("NP").id)
    live = [
        make_request(state, institution=hospital, raised_by=leaver) for state in (RequestState.DRAFT, RequestState.OPEN)
    ]
    over = make_request(RequestState.CLOSED, institution=hospital, raised_by=leaver)
    field = f"successor_requests_{hospital.id}"
    page = client.get(f"/people/{leaver.id}/deactivate").text
    assert all(ask.title in page for ask in live)
    assert next_one.name in page
    assert close(client, leaver).status_code == 422, "somebody must be chosen"
    for nobody in (stranger.id, leaver.id, 0):
        assert close(client, leaver, **{field: str(nobody)}).status_code == 422
    assert state_of(leaver) is AccountState.ACTIVE
    assert close(client, leaver, **{field: str(next_one.id)}).status_code == 303
    raisers = dict(db.session.execute(sa.select(PartnerRequest.id, PartnerRequest.raised_by_id)).tuples().all())
    assert raisers == {ask.id: next_one.id for ask in live} | {over.id: leaver.id}
    recorded = db.session.scalars(
        sa.select(AuditEntry.subject_id).where(AuditEntry.action == "partner_request.handed_over")
    )
    assert sorted(recorded) == sorted(ask.id for ask in live)
    [letter] = letters("work_handed_over")
    assert letter.recipient_email == next_one.email
    assert all(ask.title in letter.text for ask in live)


def test_placements_go_to_another_director_who_covers_the_hospital(
    client: Any, admin: Account, hospital: Institution
) -> None:
    leaver = make_account(Role.DIRECTOR, country="UG")
    placement = make_placement(make_match(make_request(institution=hospital)), director=leaver)
    next_one = make_account(Role.DIRECTOR, institution_id=hospital.id)
    stranger = make_account(Role.DIRECTOR, country="NP")
    field = f"successor_placements_{hospital.id}"
    assert close(client, leaver, **{field: str(stranger.id)}).status_code == 422
    assert close(client, leaver, **{field: str(next_one.id)}).status_code == 303
    db.session.rollback()
    assert db.session.get_one(Placement, placement.id, populate_existing=True).director_id == next_one.id
    assert letters("work_handed_over")[-1].recipient_email == next_one.email


def test_where_nobody_can_take_over_it_says_so_and_goes_on(client: Any, admin: Account, hospital: Institution) -> None:
    leaver = make_account(Role.PARTNER, institution_id=hospital.id)
    make_request(institution=hospital, raised_by=leaver)
    assert "invite another contact" in client.get(f"/people/{leaver.id}/deactivate").text
    assert close(client, leaver).status_code == 303


def test_a_volunteers_own_work_is_shown_and_stays(client: Any, admin: Account) -> None:
    volunteer = make_fitting_volunteer(capacity=5)
    placement = make_placement(make_match(volunteer=volunteer))
    waiting = make_match(volunteer=volunteer)
    page = client.get(f"/people/{volunteer.account_id}/deactivate").text
    assert placement.request.title in page
    assert waiting.request.title in page
    assert close(client, volunteer.account).status_code == 303


def test_a_colleague_who_left_meanwhile_is_no_successor(app: Flask, hospital: Institution, now: dt.datetime) -> None:
    leaver, gone = (make_account(Role.PARTNER, institution_id=hospital.id) for _ in range(2))
    make_request(institution=hospital, raised_by=leaver)
    make_account(Role.PARTNER, institution_id=hospital.id)
    gone.state = AccountState.DEACTIVATED
    db.session.commit()
    admin = viewer_of(make_account(Role.ADMIN))
    with app.test_request_context(), pytest.raises(DomainError):
        service.deactivate(leaver, reason=WHY, successors={f"requests_{hospital.id}": gone.id}, actor=admin, now=now)
    assert state_of(leaver) is AccountState.ACTIVE


@pytest.mark.parametrize(
    ("role", "status"),
    [(Role.PARTNER, 200), (Role.DIRECTOR, 200), (Role.VOLUNTEER, 403), (Role.COORDINATOR, 403), (Role.ADMIN, 403)],
)
def test_a_coordinator_closes_partners_and_directors_only(client: Any, role: Role, status: int) -> None:
    client.sign_in(make_account(Role.COORDINATOR).email)
    place = {"institution_id": make_institution("UG").id} if role in (Role.PARTNER, Role.DIRECTOR) else {}
    other = make_account(role, **place)
    assert client.get(f"/people/{other.id}/deactivate").status_code == status
    assert ("/deactivate" in client.get(f"/people/{other.id}").text) == (status == 200)


def test_nobody_closes_their_own_account(client: Any, admin: Account) -> None:
    make_account(Role.ADMIN)
    assert client.get(f"/people/{admin.id}/deactivate").status_code == 403


def test_the_last_administrator_stays(app: Flask, now: dt.datetime) -> None:
    last, helper = make_account(Role.ADMIN), make_account(Role.VOLUNTEER)
    actor = viewer_of(helper)
    powerful = type(actor)(**(vars(actor) | {"grants": viewer_of(last).grants}))
    with app.test_request_context(), pytest.raises(DomainError, match="last administrator"):
        service.deactivate(last, reason=WHY, successors={}, actor=powerful, now=now)


def test_of_two_administrators_who_close_each_other_one_stays(app: Flask, now: dt.datetime) -> None:
    ids = [make_account(Role.ADMIN).id for _ in range(2)]
    viewers = [viewer_of(db.session.get_one(Account, one)) for one in ids]

    def act(number: int) -> bool:
        with app.test_request_context(method="POST"):
            try:
                other = queries.get_account(ids[1 - number])
                service.deactivate(other, reason=WHY, successors={}, actor=viewers[number], now=now)
                db.session.commit()
            except DomainError:
                db.session.rollback()
                return False
            return True

    assert sorted(race(app, act, rivals=2)) == [False, True]
    assert len(queries.lock_active_admins()) == 1


def test_a_closed_account_opens_again_with_a_fresh_link(client: Any, app: Flask, admin: Account) -> None:
    leaver = make_account(Role.FUNDER, email="leaver@example.org")
    close(client, leaver)
    assert client.submit(f"/people/{leaver.id}/reactivate").status_code == 303
    again = app.test_client()
    assert again.submit("/sign-in", email=leaver.email, password=PASSWORD).status_code == 422
    assert again.submit(link_in("account_reactivated"), password=GOOD).location == "/sign-in"
    again.sign_in(leaver.email, GOOD)
    assert client.submit(f"/people/{leaver.id}/reactivate").status_code == 422


def test_an_invitation_that_was_closed_opens_with_the_pledges(client: Any, app: Flask, admin: Account) -> None:
    client.submit("/people/invite", name="Kofi", email="kofi@example.org", role="funder")
    guest = queries.find_by_email("kofi@example.org")
    assert guest
    first = link_in("invitation")
    close(client, guest)
    assert client.get(first).status_code == 404
    client.submit(f"/people/{guest.id}/reactivate")
    client.submit("/forgotten-password", email=guest.email)
    assert not letters("reset_password")
    answers = {"password": GOOD, "code_of_conduct": "yes", "patient_data_pledge": "yes"}
    again = app.test_client()
    assert again.submit(link_in("invitation"), **answers).location == "/sign-in"
    again.sign_in(guest.email, GOOD)


def test_closing_twice_says_that_somebody_was_first(client: Any, admin: Account) -> None:
    leaver = make_account(Role.VOLUNTEER)
    page = client.forms(f"/people/{leaver.id}/deactivate")[-1]["data"]
    again = client.forms(f"/people/{leaver.id}/deactivate")[-1]["data"]
    sent = {"why": WHY, "typed": leaver.email}
    path = f"/people/{leaver.id}/deactivate"
    assert client.post(path, data=page | sent).status_code == 303
    assert client.post(path, data=page | sent).status_code == 303, "a double click"
    assert client.post(path, data=again | sent).status_code == 409
    assert len(letters("account_deactivated")) == 1


@pytest.mark.parametrize("number", [1, 12])
def test_the_page_costs_the_same_however_much_is_held(
    client: Any, admin: Account, number: int, hospital: Institution
) -> None:
    leaver = make_account(Role.PARTNER, institution_id=hospital.id)
    make_account(Role.PARTNER, institution_id=hospital.id)
    for _ in range(number):
        make_request(institution=hospital, raised_by=leaver)
    assert len(queries_of(client, f"/people/{leaver.id}/deactivate")) == 6


def test_a_second_factor_survives_closing_and_opening(client: Any, admin: Account) -> None:
    leaver = make_account(Role.FUNDER)
    give_factor(leaver)
    close(client, leaver)
    client.submit(f"/people/{leaver.id}/reactivate")
    assert queries.find_second_factor(leaver.id)


def test_a_closed_volunteer_is_no_longer_ready(app: Flask, now: dt.datetime) -> None:
    volunteer = make_volunteer()
    assert volunteer.state is VolunteerState.READY
    admin = viewer_of(make_account(Role.ADMIN))
    service.deactivate(volunteer.account, reason="Moved away", successors={}, actor=admin, now=now)
    db.session.commit()
    assert volunteer.state is VolunteerState.PAUSED
