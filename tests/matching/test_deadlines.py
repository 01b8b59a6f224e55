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
def test_matching_and_the_job_use_the_hospitals_day(
    app: Any, clock: Any, zone: str, instant: dt.datetime, is_open: bool
) -> None:
    hospital = make_institution("UG", time_zone=zone)
    programme = make_programme(hospital)
    request = make_request(institution=hospital, programme=programme, respond_by_on=LAST)
    volunteer = make_fitting_volunteer()
    coordinator = viewer_of(make_account(Role.COORDINATOR))
    db.session.commit()
    clock.instant, today = instant, instant.date()
    volunteer_facts = queries.get_my_facts(viewer_of(volunteer.account), today=today)
    [loaded], _free = load_requests(programme.id, today=today)
    is_open_by_caller = {
        "one": queries.get_request_facts(request.id, today=today).is_open,
        "round": loaded.is_open,
        "found": queries.get_open_request(volunteer_facts, request.id, today=today).request.is_open,
        "best": [open_request.request.id for open_request in queries.list_best(volunteer_facts, today=today)]
        == [request.id],
        "size": page_rows.get_size(programme.id, today=today).requests == 1,
        "board": board.load_board(coordinator, board.BoardFilters(), now=instant).demand.requests == 1,
        "job": service.expire_overdue(instant) == 0,
    }
    assert is_open_by_caller == dict.fromkeys(is_open_by_caller, is_open)


def test_a_day_other_than_today_is_the_hospitals_day(app: Any, now: dt.datetime) -> None:
    today = now.date()
    for days in (-400, -2, 2, 400):
        then = today + dt.timedelta(days=days)
        assert not deadlines.has_passed(then, "Pacific/Kiritimati", today=then)
        assert deadlines.has_passed(then - deadlines.MAX_UTC_OFFSET, "America/Port-au-Prince", today=then)
    assert not deadlines.has_passed(None, "Africa/Kampala", today=today)


@given(st.data())
def test_the_shortcut_agrees_with_the_hospitals_clock(data: st.DataObject) -> None:
    zone = data.draw(st.sampled_from(sorted(times.zone_names())))
    begun = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
    instant = begun + dt.timedelta(seconds=data.draw(st.integers(0, 2 * 365 * 86400)))
    hosts_day = times.local_day(instant, zone)
    ahead, behind = deadlines.zones_ahead_and_behind(instant)
    assert (zone in ahead, zone in behind) == (hosts_day > instant.date(), hosts_day < instant.date())
    assert abs(hosts_day - instant.date()) <= deadlines.MAX_UTC_OFFSET
