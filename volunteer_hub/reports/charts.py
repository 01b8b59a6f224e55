"""Charts as plain numbers: scales, ticks, rectangles. The templates only draw what stands here.

Everything is in units of the drawing, FRAME wide, which is what a phone of 360 px has room for.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass

FRAME = 320
ROW, BAR = 42, 16
TOP, TALL, FOOT, MARGIN = 8, 150, 22, 34
LEGEND = 22
SPARK_WIDE, SPARK_TALL = 160, 40
LONGEST, LONGEST_ALONE = 30, 40
NARROW = 30
MANY = 3


@dataclass(frozen=True)
class Item:
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
class Box:
    """A rectangle in the pattern of a series."""

    series: int
    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True)
class Words:
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
    items: tuple[Item, ...]
    series: tuple[str, ...]
    width: int
    height: int
    boxes: tuple[Box, ...] = ()
    texts: tuple[Words, ...] = ()
    lines: tuple[float, ...] = ()
    points: str = ""

    @property
    def summary(self) -> str:
        """All numbers in one line, for those who hear the page."""
        return "; ".join(f"{item.label}: {', '.join(self._told(item))}" for item in self.items)

    @property
    def table(self) -> tuple[list[str], list[tuple[str, list[tuple[str, str | None]]]]]:
        """(heads, rows) of the table behind: a column for each series, or a row for each where they are many."""
        if len(self.series) < MANY:
            return list(self.series), [(item.label, item.cells) for item in self.items]
        heads = [item.label for item in self.items]
        return heads, [(name, [item.cells[n] for item in self.items]) for n, name in enumerate(self.series)]

    def _told(self, item: Item) -> list[str]:
        if len(self.series) < 2:
            return list(item.texts)
        return [f"{name} {text}" for name, text in zip(self.series, item.texts, strict=True)]


def share(value: int, highest: int, room: float) -> float:
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


def shortened(text: str, longest: int = LONGEST) -> str:
    """`text`, cut where the drawing has no room for more; the table has it whole."""
    return text if len(text) <= longest else text[: longest - 1].rstrip() + "…"


def _spans(values: Sequence[int], highest: int, room: float) -> list[tuple[float, float]]:
    """(from, length) of values one behind the other, together within `room`."""
    ends, so_far = [0.0], 0
    for value in values:
        so_far += max(value, 0)
        ends.append(max(ends[-1], share(so_far, highest, room)))
    return [(start, round(end - start, 1)) for start, end in itertools.pairwise(ends)]


def _legend(series: Sequence[str], y: float) -> tuple[list[Box], list[Words]]:
    """What each pattern means, one under the other; nothing for a single series."""
    if len(series) < 2:
        return [], []
    boxes = [Box(n, 0.5, y + n * LEGEND, 14, 14) for n in range(len(series))]
    return boxes, [Words(22, y + n * LEGEND + 12, "start", name) for n, name in enumerate(series)]


def bars(key: str, title: str, items: Sequence[Item], *, series: Sequence[str], whole: bool = False) -> Chart:
    """Horizontal bars, stacked where there are several series. `whole`: each bar is its own 100 percent."""
    highest = max((item.total for item in items), default=0)
    boxes, texts = [], []
    for number, item in enumerate(items):
        top = number * ROW
        alone = len(item.texts) > 1
        texts.append(Words(0, top + 14, "start", shortened(item.label, LONGEST_ALONE if alone else LONGEST)))
        if not alone:
            texts.append(Words(FRAME, top + 14, "end", item.texts[0]))
        spans = _spans(item.values, item.total if whole else highest, FRAME - 1)
        boxes += [Box(n, x + 0.5, top + 20, width, BAR) for n, (x, width) in enumerate(spans) if width]
    legend, words = _legend(series, len(items) * ROW + 4)
    height = len(items) * ROW + (len(series) * LEGEND + 4 if words else 0)
    return Chart(key, title, tuple(items), tuple(series), FRAME, max(height, 1), (*boxes, *legend), (*texts, *words))


def columns(key: str, title: str, items: Sequence[Item], *, series: Sequence[str], unit: int = 1) -> Chart:
    """Upright bars, stacked where there are several series. The scale is told in `unit`s of the values."""
    highest = max((item.total for item in items), default=0)
    scale = ticks(-(-highest // unit))
    full, room = scale[-1] * unit, TALL - TOP
    wide = (FRAME - MARGIN) / max(len(items), 1)
    heights = [round(TALL - share(tick * unit, full, room), 1) for tick in scale]
    texts = [Words(MARGIN - 6, y + 4, "end", f"{tick:,}") for tick, y in zip(scale, heights, strict=True)]
    boxes = []
    for number, item in enumerate(items):
        left = round(MARGIN + number * wide + wide * 0.15, 1)
        if wide >= NARROW or (len(items) - number) % 2:  # narrow bars: every other one is named, the last always
            middle = round(MARGIN + (number + 0.5) * wide, 1)
            texts.append(Words(middle, TALL + 16, "middle", item.short or item.label))
        spans = _spans(item.values, full, room)
        boxes += [
            Box(n, left, round(TALL - start - length, 1), round(wide * 0.7, 1), length)
            for n, (start, length) in enumerate(spans)
            if length
        ]
    legend, words = _legend(series, TALL + FOOT + 8)
    height = TALL + FOOT + (len(series) * LEGEND + 8 if words else 0)
    return Chart(
        key, title, tuple(items), tuple(series), FRAME, height, (*boxes, *legend), (*texts, *words), tuple(heights)
    )


def sparkline(key: str, title: str, items: Sequence[Item], *, series: Sequence[str]) -> Chart:
    """A small line of the totals, without a scale: whether it goes up or down."""
    highest = max((item.total for item in items), default=0)
    step = SPARK_WIDE / max(len(items) - 1, 1)
    room = SPARK_TALL - 4
    points = [
        (round(number * step, 1), round(SPARK_TALL - 2 - share(item.total, highest, room), 1))
        for number, item in enumerate(items)
    ]
    drawn = " ".join(f"{x},{y}" for x, y in points)
    return Chart(key, title, tuple(items), tuple(series), SPARK_WIDE, SPARK_TALL, points=drawn)
