"""What is asked of everybody: changing it settles at once whom it makes ready or stops being so."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from typing import NamedTuple

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
    """How many volunteers a change makes ready, and how many are ready no longer."""

    ready: int
    unready: int


class ReadinessOutcome(NamedTuple):
    """One volunteer and where the settings put them."""

    volunteer: Volunteer
    needed: frozenset[CheckKind]
    ready: bool
    until: dt.date | None


def preview_impact(kind: CheckKind, requirement: Requirement, *, now: dt.datetime) -> ReadinessImpact:
    """What changing the setting of a kind would do, without doing it."""
    settings = check_queries.get_requirements()
    return _count(list(_outcomes(settings, settings | {kind: requirement}, now)))


def _outcomes(
    before: Mapping[CheckKind, Requirement], after: Mapping[CheckKind, Requirement], now: dt.datetime
) -> Iterator[ReadinessOutcome]:
    """Those for whom the change makes a difference. Who ran out last night is the nightly job's, not ours."""
    for volunteer in check_queries.list_assessed_volunteers():
        regulator = volunteer.profession.regulator if volunteer.profession else None
        was, needed = (rules.get_needed_kinds(settings, regulator=regulator) for settings in (before, after))
        old, new = (rules.evaluate_readiness(volunteer.checks, now.date(), needed=kinds) for kinds in (was, needed))
        if old != new:
            yield ReadinessOutcome(volunteer, needed, *new)


def _count(found: list[ReadinessOutcome]) -> ReadinessImpact:
    changed = [one for one in found if one.ready != (one.volunteer.state is VolunteerState.READY)]
    ready = sum(one.ready for one in changed)
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
    """Set whether a check is needed, for how many months it counts and what people read about it.

    `confirmed` is what the actor was shown that it would do. Raises Conflict when it would do something
    else by now, DomainError for a check that everybody needs.
    """
    if kind in rules.ALWAYS_NEEDED and not requirement.needed:
        raise DomainError("Everybody accepts the code of conduct. It cannot be switched off.", field="needed")
    check_queries.lock_all_volunteers()
    settings = check_queries.get_requirements()
    before = settings[kind]
    if before == requirement:
        return ReadinessImpact(0, 0)
    found = list(_outcomes(settings, settings | {kind: requirement}, now))
    if _count(found) != confirmed:
        raise Conflict("Meanwhile other volunteers are concerned. Look at the new numbers, then save again.")
    _write(kind, requirement)
    told = [*_told(before, requirement), f"Why: {reason}"]
    subject = check_queries.audit_subject(kind)
    audit.record("check_setting.changed", subject, actor=actor, now=now, words="\n".join(told), kind=kind)
    for one in found:
        _settle(one, kind, requirement, actor=actor, now=now)
    return confirmed


def _write(kind: CheckKind, setting: Requirement) -> None:
    row = check_queries.find_requirement(kind)
    if row is None:
        row = ReadinessRequirement(kind=kind)
        db.session.add(row)
    row.needed, row.valid_months, row.guidance = setting.needed, setting.valid_months, setting.guidance
    db.session.flush()


def _told(before: Requirement, after: Requirement) -> list[str]:
    pairs = (
        ("Needed", _yes(before.needed), _yes(after.needed)),
        ("Months it counts", before.valid_months or "—", after.valid_months or "—"),
        ("Guidance", before.guidance or "—", after.guidance or "—"),
    )
    return [f"{name}: {old} → {new}" for name, old, new in pairs if old != new]


def _yes(value: bool) -> str:
    return "yes" if value else "no"


def _settle(one: ReadinessOutcome, kind: CheckKind, setting: Requirement, *, actor: Viewer, now: dt.datetime) -> None:
    """Move one volunteer to where the checks now put them, and tell them; most stay where they are."""
    volunteer = one.volunteer
    if volunteer.ready_until_on != one.until:
        volunteer.ready_until_on = one.until
    is_ready = volunteer.state is VolunteerState.READY
    if one.ready and not is_ready:
        audit.move(volunteer, VolunteerState.READY, actor=actor, now=now)
        emails.notify_ready(volunteer, now=now)
    elif is_ready and not one.ready:
        _stop(one, kind, setting, actor=actor, now=now)


def _stop(one: ReadinessOutcome, kind: CheckKind, setting: Requirement, *, actor: Viewer, now: dt.datetime) -> None:
    volunteer, today = one.volunteer, now.date()
    out = [str(LABELS[c.kind]) for c in volunteer.checks if c.kind in one.needed and rules.is_expired(c, today)]
    if out:
        audit.move(volunteer, VolunteerState.LAPSED, actor=actor, now=now)
        emails.notify_lapsed(volunteer, check_names=", ".join(out), now=now, include_coordinators=False)
    else:
        audit.move(volunteer, VolunteerState.CHECKING, actor=actor, now=now)
        emails.notify_check_needed(volunteer, check_name=str(LABELS[kind]), guidance=setting.guidance, now=now)
