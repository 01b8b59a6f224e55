"""What this area registers with the areas below, at start-up."""

from __future__ import annotations

import sqlalchemy as sa
from flask import current_app, url_for
from flask_babel import gettext as _
from sqlalchemy.orm import aliased

from volunteer_hub.core.access import Viewer, may_enter
from volunteer_hub.core.db import db
from volunteer_hub.vocabulary.references import (
    SKILL_REFERENCES,
    MovedReferences,
    SkillReferenceProvider,
    SkillReferences,
)
from volunteer_hub.vocabulary.states import SKILL_RANK
from volunteer_hub.volunteers import service
from volunteer_hub.volunteers.models import Volunteer, VolunteerSkill
from volunteer_hub.volunteers.states import VolunteerState

LIST_PAGE = "volunteers.readiness_queue"


def register() -> None:
    """Register who has a skill; hear of registrations, accepted invitations and closed accounts."""
    SKILL_REFERENCES.register("volunteers", SkillReferenceProvider(_count_volunteers, _move_skill))
    service.subscribe()


def _count_volunteers(code: str, viewer: Viewer) -> SkillReferences:
    is_here = sa.case((Volunteer.state != VolunteerState.LEFT, 1), else_=0)
    statement = (
        sa.select(sa.func.count(Volunteer.id), sa.func.coalesce(sa.func.sum(is_here), 0))
        .join(VolunteerSkill, VolunteerSkill.volunteer_id == Volunteer.id)
        .where(VolunteerSkill.skill_code == code)
    )
    count, live_count = db.session.execute(statement).one()
    may_open = may_enter(current_app.view_functions[LIST_PAGE], viewer)
    url = url_for(LIST_PAGE, state="all", skill=code) if may_open else None
    return SkillReferences(_("Volunteers who have it"), count, live_count, url)


def _move_skill(old: str, new: str) -> MovedReferences:
    """Give the skill `new` to volunteers with `old`. A volunteer with both keeps the higher level."""
    old_row, new_row = aliased(VolunteerSkill), VolunteerSkill
    both = (
        sa.select(new_row.volunteer_id, new_row.level, old_row.level.label("old_level"))
        .join(old_row, sa.and_(old_row.volunteer_id == new_row.volunteer_id, old_row.skill_code == old))
        .where(new_row.skill_code == new)
        .order_by(new_row.volunteer_id)
    )
    pairs = db.session.execute(both).all()
    for pair in pairs:
        if SKILL_RANK[pair.old_level] > SKILL_RANK[pair.level]:
            raise_level = sa.update(new_row).where(new_row.volunteer_id == pair.volunteer_id, new_row.skill_code == new)
            db.session.execute(raise_level.values(level=pair.old_level).execution_options(synchronize_session=False))
    ids = [pair.volunteer_id for pair in pairs]
    delete = sa.delete(new_row).where(new_row.skill_code == old, new_row.volunteer_id.in_(ids))
    db.session.execute(delete.execution_options(synchronize_session=False))
    move = sa.update(new_row).where(new_row.skill_code == old).values(skill_code=new)
    moved = db.session.execute(move.execution_options(synchronize_session=False))
    db.session.expire_all()
    return MovedReferences(int(moved.rowcount), len(pairs))  # type: ignore[attr-defined]
