"""The pages of rounds for a coordinator, and how a volunteer sees a proposal."""

from __future__ import annotations

import csv
import io
import re
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from tests.factories.accounts import make_account
from tests.factories.matching import make_fitting_volunteer
from tests.factories.rounds import Ward, make_round, make_ward, publish_round
from tests.support.query_count import page_queries
from tests.support.queued_mail import list_queued_mail
from volunteer_hub.audit.models import AuditEntry
from volunteer_hub.core.access import Role
from volunteer_hub.core.db import db
from volunteer_hub.matching.models import Match
from volunteer_hub.matching.states import MatchState
from volunteer_hub.rounds import runner
from volunteer_hub.rounds.models import MatchingRound
from volunteer_hub.rounds.queries import rounds
from volunteer_hub.rounds.states import ProposalState, RoundState
from volunteer_hub.scheduler import jobs
from volunteer_hub.vocabulary.states import LanguageLevel

INDEX_PATH = "/matching/"


@pytest.fixture
def browser(app: Flask, as_: Any) -> Any:
    """The browser of a coordinator."""
    return as_(make_account(Role.COORDINATOR, name="Cora Coordinator"))


def all_rounds() -> list[MatchingRound]:
    return list(db.session.scalars(sa.select(MatchingRound).order_by(MatchingRound.id)))


def text_of(browser: Any, path: str) -> str:
    reply = browser.get(path)
    assert reply.status_code == 200, path
    return str(reply.text)


def test_a_round_from_start_to_publication(browser: Any) -> None:
    ward = make_ward(volunteers=3, requests=2)
    programme = ward.programme.id
    assert "Start a round" in text_of(browser, INDEX_PATH)
    assert "Volunteers who are ready: 3" in text_of(browser, f"/matching/start/{programme}")
    reply = browser.submit(f"/matching/start/{programme}", seed="7")
    [round_] = all_rounds()
    path = f"/matching/rounds/{round_.id}"
    assert reply.location == path
    page = text_of(browser, path)
    assert "The matching round has finished. No volunteers have been contacted yet." in page
    for text in (
        "Ready to look through",
        "Cora Coordinator",
        "proved to be the best",
        str(round_.fingerprint),
        "version 1",
    ):
        assert text in page
    assert page.index("To repeat this round exactly") < page.index(str(round_.fingerprint))
    plain = re.sub(r"<[^>]*>", " ", page + text_of(browser, f"/matching/start/{programme}"))
    assert not re.search(r"\b(seed|fingerprint|digest)\b", plain, re.IGNORECASE)
    assert "Refresh" not in browser.get(path).headers
    first, second = rounds.list_proposals(round_.id, key=None).rows
    assert browser.submit(f"{path}/proposals", chosen=[str(first.id)]).status_code == 303
    page = text_of(browser, f"{path}/publish?which=all")
    assert "1 proposal goes out: 1 e-mail" in page
    assert browser.submit(f"{path}/publish?which=all").location == path
    assert [proposal.state for proposal in rounds.list_proposals(round_.id, key=None).rows] == [
        ProposalState.SENT,
        ProposalState.LEFT_OUT,
    ]
    assert len(list_queued_mail("proposed")) == 1
    page = text_of(browser, path)
    assert "What went out" in page
    assert "Released by Cora Coordinator" in page
    assert "See the match" in text_of(browser, f"{path}/proposals")
    assert "Together" in text_of(browser, f"{path}/proposals/{second.id}")


def test_a_failed_round_does_not_report_that_it_finished(browser: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_arguments: Any) -> None:
        raise RuntimeError("the disk is full")

    monkeypatch.setattr("volunteer_hub.rounds.service.lifecycle._list_unfilled_rows", fail)
    monkeypatch.setattr("volunteer_hub.rounds.service.lifecycle.rounds.lock_superseded", fail)
    page = text_of(browser, browser.submit(f"/matching/start/{make_ward().programme.id}").location)
    assert "The matching round failed. Nothing was saved and no volunteers were contacted." in page
    assert "has finished" not in page


def test_the_start_page_lists_a_round_ready_for_review(browser: Any) -> None:
    round_ = make_round(make_ward().programme)
    page = text_of(browser, "/start")
    assert "Matching rounds to look through" in page
    assert f"/matching/rounds/{round_.id}" in page
    assert "nobody is asked before you release it" in text_of(browser, "/start/waiting/round_ready")


def test_a_large_round_is_queued_and_its_page_follows_it(
    browser: Any, clock: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(runner, "MAX_PAIRS_IN_PAGE", 5)
    ward = make_ward(volunteers=3, requests=2)
    reply = browser.submit(f"/matching/start/{ward.programme.id}")
    [round_] = all_rounds()
    assert round_.state is RoundState.QUEUED
    page = browser.get(reply.location)
    assert page.headers["Refresh"] == "5"
    assert "No scheduler seems to be at work" not in page.text
    clock.advance(minutes=1)
    assert "flask scheduler run run_rounds" in text_of(browser, reply.location)
    assert "Follow the round" in text_of(browser, INDEX_PATH)
    reply = browser.submit(f"/matching/start/{ward.programme.id}")
    assert reply.status_code == 409
    assert "started by Cora Coordinator" in reply.text
    assert runner.run_queued(clock.instant) == 1
    assert "Refresh" not in browser.get(f"/matching/rounds/{round_.id}").headers


def test_a_double_click_starts_one_round(browser: Any) -> None:
    path = f"/matching/start/{make_ward().programme.id}"
    data = browser.forms(path)[-1]["data"]
    assert [browser.post(path, data=data).status_code for _ in range(2)] == [303, 303]
    assert len(all_rounds()) == 1


def test_start_warns_when_nobody_could_be_proposed(browser: Any) -> None:
    page = text_of(browser, f"/matching/start/{Ward().programme.id}")
    assert "This round would propose nobody" in page
    assert "No request of this programme is open" in page


@pytest.mark.parametrize(
    ("then", "leads_to"),
    [
        ("next", "/proposals?after="),
        ("rounds.publish", "/publish"),
        ("rounds.show", ""),
        ("rounds.unfilled", "/unfilled"),
        ("nonsense", "/proposals"),
        ("accounts.sign_out", "/proposals"),
    ],
)
def test_every_button_of_the_proposals_saves_the_selection(browser: Any, then: str, leads_to: str) -> None:
    path = f"/matching/rounds/{make_round(make_ward(volunteers=22, requests=22).programme).id}"
    first = rounds.list_proposals(int(path.rpartition("/")[2]), key=None)
    reply = browser.submit(f"{path}/proposals", chosen=[str(proposal.id) for proposal in first.rows[1:]], then=then)
    assert reply.location.startswith(path + leads_to)
    assert then != "next" or "Save and show the next ones" not in text_of(browser, reply.location)
    left_out = [
        proposal.id
        for proposal in rounds.list_proposals(int(path.rpartition("/")[2]), key=None).rows
        if proposal.state is not ProposalState.PLANNED
    ]
    assert left_out == [first.rows[0].id]


def test_the_page_of_proposals_has_no_link_that_loses_the_selection(browser: Any) -> None:
    path = f"/matching/rounds/{make_round(make_ward().programme).id}"
    main = text_of(browser, f"{path}/proposals").partition("<main")[2].partition("</main>")[0]
    assert "Overview" in main
    assert "<a " not in main
    proposal = rounds.list_proposals(int(path.rpartition("/")[2]), key=None).rows[0]
    reply = browser.submit(f"{path}/proposals", chosen=[], then=str(proposal.id))
    assert reply.location == f"{path}/proposals/{proposal.id}"
    assert proposal.state is ProposalState.LEFT_OUT


def test_publication_filters_by_score_hospital_and_country(browser: Any) -> None:
    ward = make_ward()
    path = f"/matching/rounds/{make_round(ward.programme).id}/publish"
    assert "See how many go out" in text_of(browser, path)
    for query, text in (
        ("which=all", "2 proposals go out"),
        ("which=score&least=0", "2 proposals go out"),
        ("which=score&least=100", "There is no such proposal"),
        (f"which=hospital&hospital={ward.hospital.id}", "2 proposals go out"),
        ("which=country&country=NP", "There is no such proposal"),
        ("which=country&country=UG", "2 proposals go out"),
        ("which=score&least=many", "See how many go out"),
        ("which=nonsense", "See how many go out"),
    ):
        assert text in text_of(browser, f"{path}?{query}"), query


def test_publishing_a_list_that_has_changed_is_refused(browser: Any) -> None:
    round_ = make_round(make_ward().programme)
    path = f"/matching/rounds/{round_.id}/publish?which=all"
    reply = browser.submit(path, fingerprint="1")
    assert reply.status_code == 422
    assert "The list has changed" in reply.text
    assert browser.submit(path).status_code == 303
    assert "released or discarded already" in text_of(browser, path)
    assert not [form for form in browser.forms(path) if "release" in form["action"]]


def test_two_coordinators_publish_once(browser: Any) -> None:
    round_ = make_round(make_ward().programme)
    path = f"/matching/rounds/{round_.id}/publish?which=all"
    data = browser.forms(path)[-1]["data"]
    assert browser.post(path, data=data).status_code == 303
    assert browser.post(path, data=data | {"form_key": "another-key-of-mine"}).status_code == 409
    assert len(list_queued_mail("proposed")) == 2


def test_publication_sends_the_first_batch_and_the_page_follows_the_rest(
    browser: Any, clock: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("volunteer_hub.rounds.views.rounds.FIRST_BATCH_SIZE", 1)
    round_ = make_round(make_ward().programme)
    path = f"/matching/rounds/{round_.id}"
    browser.submit(f"{path}/publish?which=all")
    reply = browser.get(path)
    assert reply.headers["Refresh"] == "5"
    assert "still on their way" in reply.text
    assert len(list_queued_mail("proposed")) == 1
    jobs.tick(jobs.JOBS_BY_NAME["send_proposals"])
    assert len(list_queued_mail("proposed")) == 2
    assert "Refresh" not in browser.get(path).headers


def test_a_round_is_discarded_after_confirmation(browser: Any) -> None:
    round_ = make_round(make_ward().programme)
    path = f"/matching/rounds/{round_.id}/discard"
    assert browser.submit(path).status_code == 303
    assert rounds.get(round_.id).state is RoundState.DISCARDED
    assert "released or discarded already" in text_of(browser, path)


def test_lists_show_reserves_unfilled_requests_and_useful_changes(browser: Any) -> None:
    ward = make_ward(volunteers=3, requests=2)
    ward.request(title="French ward", languages={"fr": LanguageLevel.B2})
    make_fitting_volunteer(name="Hedda Hours", weekly_minutes=60)
    make_fitting_volunteer(name="Ida Idle", skills={})
    path = f"/matching/rounds/{make_round(ward.programme).id}"
    assert "Place 1" in text_of(browser, f"{path}/reserves")
    page = text_of(browser, f"{path}/unfilled")
    assert "French ward" in page
    assert "1 seat left free. Nobody fits." in page
    assert "The work needs French (B2" in page
    page = text_of(browser, f"{path}/idle")
    assert "1 open request fits" in page or "2 open requests fit" in page
    assert "1 hour more a week would open 2 requests." in page
    assert "Infection prevention and control at the level “independently” would open 2 requests." in page


def test_the_csv_holds_every_pair_and_is_audited(browser: Any) -> None:
    round_ = make_round(make_ward(volunteers=3, requests=2).programme)
    reply = browser.submit(f"/matching/rounds/{round_.id}", action="/file")
    rows = list(csv.reader(io.StringIO(reply.text.removeprefix("\ufeff"))))
    assert rows[0][0] == "Request"
    assert {row[8] for row in rows[1:]} == {"Proposed by the round", "Next in line"}
    entry_count = sa.select(sa.func.count(AuditEntry.sequence)).where(AuditEntry.action == "round.downloaded")
    assert db.session.scalar(entry_count) == 1


def test_proposals_of_another_round_are_not_found(browser: Any) -> None:
    first, second = make_round(make_ward().programme), make_round(make_ward().programme)
    proposal = rounds.list_proposals(first.id, key=None).rows[0]
    assert browser.get(f"/matching/rounds/{second.id}/proposals/{proposal.id}").status_code == 404
    for tail in ("", "/proposals", "/reserves", "/unfilled", "/idle", "/publish", "/discard"):
        assert browser.get(f"/matching/rounds/999999{tail}").status_code == 404


def test_a_volunteer_sees_a_proposal_and_accepts_it(app: Flask, as_: Any) -> None:
    ward = make_ward(volunteers=1, requests=1)
    publish_round(make_round(ward.programme))
    [match] = db.session.scalars(sa.select(Match)).all()
    volunteer_browser = as_(match.volunteer.account)
    page = text_of(volunteer_browser, f"/find/{match.request_id}")
    assert "A matching round found that you fit this request well" in page
    assert "Not answered yet" in page
    assert "Invitations and proposals to answer" in text_of(volunteer_browser, "/start")
    assert "Say no to the proposal" in text_of(volunteer_browser, f"/matches/{match.id}/no")
    assert "Say yes to the proposal" in text_of(volunteer_browser, f"/matches/{match.id}/accept")
    assert volunteer_browser.submit(f"/matches/{match.id}/accept").status_code == 303
    db.session.refresh(match)
    assert match.state is MatchState.ACCEPTED


def test_pages_take_the_same_number_of_queries_for_any_size(browser: Any) -> None:
    small, large = (make_round(make_ward(volunteers=n * 2, requests=n).programme, seed=n) for n in (1, 22))
    query_limits = {
        "": 6,
        "/proposals": 3,
        "/reserves": 3,
        "/unfilled": 3,
        "/idle": 3,
        "/publish?which=all": 6,
        "/discard": 6,
    }
    for tail, limit in query_limits.items():
        small_count = len(page_queries(browser, f"/matching/rounds/{small.id}{tail}"))
        large_count = len(page_queries(browser, f"/matching/rounds/{large.id}{tail}"))
        assert small_count == large_count <= limit, tail
    index_count = len(page_queries(browser, INDEX_PATH))
    for _ in range(3):
        Ward()
    make_round(make_ward().programme)
    assert len(page_queries(browser, INDEX_PATH)) == index_count <= 3
