"""`/metrics`: correct values, readable from this machine or with the bearer token, without personal data."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from flask import Flask
from prometheus_client.parser import text_string_to_metric_families

from tests.factories.accounts import make_account
from tests.reports.rows import make_mail
from tests.support.jobs import make_failing_job, make_recording_job
from volunteer_hub.mail.states import MailState
from volunteer_hub.scheduler import heartbeat, jobs, schedule

TOKEN = "Zk3vX9qLw2RtYb7NfHs5Jd8MgPc4TuEa"


def figures(client: Any) -> dict[str, float]:
    """Return each metric by its name and label."""
    reply = client.get("/metrics")
    assert reply.status_code == 200
    return {
        " ".join([sample.name.removeprefix("volunteer_hub_"), *sample.labels.values()]): sample.value
        for family in text_string_to_metric_families(reply.text)
        for sample in family.samples
    }


def test_metrics_of_mail_scheduler_and_database(client: Any, clock: Any) -> None:
    heartbeat.record_heartbeat(now=clock() - dt.timedelta(seconds=20))
    make_mail(MailState.QUEUED, at=clock() - dt.timedelta(minutes=3))
    make_mail(MailState.FAILED, at=clock() - dt.timedelta(days=3))
    values = figures(client)
    assert values["mail_oldest_due_seconds"] == 180
    assert (values["mails queued"], values["mails failed"], values["mails sent"]) == (1, 1, 0)
    assert values["scheduler_beat_age_seconds"] == 20
    assert values["database_up"] == values["database_writable"] == values["database_up_to_date"] == 1
    assert values["process_resident_memory_bytes"] > 1_000_000


def test_email_that_is_not_due_yet_has_no_age(client: Any, clock: Any) -> None:
    make_mail(MailState.QUEUED, at=clock() + dt.timedelta(hours=1))
    assert figures(client)["mail_oldest_due_seconds"] == 0


def test_metrics_of_jobs(client: Any, clock: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    good, bad = make_recording_job("expire_requests")[0], make_failing_job("forget_throttles")
    monkeypatch.setattr(jobs, "JOBS", (good, bad))
    began = clock()
    jobs.tick(good)
    jobs.tick(bad)
    clock.advance(hours=3)
    values = figures(client)
    assert values["job_lag_seconds expire_requests"] == 2 * 3600
    assert values["job_last_success_timestamp_seconds expire_requests"] == began.timestamp()
    assert "job_last_success_timestamp_seconds forget_throttles" not in values
    assert (values["job_failed expire_requests"], values["job_failed forget_throttles"]) == (0, 1)


def test_job_that_ran_early_in_its_slot_does_not_lag(now: dt.datetime) -> None:
    job = jobs.JOBS_BY_NAME["verify_audit"]  # at 02:30, once a day
    day = now.replace(hour=0)
    assert schedule.overdue_by(job, day, day + dt.timedelta(hours=20)) == dt.timedelta()
    assert schedule.overdue_by(job, day, day + dt.timedelta(days=1, hours=3)) == dt.timedelta(minutes=30)


@pytest.mark.parametrize(
    "request_of",
    [
        {"environ_overrides": {"REMOTE_ADDR": "192.0.2.7"}},
        {"headers": {"X-Forwarded-For": "127.0.0.1"}},
        {"headers": {"Forwarded": "for=127.0.0.1"}},
        {"headers": {"Host": "hub.hospital.nhs.uk"}},
    ],
)
def test_metrics_are_for_this_machine_only(client: Any, request_of: dict[str, Any]) -> None:
    assert client.get("/metrics", **request_of).status_code == 404


def test_with_a_token_only_its_bearer_reads_metrics_from_anywhere(
    client: Any, app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(app.config, "METRICS_TOKEN", TOKEN)
    elsewhere = {"environ_overrides": {"REMOTE_ADDR": "192.0.2.7"}}
    assert client.get("/metrics", headers={"Authorization": f"Bearer {TOKEN}"}, **elsewhere).status_code == 200
    for header in ("", f"Bearer {TOKEN}x", f"Basic {TOKEN}", "Bearer \xff"):
        assert client.get("/metrics", headers={"Authorization": header}).status_code == 404


def test_metrics_contain_no_personal_data(client: Any, clock: Any) -> None:
    make_account(name="Canary Person", email="canary@example.org")
    make_mail(MailState.QUEUED, at=clock())
    text = client.get("/metrics").text
    assert "mail_" in text
    assert "anary" not in text
    assert "@" not in text
