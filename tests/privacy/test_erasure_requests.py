"""Erasure requests: submitted, granted or refused, withdrawn, and fulfilled after the cooling-off period."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa

from tests.factories.accounts import make_account, viewer_of
from tests.factories.matching import make_fitting_volunteer, make_match
from tests.factories.placements import make_placement
from tests.support.erasure import EMAIL
from tests.support.query_count import page_queries
from tests.support.queued_mail import list_queued_mail
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
    """Return an administrator; a second one exists, so that neither is the last."""
    make_account(Role.ADMIN)
    return make_account(Role.ADMIN, name="Ada Admin", email="ada@example.org")


def latest_request() -> ErasureRequest:
    db.session.expire_all()
    return db.session.scalars(sa.select(ErasureRequest).order_by(ErasureRequest.id.desc())).first()  # type: ignore[return-value]


def request_erasure(client: Any) -> None:
    client.sign_in(EMAIL)
    assert client.submit("/account/erasure", action=None, message="I am moving on.", sure="yes").status_code == 303
    client.post("/sign-out", data={"csrf_token": client.forms("/account")[0]["data"]["csrf_token"][0]})


def test_granted_request_is_fulfilled_after_the_cooling_off_period(
    person: Account, admin: Account, client: Any, clock: Any
) -> None:
    request_erasure(client)
    assert [mail.kind for mail in list_queued_mail("erasure_received")] == ["erasure_received"]
    assert len(list_queued_mail("erasure_asked")) == 2
    client.sign_in(admin.email)
    assert person.name in client.get("/privacy/erasures").text
    assert "I am moving on." in client.get(f"/privacy/erasures/{latest_request().id}").text
    assert (
        client.submit(f"/privacy/erasures/{latest_request().id}/grant", message="Thank you for all.").status_code == 303
    )
    assert list_queued_mail("erasure_granted")[-1].recipient_email == EMAIL
    clock.advance(days=6)
    assert service.fulfil_erasure_requests(core_clock.now()) == 0
    clock.advance(days=2)
    assert service.fulfil_erasure_requests(core_clock.now()) == 1
    db.session.commit()
    assert latest_request().state is ErasureState.DONE
    assert db.session.get_one(Account, person.id).state is AccountState.ERASED
    assert service.fulfil_erasure_requests(core_clock.now()) == 0


def test_granted_request_can_be_withdrawn(person: Account, admin: Account, client: Any, clock: Any) -> None:
    request_erasure(client)
    service.grant_request(latest_request(), message=None, actor=viewer_of(admin), now=core_clock.now())
    db.session.commit()
    client.sign_in(EMAIL)
    assert client.submit("/account/erasure", action="/account/erasure/withdraw").status_code == 303
    clock.advance(days=30)
    assert service.fulfil_erasure_requests(core_clock.now()) == 0
    assert "sure" in client.get("/account/erasure").text


def test_refusal_needs_and_sends_a_reason(person: Account, admin: Account, client: Any) -> None:
    request_erasure(client)
    client.sign_in(admin.email)
    path = f"/privacy/erasures/{latest_request().id}/refuse"
    assert client.submit(path, message="").status_code == 422
    assert client.submit(path, message="An investigation is open.").status_code == 303
    assert "An investigation is open." in list_queued_mail("erasure_refused")[-1].text
    assert (
        client.submit(path, message="Once more.").status_code == 422 or latest_request().state is ErasureState.REFUSED
    )


def test_second_request_is_refused_and_blockers_are_listed(person: Account, client: Any) -> None:
    request_erasure(client)
    client.sign_in(EMAIL)
    assert 'name="sure"' not in client.get("/account/erasure").text
    busy = make_placement(make_match(volunteer=make_fitting_volunteer(email="busy@example.org")))
    client.delete_cookie("volunteer_hub")
    client.sign_in(busy.volunteer.account.email)
    page = client.get("/account/erasure").text
    assert "1 placement is at work" in page
    assert 'name="sure"' in page, "a request is possible at any time"


def test_own_request_cannot_be_decided(admin: Account, client: Any, now: Any) -> None:
    service.request_erasure(admin, message=None, actor=viewer_of(admin), now=now)
    db.session.commit()
    client.sign_in(admin.email)
    assert "another administrator" in client.get(f"/privacy/erasures/{latest_request().id}").text
    client.submit(f"/privacy/erasures/{latest_request().id}/grant")
    assert latest_request().state is ErasureState.REQUESTED


def test_later_work_blocks_the_erasure_and_administrators_are_notified(
    person: Account, admin: Account, now: Any, clock: Any
) -> None:
    erasure_request = service.request_erasure(person, message=None, actor=viewer_of(person), now=now)
    service.grant_request(erasure_request, message=None, actor=viewer_of(admin), now=now)
    db.session.commit()
    make_match(volunteer=volunteers.find_by_account(person.id))
    clock.advance(days=8)
    for _night in range(2):
        assert service.fulfil_erasure_requests(core_clock.now()) == 0
        db.session.commit()
        clock.advance(days=1)
    assert len(list_queued_mail("erasure_stuck")) == 2, "each administrator once"
    assert latest_request().state is ErasureState.GRANTED


def test_administrators_are_reminded_once_before_the_due_day(
    person: Account, admin: Account, client: Any, clock: Any
) -> None:
    request_erasure(client)
    clock.advance(days=20)
    assert service.remind_of_erasure_requests(core_clock.now()) == 0
    for _day in range(4):
        clock.advance(days=4)
        service.remind_of_erasure_requests(core_clock.now())
        db.session.commit()
    assert len(list_queued_mail("erasure_due")) == 2


def test_list_needs_the_same_queries_for_1_and_30_requests(admin: Account, client: Any, now: Any) -> None:
    client.sign_in(admin.email)
    query_counts = []
    for number in (1, 29):
        for _ in range(number):
            account = make_account(Role.VOLUNTEER)
            service.request_erasure(account, message=None, actor=viewer_of(account), now=now)
        db.session.commit()
        query_counts.append(len(page_queries(client, "/privacy/erasures")))
    assert query_counts[0] == query_counts[1] <= 2
