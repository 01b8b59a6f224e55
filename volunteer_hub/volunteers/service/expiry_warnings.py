"""Warning in time of checks that run out."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from itertools import groupby

from volunteer_hub.core.times import monday_of
from volunteer_hub.volunteers import check_queries, emails, rules
from volunteer_hub.volunteers.labels import LABELS
from volunteer_hub.volunteers.models import ReadinessCheck
from volunteer_hub.volunteers.rules import Requirement
from volunteer_hub.volunteers.states import CheckKind

DIGEST_DAYS = 30


def warn_of_expiring_checks(now: dt.datetime) -> int:
    """Write to volunteers 60, 30 and 7 days before a check's last day, and to coordinators once a week.

    Late or twice it does the same good: each warning has one key, and of several that are due only the
    nearest is sent. Gives the number of e-mails.
    """
    today, settings = now.date(), check_queries.get_requirements()
    until = today + dt.timedelta(days=max(rules.EXPIRY_WARNING_DAYS))
    checks = [c for c in check_queries.list_expiring_checks(today=today, until=until) if _is_needed(c, settings)]
    return _warn_volunteers(checks, settings, now) + _tell_coordinators(checks, now)


def _is_needed(check: ReadinessCheck, settings: Mapping[CheckKind, Requirement]) -> bool:
    profession = check.volunteer.profession
    return check.kind in rules.get_needed_kinds(settings, regulator=profession.regulator if profession else None)


def _warn_volunteers(
    checks: Sequence[ReadinessCheck], settings: Mapping[CheckKind, Requirement], now: dt.datetime
) -> int:
    warned, number = check_queries.list_queued_warnings([check.id for check in checks]), 0
    for check in checks:
        days = rules.warning(check.expires_on, now.date())
        if (
            days is None
            or check.expires_on is None
            or (check.id, emails.warning_due_at(check.expires_on, days)) in warned
        ):
            continue
        name, guidance = str(LABELS[check.kind]), settings[check.kind].guidance
        emails.notify_check_expiring(check, check_name=name, guidance=guidance, days=days, now=now)
        number += 1
    return number


def _tell_coordinators(checks: Sequence[ReadinessCheck], now: dt.datetime) -> int:
    """One line for each volunteer and last day, the nearest first; nothing where nobody runs out."""
    soon = now.date() + dt.timedelta(days=DIGEST_DAYS)
    near = [check for check in checks if check.expires_on and check.expires_on <= soon]
    near.sort(key=lambda check: (check.expires_on, check.volunteer.account.name, check.volunteer_id))
    lines = []
    for (day, name, _id), held in groupby(near, key=lambda c: (c.expires_on, c.volunteer.account.name, c.volunteer_id)):
        if day:
            lines.append(emails.ExpiryDigestRow(name, ", ".join(str(LABELS[check.kind]) for check in held), day))
    return emails.notify_checks_expiring(lines, monday=monday_of(now.date()), now=now) if lines else 0
