"""The board of demand and supply in words: rows with where they lead, the chart, the file."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from flask import url_for
from flask_babel import ngettext

from volunteer_hub.core import pages
from volunteer_hub.core.access import Role, Viewer
from volunteer_hub.core.i18n import locale
from volunteer_hub.core.i18n import plain as _
from volunteer_hub.reports import charts
from volunteer_hub.reports.board import ANY_SPECIALTY, BoardKey, BoardRow, count_by_advice
from volunteer_hub.reports.charts import Chart, ChartItem
from volunteer_hub.reports.queries.board import NO_SPECIALTY, BoardFilters
from volunteer_hub.reports.states import Advice
from volunteer_hub.vocabulary import queries as vocabulary

MAX_CHART_ROWS = 8
NO_VALUE = "—"


@dataclass(frozen=True)
class BoardTableRow:
    """One row as the page shows it; a number without an address has no list for this reader."""

    name: str
    figures: BoardRow
    requests_url: str
    idle_url: str | None
    median_wait: tuple[str, str]


@dataclass(frozen=True)
class AdviceFilter:
    """What the rows may be narrowed to: words, how many rows, where that leads, whether it is what is shown."""

    name: str
    count: int
    url: str
    is_current: bool


def group_choices() -> list[tuple[str, str]]:
    """(code, name) of the groups of specialties, and of none."""
    words = vocabulary.vocabulary().specialties.values()
    groups = [(word.code, word.name) for word in words if word.parent is None]
    return [*sorted(groups, key=lambda group: group[1]), (NO_SPECIALTY, _("Any specialty"))]


def language_choices() -> list[tuple[str, str]]:
    """(code, name) of the languages."""
    return list(vocabulary.language_names(locale()).items())


def group_name(code: str) -> str:
    """The name of a group; of none, that any will do."""
    if code in {ANY_SPECIALTY, NO_SPECIALTY}:
        return _("Any specialty")
    word = vocabulary.vocabulary().specialties.get(code)
    return word.name if word else code


def row_name(key: BoardKey) -> str:
    """What a row is about: `Surgical, French, 1 to 2 hours`."""
    language = vocabulary.language_name(key.language, locale())
    return f"{group_name(key.group)}, {language}, {pages.label(key.band)}"


def describe_filters(filters: BoardFilters) -> str:
    """What a list is narrowed to, in one line."""
    parts = [group_name(filters.group)] if filters.group else []
    parts += [vocabulary.language_name(filters.language, locale())] if filters.language else []
    parts += [pages.label(filters.band)] if filters.band else []
    return ", ".join(parts)


def format_days(number: int | None) -> str:
    """A number of days, or a dash."""
    return NO_VALUE if number is None else str(ngettext("%(num)s day", "%(num)s days", number))


def filter_params(filters: BoardFilters, key: BoardKey | None = None) -> dict[str, Any]:
    """What an address needs for a list: the page's filters, narrowed to one row."""
    asked = {
        "programme": filters.programme_id,
        "country": filters.country or None,
        "group": filters.group or None,
        "language": filters.language or None,
    }
    if key:
        asked |= {"group": key.group or NO_SPECIALTY, "language": key.language, "band": key.band.value}
    return {name: value for name, value in asked.items() if value}


def board_params(filters: BoardFilters, advised: Advice | None, *, idle_first: bool) -> dict[str, Any]:
    """What an address of the board itself needs: the filters, the advice and the order."""
    asked = {"advice": advised and advised.value, "first": "people" if idle_first else None}
    return filter_params(filters) | {name: value for name, value in asked.items() if value}


def advice_filters(
    lines: Sequence[BoardRow], filters: BoardFilters, advised: Advice | None, *, idle_first: bool
) -> list[AdviceFilter]:
    """All rows, and those of each advice, with their numbers."""
    numbers: list[tuple[Advice | None, int]] = [(None, len(lines)), *count_by_advice(lines).items()]
    return [
        AdviceFilter(
            pages.label(one) if one else _("All"),
            number,
            url_for("board.index", **board_params(filters, one, idle_first=idle_first)),
            one is advised,
        )
        for one, number in numbers
    ]


def volunteers_url(filters: BoardFilters, viewer: Viewer, key: BoardKey | None = None) -> str | None:
    """The list of people without a task: names are for the coordinator alone."""
    if not viewer.has(Role.COORDINATOR):
        return None
    asked = filter_params(filters, key)
    return url_for("board.volunteers", **{name: asked[name] for name in ("group", "language", "band") if name in asked})


def rows(lines: Iterable[BoardRow], filters: BoardFilters, viewer: Viewer) -> list[BoardTableRow]:
    """The rows with their words and addresses."""
    return [
        BoardTableRow(
            row_name(line.key),
            line,
            url_for("board.requests", **filter_params(filters, line.key)),
            volunteers_url(filters, viewer, line.key),
            (format_days(line.median_wait.requests), format_days(line.median_wait.volunteers)),
        )
        for line in lines
    ]


def chart(found: Sequence[BoardTableRow]) -> Chart:
    """The first rows as bars: seats beside people."""
    items = [
        ChartItem(
            row.name,
            (row.figures.seats, row.figures.idle),
            (str(row.figures.seats), str(row.figures.idle)),
            (row.requests_url, row.idle_url),
        )
        for row in found[:MAX_CHART_ROWS]
    ]
    series = (_("seats without a volunteer"), _("volunteers without a task"))
    return charts.bar_chart("board", _("The first rows"), items, series=series)


def advice_meaning(advice: Advice) -> str:
    """What an advice asks for, in one sentence."""
    return {
        Advice.RECRUIT: _("There are more seats than volunteers for them."),
        Advice.STEADY: _("Seats and volunteers are in balance. Go on as now."),
        Advice.PAUSE: _(
            "There are more than one and a half volunteers for each seat. Pause recruiting, find requests."
        ),
    }[advice]


def csv_columns() -> list[str]:
    """The heads of the file."""
    return [
        _("Specialty"),
        _("Language"),
        _("Hours a week"),
        _("Requests"),
        _("Seats without a volunteer"),
        _("Volunteers without a task"),
        _("Days from opening to the first yes (median)"),
        _("Days from being ready to the first yes (median)"),
        _("Recruiting"),
    ]


def csv_rows(lines: Iterable[BoardRow]) -> list[list[Any]]:
    """The rows of the file."""
    return [
        [
            group_name(line.key.group),
            vocabulary.language_name(line.key.language, locale()),
            pages.label(line.key.band),
            line.requests,
            line.seats,
            line.idle,
            "" if line.median_wait.requests is None else line.median_wait.requests,
            "" if line.median_wait.volunteers is None else line.median_wait.volunteers,
            pages.label(line.advice),
        ]
        for line in lines
    ]
