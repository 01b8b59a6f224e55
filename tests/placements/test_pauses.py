"""Pauses of a placement, and its completion."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
import sqlalchemy as sa

from tests.factories.accounts import make_account, viewer_of
from tests.factories.matching import discard_mail, make_match
from tests.factories.placements import make_placement
from tests.support.queued_mail import mails
from volunteer_hub.budgets import queries as budgets
from volunteer_hub.budgets.models import Fund
from volunteer_hub.core.access import Role
from volunteer_hub.core.db import db
from volunteer_hub.core.errors import Conflict, Forbidden
from volunteer_hub.institutions.models import DataSharingAgreement
from volunteer_hub.mail.models import OutboxMail
from volunteer_hub.partner_requests.states import RequestState
from volunteer_hub.placements import rules, service
from volunteer_hub.placements.models import Placement
from volunteer_hub.placements.states import PlacementState

P = PlacementState


@pytest.fixture
def placement(app: Any, director: Any) -> Placement:
    return make_placement(make_match(director=director), P.ACTIVE, director=director)


def reload(placement: Placement) -> Placement:
    db.session.expire_all()
    return placement


def mails_to_everybody(placement: Placement, director: Any, kind: str) -> set[tuple[str, str]]:
    people = (placement.volunteer.account, placement.request.contact, director)
    return {(kind, account.email) for account in people}


def move_past_last_day(placement: Placement, clock: Any, days: int = 0) -> dt.datetime:
    """Move the clock to `days` days after the last day; return the instant."""
    while clock().date() < placement.ends_on + dt.timedelta(days=days):
        clock.advance(days=1)
    return clock()


def test_either_side_can_pause_with_a_reason_and_resume(as_: Any, director: Any, placement: Placement) -> None:
    browser = as_(placement.volunteer.account)
    path = f"/placements/{placement.id}"
    assert browser.submit(f"{path}/pause", reason="").status_code == 422
    assert browser.submit(f"{path}/pause", reason="Exams until June.").status_code == 303
    assert reload(placement).state is P.PAUSED
    assert mails() == mails_to_everybody(placement, director, "placement_paused")
    page = browser.get(path).text
    assert "Exams until June." in page
    assert "Log hours" in page
    assert "End this placement early" in page
    browser = as_(placement.request.contact)
    assert browser.get(f"{path}/pause").status_code == 403
    assert browser.submit(f"{path}/resume", message="Welcome back.").status_code == 303
    assert reload(placement).state is P.ACTIVE
    assert mails() >= mails_to_everybody(placement, director, "placement_resumed")
    assert browser.get(f"{path}/resume").status_code == 403


def test_pausing_keeps_the_seat_and_the_money(placement: Placement, director: Any) -> None:
    service.pause(placement, reason="A break.", actor=viewer_of(director), now=placement.created_at)
    fund = db.session.scalars(sa.select(Fund)).one()
    assert (placement.request.state, placement.match.ended_at) == (RequestState.FILLED, None)
    assert fund.allocated_minor == 50_000


def test_a_paused_placement_can_be_ended_but_not_completed(placement: Placement, director: Any, clock: Any) -> None:
    actor = viewer_of(director)
    service.pause(placement, reason="A break.", actor=actor, now=clock())
    with pytest.raises(Conflict):
        service.complete(placement, message=None, actor=actor, now=move_past_last_day(placement, clock))
    assert service.complete_placements(move_past_last_day(placement, clock, 30)) == 0
    service.end_early(placement, reason="It did not go on.", actor=actor, now=clock())
    assert placement.state is P.ENDED_EARLY


def test_only_a_paused_placement_can_be_resumed(director: Any) -> None:
    planned = make_placement(make_match(director=director), director=director)
    with pytest.raises(Conflict):
        service.resume(planned, message=None, actor=viewer_of(director), now=planned.created_at)


@pytest.mark.parametrize("who", ["volunteer", "partner", "director"])
def test_each_side_can_complete_from_the_last_day_on(
    as_: Any, director: Any, placement: Placement, clock: Any, who: str
) -> None:
    people = {"volunteer": placement.volunteer.account, "partner": placement.request.contact, "director": director}
    path = f"/placements/{placement.id}/complete"
    assert as_(people[who]).get(path).status_code == 403
    move_past_last_day(placement, clock)
    browser = as_(people[who])
    assert "Complete this placement" in browser.get(f"/placements/{placement.id}").text
    assert browser.submit(path, message="Thank you all.").status_code == 303
    fund = db.session.scalars(sa.select(Fund)).one()
    assert reload(placement).state is P.COMPLETED
    assert placement.match.ended_at == clock()
    assert (placement.request.state, placement.request.seats_filled) == (RequestState.FILLED, 1)
    assert (fund.allocated_minor, list(budgets.list_faults())) == (0, [])
    assert mails() == mails_to_everybody(placement, director, "placement_completed")
    assert browser.get(path).status_code == 403


def test_a_coordinator_can_pause_but_not_complete(as_: Any, placement: Placement, director: Any, clock: Any) -> None:
    coordinator = make_account(Role.COORDINATOR)
    move_past_last_day(placement, clock)
    browser = as_(coordinator)
    assert browser.get(f"/placements/{placement.id}/complete").status_code == 403
    assert browser.submit(f"/placements/{placement.id}/pause", reason="Agreed with both.").status_code == 303
    with pytest.raises(Forbidden):
        service.complete(placement, message=None, actor=viewer_of(coordinator), now=clock())


def test_the_job_completes_placements_two_weeks_after_the_last_day(
    placement: Placement, director: Any, clock: Any
) -> None:
    assert service.complete_placements(move_past_last_day(placement, clock, 13)) == 0
    assert service.complete_placements(move_past_last_day(placement, clock, 14)) == 1
    assert service.complete_placements(clock()) == 0
    assert placement.state is P.COMPLETED
    assert mails() == mails_to_everybody(placement, director, "placement_completed")
    texts = db.session.scalars(sa.select(OutboxMail.text)).all()
    assert all("two weeks ago" in text for text in texts)


def test_without_an_agreement_the_hospital_sees_neither_name_nor_reason(
    placement: Placement, director: Any, clock: Any
) -> None:
    volunteer = placement.volunteer.account
    db.session.execute(sa.delete(DataSharingAgreement))
    service.pause(placement, reason="My daughter’s exams.", actor=viewer_of(volunteer), now=clock())
    mail = db.session.scalars(sa.select(OutboxMail).where(OutboxMail.recipient_email == director.email)).one()
    assert volunteer.name not in mail.text
    assert "daughter" not in mail.text
    assert "The volunteer has paused" in mail.text


@pytest.mark.parametrize("state", PlacementState)
def test_only_an_active_placement_can_be_completed(state: PlacementState) -> None:
    day = dt.date(2026, 11, 20)
    assert rules.may_complete(state, ends_on=day, today=day) == (state is P.ACTIVE)
    assert not rules.may_complete(state, ends_on=day, today=day - dt.timedelta(days=1))


def test_two_concurrent_completions_are_one(as_: Any, placement: Placement, director: Any, clock: Any) -> None:
    move_past_last_day(placement, clock)
    browser = as_(director)
    path = f"/placements/{placement.id}/complete"
    form = next(f for f in browser.forms(path) if "message" in f["data"])
    with discard_mail():
        service.complete(placement, message=None, actor=viewer_of(placement.volunteer.account), now=clock())
    assert browser.post(path, data=form["data"]).status_code == 403
    assert mails() == set()
