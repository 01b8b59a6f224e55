"""The line manager's release: request, answer, new request after a refusal or silence, reminder."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from tests.factories.accounts import make_account, viewer_of
from tests.factories.matching import make_match
from tests.factories.partner_requests import make_institution, make_programme, make_request
from tests.factories.placements import make_placement
from tests.support.audit_log import Action, list_actions
from tests.support.queued_mail import latest_mail_link, list_queued_mail
from volunteer_hub.accounts.models import Account
from volunteer_hub.core.access import Role
from volunteer_hub.core.db import db
from volunteer_hub.core.errors import Conflict, DomainError, Forbidden
from volunteer_hub.placements import service
from volunteer_hub.placements.models import Placement
from volunteer_hub.placements.service.manager_release import request_release
from volunteer_hub.placements.states import PlacementState, ReleaseState
from volunteer_hub.volunteers.states import VolunteerState

NEW_MANAGER = {"manager_name": "Nina New", "manager_email": "nina@example.org"}


@pytest.fixture
def placement(app: Any, director: Account) -> Placement:
    """A planned placement whose line manager has been asked; two weeks are the time to answer."""
    institution = make_institution()
    make_programme(institution, needs_release=True)
    return make_placement(make_match(make_request(institution=institution), director=director), director=director)


def name_new_manager(placement: Placement, state: VolunteerState = VolunteerState.READY) -> None:
    placement.volunteer.manager_name, placement.volunteer.manager_email = NEW_MANAGER.values()
    placement.volunteer.state = state
    db.session.commit()


@pytest.mark.parametrize("missing", ["manager_name", "manager_email"])
def test_a_manager_without_name_or_address_cannot_be_asked(
    placement: Placement, director: Account, now: dt.datetime, missing: str
) -> None:
    setattr(placement.volunteer, missing, None)
    with pytest.raises(DomainError, match="names none"):
        request_release(placement, actor=viewer_of(director), now=now)


def test_the_first_request_is_audited_and_sent_with_a_link(
    app: Any, client: Any, director: Account, now: dt.datetime
) -> None:
    institution = make_institution()
    make_programme(institution, needs_release=True)
    match = make_match(make_request(institution=institution), director=director)
    placement = service.approve(
        match,
        starts_on=now.date(),
        objective="Audits every month.",
        allocation_minor=0,
        message=None,
        actor=viewer_of(director),
        now=now,
    )
    assert Action("release.asked", director.id) in list_actions(placement)
    assert placement.release.respond_by_at == now + dt.timedelta(days=14)
    [mail] = list_queued_mail("release_asked")
    assert (mail.recipient_name, mail.recipient_email) == ("Morgan Lead", placement.volunteer.manager_email)
    assert placement.volunteer.account.name in client.get(latest_mail_link("release_asked")).text


@pytest.mark.parametrize(("granted", "state"), [(True, "given"), (False, "refused")])
def test_an_answer_is_audited_with_its_message(
    placement: Placement, now: dt.datetime, granted: bool, state: str
) -> None:
    earlier = len(list_actions(placement))
    service.answer_release(placement.release, granted=granted, message="I have read it.", now=now)
    assert list_actions(placement.release)[-1] == Action(f"release.{state}", None, "I have read it.")
    assert list_actions(placement, after=earlier) == [Action(f"placement.release_{state}", None)]
    assert placement.release.answered_at == now


def test_a_second_answer_is_refused_by_the_service(placement: Placement, now: dt.datetime) -> None:
    service.answer_release(placement.release, granted=False, message=None, now=now)
    with pytest.raises(Conflict, match="already been answered"):
        service.answer_release(placement.release, granted=True, message=None, now=now)


def test_after_a_refusal_the_manager_has_the_whole_time_again(
    placement: Placement, director: Account, clock: Any
) -> None:
    service.answer_release(placement.release, granted=False, message=None, now=clock())
    before, on_release = len(list_actions(placement)), len(list_actions(placement.release))
    later = clock.advance(days=10)
    service.request_release_again(placement, actor=viewer_of(director), now=later)
    assert placement.release.requested_at == later
    assert placement.release.respond_by_at == later + dt.timedelta(days=14)
    assert list_actions(placement, after=before) == [Action("release.asked", director.id)]
    assert list_actions(placement.release, after=on_release) == [Action("release.waiting", director.id)]


def test_a_manager_who_was_reminded_is_reminded_of_a_new_request_too(
    placement: Placement, director: Account, clock: Any
) -> None:
    assert service.remind_managers(clock.advance(days=15)) == 1
    assert list_actions(placement)[-1] == Action("release.chased", None)
    service.request_release_again(placement, actor=viewer_of(director), now=clock())
    assert service.remind_managers(clock.advance(days=13)) == 0
    assert service.remind_managers(clock.advance(days=1)) == 1


@pytest.mark.parametrize("role", [Role.PARTNER, Role.DIRECTOR, Role.VOLUNTEER])
def test_only_this_hospitals_director_and_coordinators_ask_again(
    placement: Placement, now: dt.datetime, role: Role
) -> None:
    place = {
        Role.PARTNER: {"institution_id": placement.request.institution_id},
        Role.DIRECTOR: {"country": "NP"},
        Role.VOLUNTEER: {},
    }[role]
    with pytest.raises(Forbidden):
        service.request_release_again(placement, actor=viewer_of(make_account(role, **place)), now=now)
    service.request_release_again(placement, actor=viewer_of(make_account(Role.COORDINATOR)), now=now)


@pytest.mark.parametrize("how", ["no release", "granted", "ended"])
def test_nobody_is_asked_again_where_no_answer_is_needed(
    placement: Placement, director: Account, now: dt.datetime, how: str
) -> None:
    actor = viewer_of(director)
    if how == "no release":
        placement = make_placement(make_match(make_request(), director=director), director=director)
    elif how == "granted":
        service.answer_release(placement.release, granted=True, message=None, now=now)
    else:
        service.end_early(placement, reason="Over.", actor=actor, now=now)
        assert placement.state is PlacementState.ENDED_EARLY
    with pytest.raises(DomainError, match="does not wait"):
        service.request_release_again(placement, actor=actor, now=now)


def test_the_same_manager_is_asked_again_whatever_the_readiness(
    placement: Placement, director: Account, now: dt.datetime
) -> None:
    placement.volunteer.state = VolunteerState.LAPSED
    service.request_release_again(placement, actor=viewer_of(director), now=now)
    assert len(list_queued_mail("release_asked")) == 1


def test_a_new_manager_is_asked_instead(placement: Placement, director: Account, client: Any, now: dt.datetime) -> None:
    name_new_manager(placement)
    service.request_release_again(placement, actor=viewer_of(director), now=now)
    db.session.commit()
    [mail] = list_queued_mail("release_asked")
    assert (mail.recipient_name, mail.recipient_email) == tuple(NEW_MANAGER.values())
    assert client.submit(latest_mail_link("release_asked"), answer="given", message="").status_code == 303
    assert placement.release.state is ReleaseState.GRANTED


def test_a_new_manager_is_checked_first(placement: Placement, director: Account, now: dt.datetime) -> None:
    name_new_manager(placement, VolunteerState.LAPSED)
    with pytest.raises(DomainError, match="must check that first"):
        service.request_release_again(placement, actor=viewer_of(director), now=now)


def test_a_profile_without_manager_keeps_the_one_of_the_request(
    placement: Placement, director: Account, now: dt.datetime
) -> None:
    named = (placement.release.manager_name, placement.release.manager_email)
    placement.volunteer.manager_name = placement.volunteer.manager_email = None
    service.request_release_again(placement, actor=viewer_of(director), now=now)
    [mail] = list_queued_mail("release_asked")
    assert (mail.recipient_name, mail.recipient_email) == named
