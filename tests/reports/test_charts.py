"""Charts stay within their frame for any numbers: none, one, huge."""

from __future__ import annotations

import itertools

from hypothesis import given, settings
from hypothesis import strategies as st

from volunteer_hub.reports import charts
from volunteer_hub.reports.charts import Chart, ChartItem

numbers = st.integers(0, 10**15)


def item(values: list[int], number: int = 0) -> ChartItem:
    return ChartItem(f"Row {number} {'long ' * 20}", tuple(values), tuple(map(str, values)))


@st.composite
def tables(draw: st.DrawFn) -> tuple[list[ChartItem], tuple[str, ...]]:
    """Draw rows that all have the same number of series."""
    series = draw(st.integers(1, 4))
    rows = draw(st.lists(st.lists(numbers, min_size=series, max_size=series), max_size=30))
    return [item(values, n) for n, values in enumerate(rows)], tuple(f"series {n}" for n in range(series))


def assert_inside(chart: Chart) -> None:
    for box in chart.boxes:
        assert box.x >= 0
        assert box.y >= 0
        assert box.width >= 0
        assert box.height >= 0
        assert box.x + box.width <= chart.width + 0.1
        assert box.y + box.height <= chart.height + 0.1
    assert all(0 <= text.x <= chart.width and 0 <= text.y <= chart.height + 1 for text in chart.texts)
    assert all(0 <= y <= chart.height for y in chart.lines)
    for point in chart.points.split():
        x, y = map(float, point.split(","))
        assert 0 <= x <= chart.width
        assert 0 <= y <= chart.height


@settings(deadline=None)
@given(tables(), st.booleans())
def test_bars_never_leave_the_frame(table: tuple[list[ChartItem], tuple[str, ...]], whole: bool) -> None:
    rows, series = table
    assert_inside(charts.bar_chart("k", "Title", rows, series=series, whole=whole))


@settings(deadline=None)
@given(tables(), st.sampled_from([1, 60]))
def test_columns_never_leave_the_frame(table: tuple[list[ChartItem], tuple[str, ...]], unit: int) -> None:
    rows, series = table
    chart = charts.column_chart("k", "Title", rows, series=series, unit=unit)
    assert_inside(chart)
    assert all(
        box.y + box.height <= charts.PLOT_BOTTOM + 0.1 for box in chart.boxes[: -len(series) or None] if len(series) < 2
    )


@settings(deadline=None)
@given(tables())
def test_a_sparkline_never_leaves_the_frame(table: tuple[list[ChartItem], tuple[str, ...]]) -> None:
    rows, series = table
    chart = charts.sparkline("k", "Title", rows, series=series)
    assert_inside(chart)
    assert len(chart.points.split()) == len(rows)


@settings(deadline=None)
@given(numbers, numbers)
def test_a_larger_value_is_never_drawn_shorter(one: int, other: int) -> None:
    small, large = sorted((one, other))
    assert charts.scale_length(small, large, 300) <= charts.scale_length(large, large, 300) <= 300
    assert (charts.scale_length(small, large, 300) > 0) == (small > 0)


@settings(deadline=None)
@given(numbers)
def test_ticks_are_round_and_reach_the_highest(highest: int) -> None:
    ticks = charts.ticks(highest)
    assert ticks[0] == 0
    assert ticks[-1] >= highest
    assert 2 <= len(ticks) <= 6
    assert len({b - a for a, b in itertools.pairwise(ticks)}) == 1
    assert highest == 0 or ticks[-1] <= max(5, highest * 3)


def test_every_number_is_in_the_summary_and_in_the_table() -> None:
    rows = [item([1, 2], 1), item([3, 4], 2)]
    chart = charts.bar_chart("k", "Title", rows, series=("here", "there"))
    assert "here 1, there 2" in chart.summary
    assert "here 3, there 4" in chart.summary
    headers, lines = chart.table
    assert headers == ["here", "there"]
    assert lines[0][1] == [("1", None), ("2", None)]
    assert {box.series for box in chart.boxes} == {0, 1}


def test_many_series_stand_below_each_other_in_the_table() -> None:
    chart = charts.bar_chart("k", "Title", [item([1, 2, 3])], series=("a", "b", "c"))
    assert chart.table[1] == [("a", [("1", None)]), ("b", [("2", None)]), ("c", [("3", None)])]


def test_a_long_label_is_cut_in_the_drawing_alone() -> None:
    chart = charts.bar_chart("k", "Title", [item([1])], series=("a",))
    assert chart.texts[0].text.endswith("…")
    assert len(chart.texts[0].text) <= charts.MAX_LABEL_LENGTH
    assert chart.table[1][0][0] == chart.items[0].label


def test_no_rows_give_an_empty_drawing() -> None:
    for draw in (charts.bar_chart, charts.column_chart, charts.sparkline):
        chart = draw("k", "Title", [], series=("a",))
        assert chart.boxes == ()
        assert chart.height > 0
