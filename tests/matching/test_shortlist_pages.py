"""Shortlist pages: access, content, number of queries, and what they do not disclose."""

from __future__ import annotations

import re
from typing import Any

import pytest
import sqlalchemy as sa

from tests.factories.accounts import make_account
from tests.factories.matching import make_fitting_volunteer, make_match
from tests.factories.partner_requests import make_institution, make_request
from tests.support.query_count import page_queries
from volunteer_hub.core import clock
from volunteer_hub.core.access import Role
from volunteer_hub.core.db import db
from volunteer_hub.fit.rules import RestrictionKind
from volunteer_hub.institutions.models import DataSharingAgreement
from volunteer_hub.matching import queries
from volunteer_hub.matching.engine import pool as pools
from volunteer_hub.matching.models import MatchRestriction
from volunteer_hub.matching.states import MatchState
from volunteer_hub.partner_requests.states import RequestState, Urgency
from volunteer_hub.vocabulary.queries import vocabulary
from volunteer_hub.vocabulary.states import LanguageLevel, SkillLevel
from volunteer_hub.volunteers.states import VolunteerState

NEXT = re.compile(r'href="([^"]*after=[^"]*)"')
INVITE = re.compile(r"/invite/(\d+)")
LINK = re.compile(r'href="/find/(\d+)"')


@pytest.fixture(params=[0, 300], ids=["pool", "no_pool"])
def app_with_and_without_pool(app: Any, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> Any:
    """An app that always uses the pool, and one that never does."""
    monkeypatch.setitem(app.config, "SHORTLIST_EXACT", request.param)
    return app


def test_director_sees_the_best_first_and_the_rest_on_the_next_page(
    app_with_and_without_pool: Any, as_: Any, director: Any
) -> None:
    request = make_request(institution=make_institution("UG"))
    best = make_fitting_volunteer(skills={"IPC": SkillLevel.TEACHES}, name="Best Bloom")
    others = [make_fitting_volunteer(languages={"en": LanguageLevel.C1}) for _ in range(24)]
    browser, path = as_(director), f"/requests/{request.id}/candidates"
    text = browser.get(path).text
    first = [int(n) for n in INVITE.findall(text)]
    assert (first[0], len(first)) == (best.id, 20)
    assert "Best Bloom" in text
    assert best.account.email not in text
    again = browser.get(NEXT.findall(text)[0].replace("&amp;", "&")).text
    assert first + [int(n) for n in INVITE.findall(again)] == [best.id, *(one.id for one in others)]
    assert "Waiting for an answer" not in again
    assert NEXT.findall(again) == []
    assert browser.get(f"{path}?after=nonsense").status_code == 404


def test_coordinator_sees_it_and_does_not_invite_others_see_nothing(
    app_with_and_without_pool: Any, as_: Any, director: Any
) -> None:
    request = make_request(institution=make_institution("UG"))
    make_fitting_volunteer(name="Ready Rowan")
    path = f"/requests/{request.id}/candidates"
    seen = as_(make_account(Role.COORDINATOR)).get(path).text
    assert "Ready Rowan" in seen
    assert INVITE.findall(seen) == []
    partner = make_account(Role.PARTNER, institution_id=request.institution_id)
    for both in (partner, make_account(Role.PARTNER, Role.DIRECTOR, institution_id=request.institution_id)):
        text = as_(both).get(path).text
        assert ("Ready Rowan" in text) is (both is not partner)
    assert as_(make_account(Role.DIRECTOR, country="NP")).get(path).status_code == 404
    assert as_(make_account(Role.DIRECTOR, country="NP")).get(f"{path}?after=99.1").status_code == 404


def test_without_agreement_or_open_request_nobody_is_shown(
    app_with_and_without_pool: Any, as_: Any, director: Any
) -> None:
    request, full = (make_request(institution=make_institution("UG")) for _ in range(2))
    make_fitting_volunteer(name="Ready Rowan")
    db.session.commit()
    assert "Ready Rowan" in as_(director).get(f"/requests/{full.id}/candidates").text
    full.state = RequestState.CLOSED
    db.session.execute(
        sa.delete(DataSharingAgreement).where(DataSharingAgreement.institution_id == request.institution_id)
    )
    db.session.commit()
    for account in (director, make_account(Role.COORDINATOR)):
        for one in (request, full):
            assert "Ready Rowan" not in as_(account).get(f"/requests/{one.id}/candidates").text


def test_invited_volunteers_stay_marked_and_answered_ones_leave_the_list(
    app_with_and_without_pool: Any, as_: Any, director: Any
) -> None:
    request = make_request(institution=make_institution("UG"), seats=5)
    free, came, declined = (make_fitting_volunteer(name=name) for name in ("Free Fern", "Came Cedar", "Declined Dill"))
    browser, path = as_(director), f"/requests/{request.id}/candidates"
    make_match(request, came, director=director)
    make_match(request, declined, MatchState.DECLINED, director=director)
    assert INVITE.findall(browser.get(path).text) == [str(free.id)]
    assert browser.submit(f"/requests/{request.id}/invite/{free.id}", message="Please help us.").status_code == 303
    listed = browser.get(path).text.split('id="possible"')[1]
    assert "Free Fern" in listed
    assert "Not answered yet" in listed
    assert INVITE.findall(listed) == []
    assert "Came Cedar" not in listed
    assert "Declined Dill" not in listed
    for ineligible in (free, came, declined):
        assert browser.get(f"/requests/{request.id}/invite/{ineligible.id}").status_code == 404


def test_an_empty_list_explains_why_in_numbers(app_with_and_without_pool: Any, as_: Any, director: Any) -> None:
    request = make_request(institution=make_institution("UG"), languages={"fr": LanguageLevel.B2})
    for name in ("Nora Nofrench", "Nils Nofrench"):
        make_fitting_volunteer(name=name)
    busy = make_fitting_volunteer(name="Bela Busy", languages={"fr": LanguageLevel.C1}, weekly_minutes=30)
    restricted = make_fitting_volunteer(name="Kai Kept", languages={"fr": LanguageLevel.C1})
    restriction = MatchRestriction(volunteer_id=restricted.id, institution_id=request.institution_id, kind=RestrictionKind.CONFLICT, reason="Family.",
                   set_at=clock.now())  # fmt: skip
    db.session.add(restriction)
    make_fitting_volunteer(state=VolunteerState.LAPSED)
    db.session.commit()
    text = as_(director).get(f"/requests/{request.id}/candidates").text
    for sentence in (
        "4 volunteers are ready.",
        "2 do not speak French (B2",
        "1 has less than 2 hours a week free.",
        "1 is not put together with it.",
    ):
        assert sentence in text, sentence
    for name in ("Nofrench", busy.account.name, "Kai Kept", "Family"):
        assert name not in text


def test_nobody_ready_is_said(app_with_and_without_pool: Any, as_: Any, director: Any) -> None:
    request = make_request(institution=make_institution("UG"))
    assert "Nobody is ready at present." in as_(director).get(f"/requests/{request.id}/candidates").text


def test_nobody_waits_long_for_a_pool_that_another_is_reading(
    app: Any, as_: Any, director: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(app.config, "SHORTLIST_EXACT", 0)
    monkeypatch.setattr(pools, "MAX_AGE_SECONDS", 0.01)
    request, volunteer = make_request(institution=make_institution("UG")), make_fitting_volunteer()
    browser, path = as_(director), f"/requests/{request.id}/candidates"
    with pools.get_pool_cache().lock:
        text = browser.get(path).text
    assert "Look again in a few seconds" in text
    assert "Nobody is ready" not in text
    assert INVITE.findall(browser.get(path).text) == [str(volunteer.id)]


@pytest.mark.parametrize("rows", [1, 30])
def test_candidates_cost_the_same_for_one_and_thirty(
    app_with_and_without_pool: Any, as_: Any, director: Any, rows: int
) -> None:
    request = make_request(institution=make_institution("UG"), seats=rows)
    for _ in range(rows):
        make_fitting_volunteer()
    make_match(request, make_fitting_volunteer(), director=director)
    browser, path = as_(director), f"/requests/{request.id}/candidates"
    browser.get(path)  # the first one of a process reads everybody
    assert len(page_queries(browser, path)) <= 6
    assert len(page_queries(browser, f"/requests/{request.id}/invite/{make_fitting_volunteer().id}")) <= 6


# Requests for one volunteer


def test_best_requests_come_first_and_only_those_with_the_skills_and_language(as_: Any) -> None:
    good = make_request(title="Good one")
    urgent = make_request(title="Urgent one", urgency=Urgency.URGENT)
    narrow = make_request(skills={"IPC": (SkillLevel.SUPPORTED, True)}, title="Broader skill")
    hours = make_request(weekly_minutes=600, title="Too many hours")
    make_request(skills={"CRIT": (SkillLevel.SUPPORTED, True)}, title="Another skill")
    make_request(languages={"fr": LanguageLevel.A1}, title="Another language")
    volunteer = make_fitting_volunteer()
    live = make_match(make_request(title="Mine already"), volunteer).request_id
    browser = as_(volunteer.account)
    text = browser.get("/find/best").text
    request_ids = [int(n) for n in LINK.findall(text)]
    assert set(request_ids) == {good.id, urgent.id, narrow.id, hours.id}
    assert request_ids.index(urgent.id) < request_ids.index(good.id)
    assert request_ids[-1] == hours.id
    assert live not in request_ids
    top = browser.get("/find").text.split("app-filters")[0]
    assert [int(n) for n in LINK.findall(top)] == request_ids
    assert "Best for you" not in browser.get("/find?kind=teaching").text


def test_narrower_skill_and_no_language_asked_are_within_reach(as_: Any) -> None:
    below = next(code for code in sorted(vocabulary().skills) if code.startswith("IPC."))
    broad = make_request(skills={"IPC": (SkillLevel.INDEPENDENT, True)})
    high = make_request(skills={"IPC": (SkillLevel.TEACHES, True)})
    silent = make_request(skills={}, languages={})
    browser = as_(make_fitting_volunteer(skills={below: SkillLevel.INDEPENDENT}).account)
    request_ids = {int(n) for n in LINK.findall(browser.get("/find/best").text)}
    assert request_ids == {broad.id, silent.id}
    assert high.id not in request_ids


def test_best_pages_have_every_request_once(as_: Any) -> None:
    institution = make_institution()
    expected = [make_request(institution=institution, weekly_minutes=60 + number % 3 * 30).id for number in range(45)]
    browser = as_(make_fitting_volunteer().account)
    seen, path = [], "/find/best"
    for _ in range(5):
        text = browser.get(path).text
        seen += [int(n) for n in LINK.findall(text)]
        more = NEXT.findall(text)
        if not more:
            break
        path = more[0].replace("&amp;", "&")
    assert sorted(seen) == sorted(expected)
    for key in ("x", "2.50.1", "0.1", "0.50.99999999999"):
        assert browser.get(f"/find/best?after={key}").status_code == 404


def test_cached_best_requests_are_evaluated_on_each_view(as_: Any) -> None:
    first, second = make_request(), make_request()
    volunteer = make_fitting_volunteer()
    browser = as_(volunteer.account)

    def top() -> set[int]:
        return {int(n) for n in LINK.findall(browser.get("/find").text.split("app-filters")[0])}

    assert top() == {first.id, second.id}
    first.state = RequestState.CLOSED
    db.session.commit()
    assert top() == {second.id}
    volunteer.skills = []
    db.session.commit()
    assert top() == set()


def test_best_page_costs_the_same_for_one_and_thirty(as_: Any) -> None:
    browser = as_(make_fitting_volunteer().account)
    institution = make_institution()
    queries.weights.current()
    make_request(institution=institution)
    query_count = len(page_queries(browser, "/find/best"))
    for _ in range(30):
        make_request(institution=institution)
    assert len(page_queries(browser, "/find/best")) == query_count <= 3
