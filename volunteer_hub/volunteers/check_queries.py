"""Reading what is set for the checks, and the checks that run out."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy.orm import contains_eager, joinedload, selectinload

from volunteer_hub.audit.rules import Subject
from volunteer_hub.core.db import db
from volunteer_hub.core.subject_types import subject_type
from volunteer_hub.mail.models import OutboxMail
from volunteer_hub.volunteers.models import CheckSetting, ReadinessCheck, Volunteer
from volunteer_hub.volunteers.rules import Setting
from volunteer_hub.volunteers.states import CheckKind, CheckState, VolunteerState

SETTLED = frozenset({VolunteerState.CHECKING, VolunteerState.READY, VolunteerState.LAPSED})
"""The states that follow from the checks."""


def settings() -> dict[CheckKind, Setting]:
    """What is set for each kind of check, defaults included; one query."""
    columns = (CheckSetting.kind, CheckSetting.needed, CheckSetting.valid_months, CheckSetting.guidance)
    rows = db.session.execute(sa.select(*columns).order_by(CheckSetting.kind))
    found = {row.kind: Setting(row.needed, row.valid_months, row.guidance) for row in rows}
    return {kind: found.get(kind, Setting()) for kind in CheckKind}


def setting_row(kind: CheckKind) -> CheckSetting | None:
    """The row of a kind, if anybody ever set it."""
    return db.session.get(CheckSetting, kind, populate_existing=True)


def subject(kind: CheckKind) -> Subject:
    """A setting as the audit trail knows it."""
    return Subject(CheckSetting.__tablename__, list(CheckKind).index(kind) + 1)


def lock(volunteer: Volunteer) -> None:
    """Wait for whoever changes this volunteer or what is needed of all; keep it until the commit."""
    db.session.execute(sa.select(Volunteer.id).where(Volunteer.id == volunteer.id).with_for_update())


def lock_everybody() -> None:
    """Wait for everybody who settles a volunteer, and let nobody settle one until the commit."""
    db.session.execute(sa.select(Volunteer.id).order_by(Volunteer.id).with_for_update()).all()


def standing() -> Sequence[Volunteer]:
    """The volunteers whose state follows from their checks, with these; two queries."""
    statement = (
        sa.select(Volunteer)
        .where(Volunteer.state.in_(SETTLED))
        .options(joinedload(Volunteer.profession), joinedload(Volunteer.account), selectinload(Volunteer.checks))
        .order_by(Volunteer.id)
    )
    return db.session.scalars(statement.execution_options(populate_existing=True)).all()


def running_out(*, today: dt.date, until: dt.date) -> Sequence[ReadinessCheck]:
    """Met checks with a last day from `today` to `until`, of volunteers who are neither paused nor gone."""
    statement = (
        sa.select(ReadinessCheck)
        .join(ReadinessCheck.volunteer)
        .where(ReadinessCheck.state == CheckState.MET, ReadinessCheck.expires_on.between(today, until))
        .where(Volunteer.state.in_(SETTLED))
        .options(
            contains_eager(ReadinessCheck.volunteer).joinedload(Volunteer.account),
            contains_eager(ReadinessCheck.volunteer).joinedload(Volunteer.profession),
        )
        .order_by(ReadinessCheck.expires_on, ReadinessCheck.id)
    )
    return db.session.scalars(statement).all()


def warned(check_ids: Sequence[int]) -> set[tuple[int, dt.datetime]]:
    """(check, instant) of the warnings that were queued already, whatever the address was then."""
    rows = db.session.execute(
        sa.select(OutboxMail.subject_id, OutboxMail.due_at).where(
            OutboxMail.kind == "check_expiring",
            OutboxMail.subject_type == subject_type(ReadinessCheck),
            OutboxMail.subject_id.in_(check_ids),
        )
    )
    return {(row.subject_id, row.due_at) for row in rows}
