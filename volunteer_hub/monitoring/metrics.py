"""Prometheus metrics, computed per scrape. Their labels are jobs and states, never personal data."""

from __future__ import annotations

import datetime as dt

import sqlalchemy as sa
from prometheus_client import CollectorRegistry, Gauge, ProcessCollector, generate_latest

from volunteer_hub.jobs import queries as job_runs
from volunteer_hub.monitoring import queries
from volunteer_hub.scheduler import jobs, schedule

PREFIX = "volunteer_hub_"


def render(now: dt.datetime) -> bytes:
    """Return all metrics in Prometheus's text format.

    Those that need the database are left out if it cannot be reached or is not at the newest revision.
    """
    registry = CollectorRegistry()
    ProcessCollector(registry=registry)
    facts = queries.database_facts()
    _gauge(registry, "database_up", "1 when the database answers").set(facts.is_reachable)
    _gauge(registry, "database_writable", "1 when a write would be taken").set(facts.is_reachable and facts.is_writable)
    _gauge(registry, "database_up_to_date", "1 at the newest revision of the code").set(facts.is_up_to_date)
    if facts.is_up_to_date:
        try:
            _add_mail(registry, now)
            _add_jobs(registry, now)
        except sa.exc.SQLAlchemyError:
            _gauge(registry, "database_lost", "1 when the database went away while figures were read").set(1)
    return generate_latest(registry)


def _gauge(registry: CollectorRegistry, name: str, about: str, *labels: str) -> Gauge:
    return Gauge(PREFIX + name, about, labels, registry=registry)


def _add_mail(registry: CollectorRegistry, now: dt.datetime) -> None:
    oldest = queries.oldest_due_at(now)
    age = (now - oldest).total_seconds() if oldest else 0
    _gauge(registry, "mail_oldest_due_seconds", "How long the oldest due email has waited").set(age)
    mails = _gauge(registry, "mails", "Emails in the outbox by state", "state")
    for state, count in queries.mails_by_state().items():
        mails.labels(state.value).set(count)


def _add_jobs(registry: CollectorRegistry, now: dt.datetime) -> None:
    beat_at = job_runs.last_heartbeat_at()
    if beat_at:
        age = _gauge(registry, "scheduler_beat_age_seconds", "Time since the scheduler's last sign of life")
        age.set((now - beat_at).total_seconds())
    runs, successes = job_runs.latest_runs(), job_runs.latest_successes()
    lag = _gauge(registry, "job_lag_seconds", "For how long a job has been due without a run", "job")
    success = _gauge(registry, "job_last_success_timestamp_seconds", "When a job last ended well", "job")
    failed = _gauge(registry, "job_failed", "1 when the last run of a job failed", "job")
    for job in jobs.JOBS:
        run, success_run = runs.get(job.name), successes.get(job.name)
        if run and not job.frequent:
            lag.labels(job.name).set(schedule.overdue_by(job, run.slot_at, now).total_seconds())
        if run:
            failed.labels(job.name).set(run.error is not None)
        if success_run and success_run.ended_at:
            success.labels(job.name).set(success_run.ended_at.timestamp())
