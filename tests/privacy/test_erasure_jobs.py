"""The nightly erasures: each person is erased independently, and open requests are closed."""

from __future__ import annotations

import datetime as dt
from typing import Any

import sqlalchemy as sa
from flask import Flask

from tests.factories.accounts import make_account, viewer_of
from tests.factories.volunteers import make_volunteer
from volunteer_hub.accounts import queries as accounts
from volunteer_hub.accounts import service as accounts_service
from volunteer_hub.accounts.states import AccountState
from volunteer_hub.core.access import Role
from volunteer_hub.core.db import db
from volunteer_hub.privacy import service
from volunteer_hub.privacy.states import ErasureState


def test_erasure_of_an_unused_account_closes_its_open_request(app: Flask, now: dt.datetime, clock: Any) -> None:
    make_account(Role.ADMIN)
    person = make_account(Role.VOLUNTEER, name="Wilma Quill", at=now - dt.timedelta(days=2000))
    make_account(Role.VOLUNTEER, name="Other Person")
    requested_at = now - dt.timedelta(days=800)
    erasure_request = service.request_erasure(
        person, message=None, actor=viewer_of(person), now=requested_at
    )  # undecided
    db.session.commit()
    person_id = person.id
    service.erase_unused_accounts(clock())
    db.session.commit()
    service.erase_unused_accounts(clock.advance(days=31))
    db.session.commit()
    assert accounts.get_account(person_id).state is AccountState.ERASED
    db.session.refresh(erasure_request)
    assert erasure_request.state not in (ErasureState.REQUESTED, ErasureState.GRANTED), (
        "the request of an erased person is still open"
    )


def test_one_person_who_cannot_be_erased_does_not_stop_the_others(client: Any, now: dt.datetime) -> None:
    boss = make_account(Role.ADMIN)
    first, second = make_account(Role.VOLUNTEER, name="Wilma Quill"), make_account(Role.VOLUNTEER, name="Vera Vole")
    erasure_requests = [service.request_erasure(p, message=None, actor=viewer_of(p), now=now) for p in (first, second)]
    for erasure_request in erasure_requests:
        service.grant_request(erasure_request, message=None, actor=viewer_of(boss), now=now)
    accounts_service.register(
        name="Mallory", email=f"erased-{first.id}@erased.invalid", password="three random words", now=now
    )
    db.session.commit()
    second_id = second.id
    try:
        service.fulfil_erasure_requests(now + dt.timedelta(days=8))
        db.session.commit()
    except sa.exc.IntegrityError:
        db.session.rollback()
    assert accounts.get_account(second_id).state is AccountState.ERASED


def test_download_holds_no_row_of_another_person(client: Any, now: dt.datetime) -> None:
    volunteer = make_volunteer(name="One Only")
    make_volunteer(name="Foreign Canary", email="foreign.canary@x.example.org")
    client.sign_in(volunteer.account.email)
    reply = client.submit("/account/my-data")
    assert reply.status_code == 200
    assert "anary" not in reply.text
