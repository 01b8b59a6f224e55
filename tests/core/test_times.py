"""Time conversion: gaps move forward, folds take the first, weeks are circular (docs/invariants.md, I21)."""

from __future__ import annotations

import datetime as dt
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from volunteer_hub.core import times
from volunteer_hub.core.errors import DomainError
from volunteer_hub.core.times import DAY_MINUTES, WEEK_MINUTES, Window

ZONES = sorted(times.zone_names())
MONDAY = dt.date(2026, 11, 16)
zones = st.sampled_from(ZONES)
locals_ = st.datetimes(min_value=dt.datetime(2024, 1, 1), max_value=dt.datetime(2030, 12, 31))  # noqa: DTZ001


@st.composite
def window(draw: st.DrawFn) -> Window:
    """A window of at least a quarter of an hour."""
    start = draw(st.integers(0, DAY_MINUTES - 15))
    return Window(draw(st.integers(0, 6)), start, draw(st.integers(start + 15, DAY_MINUTES)))


windows = st.lists(window(), max_size=6)
pieces = st.lists(
    st.tuples(st.integers(0, WEEK_MINUTES - 1), st.integers(1, 600)).map(
        lambda p: (p[0], min(p[0] + p[1], WEEK_MINUTES))
    ),
    max_size=8,
)


def offset(at: dt.datetime) -> dt.timedelta:
    """A zone's difference from UTC."""
    return at.utcoffset() or dt.timedelta()


def transitions(name: str) -> list[tuple[dt.datetime, dt.timedelta]]:
    """(naive local time just before, change of offset) of each change in 2026, to the quarter hour."""
    changes_of_offset = []
    at = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
    step = dt.timedelta(minutes=15)
    zone = ZoneInfo(name)
    while at.year == 2026:
        day = at + dt.timedelta(days=1)
        if at.astimezone(zone).utcoffset() != day.astimezone(zone).utcoffset():
            while (now := at.astimezone(zone)).utcoffset() == (at + step).astimezone(zone).utcoffset():
                at += step
            later = (at + step).astimezone(zone)
            changes_of_offset.append(((now + step).replace(tzinfo=None), offset(later) - offset(now)))
            at += step
        else:
            at = day
    return changes_of_offset


def test_gap_moves_forward_and_fold_takes_the_first_in_every_zone() -> None:
    changes = [(name, *change) for name in ZONES for change in transitions(name)]
    assert len(changes) > 200
    for name, local, change in changes:
        zone = ZoneInfo(name)
        inside = (
            local + dt.timedelta(minutes=1) if change > dt.timedelta() else local + change + dt.timedelta(minutes=1)
        )
        instant = times.to_instant(inside, name)
        displayed = instant.astimezone(zone).replace(tzinfo=None)
        if change > dt.timedelta():  # a gap: that time is not on the clock; it moves on by the gap's length
            assert displayed == inside + change
        else:  # a fold: that time comes twice; the earlier instant is meant
            assert displayed == inside
            assert (instant - change).astimezone(zone).replace(tzinfo=None) == inside


@pytest.mark.parametrize(
    ("local", "instant"),
    [
        ("2026-03-29T01:30", "2026-03-29T01:30+00:00"),  # London's gap: displayed as 02:30
        ("2026-10-25T01:30", "2026-10-25T00:30+00:00"),  # London's fold: the first
        ("2026-07-01T12:00", "2026-07-01T11:00+00:00"),
    ],
)
def test_to_instant_in_london(local: str, instant: str) -> None:
    assert times.to_instant(dt.datetime.fromisoformat(local), "Europe/London") == dt.datetime.fromisoformat(instant)


@given(zones, locals_)
def test_to_instant_never_moves_a_time_that_is_on_the_clock(name: str, local: dt.datetime) -> None:
    displayed = times.to_instant(local, name).astimezone(ZoneInfo(name)).replace(tzinfo=None)
    assert displayed >= local
    assert displayed - local <= dt.timedelta(hours=24)


@given(zones, st.dates(dt.date(2024, 1, 1), dt.date(2030, 12, 30)))
def test_a_day_ends_where_the_next_begins(name: str, day: dt.date) -> None:
    end = times.end_of_day(day, name)
    assert times.local_day(end, name) > day
    assert times.local_day(end - dt.timedelta(microseconds=1), name) <= day


@given(pieces)
def test_merged_intervals_are_sorted_disjoint_and_cover_the_same_minutes(given_pieces: list[tuple[int, int]]) -> None:
    union = times.merge_intervals(given_pieces)
    assert all(a[1] < b[0] for a, b in pairwise(union))
    assert minutes(union) == minutes(given_pieces)


def minutes(intervals: list[tuple[int, int]]) -> set[int]:
    """Return every minute covered: slow and obviously right."""
    return {minute for start, end in intervals for minute in range(start, end)}


@given(pieces, pieces)
def test_intersection_is_what_both_cover(left: list[tuple[int, int]], right: list[tuple[int, int]]) -> None:
    left, right = times.merge_intervals(left), times.merge_intervals(right)
    shared = times.intersect_intervals(left, right)
    assert minutes(shared) == minutes(left) & minutes(right)
    assert times.total_minutes(shared) == len(minutes(shared))


@given(windows, zones)
def test_weekly_utc_intervals_stay_in_the_week_and_lose_no_minute(weekly: list[Window], name: str) -> None:
    in_utc = times.weekly_utc_intervals(tuple(weekly), name, MONDAY)
    assert all(0 <= start < end <= WEEK_MINUTES for start, end in in_utc)
    local = minutes([(w.weekday * DAY_MINUTES + w.start, w.weekday * DAY_MINUTES + w.end) for w in weekly])
    if len(set(times._offsets(name, MONDAY))) == 1:
        assert times.total_minutes(in_utc) == len(local)


def test_weekly_utc_intervals_wrap_around_the_week() -> None:
    late_sunday = (Window(6, 22 * 60, 24 * 60),)
    assert times.weekly_utc_intervals(late_sunday, "America/New_York", MONDAY) == ((180, 300),)


@given(st.dates(dt.date(2000, 1, 1), dt.date(2100, 1, 1)))
def test_monday_of_is_the_monday_before(day: dt.date) -> None:
    monday = times.monday_of(day)
    assert monday.weekday() == 0
    assert 0 <= (day - monday).days < 7


@given(st.frozensets(st.integers(0, 6), min_size=1), st.integers(0, DAY_MINUTES), st.integers(0, DAY_MINUTES))
def test_expanded_windows_cover_all_minutes_of_a_time_and_no_others(days: frozenset[int], start: int, end: int) -> None:
    length = (end - start) % DAY_MINUTES or (DAY_MINUTES if (start, end) == (0, DAY_MINUTES) else 0)
    try:
        windows = times.expand_weekly(days, start, end)
    except DomainError:
        assert start == DAY_MINUTES or length == 0 or length > times.MAX_OVERNIGHT_MINUTES
        return
    assert all(0 <= first < last <= DAY_MINUTES for _day, first, last in windows)
    covered = {(day * DAY_MINUTES + m) % WEEK_MINUTES for day, first, last in windows for m in range(first, last)}
    assert covered == {(day * DAY_MINUTES + start + m) % WEEK_MINUTES for day in days for m in range(length)}


def test_expand_weekly_takes_midnight_as_the_end_of_the_day() -> None:
    assert times.expand_weekly([1], 600, 0) == times.expand_weekly([1], 600, DAY_MINUTES) == [(1, 600, DAY_MINUTES)]


@pytest.mark.parametrize(("start", "end"), [(600, 600), (1080, 960), (1440, 60), (1440, 1440), (0, 0)])
def test_expand_weekly_refuses_empty_and_reversed_times(start: int, end: int) -> None:
    with pytest.raises(DomainError, match="later than the start"):
        times.expand_weekly([1], start, end)
