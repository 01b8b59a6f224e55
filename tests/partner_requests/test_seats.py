"""Seats under concurrency (docs/invariants.md, I8), with a negative control that shows the race."""

from __future__ import annotations

import datetime as dt
import sqlite3
import threading
from collections.abc import Callable
from typing import Any

import psycopg
import pytest
import sqlalchemy as sa
from flask import Flask

from tests.factories.accounts import make_account, viewer_of
from tests.factories.partner_requests import make_request
from tests.support.audit_log import Action, list_actions
from volunteer_hub.audit.models import AuditEntry
from volunteer_hub.core import clock
from volunteer_hub.core.access import Role
from volunteer_hub.core.db import db
from volunteer_hub.core.errors import Conflict
from volunteer_hub.partner_requests import service
from volunteer_hub.partner_requests.models import PartnerRequest
from volunteer_hub.partner_requests.states import RequestState

THREADS = 50


def run_concurrently(act: Callable[[], object], number: int = THREADS) -> list[Any]:
    """Run `act` in `number` concurrent threads; return the results, with exceptions among them."""
    start, answers = threading.Barrier(number), []

    def run() -> None:
        start.wait()
        try:
            answers.append(act())
        except Exception as error:
            answers.append(error)

    threads = [threading.Thread(target=run) for _ in range(number)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers


def test_take_seat_fills_the_request_with_the_last_one(app: Flask) -> None:
    request = make_request(seats=2)
    version = request.version
    assert service.take_seat(request, actor=None, now=clock.now()) is False
    assert (request.seats_filled, request.state) == (1, RequestState.OPEN)
    assert request.version > version
    assert service.take_seat(request, actor=None, now=clock.now()) is True
    db.session.commit()
    assert (request.seats_filled, request.state) == (2, RequestState.FILLED)


@pytest.mark.parametrize("state", [s for s in RequestState if s is not RequestState.OPEN])
def test_take_seat_is_refused_unless_open(app: Flask, state: RequestState) -> None:
    request = make_request(state)
    with pytest.raises(Conflict, match="All seats"):
        service.take_seat(request, actor=None, now=clock.now())


def test_free_seat_opens_a_filled_request(app: Flask) -> None:
    request = make_request(RequestState.FILLED)
    service.free_seat(request, actor=None, now=clock.now())
    db.session.commit()
    assert (request.seats_filled, request.state) == (0, RequestState.OPEN)
    with pytest.raises(Conflict, match="none can be given back"):
        service.free_seat(request, actor=None, now=clock.now())


def test_free_seat_leaves_an_ended_request_ended(app: Flask) -> None:
    request = make_request(seats=2)
    service.take_seat(request, actor=None, now=clock.now())
    request.state = RequestState.CLOSED
    service.free_seat(request, actor=None, now=clock.now())
    assert (request.seats_filled, request.state) == (0, RequestState.CLOSED)


@pytest.mark.parametrize("seats", [1, 3])
def test_of_fifty_concurrent_calls_exactly_as_many_as_there_are_seats_succeed(app: Flask, seats: int) -> None:
    request_id = make_request(seats=seats).id
    db.session.remove()

    def take() -> str:
        with app.app_context():
            try:
                request = db.session.get_one(PartnerRequest, request_id)
                service.take_seat(request, actor=None, now=clock.now())
                db.session.commit()
                return "won"
            except Conflict:
                db.session.rollback()
                return "refused"
            finally:
                db.session.remove()

    answers = run_concurrently(take)
    assert sorted(map(str, answers)) == sorted(["won"] * seats + ["refused"] * (THREADS - seats))
    request = db.session.get_one(PartnerRequest, request_id)
    assert (request.seats_filled, request.state) == (seats, RequestState.FILLED)


def test_negative_control_without_the_condition_oversells(app: Flask, database: Any) -> None:
    """A check-then-write version of `take_seat`, in which every thread believes to have the only seat."""
    request_id = make_request(seats=1).id
    db.session.remove()
    everybody_has_read = threading.Barrier(10)

    def connect() -> Any:
        if database.server:
            return psycopg.connect(database.url.replace("+psycopg", ""), autocommit=True)
        return sqlite3.connect(database.path, isolation_level=None, timeout=20)

    def naive() -> bool:
        connection = connect()
        try:
            row = connection.execute(
                f"SELECT seats, seats_filled FROM partner_request WHERE id = {request_id}"  # noqa: S608
            ).fetchone()
            everybody_has_read.wait()
            if row[1] >= row[0]:
                return False
            connection.execute(
                f"UPDATE partner_request SET seats_filled = {row[1] + 1} WHERE id = {request_id}"  # noqa: S608
            )
            return True
        finally:
            connection.close()

    assert run_concurrently(naive, 10) == [True] * 10


def test_check_constraint_refuses_too_many_seats(app: Flask) -> None:
    request = make_request(seats=1)
    with pytest.raises(sa.exc.IntegrityError):
        db.session.execute(sa.update(PartnerRequest).where(PartnerRequest.id == request.id).values(seats_filled=2))


def test_seats_taken_and_freed_are_audited_with_their_number(app: Flask, now: dt.datetime) -> None:
    request, other = make_request(seats=1), make_request(seats=1)
    director = viewer_of(make_account(Role.DIRECTOR, country="UG"))
    before, later = len(list_actions(request)), now + dt.timedelta(hours=1)
    service.take_seat(request, actor=director, now=later)
    assert (request.updated_at, other.seats_filled) == (later, 0)
    service.free_seat(request, actor=director, now=later)
    assert list_actions(request, after=before) == [
        Action("partner_request.seat_taken", director.account_id),
        Action("partner_request.filled", director.account_id),
        Action("partner_request.seat_freed", director.account_id),
        Action("partner_request.open", director.account_id),
    ]
    statement = sa.select(AuditEntry.details).where(AuditEntry.action.startswith("partner_request.seat_"))
    assert list(db.session.scalars(statement.order_by(AuditEntry.sequence))) == [
        '{"seats_filled":1}',
        '{"seats_filled":0}',
    ]


def test_each_change_of_seats_is_one_version(app: Flask, now: dt.datetime) -> None:
    request = make_request(seats=3)
    version = request.version
    service.take_seat(request, actor=None, now=now)
    assert request.version == version + 1
    service.free_seat(request, actor=None, now=now)
    assert request.version == version + 2


def test_a_full_request_gives_no_seat_even_while_it_is_open(app: Flask, now: dt.datetime) -> None:
    request = make_request(seats=2)
    service.take_seat(request, actor=None, now=now)
    db.session.execute(sa.update(PartnerRequest.__table__).values(seats=1))
    with pytest.raises(Conflict, match="All seats"):
        service.take_seat(request, actor=None, now=now)
