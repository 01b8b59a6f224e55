"""Charts as plain numbers: scales, ticks, rectangles. The templates only draw what stands here.

Everything is in units of the drawing, FRAME wide, which is what a phone of 360 px has room for.
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
    """One row of data: a value for each series, as a number and in words, and where its rows are."""

    label: str
    values: tuple[int, ...]
    texts: tuple[str, ...]
    urls: tuple[str | None, ...] = ()
    short: str = ""

    @property
    def total(self) -> int:
        """All series together."""
        return sum(self.values)

    @property
    def cells(self) -> list[tuple[str, str | None]]:
        """(words, address) of each series, for the table."""
        return list(zip(self.texts, self.urls or (None,) * len(self.texts), strict=True))


@dataclass(frozen=True)
class ChartBox:
    """A rectangle in the pattern of a series."""

    series: int
    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True)
class ChartText:
    """A text; `anchor` is start, middle or end."""

    x: float
    y: float
    anchor: str
    text: str


@dataclass(frozen=True)
class Chart:
    """A drawing with the numbers that it shows. `key` makes its ids unique on the page."""

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
        """All numbers in one line, for those who hear the page."""
        return "; ".join(f"{item.label}: {', '.join(self._told(item))}" for item in self.items)

    @property
    def table(self) -> tuple[list[str], list[tuple[str, list[tuple[str, str | None]]]]]:
        """(heads, rows) of the table behind: a column for each series, or a row for each where they are many."""
        if len(self.series) < MIN_SERIES_AS_ROWS:
            return list(self.series), [(item.label, item.cells) for item in self.items]
        heads = [item.label for item in self.items]
        return heads, [(name, [item.cells[n] for item in self.items]) for n, name in enumerate(self.series)]

    def _told(self, item: ChartItem) -> list[str]:
        if len(self.series) < 2:
            return list(item.texts)
        return [f"{name} {text}" for name, text in zip(self.series, item.texts, strict=True)]


def scale_length(value: int, highest: int, room: float) -> float:
    """The length of `value` where `highest` fills `room`: never more, and never nothing for something."""
    if value <= 0 or highest <= 0:
        return 0.0
    return round(min(room, max(room * min(value, highest) / highest, 1.0)), 1)


def ticks(highest: int, steps: int = 4) -> list[int]:
    """Round numbers from 0 up to `highest` or a little more, about `steps` of them."""
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
    """`text`, cut where the drawing has no room for more; the table has it whole."""
    return text if len(text) <= longest else text[: longest - 1].rstrip() + "…"


def _spans(values: Sequence[int], highest: int, room: float) -> list[tuple[float, float]]:
    """(from, length) of values one behind the other, together within `room`."""
    ends, so_far = [0.0], 0
    for value in values:
        so_far += max(value, 0)
        ends.append(max(ends[-1], scale_length(so_far, highest, room)))
    return [(start, round(end - start, 1)) for start, end in itertools.pairwise(ends)]


def _legend(series: Sequence[str], y: float) -> tuple[list[ChartBox], list[ChartText]]:
    """What each pattern means, one under the other; nothing for a single series."""
    if len(series) < 2:
        return [], []
    boxes = [ChartBox(n, 0.5, y + n * LEGEND_ROW_HEIGHT, 14, 14) for n in range(len(series))]
    return boxes, [ChartText(22, y + n * LEGEND_ROW_HEIGHT + 12, "start", name) for n, name in enumerate(series)]


def bar_chart(key: str, title: str, items: Sequence[ChartItem], *, series: Sequence[str], whole: bool = False) -> Chart:
    """Horizontal bars, stacked where there are several series. `whole`: each bar is its own 100 percent."""
    highest = max((item.total for item in items), default=0)
    boxes, texts = [], []
    for number, item in enumerate(items):
        top = number * ROW_HEIGHT
        alone = len(item.texts) > 1
        texts.append(
            ChartText(0, top + 14, "start", truncate(item.label, MAX_LABEL_LENGTH_ALONE if alone else MAX_LABEL_LENGTH))
        )
        if not alone:
            texts.append(ChartText(FRAME_WIDTH, top + 14, "end", item.texts[0]))
        spans = _spans(item.values, item.total if whole else highest, FRAME_WIDTH - 1)
        boxes += [ChartBox(n, x + 0.5, top + 20, width, BAR_HEIGHT) for n, (x, width) in enumerate(spans) if width]
    legend, words = _legend(series, len(items) * ROW_HEIGHT + 4)
    height = len(items) * ROW_HEIGHT + (len(series) * LEGEND_ROW_HEIGHT + 4 if words else 0)
    return Chart(
        key, title, tuple(items), tuple(series), FRAME_WIDTH, max(height, 1), (*boxes, *legend), (*texts, *words)
    )


def column_chart(key: str, title: str, items: Sequence[ChartItem], *, series: Sequence[str], unit: int = 1) -> Chart:
    """Upright bars, stacked where there are several series. The scale is told in `unit`s of the values."""
    highest = max((item.total for item in items), default=0)
    scale = ticks(-(-highest // unit))
    full, room = scale[-1] * unit, PLOT_BOTTOM - PLOT_TOP
    wide = (FRAME_WIDTH - SCALE_WIDTH) / max(len(items), 1)
    heights = [round(PLOT_BOTTOM - scale_length(tick * unit, full, room), 1) for tick in scale]
    texts = [ChartText(SCALE_WIDTH - 6, y + 4, "end", f"{tick:,}") for tick, y in zip(scale, heights, strict=True)]
    boxes = []
    for number, item in enumerate(items):
        left = round(SCALE_WIDTH + number * wide + wide * 0.15, 1)
        if (
            wide >= MIN_LABELLED_WIDTH or (len(items) - number) % 2
        ):  # narrow bars: every other one is named, the last always
            middle = round(SCALE_WIDTH + (number + 0.5) * wide, 1)
            texts.append(ChartText(middle, PLOT_BOTTOM + 16, "middle", item.short or item.label))
        spans = _spans(item.values, full, room)
        boxes += [
            ChartBox(n, left, round(PLOT_BOTTOM - start - length, 1), round(wide * 0.7, 1), length)
            for n, (start, length) in enumerate(spans)
            if length
        ]
    legend, words = _legend(series, PLOT_BOTTOM + AXIS_HEIGHT + 8)
    height = PLOT_BOTTOM + AXIS_HEIGHT + (len(series) * LEGEND_ROW_HEIGHT + 8 if words else 0)
    return Chart(
        key,
        title,
        tuple(items),
        tuple(series),
        FRAME_WIDTH,
        height,
        (*boxes, *legend),
        (*texts, *words),
        tuple(heights),
    )


def sparkline(key: str, title: str, items: Sequence[ChartItem], *, series: Sequence[str]) -> Chart:
    """A small line of the totals, without a scale: whether it goes up or down."""
    highest = max((item.total for item in items), default=0)
    step = SPARKLINE_WIDTH / max(len(items) - 1, 1)
    room = SPARKLINE_HEIGHT - 4
    points = [
        (round(number * step, 1), round(SPARKLINE_HEIGHT - 2 - scale_length(item.total, highest, room), 1))
        for number, item in enumerate(items)
    ]
    drawn = " ".join(f"{x},{y}" for x, y in points)
    return Chart(key, title, tuple(items), tuple(series), SPARKLINE_WIDTH, SPARKLINE_HEIGHT, points=drawn)
