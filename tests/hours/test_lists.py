"""Lists, totals and downloads: access, contents, and a constant number of queries."""

from __future__ import annotations

import csv
import datetime as dt
import io
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.factories.accounts import make_account, viewer_of
from tests.factories.hours import make_entry
from tests.support.query_count import page_queries
from volunteer_hub.audit.models import AuditEntry
from volunteer_hub.core.access import Role
from volunteer_hub.core.csv_export import cell
from volunteer_hub.core.db import db
from volunteer_hub.core.template_filters import duration
from volunteer_hub.hours import queries
from volunteer_hub.hours.models import HoursEntry
from volunteer_hub.hours.rules import CalendarMonth
from volunteer_hub.hours.states import HoursKind, HoursState
from volunteer_hub.placements.models import Placement

LISTS = {"/hours/": "volunteer", "/hours/to-confirm": "partner", "/hours/all": "coordinator"}


@pytest.fixture
def coordinator(app: Any) -> Any:
    return make_account(Role.COORDINATOR)


def make_entries(placement: Placement, number: int) -> None:
    """Create `number` entries of different lengths."""
    for minutes in range(1, number + 1):
        make_entry(placement, minutes=minutes)


@pytest.mark.parametrize("path", LISTS)
def test_a_list_needs_as_many_queries_for_1_row_as_for_30(
    as_: Any, request: Any, placement: Placement, path: str
) -> None:
    account = request.getfixturevalue(LISTS[path])
    make_entries(placement, 1)
    browser = as_(account)
    browser.get(path)
    queries_for_one = len(page_queries(browser, path))
    for minutes in range(2, 31):
        make_entry(placement, minutes=minutes)
    assert len(page_queries(browser, path)) == queries_for_one <= 3


def test_the_page_of_a_placement_needs_as_many_queries_for_1_row_as_for_30(
    as_: Any, partner: Any, placement: Placement
) -> None:
    path = f"/hours/placement/{placement.id}"
    make_entries(placement, 1)
    browser = as_(partner)
    browser.get(path)
    queries_for_one = len(page_queries(browser, path))
    for minutes in range(2, 31):
        make_entry(placement, minutes=minutes)
    assert len(page_queries(browser, path)) == queries_for_one <= 6


@pytest.mark.parametrize("path", LISTS)
def test_paging_shows_every_entry_once(as_: Any, request: Any, placement: Placement, path: str) -> None:
    for minutes in range(61, 86):
        make_entry(placement, minutes=minutes, worked_on=dt.date(2026, 11, 20 + minutes % 10), note=f"Note-{minutes}.")
    browser = as_(request.getfixturevalue(LISTS[path]))
    first = browser.get(path).text
    after = first.split("after=")[1].split('"')[0]
    both = first + browser.get(f"{path}?after={after}").text
    assert [both.count(f"Note-{minutes}.") for minutes in range(61, 86)] == [1] * 25


def test_totals_are_the_sums_of_the_entries(app: Any, placement: Placement, volunteer: Any, director: Any) -> None:
    make_entry(placement, minutes=60)
    make_entry(placement, HoursState.CONFIRMED, minutes=90, kind=HoursKind.PREPARATION)
    make_entry(placement, HoursState.QUERIED, minutes=30)
    make_entry(placement, HoursState.WITHDRAWN, minutes=500)
    make_entry(minutes=45)
    figures = queries.get_totals_by_placement([placement.id, 999])
    assert (
        figures[placement.id].total_minutes,
        figures[placement.id].minutes_confirmed,
        figures[999].total_minutes,
    ) == (180, 90, 0)
    assert figures[placement.id].kinds[HoursKind.PREPARATION] == 90
    today = dt.date(2026, 12, 1)
    months = queries.get_totals_by_month(viewer_of(director), Role.DIRECTOR, today=today, months=3)
    assert list(months) == [CalendarMonth(2026, 10), CalendarMonth(2026, 11), CalendarMonth(2026, 12)]
    own = queries.get_totals_by_month(viewer_of(volunteer), Role.VOLUNTEER, today=today)
    assert (own[CalendarMonth(2026, 11)].total_minutes, len(own)) == (180, 12)
    other = viewer_of(make_account(Role.DIRECTOR, country="NP"))
    assert (
        sum(totals.total_minutes for totals in queries.get_totals_by_month(other, Role.DIRECTOR, today=today).values())
        == 0
    )
    everything = queries.get_totals_by_month(viewer_of(make_account(Role.COORDINATOR)), Role.COORDINATOR, today=today)
    assert everything[CalendarMonth(2026, 11)].total_minutes == 225


def test_count_awaiting_review_counts_what_the_viewer_may_confirm(
    app: Any, placement: Placement, partner: Any, volunteer: Any
) -> None:
    make_entry(placement, worked_on=dt.date(2026, 11, 25))
    make_entry(placement)
    make_entry(placement, HoursState.CONFIRMED, minutes=5)
    assert queries.count_awaiting_review(viewer_of(partner)) == (2, dt.date(2026, 11, 25))
    assert queries.count_awaiting_review(viewer_of(volunteer)) == (0, None)
    assert queries.count_awaiting_review(viewer_of(make_account(Role.DIRECTOR, country="NP"))) == (0, None)


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    rows=st.lists(
        st.tuples(
            st.integers(1, 1440), st.sampled_from(HoursKind), st.dates(dt.date(2025, 1, 1), dt.date(2027, 12, 31))
        ),
        max_size=12,
        unique=True,
    )
)
def test_totals_equal_the_sum_of_any_entries(placement: Placement, now: Any, rows: list[Any]) -> None:
    db.session.execute(sa.delete(HoursEntry))
    db.session.add_all(
        HoursEntry(
            placement_id=placement.id,
            volunteer_id=placement.volunteer_id,
            worked_on=day,
            minutes=minutes,
            kind=kind,
            state=HoursState.LOGGED,
            logged_at=now,
            updated_at=now,
        )
        for minutes, kind, day in rows
    )
    db.session.flush()
    summed = queries.get_placement_sums(placement)
    total = sum(minutes for minutes, _kind, _day in rows)
    assert (
        queries.add_up(summed).total_minutes
        == queries.get_totals_by_placement([placement.id])[placement.id].total_minutes
        == total
    )
    assert sum(totals.total_minutes for totals in queries.add_up_by_month(summed).values()) == total
    assert {month: totals.total_minutes for month, totals in queries.add_up_by_month(summed).items()} == {
        month: sum(n for n, _k, day in rows if (day.year, day.month) == month)
        for month in {CalendarMonth(day.year, day.month) for _n, _k, day in rows}
    }


def parse_csv(reply: Any) -> list[dict[str, str]]:
    """Check that the reply is a CSV download; return its rows."""
    assert reply.status_code == 200
    assert reply.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert reply.headers["Content-Disposition"].startswith('attachment; filename="hours-')
    assert reply.data.startswith(b"\xef\xbb\xbf")
    return list(csv.DictReader(io.StringIO(reply.text.removeprefix("\ufeff"))))


@pytest.mark.parametrize("path", [*LISTS, "placement"])
def test_a_download_has_the_list_and_is_recorded_in_the_audit_log(
    as_: Any, request: Any, placement: Placement, volunteer: Any, path: str
) -> None:
    make_entry(placement, minutes=90, note='=HYPERLINK("http://evil.example")')
    make_entry(placement, start=0, minutes=45)
    account = request.getfixturevalue(LISTS.get(path, "director"))
    page = f"/hours/placement/{placement.id}" if path == "placement" else path
    rows = parse_csv(as_(account).submit(page, action="/file"))
    assert [(row["Minutes"], row["Hours"], row["Start"]) for row in rows] == [
        ("90", "1.50", ""),
        ("45", "0.75", "00:00"),
    ]
    assert rows[0]["Note"] == '\'=HYPERLINK("http://evil.example")'
    assert {row["Volunteer"] for row in rows} == {volunteer.name}
    trace = db.session.scalars(sa.select(AuditEntry).where(AuditEntry.action == "hours.exported")).one()
    assert trace.actor_id == account.id


@pytest.mark.parametrize("text", ["=1", "+1", "-1", "@x", "\tx", "\rx"])
def test_no_cell_is_a_formula(text: str) -> None:
    assert cell(text) == "'" + text
    assert (cell("1-2"), cell(-3), cell("")) == ("1-2", -3, "")


def test_the_coordinators_filters_apply_to_list_totals_and_download(
    as_: Any, coordinator: Any, placement: Placement, volunteer: Any
) -> None:
    volunteer.name = "Wilhelmina Findable"
    make_entry(placement, minutes=61, worked_on=dt.date(2026, 11, 21), note="Mine")
    make_entry(placement, HoursState.CONFIRMED, minutes=62, note="Mine too")
    other = make_entry(minutes=63, note="Theirs")
    browser = as_(coordinator)
    institution = placement.request.institution_id
    for query, minutes in {
        "": {61, 62, 63},
        "volunteer=findable": {61, 62},
        "state=confirmed": {62},
        f"institution={institution}&state=logged": {61},
        f"institution={other.placement.request.institution_id}": {63},
        f"programme={placement.request.programme_id}&volunteer=wilhelm": {61, 62},
        "month=2026-12": set(),
        "month=2026-11&state=nonsense&institution=x": {61, 62, 63},
    }.items():
        page = f"/hours/all?{query}"
        text = browser.get(page).text
        assert {n for n, note in ((61, ">Mine<"), (62, "Mine too"), (63, "Theirs")) if note in text} == minutes, query
        if minutes:
            file = next(form for form in browser.forms(page) if "/all/file" in form["action"])
            assert {
                int(row["Minutes"]) for row in parse_csv(browser.post(file["action"], data=file["data"]))
            } == minutes


def test_my_hours_lists_own_entries_with_filters(as_: Any, placement: Placement, volunteer: Any) -> None:
    make_entry(placement, minutes=60, worked_on=dt.date(2026, 11, 22), note="Of November")
    make_entry(note="Anothers")
    browser = as_(volunteer)
    assert "Of November" in browser.get("/hours/").text
    assert "Anothers" not in browser.get("/hours/").text
    assert "Of November" not in browser.get("/hours/?month=2026-10").text
    assert "Of November" in browser.get(f"/hours/?placement={placement.id}&month=2026-11").text
    assert "Of November" not in browser.get("/hours/?placement=999").text


@pytest.mark.parametrize(
    ("minutes", "text"), [(0, "0 min"), (45, "45 min"), (60, "1 h"), (80, "1 h 20 min"), (1500, "25 h")]
)
def test_durations_are_formatted_in_hours_and_minutes(app: Any, minutes: int, text: str) -> None:
    assert duration(minutes) == text
