"""Matches of the demonstration in every state, with placements and allocated money."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from volunteer_hub.accounts.queries import get_viewer
from volunteer_hub.core.access import Viewer
from volunteer_hub.core.db import db
from volunteer_hub.core.errors import DomainError
from volunteer_hub.demo import hours, match_facts, people_data
from volunteer_hub.demo.builder import World
from volunteer_hub.fit.rules import VolunteerFacts
from volunteer_hub.institutions.queries import shares_data
from volunteer_hub.matching import queries as matching_queries
from volunteer_hub.matching import service as matching
from volunteer_hub.matching.models import Match
from volunteer_hub.matching.states import Reason
from volunteer_hub.partner_requests import service as request_service
from volunteer_hub.partner_requests.models import PartnerRequest
from volunteer_hub.partner_requests.rules import has_deadline_passed
from volunteer_hub.partner_requests.states import RequestState
from volunteer_hub.placements import service as placements
from volunteer_hub.placements.models import Placement
from volunteer_hub.volunteers.models import Volunteer
from volunteer_hub.volunteers.states import VolunteerState

DAY = dt.timedelta(days=1)
# The outcomes of the matches, in turn; the first is that of the volunteer with the published sign-in.
OUTCOMES = (
    "active", "wait", "approve", "invite", "decline", "active", "late", "withdraw", "wait", "invite_no", "plan", "expire",
)  # fmt: skip

LEFT_FOR_ROUND_EVERY = 7
"""One of that many requests gets no match here, so that a first matching round has something to propose."""


def create_matches(world: World) -> int:
    """Create matches of ready volunteers with open requests, and let hosts answer. Returns the number of matches.

    In a large programme only the first MAX_MATCHED volunteers and requests take part.
    """
    made, ready, requests = 0, _ready_volunteers(), match_facts.list_open_requests(world)
    available = [request for request in requests if request.id % LEFT_FOR_ROUND_EVERY]
    first = ready[0].id if ready else 0
    for volunteer in [*ready, *ready[:1]]:
        # The volunteer with the published sign-in has one running placement and one match that waits for a decision.
        outcome = "wait" if made and volunteer.id == first else OUTCOMES[made % len(OUTCOMES)]
        match = _create_match(world, volunteer, available, outcome, made)
        if match is None:
            continue
        made += 1
        _carry_out(world, match, outcome)
        if match.request.state is not RequestState.OPEN:
            available = [request for request in available if request.id != match.request_id]
        db.session.commit()
    made += _add_competing_candidates(world, requests)
    matching.expire_due(world.now)
    request_service.expire_overdue(world.now)
    db.session.commit()
    hours.log_hours(world)
    return made


def _add_competing_candidates(world: World, requests: Sequence[match_facts.DemoRequest]) -> int:
    """Let three volunteers apply for one request of the director with the published sign-in. Returns how many did."""
    today = world.now.date()
    volunteers = [match_facts.volunteer_facts(volunteer, today=today) for volunteer in _ready_volunteers()]
    best: tuple[int, list[VolunteerFacts]] = (0, [])
    for request in requests:
        if request.country != people_data.COUNTRIES[0]:
            continue
        candidates = [facts for facts in volunteers if request.is_possible_for(facts, today=today)]
        if len(candidates) > len(best[1]):
            best = request.id, candidates
    request_id, candidates = best
    at = world.now - DAY
    for candidate in candidates[:3]:
        actor = get_viewer(candidate.account_id, today=today)
        offer = matching_queries.get_open_request(
            matching_queries.get_my_facts(actor, today=at.date()), request_id, today=at.date()
        )
        if offer.fit.is_possible:
            matching.express_interest(
                request_id, message=world.rng.choice(people_data.OFFER_MESSAGES), actor=actor, now=at
            )
    db.session.commit()
    return len(candidates[:3])


def _ready_volunteers() -> Sequence[Volunteer]:
    early = sa.select(Volunteer.id).order_by(Volunteer.id).limit(match_facts.MAX_MATCHED)
    ready = sa.select(Volunteer).where(Volunteer.state == VolunteerState.READY, Volunteer.id.in_(early))
    return db.session.scalars(ready.options(joinedload(Volunteer.account)).order_by(Volunteer.id)).all()


def _viewer(volunteer: Volunteer, now: dt.datetime) -> Viewer:
    return get_viewer(volunteer.account_id, today=now.date())


def _create_match(
    world: World, volunteer: Volunteer, requests: Sequence[match_facts.DemoRequest], outcome: str, start: int
) -> Match | None:
    """Match the volunteer with the first possible request, counted from a different request each time; None without request.

    The preloaded facts select it; the services check again, as seats may have been taken since.
    """
    actor, registered_at = _viewer(volunteer, world.now), volunteer.account.created_at
    record = match_facts.load_volunteer(volunteer)
    for request in _rotate(world, requests, outcome, start):
        at = max(_match_time(world, request.opened_at, outcome), registered_at + DAY)
        today = at.date()
        if has_deadline_passed(request.respond_by_on, today=today + 3 * DAY) or not request.is_possible_for(
            record.facts(today), today=today
        ):
            continue
        offer = matching_queries.get_open_request(
            matching_queries.get_my_facts(actor, today=today), request.id, today=today
        )
        if not offer.fit.is_possible or offer.row.match_id:
            continue
        if outcome.startswith(("invite", "expire")):
            match = _invite(world, volunteer, matching_queries.get_request_row(request.id), at)
            if match:
                return match
            continue
        return matching.express_interest(
            request.id, message=world.rng.choice(people_data.OFFER_MESSAGES), actor=actor, now=at
        )
    return None


def _rotate(
    world: World, requests: Sequence[match_facts.DemoRequest], outcome: str, start: int
) -> list[match_facts.DemoRequest]:
    """Return the requests starting from a different one each time; the earliest ones first for active placements."""
    if not requests:
        return []
    rotated = [*requests[start % len(requests) :], *requests[: start % len(requests)]]
    # Requests of the director with the published sign-in come first, so that their pages are full.
    ordered = sorted(rotated, key=lambda request: request.country != people_data.COUNTRIES[0] or start % 3 == 2)
    earliest = [request for request in ordered if request.opened_at < world.now - 60 * DAY]
    if outcome == "active":
        return [*earliest, *ordered]
    return [request for request in ordered if request not in earliest]


def _match_time(world: World, opened: dt.datetime, outcome: str) -> dt.datetime:
    """Return when the match begins: after the request was opened, and long enough ago for its outcome."""
    days_ago = {"late": 9, "active": 75, "expire": 8, "wait": 2}.get(outcome, 5)
    return max(opened + DAY / 2, world.now - days_ago * DAY) if opened + DAY / 2 < world.now else world.now


def _invite(world: World, volunteer: Volunteer, request: PartnerRequest, at: dt.datetime) -> Match | None:
    if not shares_data(request.institution_id, today=at.date()):
        return None
    director = world.director_of(request.institution)
    message = "Your profile is just what they need. Would you have the time?"
    return matching.invite(request, volunteer.id, message=message, actor=director, now=at)


def _carry_out(world: World, match: Match, outcome: str) -> None:
    director = world.director_of(match.request.institution)
    volunteer = _viewer(match.volunteer, world.now)
    later = min(match.created_at + 2 * DAY, world.now)
    if outcome == "decline":
        message = "Thank you. We look for somebody who has set up a service from nothing; please do offer again."
        matching.decline(match, reason=Reason.SKILLS, message=message, actor=director, now=later)
    elif outcome == "withdraw":
        matching.withdraw(match, reason=Reason.DATES, message="My rota has changed.", actor=volunteer, now=later)
    elif outcome == "invite_no":
        message = "I am sorry, not before the spring."
        matching.decline_invitation(match, reason=Reason.NO_TIME, message=message, actor=volunteer, now=later)
    elif outcome in {"approve", "active", "plan"}:
        _approve(world, match, outcome, director, later)


def _approve(world: World, match: Match, outcome: str, director: Viewer, at: dt.datetime) -> None:
    start = match.request.earliest_start_on or at.date()
    if outcome == "active":
        start = min(start, at.date() + 3 * DAY)
    try:
        placement = placements.approve(
            match,
            starts_on=max(start, at.date()),
            objective=match.request.expected_result or match.request.title,
            allocation_minor=world.rng.choice((25_000, 40_000)),
            message="A warm welcome from all of us.",
            actor=director,
            now=at,
        )
    except DomainError:
        # An institution without a data-sharing agreement cannot approve: the candidate keeps waiting.
        db.session.rollback()
        return
    if outcome in {"active", "plan"}:
        _plan(world, placement, match, at)
    if outcome == "active":
        _start(world, placement, match, at)


def _plan(world: World, placement: Placement, match: Match, at: dt.datetime) -> None:
    volunteer = _viewer(match.volunteer, world.now)
    placements.change_plan(
        placement,
        objectives=[placement.objectives[0].text, "Two people there can carry it on without me."],
        starts_on=placement.starts_on,
        ends_on=max(placement.ends_on, world.now.date() + 30 * DAY),
        weekly_minutes=placement.weekly_minutes,
        channel=world.rng.choice(people_data.CHANNELS),
        actor=volunteer,
        now=at,
    )


def _start(world: World, placement: Placement, match: Match, at: dt.datetime) -> None:
    partner = world.partner_of(match.request.institution)
    placements.agree(placement, plan=placement.workplan_version, actor=partner, now=at)
    if placement.release:
        placements.answer_release(placement.release, granted=True, message="With pleasure.", now=at)
    placements.start(placement, actor=partner, now=max(at, dt.datetime.combine(placement.starts_on, at.timetz())))
