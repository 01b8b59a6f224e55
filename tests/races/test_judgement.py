"""Whether two may be matched is judged after their rows are locked: what a rival commits meanwhile counts."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, NamedTuple

import pytest
import sqlalchemy as sa
from flask import Flask

from tests.factories.accounts import viewer_of
from tests.factories.matching import director_of, make_fitting_volunteer, make_match
from tests.factories.partner_requests import make_request
from volunteer_hub.core import clock
from volunteer_hub.core.access import Viewer
from volunteer_hub.core.db import db
from volunteer_hub.core.errors import DomainError
from volunteer_hub.fit.rules.names import RestrictionKind
from volunteer_hub.matching import queries, service
from volunteer_hub.matching.models import Match
from volunteer_hub.matching.states import MatchState, Origin

pytestmark = pytest.mark.race
TIMEOUT = 20


@pytest.fixture(autouse=True)
def _row_locks(backend: str) -> None:
    if backend != "postgresql":
        pytest.skip("SQLite runs transactions that write one after the other")


class Pair(NamedTuple):
    """A volunteer who fits a request, and the viewers who act on the two."""

    volunteer_id: int
    request_id: int
    institution_id: int
    volunteer: Viewer
    director: Viewer


@pytest.fixture
def pair(app: Flask) -> Pair:
    volunteer, request = make_fitting_volunteer(), make_request()
    director = viewer_of(director_of(request))
    made = Pair(volunteer.id, request.id, request.institution_id, viewer_of(volunteer.account), director)
    db.session.commit()
    return made


def invite(pair: Pair) -> None:
    request = queries.get_request_row(pair.request_id)
    service.invite(request, pair.volunteer_id, message="Please come.", actor=pair.director, now=clock.now())


def apply(pair: Pair) -> None:
    service.express_interest(pair.request_id, message="I would like to.", actor=pair.volunteer, now=clock.now())


def invite_judging_first(pair: Pair) -> None:
    """The order that was wrong: judge, then lock, then match."""
    now = clock.now()
    facts = queries.get_request_facts(pair.request_id, today=now.date())
    candidate = queries.find_invitable(pair.volunteer_id, facts, today=now.date())
    assert candidate
    queries.lock_pair(pair.volunteer_id, pair.request_id)
    volunteer, request = queries.get_volunteer_row(pair.volunteer_id), queries.get_request_row(pair.request_id)
    service.create_match(volunteer, request, candidate.fit, Origin.INVITATION, MatchState.PROPOSED, now=now)


def act_while_excluded(app: Flask, pair: Pair, act: Callable[[], None]) -> str:
    """Exclude the volunteer, and commit only once `act`, in another thread, waits for a lock. Returns its refusal's code."""
    started = threading.Event()

    def run() -> str:
        with app.app_context():
            started.set()
            try:
                act()
                db.session.commit()
            except DomainError as refusal:
                return refusal.code
            finally:
                db.session.remove()
            return ""

    with ThreadPoolExecutor(1) as pool:
        service.restrict(
            pair.volunteer_id,
            pair.institution_id,
            RestrictionKind.EXCLUSION,
            reason="They know why.",
            actor=pair.director,
            now=clock.now(),
        )
        rival = pool.submit(run)
        assert started.wait(TIMEOUT)
        wait_for_blocked_transaction()
        db.session.commit()
        return rival.result(TIMEOUT)


def wait_for_blocked_transaction() -> None:
    """Wait until a transaction of this database waits for the lock of another."""
    statement = sa.text("SELECT count(*) FROM pg_locks WHERE NOT granted")
    deadline = time.monotonic() + TIMEOUT
    while not db.session.scalar(statement):
        assert time.monotonic() < deadline, "nothing waits for a lock"
        time.sleep(0.02)


def count_matches() -> int:
    return db.session.scalar(sa.select(sa.func.count(Match.id))) or 0


@pytest.mark.parametrize(("act", "code"), [(invite, "volunteer_not_invitable"), (apply, "excluded_by_partner")])
def test_an_exclusion_committed_meanwhile_refuses_the_match(app: Any, pair: Pair, act: Any, code: str) -> None:
    assert act_while_excluded(app, pair, lambda: act(pair)) == code
    assert count_matches() == 0


def test_an_exclusion_committed_meanwhile_refuses_the_answer(app: Any, pair: Pair) -> None:
    request = queries.get_request_row(pair.request_id)
    match_id = make_match(request, queries.get_volunteer_row(pair.volunteer_id), MatchState.PROPOSED).id
    db.session.commit()

    def accept() -> None:
        match = queries.get_mine(pair.volunteer, match_id)
        service.accept_invitation(match, message=None, actor=pair.volunteer, now=clock.now())

    assert act_while_excluded(app, pair, accept) == "excluded_by_partner"
    assert db.session.get_one(Match, match_id).state is MatchState.PROPOSED


def test_control_judging_before_the_lock_matches_an_excluded_volunteer(app: Any, pair: Pair) -> None:
    assert act_while_excluded(app, pair, lambda: invite_judging_first(pair)) == ""
    assert count_matches() == 1
