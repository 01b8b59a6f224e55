"""Races between changes to an account; a hook forces each order. For PostgreSQL."""

from __future__ import annotations

import datetime as dt
import threading
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask

from tests.factories.accounts import PASSWORD, make_account, viewer_of
from tests.factories.matching import make_fitting_volunteer, make_match
from tests.factories.partner_requests import make_request
from tests.factories.placements import make_placement
from tests.factories.second_factor import code_of, enable_second_factor
from tests.support.race import race
from volunteer_hub.accounts import queries, service
from volunteer_hub.accounts.models import Account
from volunteer_hub.accounts.service import deactivation
from volunteer_hub.accounts.service import sessions as sessions_service
from volunteer_hub.accounts.states import AccountState
from volunteer_hub.core.access import Role, Viewer
from volunteer_hub.core.db import db
from volunteer_hub.core.errors import DomainError
from volunteer_hub.placements.models import Placement
from volunteer_hub.placements.states import PlacementState
from volunteer_hub.privacy import service as privacy

LIFE = dt.timedelta(days=1)
MOMENTS = ["verify_password", "_open"]
"""Where the concurrent change starts: after the slow check of the password, or when the account is already locked."""


@pytest.fixture(autouse=True)
def only_postgresql(backend: str) -> None:
    """Skip on SQLite, which serialises writes."""
    if backend != "postgresql":
        pytest.skip("SQLite serialises writes")


def begin(app: Flask, act: Callable[[], Any], *, wait: float) -> threading.Thread:
    """Start `act` and its commit in another thread and connection; it may wait for a lock of this transaction."""

    def run() -> None:
        with app.app_context():
            try:
                act()
                db.session.commit()
            finally:
                db.session.remove()

    thread = threading.Thread(target=run)
    thread.start()
    thread.join(wait)
    return thread


def sign_in_meanwhile(app: Flask, monkeypatch: Any, moment: str, act: Callable[[], Any], email: str, now: Any) -> str:
    """Sign in while `act` runs concurrently from that moment on. Returns the session's secret, empty when refused."""
    real, rivals = getattr(sessions_service, moment), []

    def slow(*args: Any, **kwargs: Any) -> Any:
        result = real(*args, **kwargs)
        if not rivals:
            rivals.append(begin(app, act, wait=2))
        return result

    monkeypatch.setattr(sessions_service, moment, slow)
    try:
        token = service.sign_in(email, PASSWORD, browser="thief", now=now, max_age=LIFE).token
        db.session.commit()
    except DomainError:
        db.session.rollback()
        token = ""
    rivals[0].join(20)
    assert not rivals[0].is_alive()
    db.session.expire_all()
    return token


@pytest.mark.parametrize("moment", MOMENTS)
def test_a_sign_in_with_the_old_password_does_not_outlive_its_change(
    app: Flask, now: dt.datetime, monkeypatch: Any, moment: str
) -> None:
    person = make_account(Role.VOLUNTEER)
    person_id, email, actor = person.id, person.email, viewer_of(person)
    db.session.commit()

    def change() -> None:
        service.change_password(
            queries.get_account(person_id), old=PASSWORD, new="a newer fine word", actor=actor, now=now
        )

    sign_in_meanwhile(app, monkeypatch, moment, change, email, now)
    assert queries.list_live_sessions(person_id, now=now) == []


@pytest.mark.parametrize("moment", MOMENTS)
def test_a_sign_in_by_password_alone_does_not_outlive_the_second_factor(
    app: Flask, now: dt.datetime, monkeypatch: Any, moment: str
) -> None:
    person = make_account(Role.VOLUNTEER)
    person_id, email, actor = person.id, person.email, viewer_of(person)
    db.session.commit()

    def turn_on() -> None:
        encrypted = service.start_setup(person_id, now=now)
        secret = service.decrypt_setup_secret(encrypted, account_id=person_id, now=now)
        assert secret
        service.enable_second_factor(queries.get_account(person_id), encrypted, code_of(secret), actor=actor, now=now)

    sign_in_meanwhile(app, monkeypatch, moment, turn_on, email, now)
    assert queries.list_live_sessions(person_id, now=now) == []


@pytest.mark.parametrize("moment", MOMENTS)
def test_a_session_begun_during_a_deactivation_does_not_live_again(
    app: Flask, now: dt.datetime, monkeypatch: Any, moment: str
) -> None:
    boss, person = make_account(Role.ADMIN), make_account(Role.VOLUNTEER)
    actor, person_id, email = viewer_of(boss), person.id, person.email
    db.session.commit()

    def close() -> None:
        service.deactivate(queries.get_account(person_id), reason="x", successors={}, actor=actor, now=now)

    token = sign_in_meanwhile(app, monkeypatch, moment, close, email, now)
    service.reactivate(queries.get_account(person_id), actor=actor, now=now)
    db.session.commit()
    assert queries.find_session_viewer(token, now=now, idle=LIFE) is None


def _two_directors_and_a_placement_of_one() -> tuple[Account, Account, Placement]:
    one = make_account(Role.DIRECTOR, country="UG", name="One Director")
    two = make_account(Role.DIRECTOR, country="UG", name="Two Director")
    volunteer = make_fitting_volunteer(capacity=5)
    placement = make_placement(make_match(make_request(), volunteer), PlacementState.ACTIVE)
    placement.director_id = one.id
    db.session.commit()
    return one, two, placement


def _close(app: Flask, account_id: int, actor: Viewer, now: dt.datetime) -> None:
    """Deactivate an account in a session of its own, unless that is refused."""
    with app.app_context():
        try:
            service.deactivate(queries.get_account(account_id), reason="x", successors={}, actor=actor, now=now)
            db.session.commit()
        except DomainError:
            db.session.rollback()
        finally:
            db.session.remove()


def test_work_is_not_handed_to_an_account_that_is_deactivated_concurrently(
    app: Flask, now: dt.datetime, monkeypatch: Any
) -> None:
    one, two, placement = _two_directors_and_a_placement_of_one()
    actor, one_id, two_id, placement_id = viewer_of(make_account(Role.ADMIN)), one.id, two.id, placement.id
    place = placement.request.institution_id
    db.session.commit()
    real = deactivation._hand_over
    rival: list[threading.Thread] = []

    def slow(account: Account, *args: Any, **kwargs: Any) -> None:
        real(account, *args, **kwargs)
        if account.id == one_id:
            rival.append(threading.Thread(target=_close, args=(app, two_id, actor, now)))
            rival[0].start()
            rival[0].join(2)  # it reads that there are no responsibilities, and may wait for our lock

    monkeypatch.setattr(deactivation, "_hand_over", slow)
    service.deactivate(
        queries.get_account(one_id), reason="x", successors={f"placements_{place}": two_id}, actor=actor, now=now
    )
    db.session.commit()
    rival[0].join(20)
    db.session.expire_all()
    holder = queries.get_account(db.session.get_one(Placement, placement_id).director_id)
    assert holder.state is AccountState.ACTIVE


def test_a_change_of_name_does_not_bring_an_erased_person_back(app: Flask, now: dt.datetime, monkeypatch: Any) -> None:
    person = make_account(Role.VOLUNTEER, name="Wilma Quill")
    person_id, actor = person.id, viewer_of(person)
    account = queries.get_account(person_id)  # the request has read the account
    _ = account.name
    begin(app, lambda: privacy.erase(queries.get_account(person_id), actor=None, now=now), wait=15)
    try:
        service.change_details(account, name="Wilma Quill-Smith", time_zone="UTC", actor=actor, now=now)
        db.session.commit()
    except DomainError:
        db.session.rollback()
    db.session.expire_all()
    assert "Quill" not in queries.get_account(person_id).name


@pytest.mark.parametrize("round_", range(3))
def test_one_code_opens_once_among_rivals(app: Flask, now: dt.datetime, round_: int) -> None:
    person = make_account(Role.VOLUNTEER)
    secret = enable_second_factor(person)
    person_id, code = person.id, code_of(secret)
    tokens = [service.sign_in(person.email, PASSWORD, browser="", now=now, max_age=LIFE).token for _ in range(4)]
    db.session.commit()

    def enter(number: int) -> bool:
        waiting = queries.find_session_awaiting_code(tokens[number], now=now)
        try:
            service.complete_sign_in(waiting, code, browser="", now=now, max_age=LIFE)
            db.session.commit()
            return True
        except DomainError:
            db.session.rollback()
            return False

    assert sum(race(app, enter, rivals=4)) == 1
    assert len(queries.list_live_sessions(person_id, now=now)) == 1
