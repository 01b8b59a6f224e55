"""Operations on hours: the volunteer logs, corrects and withdraws; the hospital confirms and queries."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from volunteer_hub.audit import service as audit
from volunteer_hub.core import times
from volunteer_hub.core.access import Viewer
from volunteer_hub.core.db import Model, db
from volunteer_hub.core.errors import Conflict, DomainError, Forbidden
from volunteer_hub.hours import emails, queries, rules
from volunteer_hub.hours.models import HoursEntry
from volunteer_hub.hours.states import HoursKind, HoursState
from volunteer_hub.matching.queries import lock_volunteer
from volunteer_hub.placements import queries as placements
from volunteer_hub.placements.models import Placement
from volunteer_hub.placements.rules import LOGGING_GRACE_PERIOD
from volunteer_hub.placements.states import PlacementState

NOT_THE_VOLUNTEER = _l("Only the volunteer of this placement logs its hours.")
NOT_A_HOST = _l("Only the hospital’s contact or its Director confirms or queries hours.")
OWN_HOURS = _l("Nobody confirms their own hours. Another contact of the hospital or its Director does.")
STALE_ENTRY = _l("This entry was changed since you opened the page. Look at it again before you confirm it.")
REMINDER_DELAY = dt.timedelta(days=7)
MAX_CONFIRMED_AT_ONCE = 500


def log(
    placement: Placement,
    *,
    worked_on: dt.date,
    minutes: int,
    kind: HoursKind,
    note: str | None,
    start: int | None,
    actor: Viewer,
    now: dt.datetime,
) -> HoursEntry:
    """Log hours of the volunteer; `start` is in minutes after midnight in their time zone, or None.

    Returns the entry. Raises Forbidden for an actor who is not the placement's volunteer, Conflict when no hours can
    be logged in the placement's state, DomainError for an invalid date, length or time.
    """
    if not placements.is_volunteer(placement, actor):
        raise Forbidden(NOT_THE_VOLUNTEER, code="not_the_volunteer")
    lock_volunteer(placement.volunteer_id)
    queries.lock_placement(placement)
    rules.check_loggable(placement.state)
    span = _validate(placement, kind, worked_on, minutes, start, exclude_id=None, now=now)
    entry = HoursEntry(
        placement_id=placement.id,
        volunteer_id=placement.volunteer_id,
        kind=kind,
        note=note,
        state=HoursState.LOGGED,
        logged_at=now,
        updated_at=now,
    )
    _fill(entry, span)
    db.session.add(entry)
    db.session.flush()
    audit.record("hours.logged", entry, actor=actor, now=now, minutes=minutes, worked_on=worked_on.isoformat())
    return entry


def correct(
    entry: HoursEntry,
    *,
    worked_on: dt.date,
    minutes: int,
    kind: HoursKind,
    note: str | None,
    start: int | None,
    answer: str | None,
    actor: Viewer,
    now: dt.datetime,
) -> None:
    """Correct an entry that is not confirmed. This answers a query, so a queried entry awaits confirmation again.

    Raises as `log` does, and Conflict for an entry that is confirmed or withdrawn.
    """
    _check_own(entry, actor)
    lock_volunteer(entry.volunteer_id)
    span = _validate(entry.placement, kind, worked_on, minutes, start, exclude_id=entry.id, now=now)
    _fill(entry, span)
    entry.kind, entry.note, entry.updated_at = kind, note, now
    if rules.is_queried(entry.state):
        entry.answer_message = answer
        audit.move(entry, HoursState.LOGGED, actor=actor, now=now, note=answer)
        db.session.flush()
        emails.notify_answered(entry, answer=answer, reviewer_id=entry.decided_by_id, actor=actor, now=now)
    audit.record("hours.corrected", entry, actor=actor, now=now, minutes=minutes, worked_on=worked_on.isoformat())


def withdraw(entry: HoursEntry, *, actor: Viewer, now: dt.datetime) -> None:
    """Withdraw an entry that is not confirmed. It no longer counts, but its row and its audit entries remain."""
    _check_own(entry, actor)
    audit.move(entry, HoursState.WITHDRAWN, actor=actor, now=now)
    entry.updated_at = now


def confirm(entry: HoursEntry, *, version: str, actor: Viewer, now: dt.datetime) -> None:
    """Confirm an entry for the hospital. Raises Conflict when it is no longer the `version` that was shown."""
    _check_host(entry.placement, actor)
    if version != str(entry.version):
        raise Conflict(STALE_ENTRY, code="hours_entry_changed")
    _decide(entry, HoursState.CONFIRMED, None, actor=actor, now=now)


def confirm_entries(
    placement: Placement, versions: Mapping[int, int], *, actor: Viewer, now: dt.datetime
) -> tuple[int, int]:
    """Confirm the entries of a page for the hospital; `versions` maps each entry's id to the version shown.

    Entries that were changed, withdrawn or decided since are skipped. Returns (confirmed, skipped).
    """
    _check_host(placement, actor)
    if not versions or len(versions) > MAX_CONFIRMED_AT_ONCE:
        raise DomainError(
            _("There is nothing to confirm here. Open the page again to see how it stands."), code="nothing_to_confirm"
        )
    entries = queries.lock_entries(placement.id, versions)
    unchanged = [entry for entry in entries if rules.awaits_review(entry.state) and entry.version == versions[entry.id]]
    for entry in unchanged:
        _decide(entry, HoursState.CONFIRMED, None, actor=actor, now=now)
    return len(unchanged), len(versions) - len(unchanged)


def query(entry: HoursEntry, *, message: str, actor: Viewer, now: dt.datetime) -> None:
    """Query an entry for the hospital. A confirmed entry can be queried too, which revokes its confirmation."""
    _check_host(entry.placement, actor)
    _decide(entry, HoursState.QUERIED, message, actor=actor, now=now)
    entry.query_message, entry.answer_message = message, None
    db.session.flush()
    emails.notify_queried(entry, actor=actor, now=now)


def record_export(subject: Model, what: str, *, rows: int, actor: Viewer, now: dt.datetime) -> None:
    """Record in the audit log that a list of hours, which contains personal data, was downloaded."""
    audit.record("hours.exported", subject, actor=actor, now=now, list=what, rows=rows)


def remind_reviewers(now: dt.datetime) -> int:
    """Remind reviewers of hours that have awaited confirmation for a week, once per week (a job).

    Returns the number of e-mails queued.
    """
    monday = dt.datetime.combine(times.monday_of(now.date()), dt.time(), dt.UTC)
    overdue = queries.list_overdue_reviews(before=now - REMINDER_DELAY)
    placements_by_id = placements.get_with_people([row[0] for row in overdue])
    return sum(
        emails.notify_awaiting_review(placements_by_id[placement_id], number, oldest_on, week=monday, now=now)
        for placement_id, number, oldest_on in overdue
    )


def _check_own(entry: HoursEntry, actor: Viewer) -> None:
    if entry.volunteer.account_id != actor.account_id:
        raise Forbidden(NOT_THE_VOLUNTEER, code="not_the_volunteer")
    if not rules.can_change(entry.state):
        raise Conflict(
            _("This entry is confirmed or withdrawn, so it cannot be changed. Ask the hospital to query it."),
            code="hours_entry_closed",
        )


def _check_host(placement: Placement, actor: Viewer) -> None:
    if placements.is_volunteer(placement, actor):
        raise Forbidden(OWN_HOURS, code="own_hours")
    if not placements.is_partner(placement, actor):
        raise Forbidden(NOT_A_HOST, code="not_hours_reviewer")


def _validate(
    placement: Placement,
    kind: HoursKind,
    worked_on: dt.date,
    minutes: int,
    start: int | None,
    *,
    exclude_id: int | None,
    now: dt.datetime,
) -> rules.TimeSpan:
    """Return the time span entered. Raises DomainError when it is not valid. The volunteer's row is locked already."""
    zone_name = placement.volunteer.account.time_zone
    span = rules.build_time_span(worked_on, minutes, start=start, zone_name=zone_name)
    until_on = _last_loggable_day(placement, zone_name)
    rules.check_day(span, now=now, zone_name=zone_name, starts_on=placement.starts_on, until_on=until_on)
    others = queries.list_nearby_entries(placement.volunteer_id, worked_on, exclude_id=exclude_id)
    same = (placement.id, worked_on, kind, minutes, None)
    if start is None and same in [(o.placement_id, o.worked_on, o.kind, o.minutes, o.started_at) for o in others]:
        raise DomainError(rules.DUPLICATE_ENTRY, field="start", code="duplicate_hours")
    rules.check_daily_limit(
        span, [rules.TimeSpan(o.worked_on, o.minutes, o.started_at, o.ended_at) for o in others], zone_name=zone_name
    )
    return span


def _last_loggable_day(placement: Placement, zone_name: str) -> dt.date | None:
    """The last day on which work counts: of an ended placement its end, of a paused one its last day plus grace."""
    if placement.match.ended_at:
        return times.local_day(placement.match.ended_at, zone_name)
    return placement.ends_on + LOGGING_GRACE_PERIOD if placement.state is PlacementState.PAUSED else None


def _fill(entry: HoursEntry, span: rules.TimeSpan) -> None:
    entry.worked_on, entry.minutes = span.worked_on, span.minutes
    entry.started_at, entry.ended_at = span.started_at, span.ended_at


def _decide(entry: HoursEntry, state: HoursState, message: str | None, *, actor: Viewer, now: dt.datetime) -> None:
    details: dict[str, Any] = {"minutes": entry.minutes}
    audit.move(entry, state, actor=actor, now=now, note=message, **details)
    entry.decided_by_id, entry.decided_at, entry.updated_at = actor.account_id, now, now
