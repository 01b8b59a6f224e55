"""What this area registers with the areas below, at start-up."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from itertools import groupby

import sqlalchemy as sa
from flask import current_app, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import aliased

from volunteer_hub.accounts import queries as accounts
from volunteer_hub.accounts.models import Account
from volunteer_hub.accounts.responsibilities import (
    RESPONSIBILITIES,
    Responsibility,
    ResponsibilityItem,
    ResponsibilityProvider,
)
from volunteer_hub.core.access import Role, Viewer, may_enter
from volunteer_hub.core.db import db
from volunteer_hub.institutions.references import INSTITUTION_REFERENCES, InstitutionReferenceProvider
from volunteer_hub.mail.relevance import register_row_check
from volunteer_hub.partner_requests import queries, service
from volunteer_hub.partner_requests.models import PartnerRequest, RequestSkill
from volunteer_hub.partner_requests.service import search_index
from volunteer_hub.partner_requests.states import ENDED, LIVE, RequestState
from volunteer_hub.vocabulary.references import (
    SKILL_REFERENCES,
    MovedReferences,
    SkillReferenceProvider,
    SkillReferences,
)
from volunteer_hub.vocabulary.states import SKILL_RANK

KIND = "requests"
PAGE, LIST_PAGE = "partner_requests.show", "partner_requests.index"
STATE_OF_EMAIL = {
    "request_submitted": RequestState.SUBMITTED,
    "request_opened": RequestState.OPEN,
    "request_returned": RequestState.RETURNED,
    "request_expired": RequestState.EXPIRED,
}
"""The state in which an email of that kind about a request is true."""


def register() -> None:
    """Register what contacts are responsible for, who refers to institutions and skills, when an email is still true."""
    RESPONSIBILITIES.register(KIND, ResponsibilityProvider(_list_responsibilities, _hand_over))
    INSTITUTION_REFERENCES.register(
        KIND, InstitutionReferenceProvider(_l("Requests"), _count_of_institution, LIST_PAGE, _index_institution)
    )
    SKILL_REFERENCES.register("partner_requests", SkillReferenceProvider(_count_of_skill, _move_skill, _index_skill))
    for kind, state in STATE_OF_EMAIL.items():
        register_row_check(PartnerRequest, _is_in(state), kind)


def _is_in(state: RequestState) -> Callable[[PartnerRequest, dt.datetime], bool]:
    return lambda row, _now: row.state is state


def _list_responsibilities(account: Account, viewer: Viewer) -> list[Responsibility]:
    """List the unfinished requests of a contact, hospital by hospital; two queries, or one when there is none."""
    requests = queries.list_unfinished_of_contact(account.id)
    contacts = accounts.list_live_grants(Role.PARTNER, exclude_id=account.id) if requests else []
    may_open = may_enter(current_app.view_functions[PAGE], viewer)
    responsibilities = []
    for institution, group in groupby(requests, key=lambda request: request.institution):
        own = list(group)
        successors = [(str(c.id), c.name) for c in contacts if c.institution_id == institution.id]
        responsibilities.append(
            Responsibility(
                KIND,
                institution.id,
                title=_("Requests of %(hospital)s", hospital=institution.name),
                items=[
                    ResponsibilityItem(row.title, url_for(PAGE, request_id=row.id) if may_open else None) for row in own
                ],
                successors=list(dict.fromkeys(successors)),
                stays=_("Nobody else speaks for this hospital. The requests stay as they are; invite another contact."),
                row_ids=[row.id for row in own],
            )
        )
    return responsibilities


def _hand_over(row_ids: Sequence[int], to_id: int, *, actor: Viewer, now: dt.datetime) -> None:
    service.hand_over(queries.list_by_ids(row_ids), to_id, actor=actor, now=now)


def _count_of_institution(institution_id: int) -> sa.ScalarSelect[int]:
    here = PartnerRequest.institution_id == institution_id
    return sa.select(sa.func.count(PartnerRequest.id)).where(here).scalar_subquery()


def _index_institution(institution_id: int) -> None:
    """Index the hospital's unfinished requests again: they are found under its name and town."""
    here = (PartnerRequest.institution_id == institution_id, PartnerRequest.state.in_(LIVE - ENDED))
    for request in db.session.scalars(sa.select(PartnerRequest).where(*here).order_by(PartnerRequest.id)):
        search_index.refresh(request)


def _count_of_skill(code: str, viewer: Viewer) -> SkillReferences:
    is_unfinished = sa.case((PartnerRequest.state.not_in(ENDED), 1), else_=0)
    statement = (
        sa.select(sa.func.count(PartnerRequest.id), sa.func.coalesce(sa.func.sum(is_unfinished), 0))
        .join(RequestSkill, RequestSkill.request_id == PartnerRequest.id)
        .where(RequestSkill.skill_code == code)
    )
    count, live_count = db.session.execute(statement).one()
    may_open = may_enter(current_app.view_functions[LIST_PAGE], viewer)
    url = url_for(LIST_PAGE, skill=code) if may_open else None
    return SkillReferences(_("Requests that ask for it"), count, live_count, url)


def _move_skill(old: str, new: str) -> MovedReferences:
    """Give the skill `new` to requests with `old`. One with both keeps the higher level, required if either was."""
    old_row, new_row = aliased(RequestSkill), RequestSkill
    both = (
        sa.select(
            new_row.request_id,
            new_row.level,
            new_row.required,
            old_row.level.label("old_level"),
            old_row.required.label("old_required"),
        )
        .join(old_row, sa.and_(old_row.request_id == new_row.request_id, old_row.skill_code == old))
        .where(new_row.skill_code == new)
        .order_by(new_row.request_id)
    )
    pairs = db.session.execute(both).all()
    for request_id, level, required, old_level, old_required in pairs:
        keep = sa.update(new_row).where(new_row.request_id == request_id, new_row.skill_code == new)
        values = {"level": max(level, old_level, key=SKILL_RANK.__getitem__), "required": required or old_required}
        db.session.execute(keep.values(values).execution_options(synchronize_session=False))
    ids = [pair.request_id for pair in pairs]
    delete = sa.delete(new_row).where(new_row.skill_code == old, new_row.request_id.in_(ids))
    db.session.execute(delete.execution_options(synchronize_session=False))
    move = sa.update(new_row).where(new_row.skill_code == old).values(skill_code=new)
    moved = db.session.execute(move.execution_options(synchronize_session=False))
    db.session.expire_all()
    return MovedReferences(int(moved.rowcount), len(pairs))  # type: ignore[attr-defined]


def _index_skill(code: str) -> None:
    """Index the unfinished requests with a skill again: they are found under its names."""
    statement = (
        sa.select(PartnerRequest)
        .join(RequestSkill, RequestSkill.request_id == PartnerRequest.id)
        .where(RequestSkill.skill_code == code, PartnerRequest.state.in_(LIVE - ENDED))
        .order_by(PartnerRequest.id)
    )
    for request in db.session.scalars(statement):
        search_index.refresh(request)
