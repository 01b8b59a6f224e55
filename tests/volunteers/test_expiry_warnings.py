"""Warnings of expiring checks: each is sent once, only the nearest, and only to active volunteers."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st

from tests.factories.accounts import make_account
from tests.factories.volunteers import make_volunteer
from tests.support.race import race
from volunteer_hub.core.access import Role
from volunteer_hub.core.db import db
from volunteer_hub.mail.models import OutboxMail
from volunteer_hub.volunteers import rules, service
from volunteer_hub.volunteers.models import ReadinessRequirement, Volunteer
from volunteer_hub.volunteers.states import CheckKind, VolunteerState

TODAY = dt.date(2026, 11, 20)


@given(st.integers(-100, 200))
def test_warning_is_the_nearest_that_is_due(left: int) -> None:
    due = [days for days in rules.EXPIRY_WARNING_DAYS if 0 <= left <= days]
    assert rules.find_due_warning(TODAY + dt.timedelta(days=left), TODAY) == min(due, default=None)


def make_expiring_volunteer(days: int, now: dt.datetime, **more: Any) -> Volunteer:
    """A volunteer whose safeguarding check, and no other, expires in `days` days."""
    volunteer = make_volunteer(**more)
    for check in volunteer.checks:
        last = now.date() + dt.timedelta(days=days)
        check.expires_on = last if check.kind is CheckKind.SAFEGUARDING else None
    db.session.commit()
    return volunteer


def list_mails(kind: str = "check_expiring") -> list[OutboxMail]:
    db.session.commit()
    return list(db.session.scalars(sa.select(OutboxMail).where(OutboxMail.kind == kind).order_by(OutboxMail.id)))


def test_volunteer_is_warned_three_times_whenever_the_job_runs(app: Flask, now: dt.datetime, clock: Any) -> None:
    volunteer = make_expiring_volunteer(61, now)
    for _ in range(70):
        for _ in range(2):
            service.warn_of_expiring_checks(clock.instant)
            db.session.commit()
        clock.advance(days=1)
    warnings = list_mails()
    last = now.date() + dt.timedelta(days=61)
    assert [mail.due_at.date() for mail in warnings] == [last - dt.timedelta(days=days) for days in (60, 30, 7)]
    assert {mail.recipient_email for mail in warnings} == {volunteer.account.email}
    assert "Safeguarding" in warnings[0].subject


def test_late_job_sends_only_the_nearest(app: Flask, now: dt.datetime) -> None:
    make_expiring_volunteer(5, now)
    assert service.warn_of_expiring_checks(now) == 1
    assert [mail.due_at.date() for mail in list_mails()] == [now.date() - dt.timedelta(days=2)]


def test_volunteer_with_a_new_address_is_not_warned_again(app: Flask, now: dt.datetime) -> None:
    volunteer = make_expiring_volunteer(20, now)
    assert service.warn_of_expiring_checks(now) > 0
    volunteer.account.email = "moved@example.org"
    db.session.commit()
    assert service.warn_of_expiring_checks(now) == 0


@pytest.mark.parametrize("state", [VolunteerState.PAUSED, VolunteerState.LEFT, VolunteerState.REGISTERED])
def test_inactive_volunteers_are_not_warned(app: Flask, now: dt.datetime, state: VolunteerState) -> None:
    make_account(Role.COORDINATOR)
    volunteer = make_volunteer(state=state)
    for check in volunteer.checks:
        check.state, check.expires_on = "met", now.date() + dt.timedelta(days=5)
    db.session.commit()
    assert service.warn_of_expiring_checks(now) == 0


def test_check_that_is_not_needed_causes_no_warning(app: Flask, now: dt.datetime) -> None:
    make_expiring_volunteer(5, now)
    requirement = ReadinessRequirement(kind=CheckKind.SAFEGUARDING, needed=False)
    db.session.add(requirement)
    db.session.commit()
    assert service.warn_of_expiring_checks(now) == 0
    requirement.needed = True
    db.session.commit()
    assert service.warn_of_expiring_checks(now) > 0


def test_coordinators_get_one_list_a_week(app: Flask, now: dt.datetime, clock: Any) -> None:
    make_account(Role.COORDINATOR, email="carol@example.org")
    make_expiring_volunteer(45, now, name="Later Lee")
    make_expiring_volunteer(29, now, name="Sooner Sue")
    for _ in range(7):  # a Friday, then Monday to Thursday of the next week
        service.warn_of_expiring_checks(clock.instant)
        db.session.commit()
        clock.advance(days=1)
    warnings = list_mails("checks_expiring")
    assert [mail.due_at.date().weekday() for mail in warnings] == [0, 0]
    assert "Sooner Sue" in warnings[0].text
    assert "Later Lee" not in warnings[0].text


def test_no_list_is_sent_when_no_check_expires(app: Flask, now: dt.datetime) -> None:
    make_account(Role.COORDINATOR)
    make_volunteer()
    assert service.warn_of_expiring_checks(now) == 0


def test_concurrent_jobs_warn_once(app: Flask, now: dt.datetime) -> None:
    make_account(Role.COORDINATOR)
    make_expiring_volunteer(5, now)

    def act(_number: int) -> int:
        number = service.warn_of_expiring_checks(now)
        db.session.commit()
        return number

    race(app, act, rivals=4)
    assert (len(list_mails()), len(list_mails("checks_expiring"))) == (1, 1)
