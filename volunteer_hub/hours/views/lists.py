"""Lists of hours with downloads: of a placement, of the volunteer, to review, of the whole programme."""

from __future__ import annotations

from typing import Any

from werkzeug.wrappers import Response

from volunteer_hub.core.access import Role, allow
from volunteer_hub.core.clock import today_for
from volunteer_hub.core.http import Reply, page, viewer
from volunteer_hub.core.query_values import query_values
from volunteer_hub.hours import queries, rules, wording
from volunteer_hub.hours.states import HoursState
from volunteer_hub.hours.views.base import EVERYBODY, HOSTS, bp, download_csv, parse_filters
from volunteer_hub.placements import queries as placements
from volunteer_hub.placements.models import Placement


@bp.get("/hours/placement/<id:placement_id>")
@allow(*EVERYBODY)
def of_placement(placement_id: int) -> Reply:
    """Show a placement's hours: totals of each month, and the entries of one month."""
    placement = placements.get_for(viewer(), placement_id)
    sums = queries.get_placement_sums(placement)
    months = queries.add_up_by_month(sums)
    month = parse_filters().month or next(iter(months), rules.month_of(today_for(viewer().time_zone)))
    statement = queries.select_month(placement, month, viewer=viewer(), today=today_for())
    rows = queries.list_all(statement)
    return page(
        "hours/of_placement.html",
        placement=placement,
        named=placements.may_name(placement, viewer(), today=today_for()),
        months=months,
        month=month,
        totals=queries.add_up(sums),
        rows=rows,
        wording=wording,
        rules=rules,
        **_permissions(placement, rows),
    )


def _permissions(placement: Placement, rows: Any) -> dict[str, Any]:
    """What the viewer can do, by the names of the template's variables: booleans, ids of entries, entries."""
    is_volunteer = placements.is_volunteer(placement, viewer())
    is_reviewer = placements.is_partner(placement, viewer()) and not is_volunteer
    return {
        "can_log": is_volunteer and rules.can_log(placement.state),
        "can_change": {entry.id for entry, _named in rows if is_volunteer and rules.can_change(entry.state)},
        "can_confirm": {entry.id for entry, _named in rows if is_reviewer and rules.can_change(entry.state)},
        "can_query": {entry.id for entry, _named in rows if is_reviewer and rules.can_query(entry.state)},
        "awaiting_review": [entry for entry, _named in rows if is_reviewer and rules.awaits_review(entry.state)],
    }


@bp.post("/hours/placement/<id:placement_id>/file")
@allow(*EVERYBODY)
def placement_file(placement_id: int) -> Response:
    """Download a placement's hours of one month, or of all, as CSV."""
    placement = placements.get_for(viewer(), placement_id)
    month = parse_filters().month
    statement = queries.select_month(placement, month, viewer=viewer(), today=today_for())
    return download_csv(queries.list_all(statement), f"placement-{placement_id}", placement)


@bp.get("/hours/")
@allow(Role.VOLUNTEER)
def mine() -> Reply:
    """List the viewer's own hours of all placements, with totals."""
    filters = parse_filters()
    sums = queries.get_my_sums(viewer(), filters)
    year = today_for(viewer().time_zone).year
    return page(
        "hours/mine.html",
        entries=queries.list_page(
            queries.select_mine(viewer(), filters, today=today_for()), key=query_values().page_key
        ),
        filters=filters,
        months=queries.add_up_by_month(sums),
        totals=queries.add_up(sums),
        this_year=queries.add_up(row for row in sums if row[0].year == year),
        year=year,
        choices=queries.list_placements_with_hours(viewer()),
        wording=wording,
        rules=rules,
    )


@bp.post("/hours/file")
@allow(Role.VOLUNTEER)
def my_file() -> Response:
    """Download the viewer's own hours as CSV."""
    return download_csv(queries.list_all(queries.select_mine(viewer(), parse_filters(), today=today_for())), "mine")


@bp.post("/hours/to-confirm/file")
@allow(*HOSTS)
def to_confirm_file() -> Response:
    """Download the entries that await the viewer's review as CSV."""
    return download_csv(queries.list_all(queries.select_awaiting_review(viewer(), today=today_for())), "to-confirm")


@bp.get("/hours/all")
@allow(Role.COORDINATOR)
def all_entries() -> Reply:
    """List the hours of the whole programme, with filters and totals."""
    filters = parse_filters()
    sums = queries.get_sums_in_scope(viewer(), filters, Role.COORDINATOR)
    statement = queries.select_all(viewer(), filters, today=today_for())
    places = queries.list_places(viewer())
    return page(
        "hours/all.html",
        entries=queries.list_page(statement, key=query_values().page_key),
        filters=filters,
        totals=queries.add_up(sums),
        states=HoursState,
        programmes=dict(sorted({row[0]: row[1] for row in places}.items())),
        institutions={row[2]: row[3] for row in places},
    )


@bp.post("/hours/all/file")
@allow(Role.COORDINATOR)
def all_file() -> Response:
    """Download the hours of the whole programme as CSV, with the filters of the page."""
    return download_csv(queries.list_all(queries.select_all(viewer(), parse_filters(), today=today_for())), "all")
