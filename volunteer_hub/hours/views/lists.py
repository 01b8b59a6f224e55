"""Hours of a placement, of a volunteer, of the whole programme; each with its download."""

from __future__ import annotations

from typing import Any

from flask import request
from werkzeug.wrappers import Response

from volunteer_hub.core.access import Role, allow
from volunteer_hub.core.clock import now
from volunteer_hub.core.web import page, viewer
from volunteer_hub.hours import queries, rules, service, wording
from volunteer_hub.hours.states import HoursState
from volunteer_hub.hours.views.base import EVERYBODY, HOSTS, Reply, bp, download_csv, parse_filters, today
from volunteer_hub.placements import queries as placements
from volunteer_hub.placements.models import Placement


@bp.get("/placement/<id:placement_id>")
@allow(*EVERYBODY)
def of_placement(placement_id: int) -> Reply:
    """A placement's hours: sums of every month, and the entries of one."""
    placement = placements.get_for(viewer(), placement_id)
    summed = queries.get_placement_sums(placement)
    months = queries.add_up_by_month(summed)
    asked = parse_filters().month
    month = asked or next(iter(months), rules.month_of(today()))
    statement = queries.select_month(placement, month, viewer=viewer(), today=now().date())
    rows = queries.list_all(statement)
    return page(
        "hours/of_placement.html",
        placement=placement,
        named=placements.may_name(placement, viewer(), today=now().date()),
        months=months,
        month=month,
        figures=queries.add_up(summed),
        rows=rows,
        wording=wording,
        **_possible(placement, rows),
    )


def _possible(placement: Placement, rows: Any) -> dict[str, Any]:
    """What the viewer can do here."""
    mine = placements.is_volunteer(placement, viewer())
    decides = placements.is_partner(placement, viewer()) and not mine
    return {
        "can_log": mine and placement.state in rules.LOGGABLE_STATES,
        "can_change": {entry.id for entry, _named in rows if mine and service.can_change(entry)},
        "can_confirm": {entry.id for entry, _named in rows if decides and service.can_change(entry)},
        "can_query": {entry.id for entry, _named in rows if decides and entry.state is not HoursState.QUERIED},
        "waiting": [entry for entry, _named in rows if decides and entry.state is HoursState.LOGGED],
    }


@bp.post("/placement/<id:placement_id>/file")
@allow(*EVERYBODY)
def placement_file(placement_id: int) -> Response:
    """A placement's hours of one month or of all, as CSV."""
    placement = placements.get_for(viewer(), placement_id)
    month = parse_filters().month
    statement = queries.select_month(placement, month, viewer=viewer(), today=now().date())
    return download_csv(queries.list_all(statement), f"placement-{placement_id}", placement)


@bp.get("/")
@allow(Role.VOLUNTEER)
def mine() -> Reply:
    """The viewer's own hours of all placements."""
    filters = parse_filters()
    summed = queries.get_my_sums(viewer(), filters)
    year = today().year
    return page(
        "hours/mine.html",
        found=queries.list_page(
            queries.select_mine(viewer(), filters, today=now().date()), key=request.args.get("after")
        ),
        filters=filters,
        months=queries.add_up_by_month(summed),
        figures=queries.add_up(summed),
        this_year=queries.add_up(row for row in summed if row[0].year == year),
        year=year,
        choices=queries.list_placements_with_hours(viewer()),
        wording=wording,
        can_change=service.can_change,
    )


@bp.post("/file")
@allow(Role.VOLUNTEER)
def my_file() -> Response:
    """The viewer's own hours as CSV."""
    return download_csv(queries.list_all(queries.select_mine(viewer(), parse_filters(), today=now().date())), "mine")


@bp.post("/to-confirm/file")
@allow(*HOSTS)
def to_confirm_file() -> Response:
    """What waits for the viewer's yes, as CSV."""
    return download_csv(queries.list_all(queries.select_awaiting_review(viewer(), today=now().date())), "to-confirm")


@bp.get("/all")
@allow(Role.COORDINATOR)
def all_entries() -> Reply:
    """Hours of the whole programme, with filters and sums."""
    filters = parse_filters()
    summed = queries.get_sums_in_scope(viewer(), filters, Role.COORDINATOR)
    statement = queries.select_all(viewer(), filters, today=now().date())
    places = queries.list_places(viewer())
    return page(
        "hours/all.html",
        found=queries.list_page(statement, key=request.args.get("after")),
        filters=filters,
        figures=queries.add_up(summed),
        states=HoursState,
        programmes=dict(sorted({row[0]: row[1] for row in places}.items())),
        institutions={row[2]: row[3] for row in places},
    )


@bp.post("/all/file")
@allow(Role.COORDINATOR)
def all_file() -> Response:
    """Hours of the whole programme as CSV, narrowed as the page is."""
    return download_csv(queries.list_all(queries.select_all(viewer(), parse_filters(), today=now().date())), "all")
