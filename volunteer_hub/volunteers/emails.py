"""E-mails about profiles and readiness."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import NamedTuple

from volunteer_hub.accounts import queries as accounts
from volunteer_hub.audit.rules import Subject
from volunteer_hub.core.access import Role
from volunteer_hub.mail.service import queue
from volunteer_hub.volunteers.models import ReadinessCheck, Volunteer


def notify_profile_sent(volunteer: Volunteer, *, now: dt.datetime) -> None:
    """Tell the coordinators that a profile awaits its checks."""
    for coordinator in accounts.list_recipients_with_role(Role.COORDINATOR, today=now.date()):
        queue(
            "profile_sent",
            coordinator,
            volunteer,
            now=now,
            volunteer_id=volunteer.id,
            name=volunteer.account.name,
            profession=volunteer.profession.name if volunteer.profession else "",
        )


def notify_profile_received(volunteer: Volunteer, *, now: dt.datetime) -> None:
    """Tell the volunteer that the profile has arrived, and what happens next."""
    queue("profile_received", accounts.as_recipient(volunteer.account), volunteer, now=now)


def notify_ready(volunteer: Volunteer, *, now: dt.datetime) -> None:
    """Tell the volunteer that all checks are met."""
    queue(
        "readiness_ready",
        accounts.as_recipient(volunteer.account),
        volunteer,
        now=now,
        until=volunteer.ready_until_on,
    )


def notify_check_not_met(check: ReadinessCheck, *, check_name: str, checker: str, now: dt.datetime) -> None:
    """Tell the volunteer that a check is not met, why, and what to do."""
    queue(
        "readiness_not_met",
        accounts.as_recipient(check.volunteer.account),
        check,
        now=now,
        check_name=check_name,
        note=check.note or "",
        checker=checker,
    )


def notify_lapsed(
    volunteer: Volunteer, *, check_names: str, now: dt.datetime, include_coordinators: bool = True
) -> None:
    """Tell the volunteer, and the coordinators if `include_coordinators`, that checks have expired.

    The coordinators are left out when one of them has just changed a requirement for many volunteers.
    """
    own = accounts.as_recipient(volunteer.account)
    coordinators = (
        accounts.list_recipients_with_role(Role.COORDINATOR, today=now.date()) if include_coordinators else []
    )
    others = [to for to in coordinators if to.account_id != own.account_id]
    for to in [own, *others]:
        queue(
            "readiness_lapsed",
            to,
            volunteer,
            now=now,
            is_own=to.account_id == own.account_id,
            volunteer_id=volunteer.id,
            name=volunteer.account.name,
            check_names=check_names,
        )


def notify_check_needed(volunteer: Volunteer, *, check_name: str, guidance: str | None, now: dt.datetime) -> None:
    """Tell the volunteer that another check is needed from now on."""
    to = accounts.as_recipient(volunteer.account)
    queue("check_needed", to, volunteer, now=now, check_name=check_name, guidance=guidance or "")


def notify_check_expiring(
    check: ReadinessCheck, *, check_name: str, guidance: str | None, days: int, now: dt.datetime
) -> None:
    """Warn the volunteer `days` before a check's last day. The due instant makes each warning unique.

    The check must have a last day.
    """
    last_day = check.expires_on
    assert last_day is not None  # noqa: S101 -- the query selects checks with a last day only
    queue(
        "check_expiring",
        accounts.as_recipient(check.volunteer.account),
        check,
        now=now,
        due_at=warning_due_at(last_day, days),
        check_name=check_name,
        last_day=last_day,
        guidance=guidance or "",
    )


def warning_due_at(last_day: dt.date, days: int) -> dt.datetime:
    """Return the due instant, midnight UTC, by which the warning `days` before a last day is identified."""
    return dt.datetime.combine(last_day - dt.timedelta(days=days), dt.time(), dt.UTC)


class ExpiryDigestRow(NamedTuple):
    """A row of the weekly list: a volunteer's checks that expire on the same day."""

    name: str
    checks: str
    last_day: dt.date


def notify_checks_expiring(lines: Sequence[ExpiryDigestRow], *, monday: dt.date, now: dt.datetime) -> int:
    """Send every coordinator the list of expiring checks, once per week. Returns the number of e-mails queued."""
    due_at = dt.datetime.combine(monday, dt.time(), dt.UTC)
    queued = [
        queue("checks_expiring", to, Subject("account", to.account_id or 0), now=now, due_at=due_at, lines=lines)
        for to in accounts.list_recipients_with_role(Role.COORDINATOR, today=now.date())
    ]
    return sum(mail is not None for mail in queued)
