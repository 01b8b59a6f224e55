"""The table of jobs, and what one run leaves behind: its row, its error, the emails about it."""

from __future__ import annotations

import datetime as dt
import logging
import re
from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa
from apscheduler.triggers.cron import CronTrigger
from flask import Flask

from tests.factories.accounts import make_account, viewer_of
from tests.factories.mail import move_mail, queue_mail
from tests.factories.placements import make_fund
from tests.support.audit_log import forge
from tests.support.jobs import HOUR, leave_unended, make_failing_job, make_recording_job, runs
from tests.support.queued_mail import list_queued_mail
from volunteer_hub.audit import queries
from volunteer_hub.audit import service as audit
from volunteer_hub.audit.models import AuditEntry
from volunteer_hub.budgets.models import Fund
from volunteer_hub.core.access import Role
from volunteer_hub.core.db import db
from volunteer_hub.jobs.models import JobRun
from volunteer_hub.mail.states import MailState
from volunteer_hub.scheduler import jobs, service

FREQUENT = {"deliver_mail", "collect_bounces", "resume_runs", "run_rounds", "send_proposals"}
WEEKLY = {"remind_hours"}


@pytest.fixture(autouse=True)
def silence(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.CRITICAL)


def make_job(act: Callable[[dt.datetime], int], *, frequent: bool = False) -> jobs.Job:
    return jobs.Job("odd", act, HOUR, {"minute": "0"}, frequent=frequent)


def fail(_now: dt.datetime) -> int:
    raise RuntimeError("x" * 400)


def test_each_run_that_is_due_has_a_slot_of_its_own(now: dt.datetime) -> None:
    for job in jobs.JOBS:
        trigger = CronTrigger(timezone="UTC", **job.cron)
        first = trigger.get_next_fire_time(None, now)
        second = trigger.get_next_fire_time(first, first + dt.timedelta(microseconds=1))
        assert second - first == (7 * job.slot if job.name in WEEKLY else job.slot), job.name
    assert {job.name for job in jobs.JOBS if job.frequent} == FREQUENT
    assert {job.slot for job in jobs.JOBS if not job.frequent} == {dt.timedelta(minutes=15), HOUR, 24 * HOUR}


def test_each_job_ticks_once_in_its_slot(app: Flask) -> None:
    first = {job.name: jobs.tick(job) for job in jobs.JOBS}
    assert {name for name, run in first.items() if run is None} == FREQUENT
    assert [run.error for run in first.values() if run] == [None] * (len(first) - len(FREQUENT))
    assert [jobs.tick(job) for job in jobs.JOBS] == [None] * len(jobs.JOBS)


def test_a_frequent_job_records_when_it_ended_and_its_failure(app: Flask, clock: Any) -> None:
    busy, _calls = make_recording_job("busy", frequent=True)
    jobs.tick(busy)
    jobs.tick(make_job(fail, frequent=True))
    assert [(run.job, run.count, run.ended_at) for run in runs()] == [
        ("busy", 1, clock.instant),
        ("odd", None, clock.instant),
    ]


def test_an_error_is_kept_in_300_characters(app: Flask) -> None:
    jobs.tick(make_job(fail))
    assert [len(run.error or "") for run in runs()] == [300]


def test_what_fails_at_the_commit_is_recorded_as_an_error(app: Flask) -> None:
    def act(now: dt.datetime) -> int:
        db.session.add(JobRun(job="odd", slot_at=now, started_at=now))  # the slot is taken by the job's own run
        return 1

    db.session.commit()
    jobs.tick(jobs.Job("odd", act, dt.timedelta(microseconds=1), {"minute": "0"}))
    assert [(run.count, (run.error or "").split(":")[0]) for run in runs()] == [(None, "IntegrityError")]


def test_administrators_are_told_of_errors_once_a_day(app: Flask, clock: Any) -> None:
    make_account(Role.ADMIN)
    works, _calls = make_recording_job()
    jobs.tick(works)
    assert list_queued_mail() == []
    for hours, mails in [(0, 1), (23, 1), (1, 2)]:
        clock.advance(hours=hours)
        jobs.tick(make_failing_job())
        db.session.rollback()
        assert len(list_queued_mail("job_failed")) == mails


def test_a_failing_manual_run_leaves_its_row(app: Flask) -> None:
    jobs.run_manually(make_failing_job())
    db.session.rollback()
    assert [(run.job, run.error) for run in runs()] == [("broken", "RuntimeError: the disk is full")]


def test_manual_runs_at_one_instant_have_slots_of_their_own(app: Flask, now: dt.datetime) -> None:
    job, _calls = make_recording_job()
    for _ in range(3):
        jobs.run_manually(job)
    assert [run.slot_at for run in runs()] == [now + dt.timedelta(microseconds=n) for n in range(3)]


def test_a_run_by_hand_is_audited_with_the_jobs_name(app: Flask) -> None:
    admin, (job, _calls) = make_account(Role.ADMIN), make_recording_job()
    jobs.begin_manual_run(job, actor=viewer_of(admin))
    db.session.commit()
    entry = db.session.scalars(sa.select(AuditEntry).where(AuditEntry.action == "job_run.by_hand")).one()
    assert (entry.actor_id, entry.details) == (admin.id, '{"job":"counted"}')


def test_an_interrupted_run_that_fails_has_used_a_try(app: Flask, clock: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    job = make_failing_job()
    monkeypatch.setitem(jobs.JOBS_BY_NAME, job.name, job)
    run = leave_unended(job.name, clock.instant, tries=2)
    assert jobs.resume_runs(clock.advance(minutes=30)) == 1
    db.session.refresh(run)
    assert (run.tries, run.error) == (3, "RuntimeError: the disk is full")


def test_a_run_that_was_taken_over_has_a_new_lease(app: Flask, clock: Any) -> None:
    run = leave_unended("counted", clock.instant)
    later = clock.advance(minutes=30)
    assert service.reclaim_run(run, now=later)
    assert run.lease_until == later + dt.timedelta(minutes=30)


def test_a_ledger_that_does_not_balance_fails_its_job(app: Flask, now: dt.datetime) -> None:
    assert jobs.verify_ledger(now) == 0
    fund = make_fund()
    db.session.execute(sa.update(Fund).values(received_minor=Fund.received_minor + 1))
    with pytest.raises(jobs.LedgerBroken, match=f"1 faults, the first: the counters of fund {fund.id}"):
        jobs.verify_ledger(now)


def test_a_new_leader_queues_what_was_leased(app: Flask, now: dt.datetime) -> None:
    mail = move_mail(queue_mail(), MailState.LEASED)
    mail.lease_token, mail.lease_until = "dead", now + dt.timedelta(minutes=5)
    db.session.commit()
    jobs.release_stale_leases(now)
    db.session.rollback()
    assert mail.state is MailState.QUEUED


def test_an_audit_log_that_was_changed_fails_its_job(app: Flask, now: dt.datetime, backend: str) -> None:
    account = make_account(Role.ADMIN)
    for _ in range(3):
        audit.record("account.details_changed", account, actor=None, now=now)
    db.session.commit()
    assert jobs.verify_audit(now) == 0
    forge("UPDATE audit_entry SET action = 'forged' WHERE sequence < 3", backend)
    faults = list(queries.verify())
    assert len(faults) > 1
    with pytest.raises(jobs.AuditBroken, match=f"{len(faults)} faults, the first: {re.escape(faults[0])}"):
        jobs.verify_audit(now)


def test_a_new_leader_begins_although_the_database_is_away(app: Flask, now: dt.datetime) -> None:
    def fail(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        raise sa.exc.OperationalError(statement, None, Exception("away"))

    sa.event.listen(db.engine, "before_cursor_execute", fail)
    try:
        jobs.release_stale_leases(now)
    finally:
        sa.event.remove(db.engine, "before_cursor_execute", fail)
    assert runs() == []
