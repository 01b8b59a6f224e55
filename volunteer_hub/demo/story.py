"""The demonstration programme, part four: matches in every state, placements, money set aside."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

import sqlalchemy as sa

from volunteer_hub.accounts.queries import viewer_of_account
from volunteer_hub.core.access import Viewer
from volunteer_hub.core.db import db
from volunteer_hub.core.errors import DomainError
from volunteer_hub.demo import cast, work
from volunteer_hub.demo.world import World
from volunteer_hub.institutions.queries import shares_data
from volunteer_hub.matching import queries as matching_queries
from volunteer_hub.matching import service as matching
from volunteer_hub.matching.models import Match
from volunteer_hub.matching.states import Reason
from volunteer_hub.partner_requests import service as requests
from volunteer_hub.partner_requests.models import PartnerRequest
from volunteer_hub.partner_requests.rules import is_past
from volunteer_hub.partner_requests.states import RequestState
from volunteer_hub.placements import service as placements
from volunteer_hub.placements.models import Placement
from volunteer_hub.volunteers.models import Volunteer
from volunteer_hub.volunteers.states import VolunteerState

DAY = dt.timedelta(days=1)
# What becomes of those who come forward, in turn; the first is the demonstration's own volunteer.
FATES = (
    "active", "wait", "approve", "invite", "decline", "active", "late", "withdraw", "wait", "invite_no", "plan", "expire",
)  # fmt: skip


def tell(world: World) -> int:
    """Let ready volunteers come forward for open requests, and hosts answer. Gives the number of matches."""
    made = 0
    open_requests = db.session.scalars(
        sa.select(PartnerRequest).where(PartnerRequest.state == RequestState.OPEN).order_by(PartnerRequest.id)
    ).all()
    ready = _ready()
    for volunteer in [*ready, *ready]:
        # The demonstration's own volunteer has one placement at work, and waits for an answer beside it.
        fate = "wait" if made and volunteer is ready[0] else FATES[made % len(FATES)]
        match = _first_that_fits(world, volunteer, open_requests, fate, made)
        if match is None:
            continue
        made += 1
        _continue(world, match, fate)
        db.session.commit()
    made += _crowd(world, open_requests)
    matching.expire_due(world.now)
    requests.expire_past(world.now)
    work.log_hours(world)
    return made


def _crowd(world: World, asked: Sequence[PartnerRequest]) -> int:
    """Three candidates side by side for one request of the demonstration's own director."""
    own = [r for r in asked if r.state is RequestState.OPEN and r.institution.country_iso2 == cast.COUNTRIES[0]]
    best, most = [], 0
    for request in own:
        willing = [v for v in _ready() if _can_offer(world, v, request)]
        if len(willing) > most:
            best, most = [(v, request) for v in willing[:3]], len(willing)
    for volunteer, request in best:
        actor = _viewer(volunteer, world.now)
        at = world.now - DAY
        found = matching_queries.open_request(
            matching_queries.my_facts(actor, today=at.date()), request.id, today=at.date()
        )
        matching.come_forward(found, words=world.chance.choice(cast.WORDS), actor=actor, now=at)
    db.session.commit()
    return len(best)


def _can_offer(world: World, volunteer: Volunteer, request: PartnerRequest) -> bool:
    me = matching_queries.my_facts(_viewer(volunteer, world.now), today=world.now.date())
    found = matching_queries.open_request(me, request.id, today=world.now.date())
    return found.fit.is_possible and not found.row.match_id


def _ready() -> Sequence[Volunteer]:
    ready = sa.select(Volunteer).where(Volunteer.state == VolunteerState.READY)
    return db.session.scalars(ready.order_by(Volunteer.id)).all()


def _viewer(volunteer: Volunteer, now: dt.datetime) -> Viewer:
    return viewer_of_account(volunteer.account_id, today=now.date())


def _first_that_fits(
    world: World, volunteer: Volunteer, asked: Sequence[PartnerRequest], fate: str, start: int
) -> Match | None:
    """A match with the first request, counted from a different one each time, that nothing stops."""
    actor = _viewer(volunteer, world.now)
    # The demonstration's own director comes first, so that their pages are full.
    turned = [*asked[start % len(asked) :], *asked[: start % len(asked)]]
    mine = sorted(turned, key=lambda r: r.institution.country_iso2 != cast.COUNTRIES[0] or start % 3 == 2)
    long_ago = [r for r in mine if r.opened_at and r.opened_at < world.now - 60 * DAY]
    mine = [*long_ago, *mine] if fate == "active" else [r for r in mine if r not in long_ago]
    for request in mine:
        if request.state is not RequestState.OPEN or request.opened_at is None:
            continue
        at = max(_when(world, request, fate), volunteer.account.created_at + DAY)
        if is_past(request.respond_by_on, today=at.date() + 3 * DAY):
            continue
        me = matching_queries.my_facts(actor, today=at.date())
        found = matching_queries.open_request(me, request.id, today=at.date())
        if not found.fit.is_possible or found.row.match_id:
            continue
        if fate.startswith(("invite", "expire")):
            match = _invited(world, volunteer, request, at)
            if match:
                return match
            continue
        return matching.come_forward(found, words=world.chance.choice(cast.WORDS), actor=actor, now=at)
    return None


def _when(world: World, request: PartnerRequest, fate: str) -> dt.datetime:
    """When it began: long enough ago for what follows, after the request was opened."""
    ago = {"late": 9, "active": 75, "expire": 8, "wait": 2}.get(fate, 5)
    opened = request.opened_at or world.now
    return max(opened + DAY / 2, world.now - ago * DAY) if opened + DAY / 2 < world.now else world.now


def _invited(world: World, volunteer: Volunteer, request: PartnerRequest, at: dt.datetime) -> Match | None:
    if not shares_data(request.institution_id, today=at.date()):
        return None
    director = world.director_of(request.institution)
    words = "Your profile is just what they need. Would you have the time?"
    return matching.invite(request, volunteer.id, words=words, actor=director, now=at)


def _continue(world: World, match: Match, fate: str) -> None:
    director = world.director_of(match.request.institution)
    volunteer = _viewer(match.volunteer, world.now)
    later = min(match.created_at + 2 * DAY, world.now)
    if fate == "decline":
        words = "Thank you. We look for somebody who has set up a service from nothing; please do offer again."
        matching.decline(match, reason=Reason.SKILLS, words=words, actor=director, now=later)
    elif fate == "withdraw":
        matching.withdraw(match, reason=Reason.DATES, words="My rota has changed.", actor=volunteer, now=later)
    elif fate == "invite_no":
        words = "I am sorry, not before the spring."
        matching.decline_invitation(match, reason=Reason.NO_TIME, words=words, actor=volunteer, now=later)
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
            allocation_minor=world.chance.choice((25_000, 40_000)),
            words="A warm welcome from all of us.",
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
        channel=world.chance.choice(cast.CHANNELS),
        actor=volunteer,
        now=at,
    )


def _start(world: World, placement: Placement, match: Match, at: dt.datetime) -> None:
    partner = world.partner_of(match.request.institution)
    placements.agree(placement, plan=placement.workplan_version, actor=partner, now=at)
    if placement.release:
        placements.answer_release(placement.release, given=True, words="With pleasure.", now=at)
    placements.start(placement, actor=partner, now=max(at, dt.datetime.combine(placement.starts_on, at.timetz())))
