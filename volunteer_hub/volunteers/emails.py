"""E-mails about profiles and readiness. Each says in whose name it comes and why."""

from __future__ import annotations

import datetime as dt

from volunteer_hub.accounts import queries as accounts
from volunteer_hub.core.access import Role
from volunteer_hub.mail.service import queue
from volunteer_hub.volunteers.models import ReadinessCheck, Volunteer


def profile_sent(volunteer: Volunteer, *, now: dt.datetime) -> None:
    """To the coordinators: a profile waits for its checks."""
    for coordinator in accounts.holders(Role.COORDINATOR, today=now.date()):
        queue(
            "profile_sent",
            coordinator,
            volunteer,
            now=now,
            volunteer_id=volunteer.id,
            name=volunteer.account.name,
            profession=volunteer.profession.name if volunteer.profession else "",
        )


def profile_received(volunteer: Volunteer, *, now: dt.datetime) -> None:
    """To the volunteer: it arrived, and what happens next."""
    queue("profile_received", accounts.recipient(volunteer.account), volunteer, now=now)


def readiness_ready(volunteer: Volunteer, *, now: dt.datetime) -> None:
    """To the volunteer: all checks are met."""
    queue(
        "readiness_ready",
        accounts.recipient(volunteer.account),
        volunteer,
        now=now,
        until=volunteer.ready_until_on,
    )


def readiness_not_met(check: ReadinessCheck, *, check_name: str, checker: str, now: dt.datetime) -> None:
    """To the volunteer: one check is not met, why, and what to do."""
    queue(
        "readiness_not_met",
        accounts.recipient(check.volunteer.account),
        check,
        now=now,
        check_name=check_name,
        note=check.note or "",
        checker=checker,
    )


def readiness_lapsed(volunteer: Volunteer, *, check_names: str, now: dt.datetime) -> None:
    """To the volunteer and the coordinators: a check has run out."""
    own = accounts.recipient(volunteer.account)
    others = [to for to in accounts.holders(Role.COORDINATOR, today=now.date()) if to.account_id != own.account_id]
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
