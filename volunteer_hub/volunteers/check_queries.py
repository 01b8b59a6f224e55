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
from volunteer_hub.volunteers.models import ReadinessCheck, ReadinessRequirement, Volunteer
from volunteer_hub.volunteers.rules import Requirement
from volunteer_hub.volunteers.states import CheckKind, CheckState, VolunteerState

STATES_SET_BY_CHECKS = frozenset({VolunteerState.CHECKING, VolunteerState.READY, VolunteerState.LAPSED})
"""The states that follow from the checks."""


def get_requirements() -> dict[CheckKind, Requirement]:
    """What is set for each kind of check, defaults included; one query."""
    columns = (
        ReadinessRequirement.kind,
        ReadinessRequirement.needed,
        ReadinessRequirement.valid_months,
        ReadinessRequirement.guidance,
    )
    rows = db.session.execute(sa.select(*columns).order_by(ReadinessRequirement.kind))
    found = {row.kind: Requirement(row.needed, row.valid_months, row.guidance) for row in rows}
    return {kind: found.get(kind, Requirement()) for kind in CheckKind}


def find_requirement(kind: CheckKind) -> ReadinessRequirement | None:
    """The row of a kind, if anybody ever set it."""
    return db.session.get(ReadinessRequirement, kind, populate_existing=True)


def audit_subject(kind: CheckKind) -> Subject:
    """A setting as the audit trail knows it."""
    return Subject(ReadinessRequirement.__tablename__, list(CheckKind).index(kind) + 1)


def lock_volunteer(volunteer: Volunteer) -> None:
    """Wait for whoever changes this volunteer or what is needed of all; keep it until the commit."""
    db.session.execute(sa.select(Volunteer.id).where(Volunteer.id == volunteer.id).with_for_update())


def lock_all_volunteers() -> None:
    """Wait for everybody who settles a volunteer, and let nobody settle one until the commit."""
    db.session.execute(sa.select(Volunteer.id).order_by(Volunteer.id).with_for_update()).all()


def list_assessed_volunteers() -> Sequence[Volunteer]:
    """The volunteers whose state follows from their checks, with these; two queries."""
    statement = (
        sa.select(Volunteer)
        .where(Volunteer.state.in_(STATES_SET_BY_CHECKS))
        .options(joinedload(Volunteer.profession), joinedload(Volunteer.account), selectinload(Volunteer.checks))
        .order_by(Volunteer.id)
    )
    return db.session.scalars(statement.execution_options(populate_existing=True)).all()


def list_expiring_checks(*, today: dt.date, until: dt.date) -> Sequence[ReadinessCheck]:
    """Met checks with a last day from `today` to `until`, of volunteers who are neither paused nor gone."""
    statement = (
        sa.select(ReadinessCheck)
        .join(ReadinessCheck.volunteer)
        .where(ReadinessCheck.state == CheckState.MET, ReadinessCheck.expires_on.between(today, until))
        .where(Volunteer.state.in_(STATES_SET_BY_CHECKS))
        .options(
            contains_eager(ReadinessCheck.volunteer).joinedload(Volunteer.account),
            contains_eager(ReadinessCheck.volunteer).joinedload(Volunteer.profession),
        )
        .order_by(ReadinessCheck.expires_on, ReadinessCheck.id)
    )
    return db.session.scalars(statement).all()


def list_queued_warnings(check_ids: Sequence[int]) -> set[tuple[int, dt.datetime]]:
    """(check, instant) of the warnings that were queued already, whatever the address was then."""
    rows = db.session.execute(
        sa.select(OutboxMail.subject_id, OutboxMail.due_at).where(
            OutboxMail.kind == "check_expiring",
            OutboxMail.subject_type == subject_type(ReadinessCheck),
            OutboxMail.subject_id.in_(check_ids),
        )
    )
    return {(row.subject_id, row.due_at) for row in rows}
