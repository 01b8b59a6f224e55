"""Hours of the demonstration's running placements."""

from __future__ import annotations

import datetime as dt

import sqlalchemy as sa

from volunteer_hub.accounts.queries import get_viewer
from volunteer_hub.core.db import db
from volunteer_hub.demo.builder import World
from volunteer_hub.hours import service
from volunteer_hub.hours.models import HoursEntry
from volunteer_hub.hours.states import HoursKind
from volunteer_hub.placements.models import Placement
from volunteer_hub.placements.states import PlacementState

EVENING = dt.time(20, 30, tzinfo=dt.UTC)
K = HoursKind
ACTIVITIES = (
    (K.PREPARATION, 45, "Slides and a case to discuss."),
    (K.DELIVERY, 90, "Teaching session with the ward team."),
    (K.FOLLOW_UP, 30, "Answered questions by message."),
    (K.DELIVERY, 60, "Mentoring call."),
    (K.COORDINATION, 20, "Planned the next weeks."),
    (K.PREPARATION, 60, None),
    (K.DELIVERY, 120, "Workshop, two groups."),
)
QUESTION = "Was this before or after the workshop? We have it in the diary for another day."
ANSWER = "It was the day before: I have it right now."
QUERIED_FROM_END = 3
"""Counted from the latest entry: this one is queried, later ones wait for confirmation, earlier ones are confirmed."""


def log_hours(world: World) -> int:
    """Log hours on every active placement, from its first day until yesterday. Returns the number of entries."""
    statement = sa.select(Placement).where(Placement.state == PlacementState.ACTIVE).order_by(Placement.id)
    made = 0
    for placement in db.session.scalars(statement).all():
        entries = _log(world, placement)
        _review(world, placement, entries)
        db.session.commit()
        made += len(entries)
    return made


def _log(world: World, placement: Placement) -> list[HoursEntry]:
    """Log one or two entries a week, each on the evening of its day."""
    volunteer = get_viewer(placement.volunteer.account_id, today=world.now.date())
    day, entries = placement.starts_on, []
    while day < world.now.date():
        kind, minutes, note = world.rng.choice(ACTIVITIES)
        entry = service.log(
            placement,
            worked_on=day,
            minutes=minutes,
            kind=kind,
            note=note,
            start=world.rng.choice((None, 17 * 60 + 30)),
            actor=volunteer,
            now=dt.datetime.combine(day, EVENING),
        )
        entries.append(entry)
        day += dt.timedelta(days=world.rng.randrange(3, 7))
    return entries


def _review(world: World, placement: Placement, entries: list[HoursEntry]) -> None:
    """Confirm all but the latest entries as the hospital's contact; one was queried and answered, one is queried."""
    partner = world.partner_of(placement.request.institution)
    for number, entry in enumerate(entries):
        at = min(entry.logged_at + dt.timedelta(days=4), world.now)
        from_end = len(entries) - number
        if from_end == QUERIED_FROM_END:
            service.query(entry, message=QUESTION, actor=partner, now=at)
        elif from_end > QUERIED_FROM_END:
            if number == 1:
                _query_and_answer(world, entry, at)
            service.confirm(entry, version=str(entry.version), actor=partner, now=at)


def _query_and_answer(world: World, entry: HoursEntry, at: dt.datetime) -> None:
    partner = world.partner_of(entry.placement.request.institution)
    service.query(entry, message=QUESTION, actor=partner, now=at)
    service.correct(
        entry,
        worked_on=entry.worked_on,
        minutes=entry.minutes,
        kind=entry.kind,
        note=entry.note,
        start=17 * 60 if entry.started_at else None,
        answer=ANSWER,
        actor=get_viewer(entry.volunteer.account_id, today=world.now.date()),
        now=at,
    )
    db.session.flush()
