"""Finding requests: filters, search, paging, and number of queries."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any

import pytest

from tests.factories.accounts import make_account, viewer_of
from tests.factories.matching import make_fitting_volunteer, make_match
from tests.factories.partner_requests import make_institution, make_programme, make_request
from tests.factories.placements import make_placement
from tests.support.query_count import page_queries
from volunteer_hub.core import clock
from volunteer_hub.core.access import Role
from volunteer_hub.matching import queries
from volunteer_hub.partner_requests.states import Delivery, RequestState, SupportKind
from volunteer_hub.vocabulary.states import LanguageLevel, SkillLevel

LINK = re.compile(r'href="/find/(\d+)"')
NEXT = re.compile(r'href="(/find\?[^"]*after=[^"]*)"')


@pytest.fixture
def volunteer(app: Any) -> Any:
    return make_fitting_volunteer()


@pytest.fixture
def browser(as_: Any, volunteer: Any) -> Any:
    return as_(volunteer.account)


def list_request_ids(browser: Any, query: str) -> list[int]:
    return [int(n) for n in LINK.findall(browser.get(f"/find?{query}").text)]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("kind=mentoring", {"kind": SupportKind.MENTORING}),
        ("specialty=300", {"specialty_code": "300"}),
        ("language=fr", {"languages": {"fr": LanguageLevel.B1}}),
        ("minutes=60", {"weekly_minutes": 60}),
        ("delivery=asynchronous", {"delivery": Delivery.ASYNCHRONOUS}),
        ("before=2026-12-01", {"earliest_start_on": dt.date(2026, 12, 1)}),
        ("q=ventilators", {"title": "Care of ventilators"}),
        ("fits=1", {"skills": {"IPC": (SkillLevel.SUPPORTED, True)}}),
    ],
)
def test_filter_shows_matching_requests_only(browser: Any, query: str, expected: dict[str, Any]) -> None:
    make_request(skills={"AMR": (SkillLevel.TEACHES, True)}, languages={"es": LanguageLevel.B2}, weekly_minutes=180)
    if query == "language=fr":
        expected |= {"skills": {}}
    chosen = make_request(**expected)
    assert list_request_ids(browser, query) == [chosen.id]
    assert len(set(list_request_ids(browser, ""))) == 2


def test_country_filter(browser: Any) -> None:
    make_request(institution=make_institution("UG"))
    nepal = make_request(institution=make_institution("NP"))
    assert list_request_ids(browser, "country=NP") == [nepal.id]


def test_specialty_group_includes_its_specialties(browser: Any) -> None:
    from volunteer_hub.vocabulary import queries as vocabulary  # noqa: PLC0415 -- needs the loaded list

    child = next(specialty for specialty in vocabulary.vocabulary().specialties.values() if specialty.parent)
    request = make_request(specialty_code=child.code)
    make_request()
    assert list_request_ids(browser, f"specialty={child.parent}") == [request.id]


@pytest.mark.parametrize(
    "search_text",
    ["théâtre", "theatre", "THEATRES", "theatr", "nursing theatre", "nurse", "teaching nurses", "Northtown"],
)
def test_search_ignores_accents_capitals_and_endings(browser: Any, search_text: str) -> None:
    request = make_request(title="Teaching nurses in the théâtre", need="The team asks for help.")
    make_request(
        title="Biomedical engineering",
        need="Pumps.",
        institution=make_institution(town="Elsewhere"),
        learners_cadre="Engineers",
        expected_result="Pumps work.",
    )
    assert list_request_ids(browser, f"q={search_text}") == [request.id]


@pytest.mark.parametrize("search_text", ['"', "*", "'; --", "a:b", "NOT", "AND OR", "(", "-", "é" * 90, "&|!"])
def test_search_accepts_any_text(browser: Any, search_text: str) -> None:
    make_request()
    assert browser.get("/find", query_string={"q": search_text}).status_code == 200


@pytest.mark.parametrize(
    "query",
    ["kind=x", "minutes=1e3", "minutes=９", "before=soon", "before=2026-02-31", "delivery=&country=ZZZ", "fits=2"],
)
def test_invalid_filters_are_ignored(browser: Any, query: str) -> None:
    assert browser.get(f"/find?{query}").status_code == 200


def test_minutes_beyond_any_integer_cause_no_error(browser: Any) -> None:
    assert browser.get("/find?minutes=" + "9" * 30).status_code in {200, 404}


@pytest.mark.parametrize("state", [s for s in RequestState if s is not RequestState.OPEN])
def test_only_open_requests_are_found(browser: Any, state: RequestState) -> None:
    request = make_request(state)
    assert list_request_ids(browser, "") == []
    assert browser.get(f"/find/{request.id}").status_code == 404


@pytest.mark.parametrize("query", ["", "fits=1"])
def test_pages_contain_every_request_once(browser: Any, query: str) -> None:
    institution = make_institution()
    expected = []
    for number in range(45):
        at = clock.now() - dt.timedelta(minutes=number // 3)  # several opened at the same instant
        expected.append(make_request(institution=institution, at=at).id)
    seen, path = [], f"/find?{query}"
    for _ in range(5):
        text = browser.get(path).text
        seen += [int(n) for n in LINK.findall(text.split("app-filters")[-1])]  # after the best ones
        more = NEXT.findall(text)
        if not more:
            break
        path = more[0].replace("&amp;", "&")
        assert query in path
    assert sorted(seen) == sorted(expected)


@pytest.mark.parametrize("key", ["x", "MQ", "%00", "MjAyNi0xMS0yMHwx", "2026"])
def test_invalid_page_key_is_404(browser: Any, key: str) -> None:
    assert browser.get(f"/find?after={key}").status_code == 404


def test_fits_me_hides_impossible_requests_and_the_list_explains_them(browser: Any) -> None:
    make_request(skills={"CRIT": (SkillLevel.TEACHES, True)})
    assert list_request_ids(browser, "fits=1") == []
    assert "Not possible now" in browser.get("/find").text


@pytest.mark.parametrize("rows", [1, 30])
def test_lists_keep_to_three_queries(as_: Any, browser: Any, director: Any, volunteer: Any, rows: int) -> None:
    institution = make_institution()
    programme = make_programme(institution)
    for _ in range(rows):
        request = make_request(institution=institution, programme=programme)
        make_match(request, make_fitting_volunteer(), director=director)
    done = make_request(institution=institution, programme=programme, seats=rows)
    for _ in range(rows):
        make_placement(
            make_match(done, make_fitting_volunteer(), director=director), director=director, allocation_minor=100
        )
    queries.partner_countries.get()  # cached by the process, as the vocabulary is
    for _ in range(2):  # the best five evaluated, then from the cache
        assert len(page_queries(browser, "/find")) <= 3
    assert len(page_queries(browser, "/find/best")) <= 3
    partner = make_account(Role.PARTNER, institution_id=institution.id)
    for account, paths in (
        (director, ("/approvals", "/placements/", "/requests/")),
        (partner, ("/placements/", "/requests/")),
        (make_account(Role.COORDINATOR), ("/approvals", "/placements/", "/requests/")),
    ):
        other = as_(account)
        for path in paths:
            assert len(page_queries(other, path)) <= 3, path


def test_detail_pages_keep_to_six_queries(as_: Any, browser: Any, director: Any, volunteer: Any) -> None:
    match = make_match(volunteer=volunteer, director=director)
    request_id = match.request_id
    waiting = make_match(make_request(seats=3), volunteer, director=director)
    placement = make_placement(
        make_match(make_request(), make_fitting_volunteer(), director=director), director=director
    )
    assert len(page_queries(browser, f"/find/{request_id}")) <= 6
    for _ in range(10):
        make_match(waiting.request, make_fitting_volunteer(), director=director)
    host = as_(director)
    for path in (
        f"/matches/{match.id}",
        f"/matches/{match.id}/approve",
        f"/matches/{match.id}/decline",
        f"/requests/{waiting.request_id}/candidates",
        f"/requests/{request_id}",
        f"/placements/{placement.id}",
        f"/placements/{placement.id}/plan",
    ):
        assert len(page_queries(host, path)) <= 6, (path, page_queries(host, path))


@pytest.mark.parametrize("role", list(Role))
def test_landing_pages_keep_to_ten_queries(as_: Any, role: Role) -> None:
    placement = make_placement()
    institution = placement.request.institution
    account = placement.volunteer.account
    if role is not Role.VOLUNTEER:
        scope = {Role.PARTNER: {"institution_id": institution.id}, Role.DIRECTOR: {"country": "UG"}}.get(role, {})
        account = make_account(role, **scope)
    assert viewer_of(account).has(role)
    assert len(page_queries(as_(account), "/start")) <= 10


def test_one_week_is_singular(client: Any) -> None:
    one_week, two_weeks, volunteer = make_request(weeks=1), make_request(weeks=2), make_fitting_volunteer()
    client.sign_in(volunteer.account.email)
    text = " ".join(client.get("/find").text.split())
    assert "a week for 1 week<" in text
    assert "a week for 2 weeks<" in text
    for request, text_part in ((one_week, "for 1 week<"), (two_weeks, "for 2 weeks<")):
        assert text_part in client.get(f"/find/{request.id}").text
