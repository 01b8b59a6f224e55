"""What needs attention: each kind from its day on and not before, shown to those it concerns and to no one else."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest

from tests.factories.accounts import make_account, viewer_of
from tests.factories.matching import make_match
from tests.factories.partner_requests import make_institution, make_request
from tests.factories.placements import make_fund, make_placement
from tests.factories.volunteers import make_volunteer
from tests.reports.rows import DAY, Busy, Everything, date_agreement, log_hours, make_mail
from volunteer_hub.core.access import Role
from volunteer_hub.core.db import db
from volunteer_hub.hours.states import HoursState
from volunteer_hub.mail.states import MailState
from volunteer_hub.matching.states import MatchState
from volunteer_hub.partner_requests.states import RequestState
from volunteer_hub.placements.states import PlacementState
from volunteer_hub.reports import rules
from volunteer_hub.reports.queries import attention
from volunteer_hub.reports.states import Attention
from volunteer_hub.volunteers.states import VolunteerState

A = Attention


def old_request(state: RequestState, now: dt.datetime, days: int, **options: Any) -> Any:
    return make_request(
        state,
        at=now - days * DAY,
        respond_by_on=now.date() + 30 * DAY,
        earliest_start_on=now.date() + 40 * DAY,
        **options,
    )


def match_of(now: dt.datetime, days: int) -> Any:
    return make_match(old_request(RequestState.OPEN, now, days), at=now - days * DAY)


def placement_of(now: dt.datetime, days: int, state: PlacementState = PlacementState.ACTIVE) -> Any:
    return make_placement(match_of(now, days), state, at=now - days * DAY)


def make_worked_placement(now: dt.datetime, days: int) -> None:
    log_hours(placement_of(now, 28), on=now.date() - days * DAY, at=now - days * DAY)


def make_used_fund(now: dt.datetime, percent: int) -> None:
    fund = make_fund(minor=10_000)
    fund.allocated_minor = 100 * percent
    db.session.commit()


def make_agreement_until(now: dt.datetime, days: int) -> None:
    place = make_institution()
    date_agreement(place, since=now.date() - DAY, until=now.date() + days * DAY)


LIMITS: dict[Attention, tuple[Callable[[dt.datetime, int], Any], int, int]] = {
    A.DECISION_LATE: (match_of, 7, 6),
    A.START_PASSED: (lambda now, days: placement_of(now, days, PlacementState.PLANNED), 1, 0),
    A.REQUEST_UNANSWERED: (lambda now, days: old_request(RequestState.SUBMITTED, now, days), 5, 4),
    A.NO_CANDIDATE: (lambda now, days: old_request(RequestState.OPEN, now, days), 14, 13),
    A.CHECK_EXPIRING: (lambda now, days: make_volunteer(expires_on=now.date() + days * DAY), 30, 31),
    A.PLACEMENT_QUIET: (make_worked_placement, 21, 20),
    A.HOURS_LATE: (make_worked_placement, 14, 13),
    A.AGREEMENT_EXPIRING: (make_agreement_until, 60, 61),
    A.FUND_LOW: (make_used_fund, 90, 89),
}
"""For each kind: how a row is made, the first day (or percent) that counts, and the last that does not."""


def count_by_kind(kinds: tuple[Attention, ...], account: Any, role: Role, now: dt.datetime) -> dict[Attention, int]:
    groups = attention.list_groups(kinds, viewer_of(account).in_role(role), now=now)
    return dict(attention.count_by_kind(groups))


@pytest.mark.parametrize("kind", list(LIMITS))
def test_a_kind_counts_from_its_day_on(app: Any, now: dt.datetime, kind: Attention) -> None:
    make, counts, too_early = LIMITS[kind]
    staff = make_account(Role.COORDINATOR)
    make(now, too_early)
    assert count_by_kind((kind,), staff, Role.COORDINATOR, now) == {}
    make(now, counts)
    assert count_by_kind((kind,), staff, Role.COORDINATOR, now) == {kind: 1}


@pytest.mark.parametrize(
    ("state", "kind"), [(VolunteerState.LAPSED, A.LAPSED), (VolunteerState.CHECKING, A.PROFILE_WAITING)]
)
def test_volunteers_wait_since_they_came_into_their_state(
    app: Any, now: dt.datetime, state: VolunteerState, kind: Attention
) -> None:
    staff = make_account(Role.COORDINATOR)
    make_volunteer(state=state, at=now - 3 * DAY)
    make_volunteer(state=VolunteerState.READY)
    (group,) = attention.list_groups((kind,), viewer_of(staff), now=now)
    assert (group.count, group.items[0].at) == (1, now - 3 * DAY)


def test_only_failed_and_uncertain_mail_needs_attention(app: Any, now: dt.datetime) -> None:
    staff = make_account(Role.ADMIN)
    for state in MailState:
        make_mail(state)
    assert count_by_kind((A.MAIL_TROUBLE,), staff, Role.ADMIN, now) == {A.MAIL_TROUBLE: 2}


def test_an_agreement_that_is_followed_by_another_is_not_reported(app: Any, now: dt.datetime) -> None:
    staff = make_account(Role.COORDINATOR)
    make_agreement_until(now, 10)
    place = make_institution()
    date_agreement(place, since=now.date() - DAY)
    without = make_institution(agreement=False)
    assert count_by_kind((A.AGREEMENT_MISSING, A.AGREEMENT_EXPIRING), staff, Role.COORDINATOR, now) == {
        A.AGREEMENT_EXPIRING: 1
    }
    make_request(institution=without)
    make_request(institution=without)
    make_request(institution=place)
    groups = attention.list_groups((A.AGREEMENT_MISSING,), viewer_of(staff), now=now)
    assert [(g.count, g.items[0].id, g.items[0].number) for g in groups] == [(1, without.id, 2)]


def test_a_declined_volunteer_is_no_candidate(app: Any, now: dt.datetime) -> None:
    staff = make_account(Role.COORDINATOR)
    make_match(old_request(RequestState.OPEN, now, 20), state=MatchState.DECLINED)
    make_match(old_request(RequestState.OPEN, now, 20), state=MatchState.PROPOSED)
    assert count_by_kind((A.NO_CANDIDATE,), staff, Role.COORDINATOR, now) == {A.NO_CANDIDATE: 1}


def test_withdrawn_hours_do_not_count_as_recent_hours(app: Any, now: dt.datetime) -> None:
    staff = make_account(Role.COORDINATOR)
    placement = placement_of(now, 28)
    log_hours(placement, HoursState.WITHDRAWN)
    kinds = (A.PLACEMENT_QUIET, A.HOURS_TO_CONFIRM)
    assert count_by_kind(kinds, staff, Role.COORDINATOR, now) == {A.PLACEMENT_QUIET: 1}
    log_hours(placement)
    assert count_by_kind(kinds, staff, Role.COORDINATOR, now) == {A.HOURS_TO_CONFIRM: 1}


def test_a_start_that_has_passed_says_what_it_waits_for(app: Any, as_: Any, now: dt.datetime) -> None:
    placement_of(now, 3, PlacementState.PLANNED)
    page = as_(make_account(Role.COORDINATOR)).get("/start/waiting/start_passed").text
    assert "It waits for: the volunteer’s yes to the workplan, the hospital’s yes to the workplan" in page


def test_the_page_shows_a_few_and_the_list_all_the_rest(app: Any, as_: Any, now: dt.datetime) -> None:
    for number in range(25):
        make_volunteer(state=VolunteerState.LAPSED, at=now - number * DAY, name=f"Lapsed Person {number}")
    browser = as_(make_account(Role.COORDINATOR))
    page = browser.get("/start").text
    assert "and 23 more" in page
    assert "Lapsed Person 24" in page, "the longest wait comes first"
    first = browser.get("/start/waiting/lapsed").text
    assert "Lapsed Person 24" in first
    assert "Lapsed Person 0<" not in first
    assert browser.get("/start/waiting/lapsed?after=nonsense").status_code == 404


def test_every_kind_pages_through_its_list(app: Any, now: dt.datetime) -> None:
    world = Everything(now)
    for kind in Attention:
        role = next(role for role, kinds in rules.ATTENTION_BY_ROLE.items() if kind in kinds)
        viewer = viewer_of(world.person(role)).in_role(role)
        keys = [item.sort_key for item in attention.list_items(kind, viewer, now=now, key=None).rows]
        assert keys == sorted(keys)
        for key in keys:
            rest = attention.list_items(kind, viewer, now=now, key=attention.paging.encode(*key)).rows
            assert [item.sort_key for item in rest] == [other for other in keys if other > key], kind


@pytest.mark.parametrize("role", [Role.PARTNER, Role.DIRECTOR, Role.VOLUNTEER])
def test_other_hospitals_are_never_shown(app: Any, as_: Any, now: dt.datetime, role: Role) -> None:
    ours, theirs = Busy(now), Busy(now, "NP", "Zebradine")
    theirs.volunteer.account.name = "Zebradine Person"
    db.session.commit()
    people = {Role.PARTNER: ours.partner, Role.DIRECTOR: ours.director, Role.VOLUNTEER: ours.volunteer.account}
    browser = as_(people[role])
    pages = ["/start", *(f"/start/waiting/{kind}" for kind in rules.ATTENTION_BY_ROLE[role])]
    for path in pages:
        reply = browser.get(path)
        assert reply.status_code == 200, path
        assert "Zebradine" not in reply.text, path
    assert "Ours" in browser.get("/start").text


@pytest.mark.parametrize("role", [Role.PARTNER, Role.DIRECTOR, Role.VOLUNTEER])
def test_what_another_hospital_does_changes_no_figure(app: Any, as_: Any, now: dt.datetime, role: Role) -> None:
    ours = Busy(now)
    people = {Role.PARTNER: ours.partner, Role.DIRECTOR: ours.director, Role.VOLUNTEER: ours.volunteer.account}
    browser = as_(people[role])
    before = browser.get("/start").text
    Busy(now, "NP", "Zebradine")
    assert browser.get("/start").text.split("<main")[1] == before.split("<main")[1]


def test_a_list_is_there_for_those_who_can_act_on_it(app: Any, as_: Any, now: dt.datetime) -> None:
    world = Everything(now)
    for role, kinds in rules.ATTENTION_BY_ROLE.items():
        browser = as_(world.person(role))
        allowed = {kind for kind in Attention if browser.get(f"/start/waiting/{kind}").status_code == 200}
        assert allowed == set(kinds)
        assert browser.get("/start/waiting/nonsense").status_code == 404
