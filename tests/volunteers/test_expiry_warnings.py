"""Warnings before a check runs out: each once, the nearest only, to nobody who is gone."""

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
    assert rules.warning(TODAY + dt.timedelta(days=left), TODAY) == min(due, default=None)


def with_last_day(days: int, now: dt.datetime, **more: Any) -> Volunteer:
    """Only the safeguarding course runs out."""
    one = make_volunteer(**more)
    for check in one.checks:
        last = now.date() + dt.timedelta(days=days)
        check.expires_on = last if check.kind is CheckKind.SAFEGUARDING else None
    db.session.commit()
    return one


def sent(kind: str = "check_expiring") -> list[OutboxMail]:
    db.session.commit()
    return list(db.session.scalars(sa.select(OutboxMail).where(OutboxMail.kind == kind).order_by(OutboxMail.id)))


def test_volunteer_is_warned_three_times_whenever_the_job_runs(app: Flask, now: dt.datetime, clock: Any) -> None:
    one = with_last_day(61, now)
    for _ in range(70):
        for _twice in range(2):
            service.warn_of_expiring_checks(clock.instant)
            db.session.commit()
        clock.advance(days=1)
    found = sent()
    last = now.date() + dt.timedelta(days=61)
    assert [mail.due_at.date() for mail in found] == [last - dt.timedelta(days=days) for days in (60, 30, 7)]
    assert {mail.recipient_email for mail in found} == {one.account.email}
    assert "Safeguarding" in found[0].subject


def test_late_job_sends_only_the_nearest(app: Flask, now: dt.datetime) -> None:
    with_last_day(5, now)
    assert service.warn_of_expiring_checks(now) == 1
    assert [mail.due_at.date() for mail in sent()] == [now.date() - dt.timedelta(days=2)]


def test_new_address_is_not_warned_again(app: Flask, now: dt.datetime) -> None:
    one = with_last_day(20, now)
    service.warn_of_expiring_checks(now)
    one.account.email = "moved@example.org"
    db.session.commit()
    assert service.warn_of_expiring_checks(now) == 0


@pytest.mark.parametrize("state", [VolunteerState.PAUSED, VolunteerState.LEFT, VolunteerState.REGISTERED])
def test_nobody_who_is_paused_or_gone_is_warned(app: Flask, now: dt.datetime, state: VolunteerState) -> None:
    make_account(Role.COORDINATOR)
    one = make_volunteer(state=state)
    for check in one.checks:
        check.state, check.expires_on = "met", now.date() + dt.timedelta(days=5)
    db.session.commit()
    assert service.warn_of_expiring_checks(now) == 0


def test_check_that_is_not_asked_for_warns_nobody(app: Flask, now: dt.datetime) -> None:
    with_last_day(5, now)
    db.session.add(ReadinessRequirement(kind=CheckKind.SAFEGUARDING, needed=False))
    db.session.commit()
    assert service.warn_of_expiring_checks(now) == 0


def test_coordinators_get_one_list_a_week(app: Flask, now: dt.datetime, clock: Any) -> None:
    make_account(Role.COORDINATOR, email="carol@example.org")
    with_last_day(45, now, name="Later Lee")
    with_last_day(29, now, name="Sooner Sue")
    for _ in range(7):  # a Friday, then Monday to Thursday of the next week
        service.warn_of_expiring_checks(clock.instant)
        db.session.commit()
        clock.advance(days=1)
    found = sent("checks_expiring")
    assert [mail.due_at.date().weekday() for mail in found] == [0, 0]
    assert "Sooner Sue" in found[0].text
    assert "Later Lee" not in found[0].text


def test_nobody_running_out_means_no_list(app: Flask, now: dt.datetime) -> None:
    make_account(Role.COORDINATOR)
    make_volunteer()
    assert service.warn_of_expiring_checks(now) == 0


def test_rival_jobs_warn_once(app: Flask, now: dt.datetime) -> None:
    make_account(Role.COORDINATOR)
    with_last_day(5, now)

    def act(_number: int) -> int:
        number = service.warn_of_expiring_checks(now)
        db.session.commit()
        return number

    race(app, act, rivals=4)
    assert (len(sent()), len(sent("checks_expiring"))) == (1, 1)
