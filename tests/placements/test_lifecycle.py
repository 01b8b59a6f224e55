"""Placements from approval to the end: release, workplan, start, early end."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any

import pytest
import sqlalchemy as sa

from tests.factories.accounts import make_account, viewer_of
from tests.factories.matching import make_fitting_volunteer, make_match
from tests.factories.partner_requests import make_institution, make_programme, make_request
from tests.factories.placements import make_placement, release_token
from tests.support.queued_mail import mails
from volunteer_hub.budgets import queries as budgets
from volunteer_hub.budgets.models import Fund
from volunteer_hub.core.access import Role
from volunteer_hub.core.db import db
from volunteer_hub.core.errors import Conflict, DomainError
from volunteer_hub.mail.models import OutboxMail
from volunteer_hub.matching.states import MatchState
from volunteer_hub.partner_requests.states import RequestState
from volunteer_hub.placements import rules, service
from volunteer_hub.placements.models import Placement
from volunteer_hub.placements.states import PlacementState, ReleaseState

LINK = re.compile(r"/release/([\w-]+)")


@pytest.fixture
def placement(app: Any, director: Any) -> Placement:
    """A planned placement that also needs the line manager's release."""
    institution = make_institution()
    make_programme(institution, needs_release=True)
    request = make_request(institution=institution)
    return make_placement(make_match(request, director=director), director=director)


@pytest.fixture
def partner(placement: Placement) -> Any:
    return placement.request.contact


def reload(placement: Placement) -> Placement:
    db.session.expire_all()
    return placement


def list_sent_links() -> list[str]:
    return [link for text in db.session.scalars(sa.select(OutboxMail.text)) for link in LINK.findall(text)]


def test_managers_page_changes_nothing_on_get(client: Any, director: Any, placement: Placement) -> None:
    path = f"/release/{release_token(placement)}"
    for _ in range(3):
        assert placement.volunteer.account.name in client.get(path).text
    assert reload(placement).release.state is ReleaseState.WAITING
    assert client.submit(path, answer="", message="").status_code == 422
    assert client.submit(path, answer="given", message="Gladly").status_code == 303
    assert (placement.release.state, placement.release.message) == (ReleaseState.GRANTED, "Gladly")
    assert mails() == {("release_given", placement.volunteer.account.email), ("release_given", director.email)}


def test_manager_can_answer_only_once(client: Any, placement: Placement) -> None:
    path = f"/release/{release_token(placement)}"
    form = next(f for f in client.forms(path) if "message" in f["data"])
    assert client.submit(path, answer="refused", message="").status_code == 303
    late = client.post(path, data=form["data"] | {"answer": "given", "form_key": "other"})
    assert late.status_code == 409
    assert reload(placement).release.state is ReleaseState.REFUSED
    assert "Your answer is recorded" in client.get(path).text


def test_overdue_release_is_chased_once_and_never_granted(client: Any, placement: Placement, clock: Any) -> None:
    coordinator = make_account(Role.COORDINATOR)
    assert service.remind_managers(clock.advance(days=13)) == 0
    assert service.remind_managers(clock.advance(days=2)) == 1
    assert service.remind_managers(clock.advance(days=60)) == 0
    db.session.commit()
    assert reload(placement).release.state is ReleaseState.WAITING
    assert mails() == {
        ("release_reminder", "lead@example.org"),
        ("release_late", placement.volunteer.account.email),
        ("release_late", coordinator.email),
    }
    [link] = list_sent_links()
    stale = client.get(f"/release/{release_token(placement)}")
    assert stale.status_code == 404
    assert "only the newest works" in stale.text
    assert "Sign in</a></p>" not in stale.text
    assert client.get(f"/release/{link}").status_code == 200


def test_new_request_replaces_the_link(client: Any, director: Any, as_: Any, placement: Placement) -> None:
    old = f"/release/{release_token(placement)}"
    assert client.submit(old, answer="refused", message="Not now").status_code == 303
    browser = as_(director)
    assert browser.submit(f"/placements/{placement.id}", action="/release").status_code == 303
    assert reload(placement).release.state is ReleaseState.WAITING
    [link] = list_sent_links()
    assert browser.get(old).status_code == 404
    assert browser.submit(f"/release/{link}", answer="given", message="").status_code == 303
    assert reload(placement).release.state is ReleaseState.GRANTED
    with pytest.raises(DomainError):
        service.request_release_again(placement, actor=viewer_of(director), now=placement.created_at)


@pytest.mark.parametrize("token", ["x", "..", "%00", "a" * 500])
def test_unknown_link_is_404(client: Any, token: str) -> None:
    assert client.get(f"/release/{token}").status_code == 404


def test_ended_placement_needs_no_release(client: Any, director: Any, placement: Placement) -> None:
    service.end_early(placement, reason="Over.", actor=viewer_of(director), now=placement.created_at)
    db.session.commit()
    path = f"/release/{release_token(placement)}"
    page = client.get(path)
    assert "no longer needed" in page.text
    assert placement.volunteer.account.name not in page.text
    with pytest.raises(Conflict):
        service.answer_release(placement.release, granted=True, message=None, now=placement.created_at)


def submit_plan(browser: Any, placement: Placement, **answers: Any) -> Any:
    return browser.submit(f"/placements/{placement.id}/plan", **answers)


def test_changed_plan_needs_the_other_sides_agreement(as_: Any, partner: Any, placement: Placement) -> None:
    volunteer = placement.volunteer.account
    reply = submit_plan(as_(volunteer), placement, objective_2="A video", channel="Teams")
    assert reply.status_code == 303
    assert [objective.text for objective in reload(placement).objectives][1:] == ["A video"]
    assert (placement.workplan_version, placement.volunteer_agrees, placement.partner_agrees) == (2, True, False)
    assert mails() == {("workplan_changed", partner.email)}


def test_two_editors_see_both_versions(as_: Any, partner: Any, placement: Placement) -> None:
    browser = as_(partner)
    path = f"/placements/{placement.id}/plan"
    form = next(f for f in browser.forms(path) if "objective_1" in f["data"])
    assert submit_plan(as_(placement.volunteer.account), placement, channel="WhatsApp").status_code == 303
    token = as_(partner).forms("/account")[0]["data"]["csrf_token"]
    mine = form["data"] | {"channel": "Zoom", "csrf_token": token}
    reply = browser.post(path, data=mine)
    assert reply.status_code == 409
    assert "WhatsApp" in reply.text
    assert "Zoom" in reply.text
    assert reload(placement).channel == "WhatsApp"
    version = re.search(r'name="version"[^>]*value="(\d+)"', reply.text)
    assert version
    again = browser.post(path, data=mine | {"version": version[1], "form_key": "second"})
    assert again.status_code == 303
    assert reload(placement).channel == "Zoom"


def test_agreeing_to_an_outdated_plan_is_refused(as_: Any, partner: Any, placement: Placement) -> None:
    browser = as_(partner)
    form = next(f for f in browser.forms(f"/placements/{placement.id}") if "plan" in f["data"])
    path = f"/placements/{placement.id}/agree"
    service.change_plan(
        placement,
        objectives=["Something else"],
        starts_on=placement.starts_on,
        ends_on=placement.ends_on,
        weekly_minutes=60,
        channel=None,
        actor=viewer_of(placement.volunteer.account),
        now=placement.created_at,
    )
    assert browser.post(path, data=form["data"]).status_code == 409
    for plan in ("", "x", "２", "1e1", "99"):
        assert browser.post(path, data=form["data"] | {"plan": plan, "form_key": plan or "k"}).status_code == 409
    assert not reload(placement).partner_agrees


def test_everybody_is_notified_when_both_agree(as_: Any, director: Any, partner: Any, placement: Placement) -> None:
    for account in (placement.volunteer.account, partner):
        assert as_(account).submit(f"/placements/{placement.id}", action="/agree").status_code == 303
    everybody = {placement.volunteer.account.email, partner.email, director.email}
    assert mails() == {("workplan_agreed", email) for email in everybody}


@pytest.mark.parametrize(
    "answers",
    [
        {"objective_1": ""},
        {"starts_on": "2026-11-01"},
        {"ends_on": "2026-01-01"},
        {"ends_on": "2029-11-30"},
        {"weekly_minutes": "0"},
        {"weekly_minutes": "NaN"},
    ],
)
def test_invalid_plan_is_refused(as_: Any, placement: Placement, answers: dict[str, str]) -> None:
    assert submit_plan(as_(placement.volunteer.account), placement, **answers).status_code == 422
    assert reload(placement).workplan_version == 1


def test_start_is_blocked_until_nothing_is_missing(as_: Any, director: Any, clock: Any) -> None:
    institution = make_institution()
    make_programme(institution, needs_release=True)
    match = make_match(make_request(institution=institution), director=director)
    starts_on = clock().date() + dt.timedelta(days=3)
    placement = make_placement(match, director=director, starts_on=starts_on)
    volunteer, today = match.volunteer.account, clock().date()
    assert service.list_start_blockers(placement, today=today) == ["plan_volunteer", "plan_partner", "release", "date"]
    for account in (volunteer, match.request.contact):
        service.agree(placement, plan=1, actor=viewer_of(account), now=clock())
    service.answer_release(placement.release, granted=True, message=None, now=clock())
    db.session.commit()
    assert service.list_start_blockers(placement, today=today) == ["date"]
    with pytest.raises(Conflict):
        service.start(placement, actor=viewer_of(volunteer), now=clock())
    browser = as_(volunteer)
    assert "Start the placement" not in browser.get(f"/placements/{placement.id}").text
    clock.advance(hours=24 * 3 - 9)  # the day begins
    browser = as_(volunteer)
    assert browser.submit(f"/placements/{placement.id}", action="/start").status_code == 303
    assert reload(placement).state is PlacementState.ACTIVE
    assert ("placement_started", director.email) in mails()


def test_refused_release_blocks_the_start() -> None:
    waits = rules.list_start_blockers(
        state=PlacementState.PLANNED,
        starts_on=dt.date(2026, 1, 1),
        today=dt.date(2026, 1, 1),
        volunteer_agrees=True,
        partner_agrees=True,
        release=ReleaseState.REFUSED,
    )
    assert waits == ["refused"]


@pytest.mark.parametrize("state", [PlacementState.PLANNED, PlacementState.ACTIVE])
def test_early_end_frees_seat_and_money_and_reopens_the_request(as_: Any, director: Any, state: PlacementState) -> None:
    placement = make_placement(make_match(director=director), state, director=director)
    assert placement.request.state is RequestState.FILLED
    browser = as_(placement.volunteer.account)
    assert browser.submit(f"/placements/{placement.id}/end", reason="").status_code == 422
    assert browser.submit(f"/placements/{placement.id}/end", reason="I am moving.").status_code == 303
    fund = db.session.scalars(sa.select(Fund)).one()
    assert (reload(placement).state, placement.end_reason) == (PlacementState.ENDED_EARLY, "I am moving.")
    assert (placement.request.state, placement.request.seats_filled) == (RequestState.OPEN, 0)
    assert placement.match.ended_at is not None
    assert (fund.allocated_minor, list(budgets.list_faults())) == (0, [])
    assert {kind for kind, _email in mails()} == {"placement_ended"}
    assert len(mails()) == 3
    assert browser.get(f"/placements/{placement.id}/end").status_code == 403
    with pytest.raises(Conflict):
        service.end_early(placement, reason="Again", actor=viewer_of(director), now=placement.created_at)
    db.session.rollback()
    assert reload(placement).request.seats_filled == 0
    other = make_match(placement.request, make_fitting_volunteer(), director=director)
    assert make_placement(other, director=director).match.state is MatchState.APPROVED


def test_coordinator_can_end_but_not_agree_or_start(as_: Any, placement: Placement) -> None:
    browser = as_(make_account(Role.COORDINATOR))
    assert browser.get(f"/placements/{placement.id}").status_code == 200
    assert browser.get(f"/placements/{placement.id}/plan").status_code == 403
    assert browser.submit(f"/placements/{placement.id}/end", reason="Agreed with all.").status_code == 303


def test_placement_is_not_found_by_others(as_: Any, placement: Placement) -> None:
    for account in (make_account(Role.DIRECTOR, country="NP"), make_fitting_volunteer().account):
        browser = as_(account)
        for path in ("", "/plan", "/end"):
            assert browser.get(f"/placements/{placement.id}{path}").status_code == 404
        assert placement.request.title not in browser.get("/placements/").text
