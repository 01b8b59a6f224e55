"""The board of demand and supply: what is counted, for whom, and that each number opens its rows."""

from __future__ import annotations

import csv
import datetime as dt
import io
from typing import Any

import pytest
import sqlalchemy as sa

from tests.factories.accounts import make_account, viewer_of
from tests.factories.matching import make_fitting_volunteer, make_match
from tests.factories.partner_requests import make_institution, make_request
from tests.factories.placements import make_placement
from tests.factories.volunteers import make_volunteer
from tests.reports.rows import figures, rows_at
from tests.support.query_count import page_queries
from volunteer_hub.audit import service as audit
from volunteer_hub.audit.models import AuditEntry
from volunteer_hub.core.access import Role
from volunteer_hub.core.db import db
from volunteer_hub.matching.states import MatchState
from volunteer_hub.partner_requests.states import RequestState
from volunteer_hub.reports.board import ANY_SPECIALTY, Board, BoardKey, Demand, MedianWait
from volunteer_hub.reports.queries import board as queries
from volunteer_hub.reports.queries.board import NO_SPECIALTY, BoardFilters
from volunteer_hub.reports.states import Band
from volunteer_hub.vocabulary.models import Specialty
from volunteer_hub.vocabulary.states import LanguageLevel
from volunteer_hub.volunteers.states import VolunteerState

B2, B1, NATIVE = LanguageLevel.B2, LanguageLevel.B1, LanguageLevel.NATIVE
DAY = dt.timedelta(days=1)


def group(code: str) -> str:
    """The group of a specialty."""
    return db.session.scalars(sa.select(Specialty.parent_code).where(Specialty.code == code)).one() or code


def read(now: dt.datetime, **filters: Any) -> Board:
    """The board as the coordinator reads it."""
    db.session.commit()
    return queries.load_board(viewer_of(make_account(Role.COORDINATOR)), BoardFilters(**filters), now=now)


def seats(board: Board) -> dict[BoardKey, tuple[int, int]]:
    """(seats, idle) of each row."""
    return {line.key: (line.seats, line.idle) for line in board.rows}


def test_free_seats_and_people_without_a_task_meet_in_one_row(app: Any, now: dt.datetime) -> None:
    make_request(specialty_code="300", seats=3, weekly_minutes=120)
    make_volunteer(specialties=("300",), languages={"en": NATIVE, "fr": B2, "ar": B1}, weekly_minutes=120)
    found, medicine = read(now), group("300")
    assert seats(found) == {
        BoardKey(medicine, "en", Band.UP_TO_1): (0, 1),
        BoardKey(medicine, "en", Band.UP_TO_2): (3, 1),
        BoardKey(medicine, "fr", Band.UP_TO_1): (0, 1),
        BoardKey(medicine, "fr", Band.UP_TO_2): (0, 1),
    }
    assert (found.demand, found.idle, found.median_wait) == (Demand(1, 3), 1, MedianWait())


def test_two_specialties_of_one_group_count_a_person_once(app: Any, now: dt.datetime) -> None:
    make_volunteer(specialties=("100", "101"), languages={"en": NATIVE}, weekly_minutes=60)
    assert seats(read(now)) == {BoardKey("G-SURG", "en", Band.UP_TO_1): (0, 1)}


def test_requests_for_no_specialty_have_a_row_for_which_everybody_counts(app: Any, now: dt.datetime) -> None:
    make_request(weekly_minutes=60)
    make_volunteer(specialties=("100",), languages={"en": NATIVE}, weekly_minutes=60)
    expected = {BoardKey(ANY_SPECIALTY, "en", Band.UP_TO_1): (1, 1), BoardKey("G-SURG", "en", Band.UP_TO_1): (0, 1)}
    assert seats(read(now)) == expected
    assert seats(read(now, group=NO_SPECIALTY)) == {BoardKey(ANY_SPECIALTY, "en", Band.UP_TO_1): (1, 1)}
    assert seats(read(now, group="G-SURG")) == {BoardKey("G-SURG", "en", Band.UP_TO_1): (0, 1)}


@pytest.mark.parametrize(
    "given",
    [
        {"state": VolunteerState.PAUSED},
        {"ready": False},
        {"weekly_minutes": 30},
        {"languages": {"en": B1}},
        {"available_until_on": dt.date(2026, 11, 19)},
    ],
)
def test_who_could_take_on_nothing_is_not_idle(app: Any, now: dt.datetime, given: dict[str, Any]) -> None:
    make_volunteer(**given)
    found = read(now)
    assert (found.rows, found.idle) == ((), 0)


def test_whose_checks_have_run_out_is_not_idle(app: Any, now: dt.datetime) -> None:
    volunteer = make_volunteer()
    volunteer.ready_until_on = now.date() - DAY
    assert read(now).idle == 0
    volunteer.ready_until_on = now.date()
    assert read(now).idle == 1


def test_an_answer_that_is_waited_for_promises_a_seat_and_takes_up_room(app: Any, now: dt.datetime) -> None:
    request = make_request(seats=2, weekly_minutes=120)
    volunteer = make_fitting_volunteer(specialties=(), languages={"en": NATIVE}, weekly_minutes=240, capacity=2)
    make_match(request, volunteer, MatchState.ACCEPTED)
    key = BoardKey(ANY_SPECIALTY, "en", Band.UP_TO_2)
    assert seats(read(now)) == {key: (1, 1)}
    other = make_request(seats=1, weekly_minutes=120)
    make_match(other, volunteer, MatchState.ACCEPTED)
    found = read(now)
    assert seats(found) == {key: (1, 0)}
    assert (found.demand, found.idle) == (Demand(1, 1), 0)


def test_a_placement_that_is_over_gives_room_again(app: Any, now: dt.datetime) -> None:
    volunteer = make_fitting_volunteer(specialties=("300",), languages={"en": NATIVE}, weekly_minutes=120)
    placement = make_placement(make_match(make_request(weekly_minutes=120), volunteer))
    assert read(now).idle == 0
    placement.match.ended_at = now
    assert read(now).idle == 1


@pytest.mark.parametrize("state", [RequestState.SUBMITTED, RequestState.FILLED, RequestState.CLOSED])
def test_only_open_requests_have_free_seats(app: Any, now: dt.datetime, state: RequestState) -> None:
    make_request(state)
    assert read(now).demand == Demand()


def test_a_request_past_its_last_day_has_no_free_seat(app: Any, now: dt.datetime) -> None:
    make_request(respond_by_on=now.date() + DAY)
    assert read(now).demand == Demand(1, 1)
    assert read(now + 2 * DAY).demand == Demand()


def test_medians_count_from_opening_and_from_being_ready(app: Any, clock: Any) -> None:
    begun = clock.instant
    requests = [make_request(weekly_minutes=120, respond_by_on=begun.date() + 40 * DAY) for _ in range(3)]
    people = [make_fitting_volunteer() for _ in range(3)]
    for volunteer in people:
        audit.record("volunteer.ready", volunteer, actor=None, now=begun - 2 * DAY)
        audit.record("volunteer.ready", volunteer, actor=None, now=begun)
    db.session.commit()
    for days, request, volunteer in zip((2, 6, 10), requests, people, strict=True):
        make_match(request, volunteer, MatchState.ACCEPTED, at=begun + days * DAY)
    found = read(begun + 11 * DAY)
    assert found.median_wait == MedianWait(6, 8)
    make_request(weekly_minutes=100, respond_by_on=begun.date() + 40 * DAY)
    by_key = {line.key: line.median_wait for line in read(begun + 11 * DAY).rows}
    assert by_key[BoardKey(ANY_SPECIALTY, "en", Band.UP_TO_2)] == MedianWait(6, 8)
    assert read(begun + 400 * DAY).median_wait == MedianWait()


def test_filters_narrow_requests_by_country_and_programme_but_never_people(app: Any, now: dt.datetime) -> None:
    here = make_request(institution=make_institution(country="UG"), weekly_minutes=60)
    make_request(institution=make_institution(country="NP"), weekly_minutes=60)
    make_volunteer(specialties=("300",), languages={"en": NATIVE}, weekly_minutes=60)
    found = read(now, country="UG")
    assert (found.demand, found.idle) == (Demand(1, 1), 1)
    assert read(now, programme_id=here.programme_id).demand == Demand(1, 1)
    assert read(now, language="fr").demand == Demand()
    assert read(now, language="fr").idle == 0


# --- pages


def test_each_number_opens_its_rows(client: Any) -> None:
    for minutes in (60, 120):
        make_request(specialty_code="300", weekly_minutes=minutes)
        make_volunteer(specialties=("300",), languages={"en": NATIVE, "fr": B2}, weekly_minutes=minutes)
    client.sign_in(make_account(Role.COORDINATOR).email)
    from_page = figures(client, "/board/")
    assert len(from_page) > 8
    assert {url: rows_at(client, url) for url, _number in from_page} == dict(from_page)


def test_a_director_sees_the_seats_of_their_country_and_no_names(client: Any) -> None:
    ours = make_request(institution=make_institution(country="UG"), title="Ours to see")
    make_request(institution=make_institution(country="NP"), title="Theirs to see")
    make_volunteer(name="Ivy Idle")
    client.sign_in(make_account(Role.DIRECTOR, country="UG").email)
    page = client.get("/board/").text
    assert "/board/volunteers" not in page
    assert ">1<" in page
    listed = client.get("/board/requests").text
    assert ours.title in listed
    assert "Theirs to see" not in listed
    assert client.get("/board/requests?country=NP").text.count("to see") == 0
    assert client.get("/board/volunteers").status_code == 403


def test_an_administrator_sees_numbers_and_no_names(client: Any) -> None:
    make_volunteer(name="Ivy Idle")
    client.sign_in(make_account(Role.ADMIN).email)
    page = client.get("/board/").text
    assert "/board/volunteers" not in page
    assert "Ivy Idle" not in page


def test_the_list_of_people_names_the_longest_registered_first(client: Any, now: dt.datetime) -> None:
    make_volunteer(name="Nora New", specialties=("300",))
    make_volunteer(name="Olga Old", specialties=("300",), at=now - 30 * DAY)
    client.sign_in(make_account(Role.COORDINATOR).email)
    text = client.get("/board/volunteers").text
    assert text.index("Olga Old") < text.index("Nora New")
    assert "4 hours a week left" in text
    assert "Nobody is without a task here" in client.get("/board/volunteers?language=sw").text


@pytest.mark.parametrize("path", ["/board/", "/board/requests", "/board/volunteers"])
def test_pages_cost_the_same_at_one_and_at_thirty_rows(client: Any, path: str) -> None:
    client.sign_in(make_account(Role.COORDINATOR).email)
    institution = make_institution()
    make_request(institution=institution)
    make_volunteer()
    first = page_queries(client, path)
    for number in range(29):
        make_request(institution=institution, weekly_minutes=30 + 10 * number)
        make_volunteer(weekly_minutes=60 + 10 * number)
    assert len(page_queries(client, path)) == len(first) <= 4


def test_nothing_to_show_is_said(client: Any) -> None:
    client.sign_in(make_account(Role.COORDINATOR).email)
    assert "No seat is free and no volunteer waits for a task here." in client.get("/board/").text
    assert "No request has a free seat here." in client.get("/board/requests").text


@pytest.mark.parametrize(
    "asked",
    [
        "group=nonsense",
        "language=%27",
        "band=9",
        "programme=x",
        "country=%25%25%25",
        "from=-1",
        "from=99999",
        "advice=%27",
    ],
)
def test_addresses_that_make_no_sense_are_read_as_far_as_they_do(client: Any, asked: str) -> None:
    make_volunteer()
    client.sign_in(make_account(Role.COORDINATOR).email)
    assert client.get(f"/board/?{asked}").status_code == 200
    assert client.get(f"/board/requests?{asked}").status_code == 200
    assert client.get(f"/board/volunteers?{asked}").status_code == 200


def test_more_rows_than_fit_lead_to_the_next_ones(client: Any) -> None:
    spoken = ("en", "fr", "pt", "es", "ar", "sw", "am", "so")
    make_volunteer(specialties=("300",), languages=dict.fromkeys(spoken, B2), weekly_minutes=300)
    client.sign_in(make_account(Role.COORDINATOR).email)
    page = client.get("/board/").text
    assert "32 rows" in page
    assert "/board/?from=25" in page
    assert client.get("/board/?from=25").text.count('<th scope="row">') >= 7


def test_the_file_holds_every_row_and_the_trail_notes_it(client: Any) -> None:
    make_request(specialty_code="300", weekly_minutes=60, seats=2)
    person = make_account(Role.COORDINATOR)
    client.sign_in(person.email)
    form = next(form for form in client.forms("/board/") if form["action"].startswith("/board/file"))
    reply = client.post(form["action"], data=form["data"])
    rows = list(csv.reader(io.StringIO(reply.text.lstrip("\ufeff"))))
    assert reply.mimetype == "text/csv"
    assert rows[1][1:] == ["English", "up to 1 hour", "1", "2", "0", "", "", "Recruit"]
    noted = db.session.scalars(sa.select(AuditEntry).where(AuditEntry.action == "board.exported")).one()
    assert (noted.actor_id, noted.subject_id, noted.details) == (person.id, person.id, '{"rows":1}')


@pytest.mark.parametrize(("role", "scope"), [(Role.COORDINATOR, {}), (Role.DIRECTOR, {"country": "UG"})])
def test_the_start_pages_lead_to_the_board(client: Any, role: Role, scope: dict[str, Any]) -> None:
    make_request(institution=make_institution(country="UG"))
    client.sign_in(make_account(role, **scope).email)
    assert 'href="/board/"' in client.get("/start").text
