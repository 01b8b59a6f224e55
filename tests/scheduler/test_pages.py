"""The jobs' pages, manual runs, and who is notified when a job fails."""

from __future__ import annotations

import datetime as dt
import logging
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from tests.factories.accounts import make_account
from tests.support.jobs import make_failing_job, make_recording_job, runs
from tests.support.query_count import page_queries
from tests.support.queued_mail import list_queued_mail
from volunteer_hub.accounts.models import Account
from volunteer_hub.audit.models import AuditEntry
from volunteer_hub.core.access import Role
from volunteer_hub.core.db import db
from volunteer_hub.jobs import labels
from volunteer_hub.jobs.models import JobRun, SchedulerHeartbeat
from volunteer_hub.scheduler import heartbeat, jobs, schedule


@pytest.fixture
def ada(app: Flask) -> Account:
    """An administrator."""
    return make_account(Role.ADMIN, email="ada@example.org", time_zone="Africa/Kampala")


@pytest.fixture
def admin(ada: Account, as_: Any) -> Any:
    """The administrator's browser."""
    return as_(ada)


def manual_run_entries() -> list[AuditEntry]:
    """Return the audit entries of manual runs."""
    return list(db.session.scalars(sa.select(AuditEntry).where(AuditEntry.action == "job_run.by_hand")).unique())


def test_every_job_has_a_label_and_times(app: Flask, now: dt.datetime) -> None:
    assert set(labels.JOB_LABELS) == set(jobs.JOBS_BY_NAME)
    with app.test_request_context():
        for job in jobs.JOBS:
            assert schedule.describe_schedule(job, now, "Asia/Kathmandu")
            assert schedule.next_run_at(job, now) >= now


def test_list_says_when_on_the_readers_clock(admin: Any) -> None:
    page = admin.get("/jobs/").text
    assert "Check the audit trail" in page
    assert "once a day, at 05:30 on your clock" in page
    assert "every 15 minutes" in page


def test_list_warns_when_no_scheduler_is_running(admin: Any, clock: Any) -> None:
    warning = "No scheduler is running"
    assert warning in admin.get("/jobs/").text
    assert warning in admin.get("/start").text
    heartbeat.record_heartbeat(now=clock())
    assert warning not in admin.get("/jobs/").text
    assert warning not in admin.get("/start").text
    clock.advance(minutes=3)
    assert warning in admin.get("/jobs/").text
    assert warning in admin.get("/start").text


def test_a_heartbeat_from_the_future_does_not_count(admin: Any, clock: Any) -> None:
    heartbeat.record_heartbeat(now=clock() + dt.timedelta(hours=2))
    assert "No scheduler is running" in admin.get("/jobs/").text


def test_the_next_heartbeat_replaces_the_last(app: Any, clock: Any) -> None:
    heartbeat.record_heartbeat(now=clock())
    heartbeat.record_heartbeat(now=clock.advance(seconds=30))
    assert db.session.scalars(sa.select(SchedulerHeartbeat.beat_at)).all() == [clock()]


def test_run_now_runs_once_for_a_double_click_and_is_audited(
    admin: Any, ada: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    job, calls = make_recording_job("forget_forms")
    monkeypatch.setitem(jobs.JOBS_BY_NAME, "forget_forms", job)
    data = admin.forms("/jobs/forget_forms/run")[-1]["data"]
    assert [admin.post("/jobs/forget_forms/run", data=data).status_code for _ in range(2)] == [303, 303]
    assert len(calls) == 1
    [run], [entry] = runs(), manual_run_entries()
    assert (run.count, run.error, entry.actor_id, entry.subject_id) == (1, None, ada.id, run.id)
    page = admin.get("/jobs/forget_forms").text
    assert "Acts: 1" in page
    assert page.count("The job has finished.") == 1


def test_run_now_of_a_failing_job_shows_what_went_wrong(
    admin: Any, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setitem(jobs.JOBS_BY_NAME, "forget_forms", make_failing_job("forget_forms"))
    with caplog.at_level(logging.CRITICAL):
        assert admin.submit("/jobs/forget_forms/run").status_code == 303
    page = admin.get("/jobs/forget_forms").text
    assert "the disk is full" in page
    assert "The job failed. The reason is below." in page


def test_delivery_is_not_run_inside_a_page(admin: Any) -> None:
    data = admin.forms("/jobs/forget_forms/run")[-1]["data"]
    assert "cannot be run from a page" in admin.get("/jobs/deliver_mail/run").text
    assert admin.post("/jobs/deliver_mail/run", data=data).status_code in {403, 422}
    assert runs() == []


def test_coordinator_reads_and_does_not_run(app: Flask, as_: Any) -> None:
    browser = as_(make_account(Role.COORDINATOR))
    assert "Run it now" not in browser.get("/jobs/forget_forms").text
    assert browser.get("/jobs/forget_forms/run").status_code == 403
    assert browser.get("/jobs/no_such_job").status_code == 404


def test_two_manual_runs_at_one_instant_have_a_slot_each(app: Flask) -> None:
    job, calls = make_recording_job()
    for _ in range(3):
        jobs.run_manually(job)
    assert len(calls) == len({run.slot_at for run in runs()}) == 3


def test_administrators_are_notified_of_a_failing_job_once_a_day(
    ada: Account, clock: Any, caplog: pytest.LogCaptureFixture
) -> None:
    make_account(Role.COORDINATOR)
    with caplog.at_level(logging.CRITICAL):
        for _ in range(5):
            jobs.tick(make_failing_job())
            clock.advance(hours=1)
        jobs.tick(make_failing_job("another"))
        assert [mail.recipient_email for mail in list_queued_mail("job_failed")] == ["ada@example.org"] * 2
        clock.advance(hours=20)
        jobs.tick(make_failing_job())
    mails = list_queued_mail("job_failed")
    assert len(mails) == 3
    assert "/jobs/broken" in mails[0].text
    assert "disk" not in mails[0].text


def test_a_broken_audit_trail_reaches_a_person(
    ada: Account, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr("volunteer_hub.audit.queries.verify", lambda: iter(["entry 3 is missing"]))
    with caplog.at_level(logging.CRITICAL):
        jobs.tick(jobs.JOBS_BY_NAME["verify_audit"])
    [mail] = list_queued_mail("job_failed")
    assert mail.subject == "A job has failed: Check the audit trail"


def test_an_error_is_recorded_even_when_the_notification_fails(
    ada: Account, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(*_args: Any, **_kwargs: Any) -> None:
        raise RuntimeError("no mail today")

    monkeypatch.setattr("volunteer_hub.scheduler.service.notify_admins", fail)
    with caplog.at_level(logging.CRITICAL):
        jobs.tick(make_failing_job())
    [run] = runs()
    assert run.error == "RuntimeError: the disk is full"


def test_pages_cost_the_same_for_one_and_for_thirty(admin: Any, now: dt.datetime) -> None:
    def add(number: int) -> None:
        at = now + dt.timedelta(seconds=number)
        db.session.add(JobRun(job="forget_forms", slot_at=at, started_at=at, ended_at=at, count=0, error="x"))
        db.session.commit()

    add(0)
    before = [len(page_queries(admin, path)) for path in ("/jobs/", "/jobs/forget_forms")]
    for number in range(1, 31):
        add(number)
    assert [len(page_queries(admin, path)) for path in ("/jobs/", "/jobs/forget_forms")] == before
    assert max(before) <= 3
