"""What this area teaches the skills tree: how many requests ask for a skill, and how merging moves them."""

from __future__ import annotations

import sqlalchemy as sa
from flask import current_app, url_for
from flask_babel import gettext as _
from sqlalchemy.orm import aliased

from volunteer_hub.core.access import Viewer, may_enter
from volunteer_hub.core.db import db
from volunteer_hub.partner_requests.models import PartnerRequest, RequestSkill
from volunteer_hub.partner_requests.service import search_index
from volunteer_hub.partner_requests.states import ENDED, LIVE
from volunteer_hub.vocabulary import uses
from volunteer_hub.vocabulary.states import SKILL_RANK
from volunteer_hub.vocabulary.uses import Moved, Use

PAGE = "partner_requests.index"


def teach() -> None:
    """Let the pages about skills count and move requests, and keep their search current."""
    uses.teach("partner_requests", _count, _move, _refresh)


def _count(code: str, viewer: Viewer) -> Use:
    going_on = sa.case((PartnerRequest.state.not_in(ENDED), 1), else_=0)
    statement = (
        sa.select(sa.func.count(PartnerRequest.id), sa.func.coalesce(sa.func.sum(going_on), 0))
        .join(RequestSkill, RequestSkill.request_id == PartnerRequest.id)
        .where(RequestSkill.skill_code == code)
    )
    number, live = db.session.execute(statement).one()
    may_open = may_enter(current_app.view_functions[PAGE], viewer)
    return Use(_("Requests that ask for it"), number, live, url_for(PAGE, skill=code) if may_open else None)


def _move(old: str, new: str) -> Moved:
    """What asks for both keeps the higher level, and asks as strictly as the stricter of the two did."""
    theirs, asked = aliased(RequestSkill), RequestSkill
    both = (
        sa.select(asked.request_id, asked.level, asked.required, theirs.level.label("other"), theirs.required)
        .join(theirs, sa.and_(theirs.request_id == asked.request_id, theirs.skill_code == old))
        .where(asked.skill_code == new)
        .order_by(asked.request_id)
    )
    joined = db.session.execute(both).all()
    for request_id, level, required, other, also_required in joined:
        keep = sa.update(asked).where(asked.request_id == request_id, asked.skill_code == new)
        kept = {"level": max(level, other, key=SKILL_RANK.__getitem__), "required": required or also_required}
        db.session.execute(keep.values(kept).execution_options(synchronize_session=False))
    ids = [row.request_id for row in joined]
    gone = sa.delete(asked).where(asked.skill_code == old, asked.request_id.in_(ids))
    db.session.execute(gone.execution_options(synchronize_session=False))
    rest = sa.update(asked).where(asked.skill_code == old).values(skill_code=new)
    moved = db.session.execute(rest.execution_options(synchronize_session=False))
    db.session.expire_all()
    return Moved(int(moved.rowcount), len(joined))  # type: ignore[attr-defined]


def _refresh(code: str) -> None:
    """Requests are found under the names of the skills they ask for."""
    statement = (
        sa.select(PartnerRequest)
        .join(RequestSkill, RequestSkill.request_id == PartnerRequest.id)
        .where(RequestSkill.skill_code == code, PartnerRequest.state.in_(LIVE - ENDED))
        .order_by(PartnerRequest.id)
    )
    for ask in db.session.scalars(statement):
        search_index.refresh(ask)
