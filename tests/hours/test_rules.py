"""Rules for entries: dates, lengths, overlaps, and the days on which the clocks change."""

from __future__ import annotations

import datetime as dt
import itertools
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from volunteer_hub.core.errors import Conflict, DomainError
from volunteer_hub.hours import rules
from volunteer_hub.hours.rules import CalendarMonth, TimeSpan, build_time_span
from volunteer_hub.placements.states import PlacementState

LONDON, DAY = "Europe/London", dt.date(2026, 11, 20)
FORWARD, BACK = dt.date(2026, 3, 29), dt.date(2026, 10, 25)
NOW = dt.datetime(2026, 11, 20, 9, 0, tzinfo=dt.UTC)


def check_day(span: TimeSpan, **more: Any) -> None:
    """Call `rules.check_day` for a placement that began ten days ago."""
    usual: dict[str, Any] = {"now": NOW, "zone_name": LONDON, "starts_on": dt.date(2026, 11, 10), "until_on": None}
    rules.check_day(span, **(usual | more))


def assert_refused(field: str, act: Any, *args: Any, **kwargs: Any) -> None:
    """Check that a call raises DomainError for `field`."""
    with pytest.raises(DomainError) as error:
        act(*args, **kwargs)
    assert error.value.field == field


@pytest.mark.parametrize("state", PlacementState)
def test_hours_can_be_logged_in_active_and_paused_placements(state: PlacementState) -> None:
    if state in {PlacementState.ACTIVE, PlacementState.PAUSED}:
        rules.check_loggable(state)
    else:
        with pytest.raises(Conflict):
            rules.check_loggable(state)


@pytest.mark.parametrize("minutes", [0, -5, 24 * 60 + 1])
def test_an_entry_lasts_a_minute_to_a_day(minutes: int) -> None:
    assert_refused("spent", build_time_span, DAY, minutes, start=None, zone_name=LONDON)
    assert build_time_span(DAY, 24 * 60, start=None, zone_name=LONDON).minutes == 24 * 60


@pytest.mark.parametrize("start", [-1, 24 * 60])
def test_a_start_must_be_a_time_of_day(start: int) -> None:
    assert_refused("start", build_time_span, DAY, 60, start=start, zone_name=LONDON)


def test_the_date_must_lie_within_the_placement() -> None:
    check_day(TimeSpan(DAY, 60))
    check_day(TimeSpan(dt.date(2026, 11, 10), 60))
    assert_refused("worked_on", check_day, TimeSpan(DAY + dt.timedelta(days=1), 60))
    assert_refused("worked_on", check_day, TimeSpan(dt.date(2026, 11, 9), 60))
    assert_refused("worked_on", check_day, TimeSpan(DAY, 60), until_on=dt.date(2026, 11, 19))


def test_the_date_must_not_be_in_the_future_in_the_volunteers_time_zone() -> None:
    late = dt.datetime(2026, 11, 20, 23, 30, tzinfo=dt.UTC)
    tomorrow = TimeSpan(dt.date(2026, 11, 21), 60)
    assert_refused("worked_on", check_day, tomorrow, now=late)
    check_day(tomorrow, now=late, zone_name="Africa/Kampala")
    assert_refused("start", check_day, build_time_span(DAY, 60, start=8 * 60 + 30, zone_name=LONDON))
    check_day(build_time_span(DAY, 60, start=8 * 60, zone_name=LONDON))


def test_timed_spans_must_not_overlap_but_may_touch() -> None:
    first = build_time_span(DAY, 60, start=600, zone_name=LONDON)
    for start in (541, 600, 630, 659):
        assert_refused(
            "start",
            rules.check_daily_limit,
            build_time_span(DAY, 60, start=start, zone_name=LONDON),
            [first],
            zone_name=LONDON,
        )
    for start in (540, 660):
        rules.check_daily_limit(build_time_span(DAY, 60, start=start, zone_name=LONDON), [first], zone_name=LONDON)


def test_work_past_midnight_counts_on_the_next_day() -> None:
    night = build_time_span(DAY, 240, start=23 * 60, zone_name=LONDON)
    morning = build_time_span(DAY + dt.timedelta(days=1), 60, start=150, zone_name=LONDON)
    assert_refused("start", rules.check_daily_limit, morning, [night], zone_name=LONDON)
    assert rules.minutes_on(DAY, [night], LONDON) == 60
    assert rules.minutes_on(DAY + dt.timedelta(days=1), [night], LONDON) == 180
    full = TimeSpan(DAY + dt.timedelta(days=1), 24 * 60 - 179)
    assert_refused("spent", rules.check_daily_limit, night, [full], zone_name=LONDON)
    rules.check_daily_limit(night, [TimeSpan(DAY + dt.timedelta(days=1), 24 * 60 - 180)], zone_name=LONDON)


def test_a_start_in_the_gap_moves_forward_and_an_ambiguous_one_is_the_earlier() -> None:
    gap = build_time_span(FORWARD, 60, start=90, zone_name=LONDON)
    assert gap.started_at == dt.datetime(2026, 3, 29, 1, 30, tzinfo=dt.UTC)
    fold = build_time_span(BACK, 90, start=90, zone_name=LONDON)
    assert (fold.started_at, fold.ended_at) == (
        dt.datetime(2026, 10, 25, 0, 30, tzinfo=dt.UTC),
        dt.datetime(2026, 10, 25, 2, 0, tzinfo=dt.UTC),
    )


@pytest.mark.parametrize(("day", "most"), [(FORWARD, 23 * 60), (BACK, 24 * 60), (DAY, 24 * 60)])
def test_the_daily_limit_is_the_length_of_the_day(day: dt.date, most: int) -> None:
    rules.check_daily_limit(TimeSpan(day, most), [], zone_name=LONDON)
    if most < 24 * 60:
        assert_refused("spent", rules.check_daily_limit, TimeSpan(day, most + 1), [], zone_name=LONDON)
    assert_refused("spent", rules.check_daily_limit, TimeSpan(day, most), [TimeSpan(day, 1)], zone_name=LONDON)


ATTEMPTS = st.lists(
    st.tuples(
        st.sampled_from([FORWARD, BACK, DAY]).flatmap(
            lambda day: st.integers(-1, 1).map(lambda n: day + dt.timedelta(days=n))
        ),
        st.integers(1, 24 * 60),
        st.one_of(st.none(), st.integers(0, 24 * 60 - 1)),
    ),
    max_size=12,
)


@given(ATTEMPTS, st.sampled_from([LONDON, "Africa/Kampala", "Asia/Kathmandu", "America/New_York"]))
def test_accepted_spans_never_overlap_nor_exceed_a_day(attempts: list[Any], zone: str) -> None:
    accepted: list[TimeSpan] = []
    for day, minutes, start in attempts:
        span = build_time_span(day, minutes, start=start, zone_name=zone)
        try:
            rules.check_daily_limit(span, accepted, zone_name=zone)
        except DomainError:
            continue
        accepted.append(span)
    timed = sorted((span.started_at, span.ended_at) for span in accepted if span.started_at and span.ended_at)
    assert all(before[1] <= after[0] for before, after in itertools.pairwise(timed))
    days = {span.worked_on + dt.timedelta(days=n) for span in accepted for n in (-1, 0, 1, 2)}
    assert all(rules.minutes_on(day, accepted, zone) <= 24 * 60 for day in days)
    assert sum(rules.minutes_on(day, accepted, zone) for day in days) == sum(span.minutes for span in accepted)


def test_months_have_first_and_last_day_and_code() -> None:
    assert (CalendarMonth(2026, 12).first, CalendarMonth(2026, 12).last) == (
        dt.date(2026, 12, 1),
        dt.date(2026, 12, 31),
    )
    assert CalendarMonth(2028, 2).last == dt.date(2028, 2, 29)
    assert CalendarMonth(2026, 1).months_before(2) == CalendarMonth(2025, 11)
    assert rules.parse_month(CalendarMonth(2026, 3).code) == CalendarMonth(2026, 3)
    for text in ("", "2026", "2026-13", "2026-00", "٢٠٢٦-01", "1999-12", "2026-1", "2026-01-01"):
        assert rules.parse_month(text) is None


@pytest.mark.parametrize(
    ("month", "back", "earlier"),
    [((2026, 1), 0, (2026, 1)), ((2026, 1), 1, (2025, 12)), ((2026, 12), 11, (2026, 1)), ((2026, 12), 12, (2025, 12))],
)
def test_months_before_cross_the_year(month: tuple[int, int], back: int, earlier: tuple[int, int]) -> None:
    assert CalendarMonth(*month).months_before(back) == CalendarMonth(*earlier)
    assert CalendarMonth(2026, 1).last == dt.date(2026, 1, 31)


@pytest.mark.parametrize("code", ["2000-01", "2000-12", "2100-01", "2100-12"])
def test_months_of_this_century_are_read(code: str) -> None:
    month = rules.parse_month(code)
    assert month is not None
    assert month.code == code


@pytest.mark.parametrize("code", ["1999-12", "2101-01", "2026-00", "2026-13", "2026-1", "٢٠٢٦-01", "", "2026-01-01"])
def test_other_months_are_not_read(code: str) -> None:
    assert rules.parse_month(code) is None


def test_an_entry_may_begin_with_the_day_and_end_now() -> None:
    midnight = build_time_span(DAY, 60, start=0, zone_name=LONDON)
    assert midnight.started_at == dt.datetime(2026, 11, 20, tzinfo=dt.UTC)
    last_minute = build_time_span(DAY, 24 * 60, start=24 * 60 - 1, zone_name=LONDON)
    assert last_minute.started_at == dt.datetime(2026, 11, 20, 23, 59, tzinfo=dt.UTC)
    check_day(midnight, now=midnight.ended_at)
    assert_refused("start", check_day, midnight, now=midnight.ended_at - dt.timedelta(seconds=1))


def test_the_first_and_the_last_day_of_a_placement_count() -> None:
    check_day(TimeSpan(DAY, 60), starts_on=DAY, until_on=DAY)
    assert_refused("worked_on", check_day, TimeSpan(DAY, 60), starts_on=DAY + dt.timedelta(days=1))
    assert_refused("worked_on", check_day, TimeSpan(DAY, 60), starts_on=DAY, until_on=DAY - dt.timedelta(days=1))


def test_a_day_filled_to_the_minute_is_accepted_and_one_more_minute_is_not() -> None:
    night = build_time_span(DAY, 120, start=23 * 60, zone_name=LONDON)
    tomorrow = DAY + dt.timedelta(days=1)
    for day in (DAY, tomorrow):
        rules.check_daily_limit(TimeSpan(day, 23 * 60), [night], zone_name=LONDON)
        assert_refused("spent", rules.check_daily_limit, TimeSpan(day, 23 * 60 + 1), [night], zone_name=LONDON)
    until_midnight = build_time_span(DAY, 60, start=23 * 60, zone_name=LONDON)
    rules.check_daily_limit(until_midnight, [TimeSpan(tomorrow, 24 * 60)], zone_name=LONDON)
    assert rules.minutes_on(tomorrow, [until_midnight], LONDON) == 0
