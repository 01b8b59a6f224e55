"""The board of demand and supply, and the lists behind its numbers.

Coordinators and administrators see the whole board, directors the requests of their countries. Names of volunteers
without a task are for coordinators only. Funders have no access: most cells are below five and would be hidden.
"""

from __future__ import annotations

from werkzeug.wrappers import Response

from volunteer_hub.accounts import queries as accounts
from volunteer_hub.core.access import Role, allow
from volunteer_hub.core.clock import now, today_for
from volunteer_hub.core.csv_export import csv_text
from volunteer_hub.core.http import Reply, download, page, viewer
from volunteer_hub.core.query_values import query_values
from volunteer_hub.reports import board, board_wording, service
from volunteer_hub.reports.board import Board, BoardRow
from volunteer_hub.reports.queries import board as queries
from volunteer_hub.reports.queries.board import BoardFilters
from volunteer_hub.reports.states import Advice, Band
from volunteer_hub.reports.views.base import bp

MAX_START = 99_999
READERS = (Role.COORDINATOR, Role.DIRECTOR, Role.ADMIN)


def _filters() -> BoardFilters:
    """Return the filters of the query string."""
    values = query_values()
    group, language = values.text("group"), values.text("language")
    return BoardFilters(
        programme_id=values.row_id("programme"),
        country=values.text("country")[:2],
        group=group if group in dict(board_wording.group_choices()) else "",
        language=language if language in dict(board_wording.language_choices()) else "",
        band=values.choice("band", Band),
    )


def _start() -> int:
    """Return the number of rows before this page."""
    return query_values().number("from", most=MAX_START) or 0


def _advice() -> Advice | None:
    """Return the advice to which the query string narrows the rows."""
    return query_values().choice("advice", Advice)


def _idle_first() -> bool:
    """Return whether the query string asks for rows with the most idle volunteers first."""
    return query_values().is_set("first", "people")


def _rows(loaded: Board) -> list[BoardRow]:
    """Return the rows of the page and of the file, narrowed and ordered by the query string."""
    return board.sort_rows(board.filter_by_advice(loaded.rows, _advice()), idle_first=_idle_first())


@bp.get("/board/")
@allow(*READERS)
def demand_board() -> Reply:
    """Show seats without a volunteer beside volunteers without a task, the most urgent first."""
    filters, idle_first, advice = _filters(), _idle_first(), _advice()
    loaded = queries.load_board(viewer(), filters, now=now())
    all_rows = _rows(loaded)
    start = _start()
    page_rows, next_start = board.paginate(all_rows, start if start < len(all_rows) else 0)
    rows = board_wording.rows(page_rows, filters, viewer())
    programmes, countries = queries.list_filter_choices(viewer())
    filter_params = board_wording.filter_params(filters)
    return page(
        "reports/board.html",
        board=loaded,
        rows=rows,
        next_start=next_start,
        row_count=len(all_rows),
        chart=board_wording.chart(rows),
        filters=filters,
        filter_params=filter_params,
        idle_first=idle_first,
        advice=advice,
        advice_filters=board_wording.advice_filters(loaded.rows, filters, advice, idle_first=idle_first),
        other_order=board_wording.board_params(filters, advice, idle_first=not idle_first),
        volunteers_url=board_wording.volunteers_url(filters, viewer()),
        meaning=board_wording.advice_meaning(loaded.advice),
        format_days=board_wording.format_days,
        programmes=programmes,
        countries=countries,
        groups=board_wording.group_choices(),
        languages=board_wording.language_choices(),
    )


@bp.post("/board/file")
@allow(*READERS)
def board_file() -> Response:
    """Send the board as CSV, narrowed and ordered as the page is."""
    instant = now()
    rows = _rows(queries.load_board(viewer(), _filters(), now=instant))
    service.record_board_export(accounts.get_account(viewer().account_id), rows=len(rows), actor=viewer(), now=instant)
    text = csv_text(board_wording.csv_columns(), board_wording.csv_rows(rows))
    return download(text, f"demand-and-supply-{instant:%Y-%m-%d}.csv")


@bp.get("/board/requests")
@allow(*READERS)
def board_requests() -> Reply:
    """List the requests behind a number of seats, the longest open first."""
    filters, today = _filters(), today_for()
    unfilled = queries.list_unfilled_requests(viewer(), filters, key=query_values().page_key, today=today)
    return page(
        "reports/board_requests.html",
        requests=unfilled,
        about=board_wording.describe_filters(filters),
        board_params=board_wording.filter_params(filters),
        instant=now(),
    )


@bp.get("/board/volunteers")
@allow(Role.COORDINATOR)
def board_volunteers() -> Reply:
    """List the volunteers without a task behind a number, the longest registered first."""
    filters, today = _filters(), today_for()
    idle = queries.list_idle_volunteers(filters, key=query_values().page_key, today=today)
    return page(
        "reports/board_volunteers.html",
        volunteers=idle,
        about=board_wording.describe_filters(filters),
        board_params=board_wording.filter_params(filters),
        names=dict(board_wording.language_choices()),
        group_name=board_wording.group_name,
    )
