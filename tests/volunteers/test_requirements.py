"""Requirements for readiness checks: the rules, and the impact of a change on volunteers."""

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
from tests.support.requirements import list_mails, make_volunteer_without
from volunteer_hub.accounts import queries as accounts
from volunteer_hub.core.access import Role, Viewer
from volunteer_hub.core.db import db
from volunteer_hub.core.errors import Conflict, DomainError
from volunteer_hub.mail.models import OutboxMail
from volunteer_hub.volunteers import check_queries, queries, rules, service
from volunteer_hub.volunteers.models import ReadinessCheck, Volunteer
from volunteer_hub.volunteers.rules import Requirement
from volunteer_hub.volunteers.service.requirements import ReadinessImpact, preview_impact
from volunteer_hub.volunteers.states import CheckKind, CheckState, VolunteerState

TODAY = dt.date(2026, 11, 20)


@dataclass(frozen=True)
class Check:
    kind: CheckKind
    state: CheckState = CheckState.MET
    expires_on: dt.date | None = None


days = st.none() | st.dates(TODAY - dt.timedelta(days=90), TODAY + dt.timedelta(days=90))
six = st.tuples(*(st.builds(Check, st.just(kind), st.sampled_from(CheckState), days) for kind in CheckKind))
kinds = st.frozensets(st.sampled_from(CheckKind))


@given(six, kinds, kinds)
def test_more_requirements_never_make_ready_nor_extend_readiness(
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
def test_code_of_conduct_and_a_statutory_registration_cannot_be_switched_off(
    requirements: Mapping[CheckKind, Requirement], regulator: str | None
) -> None:
    assert {CheckKind.CODE_OF_CONDUCT, CheckKind.REGISTRATION} <= rules.get_needed_kinds(
        requirements, regulator=regulator
    )


def test_registration_switched_off_is_not_needed_by_professions_without_a_register() -> None:
    off = {CheckKind.REGISTRATION: Requirement(needed=False)}
    assert CheckKind.REGISTRATION not in rules.get_needed_kinds(off, regulator=rules.UNREGULATED)
    assert CheckKind.REGISTRATION in rules.get_needed_kinds({}, regulator=rules.UNREGULATED)


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


def change_requirement(kind: CheckKind, setting: Requirement, *, actor: Viewer, now: dt.datetime) -> ReadinessImpact:
    change = preview_impact(kind, setting, now=now)
    done = service.change_requirement(kind, setting, reason="The board decided", confirmed=change, actor=actor, now=now)
    db.session.commit()
    return done


def test_switching_a_check_off_makes_volunteers_ready_who_lacked_only_it(
    app: Flask, actor: Viewer, now: dt.datetime
) -> None:
    waiting, lapsed = (
        make_volunteer_without(CheckKind.SAFEGUARDING),
        make_volunteer_without(CheckKind.SAFEGUARDING, VolunteerState.LAPSED),
    )
    other, was_ready = make_volunteer_without(CheckKind.TOOLKIT), make_volunteer()
    paused = make_volunteer(state=VolunteerState.PAUSED)
    assert change_requirement(
        CheckKind.SAFEGUARDING, Requirement(needed=False), actor=actor, now=now
    ) == ReadinessImpact(2, 0)
    states = [volunteer.state for volunteer in (waiting, lapsed, other, was_ready, paused)]
    assert states == ["ready", "ready", "checking", "ready", "paused"]
    assert waiting.ready_until_on == now.date() + dt.timedelta(days=365)
    assert sorted(list_mails()) == sorted(
        ("readiness_ready", volunteer.account.email) for volunteer in (waiting, lapsed)
    )


def test_switching_a_check_on_ends_the_readiness_of_volunteers_without_it(
    app: Flask, actor: Viewer, now: dt.datetime
) -> None:
    fine = make_volunteer()
    change_requirement(CheckKind.TOOLKIT, Requirement(needed=False), actor=actor, now=now)
    missing, out = make_volunteer_without(CheckKind.TOOLKIT), make_volunteer_without(CheckKind.SAFEGUARDING)
    change_requirement(CheckKind.SAFEGUARDING, Requirement(needed=False), actor=actor, now=now)
    for volunteer in (missing, out):
        for check in volunteer.checks:
            if check.kind in {CheckKind.TOOLKIT, CheckKind.SAFEGUARDING} and volunteer is out:
                check.state, check.expires_on = CheckState.MET, now.date() - dt.timedelta(days=1)
        volunteer.state = VolunteerState.READY
    db.session.commit()
    db.session.execute(sa.delete(OutboxMail))
    assert change_requirement(
        CheckKind.TOOLKIT, Requirement(guidance="Read chapter 2."), actor=actor, now=now
    ) == ReadinessImpact(0, 2)
    assert (missing.state, out.state, fine.state) == (
        VolunteerState.CHECKING,
        VolunteerState.LAPSED,
        VolunteerState.READY,
    )
    assert sorted(list_mails()) == sorted(
        [("check_needed", missing.account.email), ("readiness_lapsed", out.account.email)]
    )
    text = db.session.scalars(sa.select(OutboxMail.text).where(OutboxMail.kind == "check_needed")).one()
    assert "Read chapter 2." in text


def test_change_is_refused_when_its_impact_has_changed(app: Flask, actor: Viewer, now: dt.datetime) -> None:
    impact = preview_impact(CheckKind.TOOLKIT, Requirement(needed=False), now=now)
    make_volunteer_without(CheckKind.TOOLKIT)
    with pytest.raises(Conflict):
        service.change_requirement(
            CheckKind.TOOLKIT, Requirement(needed=False), reason="x", confirmed=impact, actor=actor, now=now
        )


def test_checks_that_just_expired_are_left_to_the_nightly_job(app: Flask, actor: Viewer, now: dt.datetime) -> None:
    late = make_volunteer(expires_on=now.date() - dt.timedelta(days=1))
    assert change_requirement(
        CheckKind.TOOLKIT, Requirement(guidance="Read it."), actor=actor, now=now
    ) == ReadinessImpact(0, 0)
    assert (late.state, list_mails()) == (VolunteerState.READY, [])


def test_code_of_conduct_cannot_be_switched_off(app: Flask, actor: Viewer, now: dt.datetime) -> None:
    with pytest.raises(DomainError):
        change_requirement(CheckKind.CODE_OF_CONDUCT, Requirement(needed=False), actor=actor, now=now)


def test_check_that_is_not_needed_does_not_end_readiness(app: Flask, actor: Viewer, now: dt.datetime) -> None:
    make_volunteer(expires_on=now.date() + dt.timedelta(days=1))
    for kind in (CheckKind.SAFEGUARDING, CheckKind.INFORMATION_GOVERNANCE, CheckKind.EMPLOYER_SUPPORT):
        change_requirement(kind, Requirement(needed=False), actor=actor, now=now)
    volunteer = make_volunteer(profession="manager", expires_on=now.date() + dt.timedelta(days=1))
    registration = next(check for check in volunteer.checks if check.kind is CheckKind.REGISTRATION)
    registration.expires_on = None
    db.session.commit()
    later = now + dt.timedelta(days=3)
    assert service.expire_readiness(later) == 1
    assert volunteer.state is VolunteerState.READY


def get_check(volunteer: Volunteer, kind: CheckKind) -> ReadinessCheck:
    return next(check for check in volunteer.checks if check.kind is kind)


def test_result_is_valid_for_at_most_the_months_required(app: Flask, actor: Viewer, now: dt.datetime) -> None:
    change_requirement(CheckKind.SAFEGUARDING, Requirement(valid_months=12), actor=actor, now=now)
    volunteer, today = make_volunteer(ready=False), now.date()

    def record(expires_on: dt.date | None) -> None:
        service.record_check(
            get_check(volunteer, CheckKind.SAFEGUARDING),
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


def test_new_volunteers_accept_the_code_for_the_months_required(app: Flask, actor: Viewer, now: dt.datetime) -> None:
    change_requirement(CheckKind.CODE_OF_CONDUCT, Requirement(valid_months=24), actor=actor, now=now)
    volunteer = service.open_profile(make_account(Role.VOLUNTEER), now=now)
    assert get_check(volunteer, CheckKind.CODE_OF_CONDUCT).expires_on == dt.date(2028, 11, 20)


def _make_volunteer_without_two() -> int:
    volunteer = make_volunteer_without(CheckKind.SAFEGUARDING)
    get_check(volunteer, CheckKind.TOOLKIT).state = CheckState.OUTSTANDING
    return volunteer.id


def _record_met(check: ReadinessCheck, *, actor: Viewer, now: dt.datetime) -> None:
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


def test_concurrent_last_check_and_new_requirement_leave_no_volunteer_wrongly_ready(
    app: Flask, actor: Viewer, now: dt.datetime
) -> None:
    change_requirement(CheckKind.TOOLKIT, Requirement(needed=False), actor=actor, now=now)
    ids = [_make_volunteer_without_two() for _ in range(4)]
    db.session.commit()
    checker = actor.account_id

    def act(number: int) -> bool:
        me = accounts.get_viewer(checker, today=now.date())
        try:
            if number == 0:
                change = preview_impact(CheckKind.TOOLKIT, Requirement(), now=now)
                service.change_requirement(
                    CheckKind.TOOLKIT, Requirement(), reason="x", confirmed=change, actor=me, now=now
                )
            else:
                _record_met(queries.get_check(ids[number - 1], CheckKind.SAFEGUARDING), actor=me, now=now)
            db.session.commit()
        except (Conflict, sa.orm.exc.StaleDataError):
            db.session.rollback()
            return False
        return True

    race(app, act, rivals=5)
    db.session.rollback()
    is_needed = check_queries.get_requirements()[CheckKind.TOOLKIT].needed
    ready = {
        volunteer.id
        for volunteer in db.session.scalars(sa.select(Volunteer).where(Volunteer.id.in_(ids)))
        if volunteer.state == "ready"
    }
    assert not (is_needed and ready), "ready without a check that is needed"
