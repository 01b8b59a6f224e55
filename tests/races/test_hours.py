"""Concurrent entries for one volunteer's time (docs/invariants.md, I9), over HTTP, and a control that double-counts."""

from __future__ import annotations

import datetime as dt
import secrets
from typing import Any

import pytest
import sqlalchemy as sa

from tests.factories.matching import make_fitting_volunteer, make_match
from tests.factories.partner_requests import make_institution, make_programme, make_request
from tests.factories.placements import make_placement
from tests.support.http_user import HttpUser, post_at_once
from tests.support.live import LiveServer
from volunteer_hub.core import clock
from volunteer_hub.core.db import db
from volunteer_hub.hours.models import HoursEntry
from volunteer_hub.placements.states import PlacementState

pytestmark = pytest.mark.race
RIVALS, ROUNDS, DAY = 12, 8, dt.timedelta(days=1)


class Desk:
    """A volunteer with two active placements who posts from many windows at once."""

    def __init__(self, live: LiveServer) -> None:
        self.live = live
        with live.app.app_context():
            began = clock.now() - 30 * DAY
            hospital = make_institution("UG")
            make_programme(hospital)
            volunteer = make_fitting_volunteer(capacity=5)
            self.placements = [
                make_placement(
                    make_match(make_request(institution=hospital), volunteer, at=began), PlacementState.ACTIVE, at=began
                ).id
                for _ in range(2)
            ]
            email = volunteer.account.email
            self.today = clock.now().date()
        self.person = HttpUser(live.port).sign_in(email)

    def race(self, day: dt.date, answers: list[dict[str, str]]) -> list[int]:
        """Post all entries at the same instant, on both placements in turn. Returns the statuses."""
        posts = [
            (
                "/hours/log",
                {
                    "placement": str(self.placements[n % 2]),
                    "worked_on": day.isoformat(),
                    "kind": "delivery",
                    "spent": "other",
                }
                | answer
                | {"form_key": secrets.token_hex(8)},
            )
            for n, answer in enumerate(answers)
        ]
        return [status for status, _text in post_at_once(self.person, posts)]

    def entries(self, day: dt.date) -> list[tuple[Any, Any, int]]:
        """Return (started_at, ended_at, minutes) of a day's entries."""
        with self.live.app.app_context():
            columns = (HoursEntry.started_at, HoursEntry.ended_at, HoursEntry.minutes)
            rows = db.session.execute(sa.select(*columns).where(HoursEntry.worked_on == day).order_by(HoursEntry.id))
            return [tuple(row) for row in rows]  # type: ignore[misc]


# Each entry begins 15 minutes after the previous one and lasts two hours: any two of the eight overlap.
SAME_TIME = [{"hours": "2", "start": f"{8 + n // 4:02d}:{n % 4 * 15:02d}"} for n in range(8)]
# Each entry is slightly more than a third of a day: the third one exceeds the day.
FULL_DAY = [{"hours": "8", "minutes": str(n + 1)} for n in range(RIVALS)]


def test_one_of_overlapping_entries_is_logged_and_no_day_exceeds_24_hours(live_server: LiveServer) -> None:
    desk = Desk(live_server)
    for number in range(ROUNDS):
        first, second = desk.today - (2 * number + 1) * DAY, desk.today - (2 * number + 2) * DAY
        statuses = desk.race(first, SAME_TIME)
        assert sorted(statuses) == [303] + [422] * (len(SAME_TIME) - 1), live_server.log()[-4000:]
        assert len(desk.entries(first)) == 1
        statuses = desk.race(second, FULL_DAY)
        assert sorted(statuses) == [303] * 2 + [422] * (RIVALS - 2)
        assert sum(minutes for _begun, _ended, minutes in desk.entries(second)) <= 24 * 60


def test_control_without_the_guards_minutes_are_counted_twice(server_without_guards: LiveServer) -> None:
    desk = Desk(server_without_guards)
    for number in range(20):
        day = desk.today - (number + 1) * DAY
        desk.race(day, FULL_DAY)
        if sum(minutes for _begun, _ended, minutes in desk.entries(day)) > 24 * 60:
            return
    pytest.fail("the race is too tame: it does not break a service without guards")
