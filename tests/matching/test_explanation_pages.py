"""Explanation of a pair: everything for a coordinator; ready volunteers and neutral sentences for a director."""

from __future__ import annotations

from typing import Any

import pytest

from tests.factories.accounts import make_account, viewer_of
from tests.factories.matching import director_of, make_fitting_volunteer, make_match
from tests.factories.partner_requests import make_institution, make_request
from tests.support.query_count import page_queries
from volunteer_hub.core import clock
from volunteer_hub.core.access import Role
from volunteer_hub.core.db import db
from volunteer_hub.fit.rules import RestrictionKind
from volunteer_hub.matching import queries
from volunteer_hub.matching.models import MatchRestriction
from volunteer_hub.matching.queries import pair_search
from volunteer_hub.matching.states import MatchState
from volunteer_hub.partner_requests.states import RequestState
from volunteer_hub.vocabulary.states import LanguageLevel
from volunteer_hub.volunteers.states import VolunteerState

NEUTRAL = "The two are not put together. The coordinator knows why."
SECRET = "They trained together in Mbale."


@pytest.fixture
def request_(app: Any) -> Any:
    return make_request(title="Wound care on the wards")


@pytest.fixture
def volunteer(app: Any) -> Any:
    return make_fitting_volunteer(name="Odalys Fenwick", email="odalys@example.org")


@pytest.fixture
def staff(app: Any) -> Any:
    return browser_of(app, make_account(Role.COORDINATOR))


@pytest.fixture
def host(app: Any, request_: Any) -> Any:
    return browser_of(app, director_of(request_))


def browser_of(app: Any, account: Any) -> Any:
    """One browser per account, as tests compare the pages of two accounts."""
    browser = app.test_client()
    browser.sign_in(account.email)
    return browser


def pair(request: Any, volunteer: Any) -> str:
    return f"/matching/why?request={request.id}&volunteer={volunteer.id}"


def text_of(browser: Any, path: str, status: int = 200) -> str:
    reply = browser.get(path)
    assert reply.status_code == status
    return " ".join(reply.text.split())


def make_restriction(volunteer: Any, request: Any, kind: RestrictionKind) -> None:
    restriction = MatchRestriction(
        volunteer_id=volunteer.id,
        institution_id=request.institution_id,
        kind=kind,
        reason=SECRET,
        set_by_id=make_account(Role.COORDINATOR).id,
        set_at=clock.now(),
    )
    db.session.add(restriction)
    db.session.commit()


def test_every_gate_and_factor_is_shown(staff: Any, host: Any, request_: Any, volunteer: Any) -> None:
    for browser in (staff, host):
        text = text_of(browser, pair(request_, volunteer))
        assert "Every rule is met" in text
        assert "Room for one more placement" in text
        assert "Why " in text
        assert "would lift this from" in text
        assert "odalys@example.org" not in text


def test_a_closed_gate_is_shown_with_what_would_open_it(staff: Any, volunteer: Any) -> None:
    french = make_request(languages={"fr": LanguageLevel.B2})
    text = text_of(staff, pair(french, volunteer))
    assert "The two cannot be put together at present." in text
    assert "French at B2 would make this possible" in text


@pytest.mark.parametrize("kind", list(RestrictionKind))
def test_a_restriction_is_one_neutral_sentence_to_a_director_and_explained_to_a_coordinator(
    staff: Any, host: Any, request_: Any, volunteer: Any, kind: RestrictionKind
) -> None:
    make_restriction(volunteer, request_, kind)
    coordinator_text, director_text = (
        text_of(staff, pair(request_, volunteer)),
        text_of(host, pair(request_, volunteer)),
    )
    assert SECRET in coordinator_text
    assert SECRET not in director_text
    assert director_text.count(NEUTRAL) == 1
    for part in ("onflict", "xcluded", "What only coordinators see"):
        assert part in coordinator_text or kind is RestrictionKind.CONFLICT
        assert part not in director_text


def test_a_director_cannot_tell_a_conflict_from_an_exclusion_or_from_both(
    host: Any, request_: Any, volunteer: Any
) -> None:
    others = [make_fitting_volunteer(name="Odalys Fenwick") for _ in range(2)]
    make_restriction(volunteer, request_, RestrictionKind.CONFLICT)
    make_restriction(others[0], request_, RestrictionKind.EXCLUSION)
    for kind in RestrictionKind:
        make_restriction(others[1], request_, kind)
    pages = {
        text_of(host, pair(request_, person)).replace(f"volunteer={person.id}", "").split('name="csrf_token"')[0]
        for person in (volunteer, *others)
    }
    assert len(pages) == 1


def test_a_volunteer_who_raised_the_request_is_named_to_coordinators_only(
    staff: Any, host: Any, volunteer: Any
) -> None:
    own = make_request(institution=make_institution("UG"), contact=volunteer.account)
    assert "raised this request themselves" in text_of(staff, pair(own, volunteer))
    neutral = text_of(host, pair(own, volunteer))
    assert NEUTRAL in neutral
    assert "themselves" not in neutral


def test_a_coordinator_sees_earlier_matches_of_the_pair(staff: Any, host: Any, request_: Any, volunteer: Any) -> None:
    match = make_match(request_, volunteer, MatchState.WITHDRAWN)
    text = text_of(staff, pair(request_, volunteer))
    assert f'href="/matches/{match.id}"' in text
    assert "No time" in text
    assert f'href="/matches/{match.id}"' not in text_of(host, pair(request_, volunteer))


UNDER_WAY = "The two have a match already"


@pytest.mark.parametrize("state", [MatchState.PROPOSED, MatchState.ACCEPTED, MatchState.APPROVED])
def test_a_live_match_comes_first_with_a_link(
    staff: Any, host: Any, request_: Any, volunteer: Any, state: MatchState
) -> None:
    match = make_match(request_, volunteer, state)
    for browser in (staff, host):
        text = text_of(browser, pair(request_, volunteer))
        assert text.index(UNDER_WAY) < text.index("The rules")
        link = f"/matches/{match.id}"
        assert link in text
        assert browser.get(link).status_code == 200
    match.ended_at = clock.now()
    db.session.commit()
    assert not any(UNDER_WAY in text_of(browser, pair(request_, volunteer)) for browser in (staff, host))


@pytest.mark.parametrize("state", [MatchState.DECLINED, MatchState.WITHDRAWN, MatchState.EXPIRED])
def test_an_ended_match_is_not_shown_as_live(
    staff: Any, host: Any, request_: Any, volunteer: Any, state: MatchState
) -> None:
    match = make_match(request_, volunteer, state)
    pages = [text_of(browser, pair(request_, volunteer)) for browser in (staff, host)]
    assert all(request_.title in page for page in pages)
    assert not any(UNDER_WAY in page for page in pages)
    assert f"/matches/{match.id}" in pages[0]
    assert f"/matches/{match.id}" not in text_of(host, pair(request_, volunteer))


def test_names_and_titles_are_searched(staff: Any, host: Any, request_: Any, volunteer: Any) -> None:
    make_request(title="Something else")
    for browser in (staff, host):
        text = text_of(browser, "/matching/why?title=wound")
        assert f"request={request_.id}" in text
        assert "Something else" not in text
        text = text_of(browser, f"/matching/why?request={request_.id}&name=odal+FEN")
        assert f"volunteer={volunteer.id}" in text
    assert f"volunteer={volunteer.id}" in text_of(staff, "/matching/why?name=odalys")


def test_a_coordinator_may_begin_with_the_volunteer(staff: Any, request_: Any, volunteer: Any) -> None:
    text = text_of(staff, f"/matching/why?volunteer={volunteer.id}&title=wound")
    assert f"/matching/why?request={request_.id}&amp;volunteer={volunteer.id}" in text
    assert f'href="/matching/why?volunteer={volunteer.id}"' in text_of(staff, f"/readiness/{volunteer.id}")


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ("title=x", "Type two letters or more."),
        ("title=%20", "The request"),
        ("title=zzzz", "No request answers to that."),
        ("name=zzzz", "No volunteer has such a name."),
        ("name=%25%25", "No volunteer has such a name."),
        ("name=o", "Type two letters or more."),
        ("request=&volunteer=", "Choose a request and a volunteer"),
    ],
)
def test_searches_without_results_say_what_to_do(staff: Any, volunteer: Any, query: str, sentence: str) -> None:
    assert sentence in text_of(staff, f"/matching/why?{query}")


def test_too_many_hits_ask_for_more_of_the_name(staff: Any) -> None:
    institution = make_institution()
    for _ in range(pair_search.MAX_HITS + 1):
        make_fitting_volunteer(name="Common Name")
        make_request(institution=institution, title="Common title")
    text = text_of(staff, "/matching/why?name=common")
    assert text.count(">Common Name<") == pair_search.MAX_HITS
    assert "Type more of the name." in text
    assert "Add a word of the title" in text_of(staff, "/matching/why?title=common")


@pytest.mark.parametrize("number", ["999999", "x", "-1", "１", "99999999999", "0"])
def test_unknown_numbers_are_a_helpful_404(staff: Any, request_: Any, volunteer: Any, number: str) -> None:
    assert "There is no such request" in text_of(staff, f"/matching/why?request={number}", 404)
    path = f"/matching/why?request={request_.id}&volunteer={number}"
    assert "There is no such volunteer" in text_of(staff, path, 404)


def test_drafts_and_requests_out_of_scope_are_not_found(staff: Any, host: Any) -> None:
    draft, other = (
        make_request(RequestState.DRAFT, title="Draft words"),
        make_request(institution=make_institution("NP"), title="Other words"),
    )
    for browser, request in ((staff, draft), (host, draft), (host, other)):
        text = text_of(browser, f"/matching/why?request={request.id}", 404)
        assert request.title not in text
        assert request.title not in text_of(browser, "/matching/why?title=words")
    assert "Other words" in text_of(staff, f"/matching/why?request={other.id}")


@pytest.mark.parametrize("state", [s for s in VolunteerState if s is not VolunteerState.READY])
def test_a_director_finds_ready_volunteers_only(staff: Any, host: Any, request_: Any, state: VolunteerState) -> None:
    hidden = make_fitting_volunteer(name="Hidden Person", state=state)
    assert "Hidden Person" not in text_of(host, pair(request_, hidden), 404)
    assert "Hidden Person" not in text_of(host, f"/matching/why?request={request_.id}&name=hidden")
    assert "Hidden Person" in text_of(staff, pair(request_, hidden))


def test_a_director_sees_nobody_without_an_agreement(app: Any, staff: Any, volunteer: Any) -> None:
    request = make_request(institution=make_institution("UG", agreement=False))
    host = browser_of(app, director_of(request))
    for path in (pair(request, volunteer), f"/matching/why?request={request.id}&name=odalys"):
        text = text_of(host, path)
        assert "Odalys" not in text.replace('value="odalys"', "")
        assert "No data-sharing agreement is recorded" in text
    assert "Odalys Fenwick" in text_of(staff, pair(request, volunteer))


def test_a_director_finds_no_volunteers_before_a_request_is_chosen(host: Any, volunteer: Any) -> None:
    for path in ("/matching/why?name=odalys", f"/matching/why?volunteer={volunteer.id}"):
        text = text_of(host, path)
        assert "Odalys" not in text
        assert "Choose the request first." in text


def test_an_administrator_who_is_a_director_stays_in_the_directors_scope(app: Any) -> None:
    account = make_account(Role.DIRECTOR, Role.ADMIN, country="UG")
    other = make_request(institution=make_institution("NP"))
    assert pair_search.find_request(viewer_of(account), other.id, today=clock.now().date()) is None


def test_candidates_page_leads_there(staff: Any, host: Any, app: Any, request_: Any) -> None:
    link = f'href="/matching/why?request={request_.id}"'
    path = f"/requests/{request_.id}/candidates"
    assert link in text_of(staff, path)
    assert link in text_of(host, path)
    partner = browser_of(app, make_account(Role.PARTNER, institution_id=request_.institution_id))
    assert link not in text_of(partner, path)


@pytest.mark.parametrize("rows", [1, 30])
def test_what_it_costs(staff: Any, host: Any, request_: Any, volunteer: Any, rows: int) -> None:
    for _ in range(rows):
        make_fitting_volunteer(name="Odalys Other")
        make_request(institution=request_.institution, title="Wound again")
    make_restriction(volunteer, request_, RestrictionKind.CONFLICT)
    for browser in (staff, host):
        assert len(page_queries(browser, pair(request_, volunteer))) <= 6
        for query in ("title=wound", f"request={request_.id}&name=odalys"):
            assert len(page_queries(browser, f"/matching/why?{query}")) <= 3, query


def test_candidate_of_an_unknown_volunteer_is_none(request_: Any) -> None:
    today = clock.now().date()
    request_facts = queries.get_request_facts(request_.id, today=today)
    assert queries.find_candidate(999_999, request_facts, today=today) is None
