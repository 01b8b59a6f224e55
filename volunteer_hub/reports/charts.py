"""Lays out charts as plain numbers: scales, ticks, rectangles. The templates only draw them.

All lengths are in units of the drawing, which is FRAME_WIDTH wide: what fits a phone of 360 px.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass

FRAME_WIDTH = 320
ROW_HEIGHT, BAR_HEIGHT = 42, 16
PLOT_TOP, PLOT_BOTTOM, AXIS_HEIGHT, SCALE_WIDTH = 8, 150, 22, 34
LEGEND_ROW_HEIGHT = 22
SPARKLINE_WIDTH, SPARKLINE_HEIGHT = 160, 40
MAX_LABEL_LENGTH, MAX_LABEL_LENGTH_ALONE = 30, 40
MIN_LABELLED_WIDTH = 30
MIN_SERIES_AS_ROWS = 3


@dataclass(frozen=True)
class ChartItem:
    """One row of data: the value of each series, as a number and as text, and the address of the rows behind it."""

    label: str
    values: tuple[int, ...]
    texts: tuple[str, ...]
    urls: tuple[str | None, ...] = ()
    short: str = ""

    @property
    def total(self) -> int:
        """Return the sum over all series."""
        return sum(self.values)

    @property
    def cells(self) -> list[tuple[str, str | None]]:
        """Return (text, address) of each series, for the table."""
        return list(zip(self.texts, self.urls or (None,) * len(self.texts), strict=True))


@dataclass(frozen=True)
class ChartBox:
    """A rectangle, filled with the pattern of its series."""

    series: int
    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True)
class ChartText:
    """A text in the drawing; `anchor` is start, middle or end."""

    x: float
    y: float
    anchor: str
    text: str


@dataclass(frozen=True)
class Chart:
    """A drawing with the numbers that it shows. `key` is the prefix of its element ids, unique on the page."""

    key: str
    title: str
    items: tuple[ChartItem, ...]
    series: tuple[str, ...]
    width: int
    height: int
    boxes: tuple[ChartBox, ...] = ()
    texts: tuple[ChartText, ...] = ()
    lines: tuple[float, ...] = ()
    points: str = ""

    @property
    def summary(self) -> str:
        """Return all numbers in one line, for screen readers."""
        return "; ".join(f"{item.label}: {', '.join(self._series_texts(item))}" for item in self.items)

    @property
    def table(self) -> tuple[list[str], list[tuple[str, list[tuple[str, str | None]]]]]:
        """Return (headers, rows) of the table: one column per series, or one row per series from MIN_SERIES_AS_ROWS on."""
        if len(self.series) < MIN_SERIES_AS_ROWS:
            return list(self.series), [(item.label, item.cells) for item in self.items]
        headers = [item.label for item in self.items]
        return headers, [(name, [item.cells[n] for item in self.items]) for n, name in enumerate(self.series)]

    def _series_texts(self, item: ChartItem) -> list[str]:
        if len(self.series) < 2:
            return list(item.texts)
        return [f"{name} {text}" for name, text in zip(self.series, item.texts, strict=True)]


def scale_length(value: int, highest: int, room: float) -> float:
    """Return the length of `value` when `highest` has the length `room`; at least 1 for any positive value."""
    if value <= 0 or highest <= 0:
        return 0.0
    return round(min(room, max(room * min(value, highest) / highest, 1.0)), 1)


def ticks(highest: int, steps: int = 4) -> list[int]:
    """Return about `steps` round numbers from 0 up to `highest` or slightly more."""
    if highest <= 0:
        return [0, 1]
    unit = 1
    while True:
        for factor in (1, 2, 5):
            step = unit * factor
            if step * steps >= highest:
                return [*range(0, highest, step), -(-highest // step) * step]
        unit *= 10


def truncate(text: str, longest: int = MAX_LABEL_LENGTH) -> str:
    """Return `text` cut to `longest` characters, the last an ellipsis; the table has the full text."""
    return text if len(text) <= longest else text[: longest - 1].rstrip() + "…"


def _spans(values: Sequence[int], highest: int, room: float) -> list[tuple[float, float]]:
    """Return (start, length) of stacked values, together within `room`."""
    ends, total = [0.0], 0
    for value in values:
        total += max(value, 0)
        ends.append(max(ends[-1], scale_length(total, highest, room)))
    return [(start, round(end - start, 1)) for start, end in itertools.pairwise(ends)]


def _legend(series: Sequence[str], y: float) -> tuple[list[ChartBox], list[ChartText]]:
    """Return the legend, one pattern with its name per row; empty for a single series."""
    if len(series) < 2:
        return [], []
    boxes = [ChartBox(n, 0.5, y + n * LEGEND_ROW_HEIGHT, 14, 14) for n in range(len(series))]
    return boxes, [ChartText(22, y + n * LEGEND_ROW_HEIGHT + 12, "start", name) for n, name in enumerate(series)]


def bar_chart(key: str, title: str, items: Sequence[ChartItem], *, series: Sequence[str], whole: bool = False) -> Chart:
    """Return horizontal bars, stacked where there are several series. `whole`: each bar has the full width (100 %)."""
    highest = max((item.total for item in items), default=0)
    boxes, texts = [], []
    for number, item in enumerate(items):
        top = number * ROW_HEIGHT
        label_alone = len(item.texts) > 1
        texts.append(
            ChartText(
                0, top + 14, "start", truncate(item.label, MAX_LABEL_LENGTH_ALONE if label_alone else MAX_LABEL_LENGTH)
            )
        )
        if not label_alone:
            texts.append(ChartText(FRAME_WIDTH, top + 14, "end", item.texts[0]))
        spans = _spans(item.values, item.total if whole else highest, FRAME_WIDTH - 1)
        boxes += [ChartBox(n, x + 0.5, top + 20, width, BAR_HEIGHT) for n, (x, width) in enumerate(spans) if width]
    legend, legend_texts = _legend(series, len(items) * ROW_HEIGHT + 4)
    height = len(items) * ROW_HEIGHT + (len(series) * LEGEND_ROW_HEIGHT + 4 if legend_texts else 0)
    return Chart(
        key, title, tuple(items), tuple(series), FRAME_WIDTH, max(height, 1), (*boxes, *legend), (*texts, *legend_texts)
    )


def column_chart(key: str, title: str, items: Sequence[ChartItem], *, series: Sequence[str], unit: int = 1) -> Chart:
    """Return vertical bars, stacked where there are several series. The scale is in `unit`s of the values."""
    highest = max((item.total for item in items), default=0)
    scale = ticks(-(-highest // unit))
    full, room = scale[-1] * unit, PLOT_BOTTOM - PLOT_TOP
    column_width = (FRAME_WIDTH - SCALE_WIDTH) / max(len(items), 1)
    heights = [round(PLOT_BOTTOM - scale_length(tick * unit, full, room), 1) for tick in scale]
    texts = [ChartText(SCALE_WIDTH - 6, y + 4, "end", f"{tick:,}") for tick, y in zip(scale, heights, strict=True)]
    boxes = []
    for number, item in enumerate(items):
        left = round(SCALE_WIDTH + number * column_width + column_width * 0.15, 1)
        if (
            column_width >= MIN_LABELLED_WIDTH or (len(items) - number) % 2
        ):  # narrow bars: every other label, always the last
            middle = round(SCALE_WIDTH + (number + 0.5) * column_width, 1)
            texts.append(ChartText(middle, PLOT_BOTTOM + 16, "middle", item.short or item.label))
        spans = _spans(item.values, full, room)
        boxes += [
            ChartBox(n, left, round(PLOT_BOTTOM - start - length, 1), round(column_width * 0.7, 1), length)
            for n, (start, length) in enumerate(spans)
            if length
        ]
    legend, legend_texts = _legend(series, PLOT_BOTTOM + AXIS_HEIGHT + 8)
    height = PLOT_BOTTOM + AXIS_HEIGHT + (len(series) * LEGEND_ROW_HEIGHT + 8 if legend_texts else 0)
    return Chart(
        key,
        title,
        tuple(items),
        tuple(series),
        FRAME_WIDTH,
        height,
        (*boxes, *legend),
        (*texts, *legend_texts),
        tuple(heights),
    )


def sparkline(key: str, title: str, items: Sequence[ChartItem], *, series: Sequence[str]) -> Chart:
    """Return a small line of the totals, without a scale, which shows the trend."""
    highest = max((item.total for item in items), default=0)
    step = SPARKLINE_WIDTH / max(len(items) - 1, 1)
    room = SPARKLINE_HEIGHT - 4
    points = [
        (round(number * step, 1), round(SPARKLINE_HEIGHT - 2 - scale_length(item.total, highest, room), 1))
        for number, item in enumerate(items)
    ]
    polyline = " ".join(f"{x},{y}" for x, y in points)
    return Chart(key, title, tuple(items), tuple(series), SPARKLINE_WIDTH, SPARKLINE_HEIGHT, points=polyline)
