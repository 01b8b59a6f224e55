"""From asking to be erased to being erased, refused or staying."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa

from tests.factories.accounts import make_account, viewer_of
from tests.factories.matching import make_fitting_volunteer, make_match
from tests.factories.placements import make_placement
from tests.privacy.conftest import EMAIL
from tests.support.counting import queries_of
from tests.support.letters import letters
from volunteer_hub.accounts.models import Account
from volunteer_hub.accounts.states import AccountState
from volunteer_hub.core import clock as core_clock
from volunteer_hub.core.access import Role
from volunteer_hub.core.db import db
from volunteer_hub.privacy import service
from volunteer_hub.privacy.models import ErasureRequest
from volunteer_hub.privacy.states import ErasureState
from volunteer_hub.volunteers import queries as volunteers


@pytest.fixture
def admin(person: Account) -> Account:
    """An administrator, and one more so that neither is the last."""
    make_account(Role.ADMIN)
    return make_account(Role.ADMIN, name="Ada Admin", email="ada@example.org")


def wish() -> ErasureRequest:
    db.session.expire_all()
    return db.session.scalars(sa.select(ErasureRequest).order_by(ErasureRequest.id.desc())).first()  # type: ignore[return-value]


def asked(client: Any) -> None:
    client.sign_in(EMAIL)
    assert client.submit("/account/erasure", action=None, words="I am moving on.", sure="yes").status_code == 303
    client.post("/sign-out", data={"csrf_token": client.forms("/account")[0]["data"]["csrf_token"][0]})


def test_asked_granted_and_erased_after_a_week(person: Account, admin: Account, client: Any, clock: Any) -> None:
    asked(client)
    assert [mail.kind for mail in letters("erasure_received")] == ["erasure_received"]
    assert len(letters("erasure_asked")) == 2
    client.sign_in(admin.email)
    assert person.name in client.get("/privacy/erasures").text
    assert "I am moving on." in client.get(f"/privacy/erasures/{wish().id}").text
    assert client.submit(f"/privacy/erasures/{wish().id}/grant", words="Thank you for all.").status_code == 303
    assert letters("erasure_granted")[-1].recipient_email == EMAIL
    clock.advance(days=6)
    assert service.fulfil_erasure_requests(core_clock.now()) == 0
    clock.advance(days=2)
    assert service.fulfil_erasure_requests(core_clock.now()) == 1
    db.session.commit()
    assert wish().state is ErasureState.DONE
    assert db.session.get_one(Account, person.id).state is AccountState.ERASED
    assert service.fulfil_erasure_requests(core_clock.now()) == 0


def test_a_wish_can_be_taken_back_until_the_last_moment(
    person: Account, admin: Account, client: Any, clock: Any
) -> None:
    asked(client)
    service.grant_request(wish(), message=None, actor=viewer_of(admin), now=core_clock.now())
    db.session.commit()
    client.sign_in(EMAIL)
    assert client.submit("/account/erasure", action="/account/erasure/withdraw").status_code == 303
    clock.advance(days=30)
    assert service.fulfil_erasure_requests(core_clock.now()) == 0
    assert "sure" in client.get("/account/erasure").text


def test_refusal_gives_its_reason(person: Account, admin: Account, client: Any) -> None:
    asked(client)
    client.sign_in(admin.email)
    path = f"/privacy/erasures/{wish().id}/refuse"
    assert client.submit(path, words="").status_code == 422
    assert client.submit(path, words="An investigation is open.").status_code == 303
    assert "An investigation is open." in letters("erasure_refused")[-1].text
    assert client.submit(path, words="Once more.").status_code == 422 or wish().state is ErasureState.REFUSED


def test_asking_twice_is_refused_and_work_at_hand_is_named(person: Account, client: Any) -> None:
    asked(client)
    client.sign_in(EMAIL)
    assert 'name="sure"' not in client.get("/account/erasure").text
    busy = make_placement(make_match(volunteer=make_fitting_volunteer(email="busy@example.org")))
    client.delete_cookie("volunteer_hub")
    client.sign_in(busy.volunteer.account.email)
    page = client.get("/account/erasure").text
    assert "1 placement is at work" in page
    assert 'name="sure"' in page, "a wish may be told at any time"


def test_nobody_answers_their_own_wish(admin: Account, client: Any, now: Any) -> None:
    service.request_erasure(admin, message=None, actor=viewer_of(admin), now=now)
    db.session.commit()
    client.sign_in(admin.email)
    assert "another administrator" in client.get(f"/privacy/erasures/{wish().id}").text
    client.submit(f"/privacy/erasures/{wish().id}/grant")
    assert wish().state is ErasureState.REQUESTED


def test_work_that_came_after_the_grant_stops_the_erasure_and_tells(
    person: Account, admin: Account, now: Any, clock: Any
) -> None:
    one = service.request_erasure(person, message=None, actor=viewer_of(person), now=now)
    service.grant_request(one, message=None, actor=viewer_of(admin), now=now)
    db.session.commit()
    make_match(volunteer=volunteers.of_account(person.id))
    clock.advance(days=8)
    for _night in range(2):
        assert service.fulfil_erasure_requests(core_clock.now()) == 0
        db.session.commit()
        clock.advance(days=1)
    assert len(letters("erasure_stuck")) == 2, "each administrator once"
    assert wish().state is ErasureState.GRANTED


def test_administrators_are_reminded_once_before_the_last_day(
    person: Account, admin: Account, client: Any, clock: Any
) -> None:
    asked(client)
    clock.advance(days=20)
    assert service.remind_of_erasure_requests(core_clock.now()) == 0
    for _day in range(4):
        clock.advance(days=4)
        service.remind_of_erasure_requests(core_clock.now())
        db.session.commit()
    assert len(letters("erasure_due")) == 2


def test_list_costs_the_same_at_one_and_thirty(admin: Account, client: Any, now: Any) -> None:
    client.sign_in(admin.email)
    costs = []
    for number in (1, 29):
        for _ in range(number):
            one = make_account(Role.VOLUNTEER)
            service.request_erasure(one, message=None, actor=viewer_of(one), now=now)
        db.session.commit()
        costs.append(len(queries_of(client, "/privacy/erasures")))
    assert costs[0] == costs[1] <= 2
