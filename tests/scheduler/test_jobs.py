"""One slot, one run, however many processes tick. A failing job does not affect the others."""

from __future__ import annotations

import datetime as dt
import logging
import threading
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from tests.factories.accounts import make_account
from tests.support.jobs import HOUR, leave_unended, make_failing_job, make_recording_job, runs
from tests.support.race import race
from volunteer_hub.core import clock as core_clock
from volunteer_hub.core.access import Role
from volunteer_hub.core.db import db
from volunteer_hub.jobs import queries
from volunteer_hub.mail.models import OutboxMail
from volunteer_hub.privacy import service as privacy
from volunteer_hub.scheduler import jobs, process, service


def test_slot_of_names_the_same_slot_all_through_it(now: dt.datetime) -> None:
    assert {service.slot_start(now + dt.timedelta(minutes=m, microseconds=m), HOUR) for m in range(60)} == {now}


def test_tick_runs_a_slot_once(app: Flask, clock: Any) -> None:
    job, calls = make_recording_job()
    assert jobs.tick(job) is not None
    clock.advance(minutes=59)
    assert jobs.tick(job) is None
    clock.advance(minutes=1)
    assert jobs.tick(job) is not None
    assert len(calls) == 2
    assert [run.count for run in runs()] == [1, 1]


def test_tick_by_four_rivals_is_one_run(app: Flask) -> None:
    job, calls = make_recording_job()
    race(app, lambda _: jobs.tick(job), rivals=4)
    assert len(calls) == 1
    assert len(runs()) == 1


def test_control_without_the_slot_four_rivals_run_it_four_times(app: Flask) -> None:
    job, calls = make_recording_job(frequent=True)
    race(app, lambda _: jobs.tick(job), rivals=4)
    assert len(calls) == 4


def test_failing_job_is_recorded_and_leaves_nothing_half_done(app: Flask, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.CRITICAL):
        jobs.tick(make_failing_job())
    [run] = runs()
    assert (run.job, run.error, run.count) == ("broken", "RuntimeError: the disk is full", None)
    assert run.ended_at == run.started_at


def test_failing_job_does_not_stop_the_others(
    app: Flask, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    done = threading.Event()

    def act(now: dt.datetime) -> int:
        done.set()
        return 3

    table = (make_failing_job(), jobs.Job("works", act, HOUR, {"minute": "0"}))
    monkeypatch.setattr(jobs, "JOBS", table)
    stop = threading.Event()
    with caplog.at_level(logging.CRITICAL):
        thread = threading.Thread(target=process.serve, args=(app, stop))
        thread.start()
        assert done.wait(20)
        stop.set()
        thread.join(20)
    assert not thread.is_alive()
    assert {(run.job, run.count) for run in runs()} == {("broken", None), ("works", 3)}


def test_frequent_job_leaves_a_row_only_when_it_did_something(app: Flask) -> None:
    idle = jobs.Job("idle", lambda _now: 0, HOUR, {"second": "*/5"}, frequent=True)
    busy, _acts = make_recording_job("busy", frequent=True)
    jobs.tick(idle)
    jobs.tick(busy)
    assert [run.job for run in runs()] == ["busy"]


def test_a_manual_run_works_in_a_slot_that_was_run(app: Flask) -> None:
    job, calls = make_recording_job()
    jobs.tick(job)
    jobs.run_manually(job)
    jobs.run_manually(job)
    assert len(calls) == 3


def test_forget_overdue_keeps_two_weeks_of_runs(app: Flask, clock: Any) -> None:
    job, _acts = make_recording_job()
    jobs.tick(job)
    clock.advance(days=15)
    jobs.tick(job)
    assert privacy.purge_expired(core_clock.now()) == 1
    assert len(runs()) == 1


def test_each_job_of_the_table_runs(app: Flask) -> None:
    assert {job.name: jobs.run_manually(job).error for job in jobs.JOBS} == dict.fromkeys(jobs.JOBS_BY_NAME)


def test_latest_runs_gives_the_latest_of_each_job(app: Flask, clock: Any) -> None:
    first, _ = make_recording_job("first")
    jobs.tick(first)
    clock.advance(hours=2)
    latest = jobs.tick(first)
    assert queries.latest_runs() == {"first": latest}


def test_commands_list_and_run(app: Flask) -> None:
    runner = app.test_cli_runner()
    assert runner.invoke(args=["scheduler", "run", "forget_forms"]).output == "forget_forms: 0\n"
    assert "forget_forms" in runner.invoke(args=["scheduler", "list"]).output
    assert runner.invoke(args=["scheduler", "run", "no_such_job"]).exit_code == 2


def test_command_run_fails_loudly(
    app: Flask, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setitem(jobs.JOBS_BY_NAME, "forget_forms", make_failing_job("forget_forms"))
    with caplog.at_level(logging.CRITICAL):
        result = app.test_cli_runner().invoke(args=["scheduler", "run", "forget_forms"])
    assert result.exit_code == 1
    assert "the disk is full" in result.output


def test_interrupted_run_is_run_again_after_its_lease(app: Flask, clock: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    job, calls = make_recording_job()
    monkeypatch.setitem(jobs.JOBS_BY_NAME, job.name, job)
    run = leave_unended(job.name, clock.instant)
    assert jobs.tick(job) is None
    assert jobs.resume_runs(clock.advance(minutes=29)) == 0
    assert jobs.resume_runs(clock.advance(minutes=1)) == 1
    assert (len(calls), run.count, run.tries) == (1, 1, 2)
    assert run.ended_at
    assert jobs.resume_runs(clock.advance(hours=1)) == 0


def test_run_interrupted_three_times_has_failed_and_admins_are_notified(
    app: Flask, clock: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    job, calls = make_recording_job()
    monkeypatch.setitem(jobs.JOBS_BY_NAME, job.name, job)
    admin = make_account(Role.ADMIN)
    run = leave_unended(job.name, clock.instant, tries=3)
    assert jobs.resume_runs(clock.advance(minutes=30)) == 0
    assert (calls, run.error) == ([], service.INTERRUPTED_ERROR)
    assert [mail.recipient_email for mail in db.session.scalars(sa.select(OutboxMail))] == [admin.email]


def test_run_from_a_clock_that_was_ahead_is_taken_over(app: Flask, clock: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    job, calls = make_recording_job()
    monkeypatch.setitem(jobs.JOBS_BY_NAME, job.name, job)
    leave_unended(job.name, clock.instant + dt.timedelta(days=2))
    assert jobs.resume_runs(clock.instant) == 1
    assert len(calls) == 1


def test_interrupted_run_of_a_job_that_no_longer_exists_ends(app: Flask, clock: Any) -> None:
    run = leave_unended("gone", clock.instant)
    assert jobs.resume_runs(clock.advance(minutes=30)) == 0
    assert run.error == "This release has no such job."


def test_of_four_rivals_one_takes_an_interrupted_run_over(
    app: Flask, clock: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    job, calls = make_recording_job()
    monkeypatch.setitem(jobs.JOBS_BY_NAME, job.name, job)
    leave_unended(job.name, clock.instant)
    later = clock.advance(minutes=30)
    assert sum(race(app, lambda _: jobs.resume_runs(later), rivals=4)) == 1
    assert len(calls) == 1


def test_slow_delivery_and_a_long_round_keep_no_other_job_waiting() -> None:
    assert {job.name: job.executor for job in jobs.JOBS if job.executor != "default"} == {
        "deliver_mail": "mail",
        "run_rounds": "rounds",
    }
    assert {job.executor for job in jobs.JOBS} == set(process.EXECUTOR_THREADS)
