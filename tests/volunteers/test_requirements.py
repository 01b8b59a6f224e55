"""What is asked of everybody: the rules, and what a change does to whom."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

import pytest
import sqlalchemy as sa
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st

from tests.factories.accounts import make_account, viewer_of
from tests.factories.volunteers import make_volunteer
from tests.support.race import race
from volunteer_hub.accounts import queries as accounts
from volunteer_hub.core import clock
from volunteer_hub.core.access import Role, Viewer
from volunteer_hub.core.db import db
from volunteer_hub.core.errors import Conflict, DomainError
from volunteer_hub.mail.models import OutboxMail
from volunteer_hub.volunteers import check_queries, queries, rules, service
from volunteer_hub.volunteers.models import ReadinessCheck, Volunteer
from volunteer_hub.volunteers.rules import Requirement
from volunteer_hub.volunteers.service.requirements import ReadinessImpact, preview_impact
from volunteer_hub.volunteers.states import CheckKind, CheckState, VolunteerState

K, TODAY = CheckKind, dt.date(2026, 11, 20)


@dataclass(frozen=True)
class Check:
    kind: CheckKind
    state: CheckState = CheckState.MET
    expires_on: dt.date | None = None


days = st.none() | st.dates(TODAY - dt.timedelta(days=90), TODAY + dt.timedelta(days=90))
six = st.tuples(*(st.builds(Check, st.just(kind), st.sampled_from(CheckState), days) for kind in CheckKind))
kinds = st.frozensets(st.sampled_from(CheckKind))


@given(six, kinds, kinds)
def test_asking_for_more_never_makes_ready_and_never_lasts_longer(
    checks: tuple[Check, ...], fewer: frozenset[CheckKind], more: frozenset[CheckKind]
) -> None:
    strict, strict_until = rules.evaluate_readiness(checks, TODAY, needed=fewer | more)
    mild, mild_until = rules.evaluate_readiness(checks, TODAY, needed=fewer)
    assert mild or not strict
    if strict:
        assert (strict_until or dt.date.max) <= (mild_until or dt.date.max)


@given(
    st.dictionaries(st.sampled_from(CheckKind), st.builds(Requirement, st.booleans())), st.sampled_from(["NMC", None])
)
def test_code_of_conduct_and_a_kept_register_cannot_be_switched_off(
    settings: Mapping[CheckKind, Requirement], regulator: str | None
) -> None:
    assert {K.CODE_OF_CONDUCT, K.REGISTRATION} <= rules.get_needed_kinds(settings, regulator=regulator)


def test_registration_switched_off_is_not_asked_of_professions_without_a_register() -> None:
    off = {K.REGISTRATION: Requirement(needed=False)}
    assert K.REGISTRATION not in rules.get_needed_kinds(off, regulator=rules.UNREGULATED)
    assert K.REGISTRATION in rules.get_needed_kinds({}, regulator=rules.UNREGULATED)


@pytest.mark.parametrize(
    ("day", "months", "last"),
    [
        ("2026-01-31", 1, "2026-02-28"),
        ("2026-11-20", 12, "2027-11-20"),
        ("2024-02-29", 12, "2025-02-28"),
        ("2026-12-01", 1, "2027-01-01"),
    ],
)
def test_last_day_counts_calendar_months(day: str, months: int, last: str) -> None:
    assert rules.last_valid_day(dt.date.fromisoformat(day), months) == dt.date.fromisoformat(last)
    assert rules.last_valid_day(dt.date.fromisoformat(day), None) is None


@pytest.fixture
def actor() -> Viewer:
    return viewer_of(make_account(Role.COORDINATOR, email="carol@example.org"))


def set_to(kind: CheckKind, setting: Requirement, *, actor: Viewer, now: dt.datetime) -> ReadinessImpact:
    change = preview_impact(kind, setting, now=now)
    done = service.change_requirement(kind, setting, reason="The board decided", confirmed=change, actor=actor, now=now)
    db.session.commit()
    return done


def without(kind: CheckKind, state: VolunteerState = VolunteerState.CHECKING) -> Volunteer:
    """Everything met but one."""
    one = make_volunteer(state=VolunteerState.LAPSED if state is VolunteerState.LAPSED else None, ready=True)
    check = next(check for check in one.checks if check.kind is kind)
    if state is VolunteerState.LAPSED:
        check.expires_on = clock.now().date() - dt.timedelta(days=1)
    else:
        check.state, check.expires_on = CheckState.OUTSTANDING, None
        one.state = VolunteerState.CHECKING
    one.ready_until_on = None
    db.session.commit()
    return one


def mails() -> list[tuple[str, str]]:
    db.session.commit()
    return [
        (mail.kind, mail.recipient_email) for mail in db.session.scalars(sa.select(OutboxMail).order_by(OutboxMail.id))
    ]


def test_turning_a_check_off_makes_ready_whom_it_kept_waiting(app: Flask, actor: Viewer, now: dt.datetime) -> None:
    waiting, lapsed = without(K.SAFEGUARDING), without(K.SAFEGUARDING, VolunteerState.LAPSED)
    other, was_ready = without(K.TOOLKIT), make_volunteer()
    paused = make_volunteer(state=VolunteerState.PAUSED)
    assert set_to(K.SAFEGUARDING, Requirement(needed=False), actor=actor, now=now) == ReadinessImpact(2, 0)
    states = [one.state for one in (waiting, lapsed, other, was_ready, paused)]
    assert states == ["ready", "ready", "checking", "ready", "paused"]
    assert waiting.ready_until_on == now.date() + dt.timedelta(days=365)
    assert sorted(mails()) == sorted(("readiness_ready", one.account.email) for one in (waiting, lapsed))


def test_turning_a_check_on_stops_whom_it_finds_without(app: Flask, actor: Viewer, now: dt.datetime) -> None:
    fine = make_volunteer()
    set_to(K.TOOLKIT, Requirement(needed=False), actor=actor, now=now)
    missing, out = without(K.TOOLKIT), without(K.SAFEGUARDING)
    set_to(K.SAFEGUARDING, Requirement(needed=False), actor=actor, now=now)
    for one in (missing, out):
        for check in one.checks:
            if check.kind in {K.TOOLKIT, K.SAFEGUARDING} and one is out:
                check.state, check.expires_on = CheckState.MET, now.date() - dt.timedelta(days=1)
        one.state = VolunteerState.READY
    db.session.commit()
    db.session.execute(sa.delete(OutboxMail))
    assert set_to(K.TOOLKIT, Requirement(guidance="Read chapter 2."), actor=actor, now=now) == ReadinessImpact(0, 2)
    assert (missing.state, out.state, fine.state) == (
        VolunteerState.CHECKING,
        VolunteerState.LAPSED,
        VolunteerState.READY,
    )
    assert sorted(mails()) == sorted([("check_needed", missing.account.email), ("readiness_lapsed", out.account.email)])
    text = db.session.scalars(sa.select(OutboxMail.text).where(OutboxMail.kind == "check_needed")).one()
    assert "Read chapter 2." in text


def test_change_refuses_when_others_are_concerned_by_now(app: Flask, actor: Viewer, now: dt.datetime) -> None:
    shown = preview_impact(K.TOOLKIT, Requirement(needed=False), now=now)
    without(K.TOOLKIT)
    with pytest.raises(Conflict):
        service.change_requirement(
            K.TOOLKIT, Requirement(needed=False), reason="x", confirmed=shown, actor=actor, now=now
        )


def test_who_ran_out_last_night_is_left_to_the_nightly_job(app: Flask, actor: Viewer, now: dt.datetime) -> None:
    late = make_volunteer(expires_on=now.date() - dt.timedelta(days=1))
    assert set_to(K.TOOLKIT, Requirement(guidance="Read it."), actor=actor, now=now) == ReadinessImpact(0, 0)
    assert (late.state, mails()) == (VolunteerState.READY, [])


def test_code_of_conduct_cannot_be_switched_off(app: Flask, actor: Viewer, now: dt.datetime) -> None:
    with pytest.raises(DomainError):
        set_to(K.CODE_OF_CONDUCT, Requirement(needed=False), actor=actor, now=now)


def test_check_that_is_not_asked_for_lets_nobody_lapse(app: Flask, actor: Viewer, now: dt.datetime) -> None:
    make_volunteer(expires_on=now.date() + dt.timedelta(days=1))
    for kind in (K.SAFEGUARDING, K.INFORMATION_GOVERNANCE, K.EMPLOYER_SUPPORT):
        set_to(kind, Requirement(needed=False), actor=actor, now=now)
    one = make_volunteer(profession="manager", expires_on=now.date() + dt.timedelta(days=1))
    registration = next(check for check in one.checks if check.kind is K.REGISTRATION)
    registration.expires_on = None
    db.session.commit()
    later = now + dt.timedelta(days=3)
    assert service.expire_readiness(later) == 1
    assert one.state is VolunteerState.READY


def check_of(one: Volunteer, kind: CheckKind) -> ReadinessCheck:
    return next(check for check in one.checks if check.kind is kind)


def test_finding_counts_no_longer_than_the_months_set(app: Flask, actor: Viewer, now: dt.datetime) -> None:
    set_to(K.SAFEGUARDING, Requirement(valid_months=12), actor=actor, now=now)
    one, today = make_volunteer(ready=False), now.date()

    def record(expires_on: dt.date | None) -> None:
        service.record_check(
            check_of(one, K.SAFEGUARDING),
            state=CheckState.MET,
            evidence="Seen",
            checked_on=today,
            expires_on=expires_on,
            note=None,
            actor=actor,
            now=now,
        )

    for wrong in (None, dt.date(2027, 11, 21)):
        with pytest.raises(DomainError) as refused:
            record(wrong)
        assert refused.value.field == "expires_on"
    record(dt.date(2027, 11, 20))


def test_new_volunteers_accept_the_code_for_the_months_set(app: Flask, actor: Viewer, now: dt.datetime) -> None:
    set_to(K.CODE_OF_CONDUCT, Requirement(valid_months=24), actor=actor, now=now)
    one = service.open_profile(make_account(Role.VOLUNTEER), now=now)
    assert check_of(one, K.CODE_OF_CONDUCT).expires_on == dt.date(2028, 11, 20)


def _without_two() -> int:
    one = without(K.SAFEGUARDING)
    check_of(one, K.TOOLKIT).state = CheckState.OUTSTANDING
    return one.id


def _meet(check: ReadinessCheck, *, actor: Viewer, now: dt.datetime) -> None:
    service.record_check(
        check,
        state=CheckState.MET,
        evidence="Seen",
        checked_on=now.date(),
        expires_on=None,
        note=None,
        actor=actor,
        now=now,
    )


def test_last_check_and_a_new_demand_at_once_leave_nobody_wrongly_ready(
    app: Flask, actor: Viewer, now: dt.datetime
) -> None:
    set_to(K.TOOLKIT, Requirement(needed=False), actor=actor, now=now)
    ids = [_without_two() for _ in range(4)]
    db.session.commit()
    checker = actor.account_id

    def act(number: int) -> bool:
        me = accounts.get_viewer(checker, today=now.date())
        try:
            if number == 0:
                change = preview_impact(K.TOOLKIT, Requirement(), now=now)
                service.change_requirement(K.TOOLKIT, Requirement(), reason="x", confirmed=change, actor=me, now=now)
            else:
                _meet(queries.get_check(ids[number - 1], K.SAFEGUARDING), actor=me, now=now)
            db.session.commit()
        except (Conflict, sa.orm.exc.StaleDataError):
            db.session.rollback()
            return False
        return True

    race(app, act, rivals=5)
    db.session.rollback()
    asked = check_queries.get_requirements()[K.TOOLKIT].needed
    ready = {
        one.id for one in db.session.scalars(sa.select(Volunteer).where(Volunteer.id.in_(ids))) if one.state == "ready"
    }
    assert not (asked and ready), "ready without a check that is asked for"
