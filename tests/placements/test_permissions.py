"""Who may do what with a placement, in each state, by the rules; and that the services refuse it themselves."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from tests.factories.accounts import make_account, viewer_of
from tests.factories.placements import make_placement
from volunteer_hub.core.access import Role
from volunteer_hub.core.errors import Conflict, Forbidden
from volunteer_hub.placements import rules, service
from volunteer_hub.placements.rules import PlacementAction as A
from volunteer_hub.placements.rules import PlacementRelation
from volunteer_hub.placements.service import permissions
from volunteer_hub.placements.states import PlacementState as P
from volunteer_hub.placements.states import ReleaseState

NO_RELATION = PlacementRelation(is_volunteer=False, is_partner=False, is_director=False, is_staff=False)
VOLUNTEER = PlacementRelation(is_volunteer=True, is_partner=False, is_director=False, is_staff=False)
PARTNER = PlacementRelation(is_volunteer=False, is_partner=True, is_director=False, is_staff=False)
DIRECTOR = PlacementRelation(is_volunteer=False, is_partner=True, is_director=True, is_staff=False)
STAFF = PlacementRelation(is_volunteer=False, is_partner=False, is_director=False, is_staff=True)
SIDES = (VOLUNTEER, PARTNER, DIRECTOR)
WHO: dict[A, tuple[PlacementRelation, ...]] = {
    A.CHANGE_PLAN: SIDES,
    A.AGREE: SIDES,
    A.START: SIDES,
    A.COMPLETE: SIDES,
    A.REQUEST_RELEASE: (DIRECTOR, STAFF),
    A.LOG_HOURS: (VOLUNTEER,),
    A.PAUSE: (*SIDES, STAFF),
    A.RESUME: (*SIDES, STAFF),
    A.END: (*SIDES, STAFF),
}
WHEN: dict[A, set[P]] = {
    A.CHANGE_PLAN: {P.PLANNED, P.ACTIVE},
    A.AGREE: {P.PLANNED, P.ACTIVE},
    A.START: {P.PLANNED},
    A.REQUEST_RELEASE: {P.PLANNED},
    A.LOG_HOURS: {P.ACTIVE, P.PAUSED},
    A.PAUSE: {P.ACTIVE},
    A.RESUME: {P.PAUSED},
    A.COMPLETE: {P.ACTIVE},
    A.END: {P.PLANNED, P.ACTIVE, P.PAUSED},
}


@pytest.mark.parametrize("action", list(A))
@pytest.mark.parametrize("state", list(P))
def test_each_action_has_its_people_and_states(action: A, state: P) -> None:
    for relation in (NO_RELATION, *SIDES, STAFF):
        expected = relation in WHO[action] and state in WHEN[action]
        assert rules.can(relation, action, state) is expected, relation


@pytest.mark.parametrize("release", [None, *ReleaseState])
@pytest.mark.parametrize("state", list(P))
def test_only_a_planned_placement_waits_for_its_manager(release: ReleaseState | None, state: P) -> None:
    waits = release in (ReleaseState.WAITING, ReleaseState.REFUSED) and state is P.PLANNED
    assert rules.awaits_release(release, state) is waits


@pytest.mark.parametrize(
    ("state", "expected"),
    [
        (P.PLANNED, {"change_plan", "end"}),
        (P.ACTIVE, {"change_plan", "end", "pause", "log_hours"}),
        (P.PAUSED, {"end", "resume", "log_hours"}),
        (P.COMPLETED, set()),
        (P.ENDED_EARLY, set()),
    ],
)
def test_the_volunteer_is_offered_what_the_services_do(
    app: Any, now: dt.datetime, state: P, expected: set[str]
) -> None:
    placement = make_placement(state=state)
    placement.volunteer_agreed_version = placement.workplan_version
    placement.starts_on = placement.ends_on = now.date() + dt.timedelta(days=9)
    volunteer = viewer_of(placement.volunteer.account)
    assert permissions.list_actions(volunteer, placement, today=now.date()) == expected
    stranger = viewer_of(make_account(Role.VOLUNTEER))
    assert permissions.list_actions(stranger, placement, today=now.date()) == set()


@pytest.mark.parametrize("state", [P.PAUSED, P.COMPLETED, P.ENDED_EARLY])
def test_a_plan_that_rests_or_is_over_is_neither_changed_nor_agreed_to(app: Any, now: dt.datetime, state: P) -> None:
    placement = make_placement(state=state)
    volunteer = viewer_of(placement.volunteer.account)
    with pytest.raises(Conflict) as refusal:
        service.agree(placement, plan=placement.workplan_version, actor=volunteer, now=now)
    assert refusal.value.code == "placement_over"


def test_a_stranger_is_refused_by_each_service(app: Any, now: dt.datetime) -> None:
    placement, stranger = make_placement(state=P.ACTIVE), viewer_of(make_account(Role.VOLUNTEER))
    for act in (
        lambda: service.pause(placement, reason="Away.", actor=stranger, now=now),
        lambda: service.resume(placement, message=None, actor=stranger, now=now),
        lambda: service.complete(placement, message=None, actor=stranger, now=now),
        lambda: service.end_early(placement, reason="Over.", actor=stranger, now=now),
        lambda: service.agree(placement, plan=1, actor=stranger, now=now),
        lambda: service.start(placement, actor=stranger, now=now),
        lambda: service.request_release_again(placement, actor=stranger, now=now),
    ):
        with pytest.raises(Forbidden):
            act()
