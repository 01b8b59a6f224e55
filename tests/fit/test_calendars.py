"""Common time, checked against an oracle that reads both clocks at every quarter of an hour."""

from __future__ import annotations

import dataclasses
import datetime as dt
from functools import lru_cache
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.fit.pairs import ABLE, EASY, ZONES, windows
from volunteer_hub.core.times import Window
from volunteer_hub.fit import rules
from volunteer_hub.fit.rules import calendars

MINUTE, QUARTER = dt.timedelta(minutes=1), dt.timedelta(minutes=15)
DAYS = st.sampled_from([dt.date(2026, 10, 25), dt.date(2027, 3, 28), dt.date(2026, 4, 24), dt.date(2026, 10, 29)])
"""Clocks change: London in autumn and spring, Cairo in spring and autumn; ranges are drawn around them."""
starts = st.builds(lambda day, n: day + dt.timedelta(days=n), DAYS, st.integers(-40, 10)) | st.dates(
    dt.date(2026, 1, 5), dt.date(2027, 12, 20)
)
zones = st.sampled_from(ZONES)


@lru_cache(maxsize=50_000)
def read_clock(zone: str, instant: dt.datetime) -> tuple[int, int]:
    """Return (weekday, minutes after midnight) on a clock."""
    local = instant.astimezone(ZoneInfo(zone))
    return local.weekday(), local.hour * 60 + local.minute


def is_free(free: frozenset[tuple[int, int]], zone: str, instant: dt.datetime) -> bool:
    """Whether the quarter of an hour that the clock shows is free from its first to its last minute."""
    day, minute = read_clock(zone, instant)
    return all((day, minute + n) in free for n in range(15))


def minutes_of(own: tuple[Window, ...]) -> frozenset[tuple[int, int]]:
    return frozenset((w.weekday, minute) for w in own for minute in range(w.start, w.end))


def count_common_minutes(
    windows_a: tuple[Window, ...], zone_a: str, windows_b: tuple[Window, ...], zone_b: str, monday: dt.date
) -> int:
    """Return the common minutes in the UTC week from `monday`, quarter by quarter."""
    minutes_a, minutes_b = minutes_of(windows_a), minutes_of(windows_b)
    start = dt.datetime.combine(monday, dt.time(), dt.UTC)
    quarters = (start + n * QUARTER for n in range(7 * 24 * 4))
    return 15 * sum(is_free(minutes_a, zone_a, at) and is_free(minutes_b, zone_b, at) for at in quarters)


@settings(max_examples=150, deadline=None)
@given(windows, windows, zones, starts, st.integers(1, 12))
def test_common_minutes_equal_a_count_of_every_week(
    mine: tuple[Window, ...], theirs: tuple[Window, ...], there: str, first: dt.date, weeks: int
) -> None:
    monday = first - dt.timedelta(days=first.weekday())
    expected = [
        count_common_minutes(mine, ZONES[0], theirs, there, monday + dt.timedelta(weeks=n)) for n in range(weeks)
    ]
    week_groups = calendars.group_weeks(ZONES[0], there, first, weeks)
    actual = calendars.overlap_minutes(calendars.mask(mine), ZONES[0], calendars.mask(theirs), there, week_groups)
    assert actual == (min(expected), sum(expected) // weeks)


@pytest.mark.parametrize("there", ZONES)
@pytest.mark.parametrize("change", [dt.date(2026, 10, 19), dt.date(2027, 3, 22), dt.date(2026, 4, 20)])
def test_common_minutes_in_weeks_of_a_clock_change(there: str, change: dt.date) -> None:
    always = tuple(Window(day, 0, 1440) for day in range(7))
    night = tuple(Window(day, 0, 255) for day in range(7))
    for mine, theirs in ((always, night), (night, always), (night, night)):
        for monday in (change - dt.timedelta(weeks=1), change, change + dt.timedelta(weeks=1)):
            week_groups = calendars.group_weeks(ZONES[0], there, monday, 1)
            actual = calendars.overlap_minutes(
                calendars.mask(mine), ZONES[0], calendars.mask(theirs), there, week_groups
            )
            assert actual == (count_common_minutes(mine, ZONES[0], theirs, there, monday),) * 2


@settings(max_examples=300, deadline=None)
@given(windows, windows, zones, starts)
def test_a_utc_week_on_a_clock_shares_what_the_local_week_shares_on_utc(
    utc: tuple[Window, ...], local: tuple[Window, ...], zone: str, day: dt.date
) -> None:
    monday = day - dt.timedelta(days=day.weekday())
    bits, local_mask = calendars.mask(utc), calendars.mask(local)
    local_count = sum((mask & local_mask).bit_count() for mask in calendars.to_local_masks(bits, zone, monday))
    assert local_count == (calendars.to_utc(local_mask, zone, monday) & bits).bit_count()


@settings(max_examples=200, deadline=None)
@given(zones, zones, starts, st.integers(1, 60))
def test_every_week_is_in_one_group_of_equal_offsets(zone_a: str, zone_b: str, first: dt.date, weeks: int) -> None:
    week_groups = calendars.group_weeks(zone_a, zone_b, first, weeks)
    assert sum(number for _monday, number in week_groups) == weeks
    monday = first - dt.timedelta(days=first.weekday())
    clocks = [
        (calendars.clock_offsets(zone_a, day), calendars.clock_offsets(zone_b, day))
        for day in (monday + dt.timedelta(weeks=n) for n in range(weeks))
    ]
    for day, number in week_groups:
        assert clocks.count((calendars.clock_offsets(zone_a, day), calendars.clock_offsets(zone_b, day))) == number
    assert len(week_groups) == len(set(clocks))


@settings(max_examples=200, deadline=None)
@given(windows)
def test_mask_has_the_quarters_that_windows_cover_whole(own_windows: tuple[Window, ...]) -> None:
    free = minutes_of(own_windows)
    expected = sum(
        1 << (day * 96 + quarter)
        for day in range(7)
        for quarter in range(96)
        if all((day, quarter * 15 + n) in free for n in range(15))
    )
    assert calendars.mask(own_windows) == expected


@given(st.integers(0, calendars.FULL_WEEK_MASK), st.integers(-2000, 2000))
def test_a_week_rotated_forth_and_back_is_the_same(bits: int, slots: int) -> None:
    assert calendars.rotate(calendars.rotate(bits, slots), -slots) == bits
    assert calendars.rotate(bits, slots).bit_count() == bits.bit_count()


@pytest.mark.parametrize(
    ("zone", "monday", "expected"),
    [
        ("Asia/Kathmandu", dt.date(2026, 11, 16), ((0, 23),)),
        ("America/La_Paz", dt.date(2026, 11, 16), ((0, -16),)),
        ("Europe/London", dt.date(2026, 10, 19), ((0, 4), (6 * 96 + 4, 0))),
        ("Europe/London", dt.date(2027, 3, 22), ((0, 0), (6 * 96 + 4, 4))),
        ("Africa/Cairo", dt.date(2026, 4, 20), ((0, 8), (3 * 96 + 22 * 4, 12))),
        ("Africa/Cairo", dt.date(2026, 10, 26), ((0, 12), (3 * 96 + 21 * 4, 8))),
    ],
)
def test_offsets_change_at_the_quarter_at_which_the_clock_does(
    zone: str, monday: dt.date, expected: tuple[tuple[int, int], ...]
) -> None:
    assert calendars.clock_offsets(zone, monday) == expected


OFFSETS = {"Asia/Kathmandu": 345, "Africa/Khartoum": 120, "Africa/Lusaka": 120, "America/La_Paz": -240}


@pytest.mark.parametrize("zone", sorted(OFFSETS))
def test_time_in_common_follows_the_clock_change_of_2026_10_25(zone: str) -> None:
    """London goes from UTC+1 to UTC+0, these zones stay: the host's 10:00-13:00 UTC meets less or more of our day."""
    host = Window(0, 600 + OFFSETS[zone], 780 + OFFSETS[zone])
    volunteer = dataclasses.replace(ABLE, windows=(Window(0, 600, 780),))
    request = dataclasses.replace(EASY, zone=zone, windows=(host,), weeks=1)
    mondays = (dt.date(2026, 10, 19), dt.date(2026, 10, 26))
    fits = [
        rules.evaluate(volunteer, dataclasses.replace(request, earliest_start_on=day), today=dt.date(2026, 10, 1))
        for day in mondays
    ]
    # Monday the 19th: 10:00-13:00 in London is 09:00-12:00 UTC. Monday the 26th: 10:00-13:00 UTC.
    assert [fit.common_intervals for fit in fits] == [((600, 720),), ((600, 780),)]
    assert [fit.common_minutes for fit in fits] == [120, 180]


@pytest.mark.parametrize("zone", sorted(OFFSETS))
def test_sunday_of_the_clock_change_uses_the_offset_after_it(zone: str) -> None:
    """On Sunday 2026-10-25 a London evening is at UTC+0, while the Monday before was at UTC+1."""
    host = Window(6, 720 + OFFSETS[zone], 780 + OFFSETS[zone])
    request = dataclasses.replace(EASY, zone=zone, windows=(host,), earliest_start_on=dt.date(2026, 10, 19))
    volunteer = dataclasses.replace(ABLE, windows=(Window(6, 720, 780),))
    assert rules.evaluate(volunteer, request, today=dt.date(2026, 10, 19)).common_minutes == 60


@pytest.mark.parametrize(
    ("zone", "quarters"), [("Pacific/Kiritimati", 56), ("Pacific/Pago_Pago", -44), ("Asia/Kathmandu", 23), ("UTC", 0)]
)
def test_clocks_far_from_utc(zone: str, quarters: int) -> None:
    monday = dt.date(2026, 11, 23)
    assert calendars.clock_offsets(zone, monday) == ((0, quarters),)
    for weekday in (0, 6):
        window = (Window(weekday, 0, 15),)
        expected = count_common_minutes(window, zone, tuple(Window(day, 0, 1440) for day in range(7)), "UTC", monday)
        assert calendars.to_utc(calendars.mask(window), zone, monday).bit_count() * 15 == expected == 15
        slot = (weekday * 96 - quarters) % calendars.SLOTS_PER_WEEK
        assert calendars.to_utc(calendars.mask(window), zone, monday) == 1 << slot
        assert calendars.to_local_masks(1 << slot, zone, monday) == (1 << weekday * 96,)


def test_only_whole_quarters_of_merged_windows_count() -> None:
    assert calendars.mask((Window(0, 1, 30),)) == 0b10
    assert calendars.mask((Window(0, 0, 29),)) == 0b01
    assert calendars.mask((Window(0, 0, 7), Window(0, 7, 15))) == 0b01
    assert calendars.mask((Window(0, 1, 14),)) == 0
    assert calendars.mask(tuple(Window(day, 0, 1440) for day in range(7))) == calendars.FULL_WEEK_MASK
    assert calendars.FULL_WEEK_MASK.bit_count() == calendars.SLOTS_PER_WEEK == 672


def test_the_quarter_of_a_clock_change_is_exact() -> None:
    autumn, spring = dt.date(2026, 10, 19), dt.date(2027, 3, 22)
    sunday_at_one = 6 * 96 + 4
    assert calendars.clock_offsets("Europe/London", autumn) == ((0, 4), (sunday_at_one, 0))
    assert calendars.clock_offsets("Europe/London", spring) == ((0, 0), (sunday_at_one, 4))


def test_weeks_are_grouped_by_both_clocks_and_averaged() -> None:
    groups = calendars.group_weeks("Europe/London", "UTC", dt.date(2026, 10, 14), 4)
    assert groups == ((dt.date(2026, 10, 12), 1), (dt.date(2026, 10, 19), 1), (dt.date(2026, 10, 26), 2))
    london, utc = calendars.mask((Window(0, 540, 600),)), calendars.mask((Window(0, 540, 600),))
    assert calendars.overlap_minutes(london, "Europe/London", utc, "UTC", groups) == (0, 30)
