"""Requirements for readiness checks. Changing one recomputes the readiness of every volunteer at once."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from flask_babel import gettext as _

from volunteer_hub.audit import service as audit
from volunteer_hub.core.access import Viewer
from volunteer_hub.core.db import db
from volunteer_hub.core.errors import Conflict, DomainError
from volunteer_hub.volunteers import check_queries, emails, rules
from volunteer_hub.volunteers.labels import LABELS
from volunteer_hub.volunteers.models import ReadinessRequirement, Volunteer
from volunteer_hub.volunteers.rules import Requirement
from volunteer_hub.volunteers.states import CheckKind, VolunteerState


class ReadinessImpact(NamedTuple):
    """How many volunteers become ready by a change of a requirement, and how many cease to be."""

    ready: int
    unready: int


class ReadinessOutcome(NamedTuple):
    """A volunteer's readiness under changed requirements, and its last day."""

    volunteer: Volunteer
    needed: frozenset[CheckKind]
    ready: bool
    until: dt.date | None


def preview_impact(kind: CheckKind, requirement: Requirement, *, now: dt.datetime) -> ReadinessImpact:
    """Return the impact of changing a requirement, without changing it."""
    current = check_queries.get_requirements()
    return _count(list(_outcomes(current, current | {kind: requirement}, now)))


def _outcomes(
    before: Mapping[CheckKind, Requirement], after: Mapping[CheckKind, Requirement], now: dt.datetime
) -> Iterator[ReadinessOutcome]:
    """Yield volunteers whose readiness the change alters; those whose checks just expired are left to the job."""
    for volunteer in check_queries.list_assessed_volunteers():
        regulator = volunteer.profession.regulator if volunteer.profession else None
        needed_before, needed = (rules.get_needed_kinds(kinds, regulator=regulator) for kinds in (before, after))
        old, new = (
            rules.evaluate_readiness(volunteer.checks, now.date(), needed=kinds) for kinds in (needed_before, needed)
        )
        if old != new:
            yield ReadinessOutcome(volunteer, needed, *new)


def _count(outcomes: list[ReadinessOutcome]) -> ReadinessImpact:
    changed = [outcome for outcome in outcomes if outcome.ready != (outcome.volunteer.state is VolunteerState.READY)]
    ready = sum(outcome.ready for outcome in changed)
    return ReadinessImpact(ready, len(changed) - ready)


def change_requirement(
    kind: CheckKind,
    requirement: Requirement,
    *,
    reason: str,
    confirmed: ReadinessImpact,
    actor: Viewer,
    now: dt.datetime,
) -> ReadinessImpact:
    """Set whether a check is needed, for how many months it is valid, and its guidance.

    `confirmed` is the impact that the actor was shown. Returns the impact. Raises Conflict when the
    impact has changed since, DomainError when the code of conduct would be switched off.
    """
    if kind in rules.ALWAYS_NEEDED and not requirement.needed:
        raise DomainError(
            _("Everybody accepts the code of conduct. It cannot be switched off."),
            field="needed",
            code="conduct_always_needed",
        )
    check_queries.lock_all_volunteers()
    current = check_queries.get_requirements()
    before = current[kind]
    if before == requirement:
        return ReadinessImpact(0, 0)
    outcomes = list(_outcomes(current, current | {kind: requirement}, now))
    if _count(outcomes) != confirmed:
        raise Conflict(
            _("Meanwhile other volunteers are concerned. Look at the new numbers, then save again."),
            code="requirement_effect_changed",
        )
    _store(kind, requirement)
    audit_lines = [*_describe_changes(before, requirement), f"Why: {reason}"]
    subject = check_queries.audit_subject(kind)
    audit.record("check_setting.changed", subject, actor=actor, now=now, note="\n".join(audit_lines), kind=kind)
    for outcome in outcomes:
        _apply(outcome, kind, requirement, actor=actor, now=now)
    return confirmed


def _store(kind: CheckKind, requirement: Requirement) -> None:
    row = check_queries.find_requirement(kind)
    if row is None:
        row = ReadinessRequirement(kind=kind)
        db.session.add(row)
    row.needed, row.valid_months = requirement.needed, requirement.valid_months
    row.guidance = requirement.guidance
    db.session.flush()


def _describe_changes(before: Requirement, after: Requirement) -> list[str]:
    pairs = (
        ("Needed", _yes(before.needed), _yes(after.needed)),
        ("Months it counts", before.valid_months or "—", after.valid_months or "—"),
        ("Guidance", before.guidance or "—", after.guidance or "—"),
    )
    return [f"{name}: {old} → {new}" for name, old, new in pairs if old != new]


def _yes(value: bool) -> str:
    return "yes" if value else "no"


def _apply(
    outcome: ReadinessOutcome, kind: CheckKind, requirement: Requirement, *, actor: Viewer, now: dt.datetime
) -> None:
    """Set the state and the last day that follow from the outcome, and notify the volunteer of a changed state."""
    volunteer = outcome.volunteer
    if volunteer.ready_until_on != outcome.until:
        volunteer.ready_until_on = outcome.until
    is_ready = volunteer.state is VolunteerState.READY
    if outcome.ready and not is_ready:
        audit.move(volunteer, VolunteerState.READY, actor=actor, now=now)
        emails.notify_ready(volunteer, now=now)
    elif is_ready and not outcome.ready:
        _end_readiness(outcome, kind, requirement, actor=actor, now=now)


def _end_readiness(
    outcome: ReadinessOutcome, kind: CheckKind, requirement: Requirement, *, actor: Viewer, now: dt.datetime
) -> None:
    volunteer, today = outcome.volunteer, now.date()
    expired = [str(LABELS[c.kind]) for c in volunteer.checks if c.kind in outcome.needed and rules.is_expired(c, today)]
    if expired:
        audit.move(volunteer, VolunteerState.LAPSED, actor=actor, now=now)
        emails.notify_lapsed(volunteer, check_names=", ".join(expired), now=now, include_coordinators=False)
    else:
        audit.move(volunteer, VolunteerState.CHECKING, actor=actor, now=now)
        emails.notify_check_needed(volunteer, check_name=str(LABELS[kind]), guidance=requirement.guidance, now=now)
