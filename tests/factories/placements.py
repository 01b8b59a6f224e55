"""Funds with money, and placements in any state, committed."""

from __future__ import annotations

import datetime as dt
from typing import Any

import sqlalchemy as sa

from tests.factories.accounts import viewer_of
from tests.factories.matching import director_of, discard_mail, make_match
from tests.factories.partner_requests import make_institution, make_programme
from volunteer_hub.accounts.models import Account
from volunteer_hub.accounts.secrets import hash_token
from volunteer_hub.budgets import queries as budget_queries
from volunteer_hub.budgets import service as budgets
from volunteer_hub.budgets.models import Fund
from volunteer_hub.core import clock
from volunteer_hub.core.access import Viewer
from volunteer_hub.core.db import db
from volunteer_hub.core.money import Money
from volunteer_hub.matching.models import Match
from volunteer_hub.placements import service
from volunteer_hub.placements.models import Placement
from volunteer_hub.placements.states import PlacementState
from volunteer_hub.programmes.models import Programme

TOKEN = "the-managers-own-link"


def make_fund(programme: Programme | None = None, minor: int = 1_000_000, *, at: dt.datetime | None = None) -> Fund:
    """Book `minor` units received on the programme's fund, and return the fund."""
    programme = programme or make_programme(make_institution())
    amount = Money(minor, programme.currency)
    fund = budgets.receive(programme, amount, purpose="First instalment", actor=None, now=at or clock.now())
    db.session.commit()
    return fund


def make_placement(
    match: Match | None = None,
    state: PlacementState = PlacementState.PLANNED,
    *,
    director: Account | None = None,
    starts_on: dt.date | None = None,
    allocation_minor: int = 50_000,
    objective: str = "Hand hygiene is audited every month.",
    message: str | None = None,
    at: dt.datetime | None = None,
    **request: Any,
) -> Placement:
    """Create a placement approved by a director, with money from the programme's fund. `request` goes to make_match.

    An active one is agreed, released and started; a paused or completed one was started before. One that ended early
    was ended by the director.
    """
    now = at or clock.now()
    match = match or make_match(**request, at=now)
    director = director or director_of(match.request)
    programme = match.request.programme
    if allocation_minor and budget_queries.find_fund(programme.id, programme.currency) is None:
        make_fund(programme, at=now)
    with discard_mail():
        placement = service.approve(
            match,
            starts_on=starts_on or now.date(),
            objective=objective,
            allocation_minor=allocation_minor,
            message=message,
            actor=viewer_of(director),
            now=now,
        )
        if placement.release:
            placement.release.token_hash = hash_token(f"{TOKEN}-{placement.id}")
        _move_to(placement, state, director, now=now)
    return placement


def release_token(placement: Placement) -> str:
    """Return the token of the line manager's link that `make_placement` set."""
    return f"{TOKEN}-{placement.id}"


def _move_to(placement: Placement, state: PlacementState, director: Account, *, now: dt.datetime) -> None:
    actor = viewer_of(director)
    if state in {PlacementState.ACTIVE, PlacementState.PAUSED, PlacementState.COMPLETED}:
        if placement.release:
            service.answer_release(placement.release, granted=True, message=None, now=now)
        for side in (viewer_of(placement.volunteer.account), actor):
            service.agree(placement, plan=placement.workplan_version, actor=side, now=now)
        service.start(placement, actor=actor, now=now)
        _move_on(placement, state, actor, now=now)
    elif state is PlacementState.ENDED_EARLY:
        service.end_early(placement, reason="It is not the right time.", actor=actor, now=now)


def _move_on(placement: Placement, state: PlacementState, actor: Viewer, *, now: dt.datetime) -> None:
    if state is PlacementState.PAUSED:
        service.pause(placement, reason="A break for the exams.", actor=actor, now=now)
    elif state is PlacementState.COMPLETED:
        last = dt.datetime.combine(placement.ends_on, now.timetz())
        service.complete(placement, message=None, actor=actor, now=last)


def count_placements(request_id: int) -> int:
    """Return the number of placements of a request."""
    return int(db.session.scalar(sa.select(sa.func.count(Placement.id)).where(Placement.request_id == request_id)) or 0)
