"""Texts and addresses of the board of demand and supply: its rows, the chart, the file."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from flask import url_for
from flask_babel import ngettext

from volunteer_hub.core import template_filters
from volunteer_hub.core.access import Role, Viewer
from volunteer_hub.core.i18n import locale
from volunteer_hub.core.i18n import translate as _
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
    """One row as the page shows it; a number without an address has no list for this viewer."""

    name: str
    figures: BoardRow
    requests_url: str
    idle_url: str | None
    median_wait: tuple[str, str]


@dataclass(frozen=True)
class AdviceFilter:
    """One choice of advice to narrow the rows to: label, number of rows, address, whether it is the current one."""

    name: str
    count: int
    url: str
    is_current: bool


def group_choices() -> list[tuple[str, str]]:
    """Return (code, name) of the groups of specialties, and of requests for any specialty, which come last."""
    specialties = vocabulary.vocabulary().specialties.values()
    groups = [(specialty.code, specialty.name) for specialty in specialties if specialty.parent is None]
    return [*sorted(groups, key=lambda group: group[1]), (NO_SPECIALTY, _("Any specialty"))]


def language_choices() -> list[tuple[str, str]]:
    """Return (code, name) of the languages."""
    return list(vocabulary.language_names(locale()).items())


def group_name(code: str) -> str:
    """Return the name of a group of specialties; “Any specialty” for no group."""
    if code in {ANY_SPECIALTY, NO_SPECIALTY}:
        return _("Any specialty")
    specialty = vocabulary.vocabulary().specialties.get(code)
    return specialty.name if specialty else code


def row_name(key: BoardKey) -> str:
    """Return the name of a row: `Surgical, French, 1 to 2 hours`."""
    language = vocabulary.language_name(key.language, locale())
    return f"{group_name(key.group)}, {language}, {template_filters.label(key.band)}"


def describe_filters(filters: BoardFilters) -> str:
    """Return what a list is narrowed to, in one line; empty without filters."""
    parts = [group_name(filters.group)] if filters.group else []
    parts += [vocabulary.language_name(filters.language, locale())] if filters.language else []
    parts += [template_filters.label(filters.band)] if filters.band else []
    return ", ".join(parts)


def format_days(number: int | None) -> str:
    """Format a number of days; a dash for None."""
    return NO_VALUE if number is None else str(ngettext("%(num)s day", "%(num)s days", number))


def filter_params(filters: BoardFilters, key: BoardKey | None = None) -> dict[str, Any]:
    """Return the query parameters of a list: the page's filters, narrowed to one row if `key` is given."""
    params = {
        "programme": filters.programme_id,
        "country": filters.country or None,
        "group": filters.group or None,
        "language": filters.language or None,
    }
    if key:
        params |= {"group": key.group or NO_SPECIALTY, "language": key.language, "band": key.band.value}
    return {name: value for name, value in params.items() if value}


def board_params(filters: BoardFilters, advice: Advice | None, *, idle_first: bool) -> dict[str, Any]:
    """Return the query parameters of the board itself: the filters, the advice and the order."""
    params = {"advice": advice and advice.value, "first": "people" if idle_first else None}
    return filter_params(filters) | {name: value for name, value in params.items() if value}


def advice_filters(
    rows: Sequence[BoardRow], filters: BoardFilters, current: Advice | None, *, idle_first: bool
) -> list[AdviceFilter]:
    """Return the choice of all rows and of each advice, with the number of rows."""
    counts: list[tuple[Advice | None, int]] = [(None, len(rows)), *count_by_advice(rows).items()]
    return [
        AdviceFilter(
            template_filters.label(advice) if advice else _("All"),
            count,
            url_for("reports.demand_board", **board_params(filters, advice, idle_first=idle_first)),
            advice is current,
        )
        for advice, count in counts
    ]


def volunteers_url(filters: BoardFilters, viewer: Viewer, key: BoardKey | None = None) -> str | None:
    """Return the list of volunteers without a task; None for viewers other than coordinators, who may see no names."""
    if not viewer.has(Role.COORDINATOR):
        return None
    params = filter_params(filters, key)
    names = ("group", "language", "band")
    return url_for("reports.board_volunteers", **{name: params[name] for name in names if name in params})


def rows(board_rows: Iterable[BoardRow], filters: BoardFilters, viewer: Viewer) -> list[BoardTableRow]:
    """Return the rows with their names and addresses."""
    return [
        BoardTableRow(
            row_name(row.key),
            row,
            url_for("reports.board_requests", **filter_params(filters, row.key)),
            volunteers_url(filters, viewer, row.key),
            (format_days(row.median_wait.requests), format_days(row.median_wait.volunteers)),
        )
        for row in board_rows
    ]


def chart(rows: Sequence[BoardTableRow]) -> Chart:
    """Return a bar chart of the first rows: seats beside volunteers."""
    items = [
        ChartItem(
            row.name,
            (row.figures.seats, row.figures.idle),
            (str(row.figures.seats), str(row.figures.idle)),
            (row.requests_url, row.idle_url),
        )
        for row in rows[:MAX_CHART_ROWS]
    ]
    series = (_("seats without a volunteer"), _("volunteers without a task"))
    return charts.bar_chart("board", _("The first rows"), items, series=series)


def advice_meaning(advice: Advice) -> str:
    """Return what an advice means, in one sentence."""
    return {
        Advice.RECRUIT: _("There are more seats than volunteers for them."),
        Advice.STEADY: _("Seats and volunteers are in balance. Go on as now."),
        Advice.PAUSE: _(
            "There are more than one and a half volunteers for each seat. Pause recruiting, find requests."
        ),
    }[advice]


def csv_columns() -> list[str]:
    """Return the headers of the file."""
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


def csv_rows(rows: Iterable[BoardRow]) -> list[list[Any]]:
    """Return the cells of the file, row by row."""
    return [
        [
            group_name(row.key.group),
            vocabulary.language_name(row.key.language, locale()),
            template_filters.label(row.key.band),
            row.requests,
            row.seats,
            row.idle,
            "" if row.median_wait.requests is None else row.median_wait.requests,
            "" if row.median_wait.volunteers is None else row.median_wait.volunteers,
            template_filters.label(row.advice),
        ]
        for row in rows
    ]
