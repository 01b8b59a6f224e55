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
    """Return the group of a specialty."""
    return db.session.scalars(sa.select(Specialty.parent_code).where(Specialty.code == code)).one() or code


def load_board(now: dt.datetime, **filters: Any) -> Board:
    """Load the board for a coordinator."""
    db.session.commit()
    return queries.load_board(viewer_of(make_account(Role.COORDINATOR)), BoardFilters(**filters), now=now)


def seats(board: Board) -> dict[BoardKey, tuple[int, int]]:
    """Return (seats, idle) of each row."""
    return {row.key: (row.seats, row.idle) for row in board.rows}


def test_free_seats_and_people_without_a_task_meet_in_one_row(app: Any, now: dt.datetime) -> None:
    make_request(specialty_code="300", seats=3, weekly_minutes=120)
    make_volunteer(specialties=("300",), languages={"en": NATIVE, "fr": B2, "ar": B1}, weekly_minutes=120)
    board, medicine = load_board(now), group("300")
    assert seats(board) == {
        BoardKey(medicine, "en", Band.UP_TO_1): (0, 1),
        BoardKey(medicine, "en", Band.UP_TO_2): (3, 1),
        BoardKey(medicine, "fr", Band.UP_TO_1): (0, 1),
        BoardKey(medicine, "fr", Band.UP_TO_2): (0, 1),
    }
    assert (board.demand, board.idle, board.median_wait) == (Demand(1, 3), 1, MedianWait())


def test_two_specialties_of_one_group_count_a_person_once(app: Any, now: dt.datetime) -> None:
    make_volunteer(specialties=("100", "101"), languages={"en": NATIVE}, weekly_minutes=60)
    assert seats(load_board(now)) == {BoardKey("G-SURG", "en", Band.UP_TO_1): (0, 1)}


def test_every_volunteer_counts_in_the_row_of_requests_without_a_specialty(app: Any, now: dt.datetime) -> None:
    make_request(weekly_minutes=60)
    make_volunteer(specialties=("100",), languages={"en": NATIVE}, weekly_minutes=60)
    expected = {BoardKey(ANY_SPECIALTY, "en", Band.UP_TO_1): (1, 1), BoardKey("G-SURG", "en", Band.UP_TO_1): (0, 1)}
    assert seats(load_board(now)) == expected
    assert seats(load_board(now, group=NO_SPECIALTY)) == {BoardKey(ANY_SPECIALTY, "en", Band.UP_TO_1): (1, 1)}
    assert seats(load_board(now, group="G-SURG")) == {BoardKey("G-SURG", "en", Band.UP_TO_1): (0, 1)}


@pytest.mark.parametrize(
    "options",
    [
        {"state": VolunteerState.PAUSED},
        {"ready": False},
        {"weekly_minutes": 30},
        {"languages": {"en": B1}},
        {"available_until_on": dt.date(2026, 11, 19)},
    ],
)
def test_a_volunteer_who_can_take_no_request_is_not_idle(app: Any, now: dt.datetime, options: dict[str, Any]) -> None:
    make_volunteer(**options)
    board = load_board(now)
    assert (board.rows, board.idle) == ((), 0)


def test_a_volunteer_with_an_expired_check_is_not_idle(app: Any, now: dt.datetime) -> None:
    volunteer = make_volunteer()
    volunteer.ready_until_on = now.date() - DAY
    assert load_board(now).idle == 0
    volunteer.ready_until_on = now.date()
    assert load_board(now).idle == 1


def test_a_waiting_match_takes_a_seat_and_the_volunteers_capacity(app: Any, now: dt.datetime) -> None:
    request = make_request(seats=2, weekly_minutes=120)
    volunteer = make_fitting_volunteer(specialties=(), languages={"en": NATIVE}, weekly_minutes=240, capacity=2)
    make_match(request, volunteer, MatchState.ACCEPTED)
    key = BoardKey(ANY_SPECIALTY, "en", Band.UP_TO_2)
    assert seats(load_board(now)) == {key: (1, 1)}
    other = make_request(seats=1, weekly_minutes=120)
    make_match(other, volunteer, MatchState.ACCEPTED)
    board = load_board(now)
    assert seats(board) == {key: (1, 0)}
    assert (board.demand, board.idle) == (Demand(1, 1), 0)


def test_an_ended_placement_frees_the_volunteers_capacity(app: Any, now: dt.datetime) -> None:
    volunteer = make_fitting_volunteer(specialties=("300",), languages={"en": NATIVE}, weekly_minutes=120)
    placement = make_placement(make_match(make_request(weekly_minutes=120), volunteer))
    assert load_board(now).idle == 0
    placement.match.ended_at = now
    assert load_board(now).idle == 1


@pytest.mark.parametrize("state", [RequestState.SUBMITTED, RequestState.FILLED, RequestState.CLOSED])
def test_only_open_requests_have_free_seats(app: Any, now: dt.datetime, state: RequestState) -> None:
    make_request(state)
    assert load_board(now).demand == Demand()


def test_a_request_past_its_last_day_has_no_free_seat(app: Any, now: dt.datetime) -> None:
    make_request(respond_by_on=now.date() + DAY)
    assert load_board(now).demand == Demand(1, 1)
    assert load_board(now + 2 * DAY).demand == Demand()


def test_medians_count_from_opening_and_from_being_ready(app: Any, clock: Any) -> None:
    start = clock.instant
    requests = [make_request(weekly_minutes=120, respond_by_on=start.date() + 40 * DAY) for _ in range(3)]
    people = [make_fitting_volunteer() for _ in range(3)]
    for volunteer in people:
        audit.record("volunteer.ready", volunteer, actor=None, now=start - 2 * DAY)
        audit.record("volunteer.ready", volunteer, actor=None, now=start)
    db.session.commit()
    for days, request, volunteer in zip((2, 6, 10), requests, people, strict=True):
        make_match(request, volunteer, MatchState.ACCEPTED, at=start + days * DAY)
    board = load_board(start + 11 * DAY)
    assert board.median_wait == MedianWait(6, 8)
    make_request(weekly_minutes=100, respond_by_on=start.date() + 40 * DAY)
    by_key = {row.key: row.median_wait for row in load_board(start + 11 * DAY).rows}
    assert by_key[BoardKey(ANY_SPECIALTY, "en", Band.UP_TO_2)] == MedianWait(6, 8)
    assert load_board(start + 400 * DAY).median_wait == MedianWait()


def test_filters_narrow_requests_by_country_and_programme_but_never_people(app: Any, now: dt.datetime) -> None:
    here = make_request(institution=make_institution(country="UG"), weekly_minutes=60)
    make_request(institution=make_institution(country="NP"), weekly_minutes=60)
    make_volunteer(specialties=("300",), languages={"en": NATIVE}, weekly_minutes=60)
    board = load_board(now, country="UG")
    assert (board.demand, board.idle) == (Demand(1, 1), 1)
    assert load_board(now, programme_id=here.programme_id).demand == Demand(1, 1)
    assert load_board(now, language="fr").demand == Demand()
    assert load_board(now, language="fr").idle == 0


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
    assert "<table" in page
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


def test_empty_pages_say_so(client: Any) -> None:
    client.sign_in(make_account(Role.COORDINATOR).email)
    assert "No seat is free and no volunteer waits for a task here." in client.get("/board/").text
    assert "No request has a free seat here." in client.get("/board/requests").text


@pytest.mark.parametrize(
    "query",
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
def test_invalid_query_values_are_ignored(client: Any, query: str) -> None:
    make_volunteer()
    client.sign_in(make_account(Role.COORDINATOR).email)
    assert client.get(f"/board/?{query}").status_code == 200
    assert client.get(f"/board/requests?{query}").status_code == 200
    assert client.get(f"/board/volunteers?{query}").status_code == 200


def test_more_rows_than_fit_lead_to_the_next_ones(client: Any) -> None:
    languages = ("en", "fr", "pt", "es", "ar", "sw", "am", "so")
    make_volunteer(specialties=("300",), languages=dict.fromkeys(languages, B2), weekly_minutes=300)
    client.sign_in(make_account(Role.COORDINATOR).email)
    page = client.get("/board/").text
    assert "32 rows" in page
    assert "/board/?from=25" in page
    assert client.get("/board/?from=25").text.count('<th scope="row">') >= 7


def test_the_file_holds_every_row_and_the_download_is_audited(client: Any) -> None:
    make_request(specialty_code="300", weekly_minutes=60, seats=2)
    person = make_account(Role.COORDINATOR)
    client.sign_in(person.email)
    form = next(form for form in client.forms("/board/") if form["action"].startswith("/board/file"))
    reply = client.post(form["action"], data=form["data"])
    rows = list(csv.reader(io.StringIO(reply.text.lstrip("\ufeff"))))
    assert reply.mimetype == "text/csv"
    assert rows[1][1:] == ["English", "up to 1 hour", "1", "2", "0", "", "", "Recruit"]
    entry = db.session.scalars(sa.select(AuditEntry).where(AuditEntry.action == "board.exported")).one()
    assert (entry.actor_id, entry.subject_id, entry.details) == (person.id, person.id, '{"rows":1}')


@pytest.mark.parametrize(("role", "scope"), [(Role.COORDINATOR, {}), (Role.DIRECTOR, {"country": "UG"})])
def test_the_start_pages_lead_to_the_board(client: Any, role: Role, scope: dict[str, Any]) -> None:
    make_request(institution=make_institution(country="UG"))
    client.sign_in(make_account(role, **scope).email)
    assert 'href="/board/"' in client.get("/start").text
