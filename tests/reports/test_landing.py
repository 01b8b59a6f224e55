"""The landing page of each role: what an empty one says, what a full one costs, what a funder may see."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any

import brotli
import pytest
import sqlalchemy as sa

from tests.factories.accounts import make_account
from tests.factories.partner_requests import make_institution
from tests.factories.volunteers import make_volunteer
from tests.reports.rows import DAY, Busy, Everything, log_hours
from tests.support.query_count import page_queries
from volunteer_hub.accounts.models import RoleGrant
from volunteer_hub.core.access import Role
from volunteer_hub.core.db import db
from volunteer_hub.hours.states import HoursState
from volunteer_hub.jobs.models import JobRun
from volunteer_hub.volunteers.states import VolunteerState

EMPTY_PAGE_TEXTS = {
    Role.VOLUNTEER: "Complete your profile",
    Role.PARTNER: "Begin with what your hospital needs",
    Role.DIRECTOR: "Nobody in your countries has asked for a volunteer yet",
    Role.COORDINATOR: "Set up a programme",
    Role.FINANCE: "Book what came in from the funder first",
    Role.FUNDER: "No money has come in yet",
    Role.ADMIN: "No job has run yet",
}
"""What each role's page says in an empty installation."""

MOST_QUERIES = {Role.COORDINATOR: 6, Role.FINANCE: 7}
MAX_PAGE_BYTES = 8 * 1024


def empty_account(role: Role) -> Any:
    scoped = role in {Role.PARTNER, Role.DIRECTOR}
    return make_account(role, institution_id=make_institution().id if scoped else None)


@pytest.mark.parametrize("role", list(EMPTY_PAGE_TEXTS))
def test_an_empty_page_says_what_to_do_first(app: Any, as_: Any, role: Role) -> None:
    page = as_(empty_account(role)).get("/start")
    assert page.status_code == 200
    assert EMPTY_PAGE_TEXTS[role] in page.text
    assert page.text.count("<h1") == 1


def test_a_full_page_costs_as_many_queries_as_an_empty_one(app: Any, as_: Any, now: dt.datetime) -> None:
    world = Everything(now)
    before = {role: page_queries(as_(world.person(role)), "/start") for role in Role}
    for number in range(3):
        world._requests()
        world.match(ago=9)
        log_hours(world.at_work, on=now.date() - 30 * DAY, minutes=70 + number)
    for _ in range(20):
        make_volunteer(state=VolunteerState.LAPSED)
    for role in Role:
        after = page_queries(as_(world.person(role)), "/start")
        assert len(after) == len(before[role]), after
        assert len(after) <= MOST_QUERIES.get(role, 5), after


def test_a_full_page_is_light(app: Any, as_: Any, now: dt.datetime) -> None:
    world = Everything(now)
    for role in Role:
        page = as_(world.person(role)).get("/start", headers={"Accept-Encoding": "br"})
        assert len(page.data) <= MAX_PAGE_BYTES, role
        text = brotli.decompress(page.data).decode()
        ids = re.findall(r'\bid="([^"]+)"', text)
        assert len(ids) == len(set(ids))
        assert " style=" not in text


def test_the_most_urgent_role_comes_first(app: Any, as_: Any, now: dt.datetime) -> None:
    world = Busy(now)
    person = make_account(Role.FINANCE)
    for role, country in ((Role.VOLUNTEER, None), (Role.DIRECTOR, "UG")):
        db.session.add(RoleGrant(account_id=person.id, role=role, country_iso2=country, granted_at=now))
    db.session.commit()
    assert world.fund
    page = as_(person).get("/start").text
    headings = re.findall(r'<h2 class="[^"]*app-role">([^<]+)<', page)
    assert headings == ["Overseas Director", "Volunteer", "Finance officer"]


def test_a_person_without_a_role_is_told_so(app: Any, as_: Any) -> None:
    assert "has no role yet" in as_(make_account()).get("/start").text


def test_the_coordinator_sees_how_long_decisions_wait(app: Any, as_: Any, now: dt.datetime) -> None:
    Busy(now)
    page = as_(make_account(Role.COORDINATOR)).get("/start").text
    figures = [text.strip() for text in re.findall(r"<b>([^<]+)</b>", page)]
    assert figures == ["1 week", "2 days"], "came forward 1, 2 and 10 days ago"


def test_hours_are_summed_by_month_confirmed_and_not(app: Any, as_: Any, now: dt.datetime) -> None:
    world = Busy(now)
    log_hours(world.at_work, HoursState.CONFIRMED, on=now.date() - 400 * DAY, minutes=600)
    log_hours(world.at_work, HoursState.WITHDRAWN, minutes=300)
    page = as_(make_account(Role.COORDINATOR)).get("/start").text
    assert "November 2026: confirmed 1.5, not confirmed yet 0.75" in page
    assert "October 2026: confirmed 0, not confirmed yet 2" in page
    director = as_(world.director).get("/start").text
    assert "November 2026: 2.25" in director
    other = as_(make_account(Role.DIRECTOR, country="NP")).get("/start").text
    assert "2.25" not in other


def test_a_volunteer_sees_the_hours_of_this_month_and_queried_entries(app: Any, as_: Any, now: dt.datetime) -> None:
    page = as_(Busy(now).volunteer.account).get("/start").text
    assert "2 h 15 min this month" in page
    assert "3 h 15 min in all" in page
    assert "1 entry has a question" in page
    assert "Invitations and proposals to answer" in page


def test_a_funder_sees_no_person_and_no_small_number(app: Any, as_: Any, now: dt.datetime) -> None:
    world = Everything(now)
    reply = as_(world.person(Role.FUNDER)).get("/start")
    page = reply.text.split("<main")[1].split("</main")[0]
    for text in ("Ours Volunteer", "Ours Hospital", "Lost Letter", "@example.org", "Unsigned"):
        assert text not in page
    links = set(re.findall(r'href="([^"]+)"', page))
    assert links <= {f"/budget/funds/{world.fund.id}"}
    numbers = [int(n) for n in re.findall(r'<td class="nhsuk-table__cell--numeric">\s*([0-9]+)\s*</td>', page)]
    assert all(number >= 5 for number in numbers)
    assert "A number under 5 is hidden" in page
    assert ">hidden<" in page


def test_a_funder_sees_a_months_hours_only_where_five_people_worked(app: Any, as_: Any, now: dt.datetime) -> None:
    world = Busy(now)
    client = as_(make_account(Role.FUNDER))
    assert "in which enough people have worked" in client.get("/start").text
    for number in range(4):
        entry = log_hours(world.at_work, minutes=60 + number)
        entry.volunteer_id = make_volunteer().id
    db.session.commit()
    assert "November 2026: 6.35" in client.get("/start").text


def test_an_admin_sees_jobs_that_fail_and_when_the_trail_was_verified(app: Any, as_: Any, now: dt.datetime) -> None:
    admin = make_account(Role.ADMIN)
    runs = [("verify_audit", None, 2), ("expire_matches", "OSError: disk full", 3), ("expire_matches", None, 1)]
    for number, (job, error, hours) in enumerate(runs, start=1):
        at = now - dt.timedelta(hours=hours)
        values = {"id": number, "job": job, "started_at": at, "ended_at": at, "error": error, "slot_at": at}
        db.session.execute(sa.insert(JobRun).values(values))
    db.session.commit()
    client = as_(admin)
    page = client.get("/start").text
    assert "Audit trail last verified 20 Nov 2026, 07:00 London. It is whole." in page
    assert "last failed 20 Nov 2026, 06:00 London: OSError: disk full" in page
    assert "the last run failed" not in page
    db.session.execute(sa.update(JobRun).where(JobRun.id == 3).values(error="OSError: again"))
    assert "the last run failed" in client.get("/start").text


def test_a_hospital_without_an_agreement_sees_no_names(app: Any, as_: Any, now: dt.datetime) -> None:
    world = Busy(now)
    for person in (world.partner, world.director):
        page = as_(person).get("/start").text
        assert "/placements/" in page
        assert "Ours Volunteer" not in page
