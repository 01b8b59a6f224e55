"""The demonstration programme, part four: matches in every state, placements, money set aside."""

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
from volunteer_hub.partner_requests import service as requests
from volunteer_hub.partner_requests.models import PartnerRequest
from volunteer_hub.partner_requests.rules import has_deadline_passed
from volunteer_hub.partner_requests.states import RequestState
from volunteer_hub.placements import service as placements
from volunteer_hub.placements.models import Placement
from volunteer_hub.volunteers.models import Volunteer
from volunteer_hub.volunteers.states import VolunteerState

DAY = dt.timedelta(days=1)
# What becomes of those who come forward, in turn; the first is the demonstration's own volunteer.
OUTCOMES = (
    "active", "wait", "approve", "invite", "decline", "active", "late", "withdraw", "wait", "invite_no", "plan", "expire",
)  # fmt: skip

LEFT_FOR_ROUND_EVERY = 7
"""Of so many requests one is left alone here, so that a first matching round has somebody to propose."""


def create_matches(world: World) -> int:
    """Let ready volunteers come forward for open requests, and hosts answer. Gives the number of matches.

    Of a large programme the first MOST volunteers and requests only: the others wait to be matched.
    """
    made, ready, asked = 0, _ready(), match_facts.list_open_requests(world)
    found = [one for one in asked if one.id % LEFT_FOR_ROUND_EVERY]
    first = ready[0].id if ready else 0
    for volunteer in [*ready, *ready[:1]]:
        # The demonstration's own volunteer has one placement at work, and waits for an answer beside it.
        fate = "wait" if made and volunteer.id == first else OUTCOMES[made % len(OUTCOMES)]
        match = _first_that_fits(world, volunteer, found, fate, made)
        if match is None:
            continue
        made += 1
        _continue(world, match, fate)
        if match.request.state is not RequestState.OPEN:
            found = [one for one in found if one.id != match.request_id]
        db.session.commit()
    made += _crowd(world, asked)
    matching.expire_due(world.now)
    requests.expire_overdue(world.now)
    db.session.commit()
    hours.log_hours(world)
    return made


def _crowd(world: World, asked: Sequence[match_facts.OpenRequest]) -> int:
    """Three candidates side by side for one request of the demonstration's own director."""
    today = world.now.date()
    facts = [match_facts.volunteer_facts(one, today=today) for one in _ready()]
    best: tuple[int, list[VolunteerFacts]] = (0, [])
    for one in asked:
        willing = (
            [me for me in facts if one.is_possible_for(me, today=today)]
            if one.country == people_data.COUNTRIES[0]
            else []
        )
        if len(willing) > len(best[1]):
            best = one.id, willing
    request_id, willing = best
    at = world.now - DAY
    for me in willing[:3]:
        actor = get_viewer(me.account_id, today=today)
        offer = matching_queries.get_open_request(
            matching_queries.get_my_facts(actor, today=at.date()), request_id, today=at.date()
        )
        if offer.fit.is_possible:
            matching.express_interest(offer, message=world.rng.choice(people_data.OFFER_MESSAGES), actor=actor, now=at)
    db.session.commit()
    return len(willing[:3])


def _ready() -> Sequence[Volunteer]:
    early = sa.select(Volunteer.id).order_by(Volunteer.id).limit(match_facts.MAX_MATCHED)
    ready = sa.select(Volunteer).where(Volunteer.state == VolunteerState.READY, Volunteer.id.in_(early))
    return db.session.scalars(ready.options(joinedload(Volunteer.account)).order_by(Volunteer.id)).all()


def _viewer(volunteer: Volunteer, now: dt.datetime) -> Viewer:
    return get_viewer(volunteer.account_id, today=now.date())


def _first_that_fits(
    world: World, volunteer: Volunteer, asked: Sequence[match_facts.OpenRequest], fate: str, start: int
) -> Match | None:
    """A match with the first request, counted from a different one each time, that nothing stops.

    The facts loaded once pick it; the services look again, for seats may have been taken since.
    """
    actor, registered_at = _viewer(volunteer, world.now), volunteer.account.created_at
    me = match_facts.load_volunteer(volunteer)
    for one in _in_turn(world, asked, fate, start):
        at = max(_when(world, one.opened_at, fate), registered_at + DAY)
        today = at.date()
        if has_deadline_passed(one.respond_by_on, today=today + 3 * DAY) or not one.is_possible_for(
            me.facts(today), today=today
        ):
            continue
        offer = matching_queries.get_open_request(
            matching_queries.get_my_facts(actor, today=today), one.id, today=today
        )
        if not offer.fit.is_possible or offer.row.match_id:
            continue
        if fate.startswith(("invite", "expire")):
            match = _invited(world, volunteer, matching_queries.get_request_row(one.id), at)
            if match:
                return match
            continue
        return matching.express_interest(
            offer, message=world.rng.choice(people_data.OFFER_MESSAGES), actor=actor, now=at
        )
    return None


def _in_turn(
    world: World, asked: Sequence[match_facts.OpenRequest], fate: str, start: int
) -> list[match_facts.OpenRequest]:
    """The requests from a different one each time; those of long ago for placements that have worked for a while."""
    if not asked:
        return []
    turned = [*asked[start % len(asked) :], *asked[: start % len(asked)]]
    # The demonstration's own director comes first, so that their pages are full.
    mine = sorted(turned, key=lambda one: one.country != people_data.COUNTRIES[0] or start % 3 == 2)
    long_ago = [one for one in mine if one.opened_at < world.now - 60 * DAY]
    return [*long_ago, *mine] if fate == "active" else [one for one in mine if one not in long_ago]


def _when(world: World, opened: dt.datetime, fate: str) -> dt.datetime:
    """When it began: long enough ago for what follows, after the request was opened."""
    ago = {"late": 9, "active": 75, "expire": 8, "wait": 2}.get(fate, 5)
    return max(opened + DAY / 2, world.now - ago * DAY) if opened + DAY / 2 < world.now else world.now


def _invited(world: World, volunteer: Volunteer, request: PartnerRequest, at: dt.datetime) -> Match | None:
    if not shares_data(request.institution_id, today=at.date()):
        return None
    director = world.director_of(request.institution)
    words = "Your profile is just what they need. Would you have the time?"
    return matching.invite(request, volunteer.id, message=words, actor=director, now=at)


def _continue(world: World, match: Match, fate: str) -> None:
    director = world.director_of(match.request.institution)
    volunteer = _viewer(match.volunteer, world.now)
    later = min(match.created_at + 2 * DAY, world.now)
    if fate == "decline":
        words = "Thank you. We look for somebody who has set up a service from nothing; please do offer again."
        matching.decline(match, reason=Reason.SKILLS, message=words, actor=director, now=later)
    elif fate == "withdraw":
        matching.withdraw(match, reason=Reason.DATES, message="My rota has changed.", actor=volunteer, now=later)
    elif fate == "invite_no":
        words = "I am sorry, not before the spring."
        matching.decline_invitation(match, reason=Reason.NO_TIME, message=words, actor=volunteer, now=later)
    elif fate in {"approve", "active", "plan"}:
        _approve(world, match, fate, director, later)


def _approve(world: World, match: Match, fate: str, director: Viewer, at: dt.datetime) -> None:
    start = match.request.earliest_start_on or at.date()
    if fate == "active":
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
        # An institution without a data-sharing agreement: the candidate keeps waiting, as in life.
        db.session.rollback()
        return
    if fate in {"active", "plan"}:
        _plan(world, placement, match, at)
    if fate == "active":
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
