"""Queries on the requirements for checks, on expiring checks, and the locks of their changes."""

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
"""States that are derived from the checks."""


def get_requirements() -> dict[CheckKind, Requirement]:
    """Return the requirement of each kind of check, with defaults where none is stored; one query."""
    columns = (
        ReadinessRequirement.kind,
        ReadinessRequirement.needed,
        ReadinessRequirement.valid_months,
        ReadinessRequirement.guidance,
    )
    rows = db.session.execute(sa.select(*columns).order_by(ReadinessRequirement.kind))
    stored = {row.kind: Requirement(row.needed, row.valid_months, row.guidance) for row in rows}
    return {kind: stored.get(kind, Requirement()) for kind in CheckKind}


def find_requirement(kind: CheckKind) -> ReadinessRequirement | None:
    """Return the stored requirement of a kind, reloaded, or None while the defaults hold."""
    return db.session.get(ReadinessRequirement, kind, populate_existing=True)


def audit_subject(kind: CheckKind) -> Subject:
    """Return the audit log's subject for a requirement, whose key is a code and no number."""
    return Subject(ReadinessRequirement.__tablename__, list(CheckKind).index(kind) + 1)


def lock_volunteer(volunteer: Volunteer) -> None:
    """Lock a volunteer's row until the commit, against a concurrent change of their readiness or of a requirement."""
    db.session.execute(sa.select(Volunteer.id).where(Volunteer.id == volunteer.id).with_for_update())


def lock_all_volunteers() -> None:
    """Lock all volunteers' rows until the commit, so that no readiness can change meanwhile."""
    db.session.execute(sa.select(Volunteer.id).order_by(Volunteer.id).with_for_update()).all()


def list_assessed_volunteers() -> Sequence[Volunteer]:
    """Return the volunteers whose state is derived from their checks, with the checks; two queries."""
    statement = (
        sa.select(Volunteer)
        .where(Volunteer.state.in_(STATES_SET_BY_CHECKS))
        .options(joinedload(Volunteer.profession), joinedload(Volunteer.account), selectinload(Volunteer.checks))
        .order_by(Volunteer.id)
    )
    return db.session.scalars(statement.execution_options(populate_existing=True)).all()


def list_expiring_checks(*, today: dt.date, until: dt.date) -> Sequence[ReadinessCheck]:
    """Return met checks with a last day from `today` to `until`, of volunteers who are neither paused nor left."""
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
    """Return (check id, due instant) of the warnings already queued, also to a former address."""
    rows = db.session.execute(
        sa.select(OutboxMail.subject_id, OutboxMail.due_at).where(
            OutboxMail.kind == "check_expiring",
            OutboxMail.subject_type == subject_type(ReadinessCheck),
            OutboxMail.subject_id.in_(check_ids),
        )
    )
    return {(row.subject_id, row.due_at) for row in rows}
