"""The board of demand and supply, and the rows behind its numbers.

Who: the coordinator and the administrator see all of it, a director the requests of their countries. Names of people
without a task are for the coordinator alone. Not for funders: most cells are under five and would have to be hidden.
"""

from __future__ import annotations

from flask import Blueprint, request
from werkzeug.wrappers import Response

from volunteer_hub.accounts import queries as accounts
from volunteer_hub.core import fields
from volunteer_hub.core.access import Role, allow
from volunteer_hub.core.clock import now
from volunteer_hub.core.spreadsheets import csv_text
from volunteer_hub.core.web import asked_id, download, page, viewer
from volunteer_hub.reports import board, board_wording, service
from volunteer_hub.reports.board import Board, BoardRow
from volunteer_hub.reports.queries import board as queries
from volunteer_hub.reports.queries.board import BoardFilters
from volunteer_hub.reports.states import Advice, Band

bp = Blueprint("board", __name__, url_prefix="/board")
Reply = Response | tuple[str, int]
READERS = (Role.COORDINATOR, Role.DIRECTOR, Role.ADMIN)


def _asked() -> BoardFilters:
    """What the address narrows to; what makes no sense is left out."""
    given = request.args.get
    group, language, band = given("group", ""), given("language", ""), given("band", "")
    return BoardFilters(
        programme_id=asked_id("programme"),
        country=given("country", "")[:2],
        group=group if group in dict(board_wording.group_choices()) else "",
        language=language if language in dict(board_wording.language_choices()) else "",
        band=Band(band) if band in set(Band) else None,
    )


def _start() -> int:
    """After how many rows the page begins."""
    text = request.args.get("from", "")
    return int(text) if fields.DIGITS.fullmatch(text) and len(text) < 6 else 0


def _advised() -> Advice | None:
    """The advice to which the address narrows the rows."""
    text = request.args.get("advice", "")
    return Advice(text) if text in set(Advice) else None


def _idle_first() -> bool:
    """Whether the address asks for the other order."""
    return request.args.get("first") == "people"


def _lines(found: Board) -> list[BoardRow]:
    """The rows of the page and of the file, narrowed and ordered as the address asks."""
    return board.sort_rows(board.filter_by_advice(found.rows, _advised()), idle_first=_idle_first())


@bp.get("/")
@allow(*READERS)
def index() -> Reply:
    """Seats without a volunteer beside volunteers without a task, what is to be done first."""
    filters, idle_first, advised = _asked(), _idle_first(), _advised()
    found = queries.load_board(viewer(), filters, now=now())
    lines = _lines(found)
    start = _start()
    shown, after = board.paginate(lines, start if start < len(lines) else 0)
    rows = board_wording.rows(shown, filters, viewer())
    programmes, countries = queries.list_filter_choices(viewer())
    address = board_wording.filter_params(filters)
    return page(
        "reports/board.html",
        found=found,
        rows=rows,
        after=after,
        number=len(lines),
        chart=board_wording.chart(rows),
        filters=filters,
        address=address,
        idle_first=idle_first,
        advised=advised,
        choices=board_wording.advice_filters(found.rows, filters, advised, idle_first=idle_first),
        turned=board_wording.board_params(filters, advised, idle_first=not idle_first),
        idle_url=board_wording.volunteers_url(filters, viewer()),
        meaning=board_wording.advice_meaning(found.advice),
        days=board_wording.format_days,
        programmes=programmes,
        countries=countries,
        groups=board_wording.group_choices(),
        languages=board_wording.language_choices(),
    )


@bp.post("/file")
@allow(*READERS)
def file() -> Response:
    """The board as CSV, narrowed and ordered as the page is."""
    instant = now()
    lines = _lines(queries.load_board(viewer(), _asked(), now=instant))
    service.record_board_export(accounts.get_account(viewer().account_id), rows=len(lines), actor=viewer(), now=instant)
    text = csv_text(board_wording.csv_columns(), board_wording.csv_rows(lines))
    return download(text, f"demand-and-supply-{instant:%Y-%m-%d}.csv")


@bp.get("/requests")
@allow(*READERS)
def requests() -> Reply:
    """The requests behind a number of seats, the longest open first."""
    filters, today = _asked(), now().date()
    found = queries.list_unfilled_requests(viewer(), filters, key=request.args.get("after"), today=today)
    return page(
        "reports/board_requests.html",
        found=found,
        about=board_wording.describe_filters(filters),
        board_address=board_wording.filter_params(filters),
        instant=now(),
    )


@bp.get("/volunteers")
@allow(Role.COORDINATOR)
def volunteers() -> Reply:
    """The people behind a number of volunteers without a task, the longest registered first."""
    filters, today = _asked(), now().date()
    found = queries.list_idle_volunteers(filters, key=request.args.get("after"), today=today)
    return page(
        "reports/board_volunteers.html",
        found=found,
        about=board_wording.describe_filters(filters),
        board_address=board_wording.filter_params(filters),
        names=dict(board_wording.language_choices()),
        group_name=board_wording.group_name,
    )
