"""The last day to respond is the hospital's: matching, rounds, the board and the job that ends requests agree."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.factories.accounts import make_account, viewer_of
from tests.factories.matching import make_fitting_volunteer
from tests.factories.partner_requests import make_institution, make_programme, make_request
from volunteer_hub.core import times
from volunteer_hub.core.access import Role
from volunteer_hub.core.db import db
from volunteer_hub.matching import queries
from volunteer_hub.matching.engine.loading import load_requests
from volunteer_hub.partner_requests import deadlines, service
from volunteer_hub.reports.queries import board
from volunteer_hub.rounds.queries import page_rows

LAST = dt.date(2026, 11, 25)
MOMENTS = [
    ("Africa/Kampala", dt.datetime(2026, 11, 25, 20, 59, tzinfo=dt.UTC), True),
    ("Africa/Kampala", dt.datetime(2026, 11, 25, 21, 0, tzinfo=dt.UTC), False),
    ("America/Port-au-Prince", dt.datetime(2026, 11, 26, 4, 59, tzinfo=dt.UTC), True),
    ("America/Port-au-Prince", dt.datetime(2026, 11, 26, 5, 0, tzinfo=dt.UTC), False),
    ("Pacific/Kiritimati", dt.datetime(2026, 11, 25, 9, 59, tzinfo=dt.UTC), True),
    ("Pacific/Kiritimati", dt.datetime(2026, 11, 25, 10, 0, tzinfo=dt.UTC), False),
    ("Asia/Kathmandu", dt.datetime(2026, 11, 25, 18, 14, tzinfo=dt.UTC), True),
    ("Asia/Kathmandu", dt.datetime(2026, 11, 25, 18, 15, tzinfo=dt.UTC), False),
]


@pytest.mark.parametrize(("zone", "instant", "is_open"), MOMENTS)
def test_matching_and_the_job_go_by_the_hospitals_day(
    app: Any, clock: Any, zone: str, instant: dt.datetime, is_open: bool
) -> None:
    hospital = make_institution("UG", time_zone=zone)
    programme = make_programme(hospital)
    request = make_request(institution=hospital, programme=programme, respond_by_on=LAST)
    me = make_fitting_volunteer()
    coordinator = viewer_of(make_account(Role.COORDINATOR))
    db.session.commit()
    clock.instant, today = instant, instant.date()
    mine = queries.get_my_facts(viewer_of(me.account), today=today)
    [loaded], _free = load_requests(programme.id, today=today)
    told = {
        "one": queries.get_request_facts(request.id, today=today).is_open,
        "round": loaded.is_open,
        "found": queries.get_open_request(mine, request.id, today=today).request.is_open,
        "best": [one.request.id for one in queries.list_best(mine, today=today)] == [request.id],
        "size": page_rows.get_size(programme.id, today=today).requests == 1,
        "board": board.load_board(coordinator, board.BoardFilters(), now=instant).demand.requests == 1,
        "job": service.expire_overdue(instant) == 0,
    }
    assert told == dict.fromkeys(told, is_open)


def test_another_day_than_the_present_is_the_hospitals_own(app: Any, now: dt.datetime) -> None:
    today = now.date()
    for days in (-400, -2, 2, 400):
        then = today + dt.timedelta(days=days)
        assert not deadlines.has_passed(then, "Pacific/Kiritimati", today=then)
        assert deadlines.has_passed(then - deadlines.MAX_UTC_OFFSET, "America/Port-au-Prince", today=then)
    assert not deadlines.has_passed(None, "Africa/Kampala", today=today)


@given(st.data())
def test_the_short_way_says_what_the_hospitals_clock_says(data: st.DataObject) -> None:
    zone = data.draw(st.sampled_from(sorted(times.zone_names())))
    begun = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
    instant = begun + dt.timedelta(seconds=data.draw(st.integers(0, 2 * 365 * 86400)))
    hosts_day = times.local_day(instant, zone)
    ahead, behind = deadlines.zones_ahead_and_behind(instant)
    assert (zone in ahead, zone in behind) == (hosts_day > instant.date(), hosts_day < instant.date())
    assert abs(hosts_day - instant.date()) <= deadlines.MAX_UTC_OFFSET
