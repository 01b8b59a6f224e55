"""Counterfactuals on the pages of volunteers and hosts, the openings page, and explanations of ended requests."""

from __future__ import annotations

from typing import Any

import pytest

from tests.factories.accounts import make_account
from tests.factories.matching import director_of, make_fitting_volunteer, make_match
from tests.factories.partner_requests import make_institution, make_request
from tests.support.query_count import page_queries
from volunteer_hub.audit import service as audit
from volunteer_hub.core import clock
from volunteer_hub.core.access import Role
from volunteer_hub.core.db import db
from volunteer_hub.matching.states import MatchState
from volunteer_hub.partner_requests.states import RequestState
from volunteer_hub.vocabulary.states import LanguageLevel

FRENCH = {"languages": {"fr": LanguageLevel.B2}}


@pytest.fixture
def volunteer(app: Any) -> Any:
    return make_fitting_volunteer()


@pytest.fixture
def browser(as_: Any, volunteer: Any) -> Any:
    return as_(volunteer.account)


def text_of(browser: Any, path: str) -> str:
    return " ".join(browser.get(path).text.split())


def test_an_impossible_request_says_what_would_open_it_with_a_link(browser: Any) -> None:
    text = text_of(browser, f"/find/{make_request(**FRENCH).id}")
    assert "What would change it" in text
    assert "French at B2 would make this possible, with" in text
    assert '<a href="/profile/languages">Change your languages</a>' in text


def test_a_possible_request_says_what_would_raise_its_score(browser: Any) -> None:
    text = text_of(browser, f"/find/{make_request().id}")
    assert "would lift this from" in text
    assert "would make this possible" not in text


def test_the_score_announced_on_the_page_comes_true(browser: Any, volunteer: Any) -> None:
    request = make_request(weekly_minutes=300)
    text = text_of(browser, f"/find/{request.id}")
    announced_score = text.split("1 hour more a week would make this possible, with ")[1].split(" ")[0]
    volunteer.weekly_minutes += 60
    db.session.commit()
    assert f"Why {announced_score} of 100" in text_of(browser, f"/find/{request.id}")


def test_nothing_is_suggested_during_a_live_match(browser: Any, volunteer: Any) -> None:
    match = make_match(volunteer=volunteer)
    page = text_of(browser, f"/find/{match.request_id}")
    assert match.request.title in page
    assert "What would change it" not in page


def test_hosts_read_the_same_without_links(as_: Any) -> None:
    request = make_request()
    director = director_of(request)
    match = make_match(request, director=director)
    host = as_(director)
    for path in (f"/matches/{match.id}", f"/requests/{request.id}/invite/{make_fitting_volunteer().id}"):
        text = text_of(host, path)
        assert "would lift this from" in text, path
        assert "/profile/" not in text, path


def test_nothing_is_suggested_for_an_ended_match(as_: Any) -> None:
    match = make_match(state=MatchState.DECLINED)
    page = text_of(as_(director_of(match.request)), f"/matches/{match.id}")
    assert match.request.title in page
    assert "What would change it" not in page


@pytest.mark.parametrize(
    ("state", "sentence"),
    [
        (RequestState.FILLED, "All seats of this request are taken."),
        (RequestState.CLOSED, "This request is closed"),
        (RequestState.WITHDRAWN, "The hospital has withdrawn this request."),
        (RequestState.EXPIRED, "The last day to answer this request has passed."),
    ],
)
def test_an_ended_request_says_why_only_to_volunteers_with_a_match(
    as_: Any, browser: Any, volunteer: Any, state: RequestState, sentence: str
) -> None:
    match = make_match(volunteer=volunteer, state=MatchState.WITHDRAWN)
    audit.move(match.request, state, actor=None, now=clock.now())
    db.session.commit()
    path = f"/find/{match.request_id}"
    text = text_of(browser, path)
    assert sentence in text
    assert "What stands in the way" in text
    assert "would lift" not in text
    other = as_(make_fitting_volunteer().account)  # another volunteer with the same profile
    assert other.get(path).status_code == 404


@pytest.mark.parametrize("state", [RequestState.DRAFT, RequestState.SUBMITTED, RequestState.RETURNED])
def test_a_request_that_was_never_open_is_404(browser: Any, state: RequestState) -> None:
    assert browser.get(f"/find/{make_request(state).id}").status_code == 404


def test_openings_list_the_best_changes_with_their_requests(browser: Any) -> None:
    institution = make_institution()
    french = [make_request(institution=institution, **FRENCH) for _ in range(3)]
    longer = make_request(institution=institution, weekly_minutes=300)
    text = text_of(browser, "/find/openings")
    assert text.index("French at B2 would open 3 requests.") < text.index("1 hour more a week would open 1 request.")
    assert all(f'href="/find/{request.id}"' in text for request in (*french, longer))
    assert "4 open requests were looked at" in text


def test_openings_of_nothing_say_so(browser: Any) -> None:
    make_request()
    text = text_of(browser, "/find/openings")
    assert "No single change of your profile" in text
    assert "1 open request was looked at" in text


def test_a_request_with_a_live_match_is_no_opening(browser: Any, volunteer: Any) -> None:
    match, another = make_match(volunteer=volunteer), make_request()
    volunteer.weekly_minutes = 60
    db.session.commit()
    page = text_of(browser, "/find/openings")
    assert f"/find/{another.id}" in page
    assert f"/find/{match.request_id}" not in page


def test_few_results_suggest_what_would_open_most(browser: Any) -> None:
    make_request(**FRENCH)
    assert "French at B2 would open 1 request." in text_of(browser, "/find?fits=1")
    assert "French at B2" not in text_of(browser, "/find")
    assert 'href="/find/openings"' in text_of(browser, "/find")


def test_enough_results_show_a_link_only(browser: Any) -> None:
    institution = make_institution()
    make_request(institution=institution, **FRENCH)
    for _ in range(5):
        make_request(institution=institution)
    page = text_of(browser, "/find?fits=1")
    assert 'href="/find/openings"' in page
    assert "would open 1 request" not in page


@pytest.mark.parametrize("rows", [1, 30])
def test_what_the_pages_cost(browser: Any, rows: int) -> None:
    institution = make_institution()
    for _ in range(rows):
        request = make_request(institution=institution, **FRENCH)
    browser.get("/find")  # fills the caches of weights and countries
    for path, most in (("/find?fits=1", 3), ("/find/openings", 3), (f"/find/{request.id}", 6)):
        assert len(page_queries(browser, path)) <= most, path


def test_openings_are_for_volunteers_with_a_profile(as_: Any) -> None:
    assert as_(make_account(Role.VOLUNTEER)).get("/find/openings").status_code == 404
