"""Concurrent changes of weights and overrides: one wins, the others get a conflict. For PostgreSQL, with a control."""

from __future__ import annotations

import datetime as dt
import threading
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from tests.factories.accounts import make_account, viewer_of
from tests.factories.matching import make_fitting_volunteer
from tests.factories.partner_requests import make_institution, make_request
from tests.support.race import race
from volunteer_hub.core.access import Role
from volunteer_hub.core.db import db
from volunteer_hub.core.errors import Conflict
from volunteer_hub.fit.rules import FIRST_POINTS, Factor, RestrictionKind
from volunteer_hub.matching import service
from volunteer_hub.matching.models import FactorOverride, MatchRestriction, WeightSet
from volunteer_hub.matching.queries import weights

pytestmark = pytest.mark.race
RIVALS = 6


@pytest.fixture(autouse=True)
def only_postgresql(backend: str) -> None:
    if backend != "postgresql":
        pytest.skip("SQLite serialises writes")


def count(table: Any) -> int:
    db.session.rollback()
    return int(db.session.scalar(sa.select(sa.func.count()).select_from(table)) or 0)


def try_commit(act: Any) -> bool:
    """Run `act` and commit. Returns False for a conflict, which is rolled back."""
    try:
        act()
        db.session.commit()
    except Conflict:
        db.session.rollback()
        return False
    return True


def race_changes(app: Flask, now: dt.datetime) -> list[bool]:
    """Change the weights concurrently, all from the first version. Returns which changes were committed."""
    actor = viewer_of(make_account(Role.COORDINATOR))

    def act(number: int) -> bool:
        points = FIRST_POINTS | {Factor.LANGUAGE: 23 - number, Factor.FAIRNESS: 5 + number}
        return try_commit(lambda: service.change_weights(points, began_from=1, reason="Mine", actor=actor, now=now))

    return race(app, act, rivals=RIVALS)


def test_of_rival_editors_of_the_weights_one_wins(app: Flask, now: dt.datetime) -> None:
    assert sum(race_changes(app, now)) == 1
    assert count(WeightSet) == 2


def test_control_without_the_lock_several_versions_begin_from_one(
    app: Flask, now: dt.datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    gate = threading.Barrier(RIVALS)

    def latest_without_lock() -> Any:
        version = weights.get_latest()
        gate.wait(20)
        return version

    monkeypatch.setattr(weights, "lock_latest", latest_without_lock)
    assert sum(race_changes(app, now)) == RIVALS
    assert count(WeightSet) == 1 + RIVALS


def test_a_factor_is_set_by_hand_once(app: Flask, now: dt.datetime) -> None:
    actor, volunteer_id, request_id = (
        viewer_of(make_account(Role.COORDINATOR)), make_fitting_volunteer().id, make_request().id
    )  # fmt: skip

    def act(_number: int) -> bool:
        goals = (volunteer_id, request_id, Factor.GOALS, 50)
        return try_commit(lambda: service.set_override(*goals, reason="Mine", actor=actor, now=now))

    assert sum(race(app, act, rivals=RIVALS)) == 1
    assert count(FactorOverride) == 1


def test_a_conflict_is_recorded_once(app: Flask, now: dt.datetime) -> None:
    actor, volunteer_id, hospital_id = (
        viewer_of(make_account(Role.COORDINATOR)), make_fitting_volunteer().id, make_institution().id
    )  # fmt: skip

    def act(_number: int) -> bool:
        pair = (volunteer_id, hospital_id, RestrictionKind.CONFLICT)
        return try_commit(lambda: service.restrict(*pair, reason="Mine", actor=actor, now=now))

    assert sum(race(app, act, rivals=RIVALS)) == 1
    assert count(MatchRestriction) == 1
