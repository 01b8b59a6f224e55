"""Warnings of checks that expire soon."""

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
"""The coordinators' weekly list covers checks whose last day is at most this many days ahead."""


def warn_of_expiring_checks(now: dt.datetime) -> int:
    """Warn volunteers 60, 30 and 7 days before a check's last day, and coordinators once per week (a job).

    Idempotent: each warning is identified by its check and due instant. When the job ran late and
    several warnings of a check are due, only the nearest is sent. Returns the number of e-mails queued.
    """
    today, requirements = now.date(), check_queries.get_requirements()
    until = today + dt.timedelta(days=max(rules.EXPIRY_WARNING_DAYS))
    checks = [c for c in check_queries.list_expiring_checks(today=today, until=until) if _is_needed(c, requirements)]
    return _warn_volunteers(checks, requirements, now) + _send_digest(checks, now)


def _is_needed(check: ReadinessCheck, requirements: Mapping[CheckKind, Requirement]) -> bool:
    profession = check.volunteer.profession
    return check.kind in rules.get_needed_kinds(requirements, regulator=profession.regulator if profession else None)


def _warn_volunteers(
    checks: Sequence[ReadinessCheck], requirements: Mapping[CheckKind, Requirement], now: dt.datetime
) -> int:
    queued, number = check_queries.list_queued_warnings([check.id for check in checks]), 0
    for check in checks:
        days = rules.find_due_warning(check.expires_on, now.date())
        if (
            days is None
            or check.expires_on is None
            or (check.id, emails.warning_due_at(check.expires_on, days)) in queued
        ):
            continue
        name, guidance = str(LABELS[check.kind]), requirements[check.kind].guidance
        emails.notify_check_expiring(check, check_name=name, guidance=guidance, days=days, now=now)
        number += 1
    return number


def _send_digest(checks: Sequence[ReadinessCheck], now: dt.datetime) -> int:
    """Queue the weekly list, one row per volunteer and last day, the nearest first; none when the list is empty."""
    horizon = now.date() + dt.timedelta(days=DIGEST_DAYS)
    near = [check for check in checks if check.expires_on and check.expires_on <= horizon]
    near.sort(key=lambda check: (check.expires_on, check.volunteer.account.name, check.volunteer_id))
    lines = []
    for (day, name, _id), group in groupby(
        near, key=lambda c: (c.expires_on, c.volunteer.account.name, c.volunteer_id)
    ):
        if day:
            lines.append(emails.ExpiryDigestRow(name, ", ".join(str(LABELS[check.kind]) for check in group), day))
    return emails.notify_checks_expiring(lines, monday=monday_of(now.date()), now=now) if lines else 0
