"""What this area teaches the skills tree: how many volunteers have a skill, and how merging moves them."""

from __future__ import annotations

import sqlalchemy as sa
from flask import current_app, url_for
from flask_babel import gettext as _
from sqlalchemy.orm import aliased

from volunteer_hub.core.access import Viewer, may_enter
from volunteer_hub.core.db import db
from volunteer_hub.vocabulary import uses
from volunteer_hub.vocabulary.states import SKILL_RANK
from volunteer_hub.vocabulary.uses import Moved, Use
from volunteer_hub.volunteers.models import Volunteer, VolunteerSkill
from volunteer_hub.volunteers.states import VolunteerState

PAGE = "readiness.index"


def teach() -> None:
    """Let the pages about skills count and move volunteers."""
    uses.teach("volunteers", _count, _move)


def _count(code: str, viewer: Viewer) -> Use:
    here = sa.case((Volunteer.state != VolunteerState.LEFT, 1), else_=0)
    statement = (
        sa.select(sa.func.count(Volunteer.id), sa.func.coalesce(sa.func.sum(here), 0))
        .join(VolunteerSkill, VolunteerSkill.volunteer_id == Volunteer.id)
        .where(VolunteerSkill.skill_code == code)
    )
    number, live = db.session.execute(statement).one()
    may_open = may_enter(current_app.view_functions[PAGE], viewer)
    return Use(_("Volunteers who have it"), number, live, url_for(PAGE, state="all", skill=code) if may_open else None)


def _move(old: str, new: str) -> Moved:
    """Whoever has both keeps the higher level."""
    theirs, held = aliased(VolunteerSkill), VolunteerSkill
    both = (
        sa.select(held.volunteer_id, held.level, theirs.level.label("other"))
        .join(theirs, sa.and_(theirs.volunteer_id == held.volunteer_id, theirs.skill_code == old))
        .where(held.skill_code == new)
        .order_by(held.volunteer_id)
    )
    joined = db.session.execute(both).all()
    for row in joined:
        if SKILL_RANK[row.other] > SKILL_RANK[row.level]:
            keep = sa.update(held).where(held.volunteer_id == row.volunteer_id, held.skill_code == new)
            db.session.execute(keep.values(level=row.other).execution_options(synchronize_session=False))
    ids = [row.volunteer_id for row in joined]
    gone = sa.delete(held).where(held.skill_code == old, held.volunteer_id.in_(ids))
    db.session.execute(gone.execution_options(synchronize_session=False))
    rest = sa.update(held).where(held.skill_code == old).values(skill_code=new)
    moved = db.session.execute(rest.execution_options(synchronize_session=False))
    db.session.expire_all()
    return Moved(int(moved.rowcount), len(joined))  # type: ignore[attr-defined]
