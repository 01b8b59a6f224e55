"""Replayed forms, texts that nobody looks over, jobs that one person stops."""

from __future__ import annotations

import datetime as dt
from typing import Any

import sqlalchemy as sa
from flask import Flask

from tests.factories.accounts import make_account, viewer_of
from tests.factories.volunteers import make_volunteer
from volunteer_hub.accounts import queries as accounts
from volunteer_hub.accounts import service as entry
from volunteer_hub.accounts.states import AccountState
from volunteer_hub.core.access import Role
from volunteer_hub.core.db import db
from volunteer_hub.privacy import service
from volunteer_hub.privacy.states import ErasureState


def test_a_wish_ends_with_its_person_when_time_erases_them(app: Flask, now: dt.datetime, clock: Any) -> None:
    make_account(Role.ADMIN)
    person = make_account(Role.VOLUNTEER, name="Wilma Quill", at=now - dt.timedelta(days=2000))
    make_account(Role.VOLUNTEER, name="Other Person")
    when = now - dt.timedelta(days=800)
    wish = service.request_erasure(person, message=None, actor=viewer_of(person), now=when)  # nobody answered it
    db.session.commit()
    person_id = person.id
    service.erase_unused_accounts(clock())
    db.session.commit()
    service.erase_unused_accounts(clock.advance(days=31))
    db.session.commit()
    assert accounts.get_account(person_id).state is AccountState.ERASED
    db.session.refresh(wish)
    assert wish.state not in (ErasureState.REQUESTED, ErasureState.GRANTED), (
        "a wish of nobody still waits for an answer"
    )


def test_one_person_who_cannot_be_erased_does_not_stop_the_others(client: Any, now: dt.datetime) -> None:
    boss = make_account(Role.ADMIN)
    first, second = make_account(Role.VOLUNTEER, name="Wilma Quill"), make_account(Role.VOLUNTEER, name="Vera Vole")
    wishes = [service.request_erasure(p, message=None, actor=viewer_of(p), now=now) for p in (first, second)]
    for wish in wishes:
        service.grant_request(wish, message=None, actor=viewer_of(boss), now=now)
    entry.register(name="Mallory", email=f"erased-{first.id}@erased.invalid", password="three random words", now=now)
    db.session.commit()
    second_id = second.id
    try:
        service.fulfil_erasure_requests(now + dt.timedelta(days=8))
        db.session.commit()
    except sa.exc.IntegrityError:
        db.session.rollback()
    assert accounts.get_account(second_id).state is AccountState.ERASED


def test_the_download_names_nobody_else_s_rows(client: Any, now: dt.datetime) -> None:
    one = make_volunteer(name="One Only")
    make_volunteer(name="Foreign Canary", email="foreign.canary@x.example.org")
    client.sign_in(one.account.email)
    reply = client.submit("/account/my-data")
    assert reply.status_code == 200
    assert "anary" not in reply.text
