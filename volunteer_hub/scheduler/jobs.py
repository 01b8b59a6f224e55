"""The table of jobs, and the steps of one run: claim the slot, act, commit, record the end.

A job is a function `(now) -> count`. It acts on what is due by the database, never on the fact that it was called:
run twice, late or early it has the same effect. Times are UTC, which has no gaps and folds.
"""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from flask_babel import gettext as _
from sqlalchemy.exc import IntegrityError, OperationalError

from volunteer_hub.audit import queries as audit
from volunteer_hub.audit import service as audit_service
from volunteer_hub.budgets import queries as ledger
from volunteer_hub.core import clock, idempotency, throttle
from volunteer_hub.core.access import Viewer
from volunteer_hub.core.db import db
from volunteer_hub.core.errors import Forbidden
from volunteer_hub.hours import service as hours
from volunteer_hub.imports import service as imports
from volunteer_hub.jobs import queries as job_runs
from volunteer_hub.jobs.models import JobRun
from volunteer_hub.mail import delivery, leases, mailbox
from volunteer_hub.matching import service as matching
from volunteer_hub.partner_requests import service as requests
from volunteer_hub.placements import service as placements
from volunteer_hub.privacy import service as privacy
from volunteer_hub.rounds import runner
from volunteer_hub.rounds.service import lifecycle, proposals
from volunteer_hub.scheduler import service
from volunteer_hub.volunteers import service as volunteers

log = logging.getLogger(__name__)
QUARTER, HOUR, DAY = dt.timedelta(minutes=15), dt.timedelta(hours=1), dt.timedelta(days=1)


class AuditBroken(RuntimeError):
    """The audit log does not verify."""


class LedgerBroken(RuntimeError):
    """The ledger does not balance."""


@dataclass(frozen=True)
class Job:
    """One row of the table.

    `cron` holds APScheduler's cron fields, in UTC. `slot` is the length of time in which the job runs once over all
    processes. A `frequent` job claims no slot and is recorded only when it did something or failed, as a row every
    five seconds would hide the others; such a job must be safe when several processes run it at once. `executor` is
    the thread pool of the scheduler's process that runs it: a job that may take minutes has one of its own.
    """

    name: str
    act: Callable[[dt.datetime], int]
    slot: dt.timedelta
    cron: Mapping[str, str] = field(default_factory=dict)
    frequent: bool = False
    executor: str = "default"


def resume_runs(now: dt.datetime) -> int:
    """Run the interrupted runs of processes that died again, in their own slots. Returns how many were taken over."""
    runs = [run for run in job_runs.lock_interrupted_runs(now, lease=service.RUN_LEASE) if _reclaim(run, now)]
    db.session.commit()
    for run in runs:
        log.warning("job %s was interrupted and runs again", run.job)
        _run(JOBS_BY_NAME[run.job], run, now)
    return len(runs)


def _reclaim(run: JobRun, now: dt.datetime) -> bool:
    """Return False for a run that is not to be tried again: it is then recorded as failed."""
    if run.job not in JOBS_BY_NAME:
        service.finish_run(run, count=None, error="This release has no such job.", now=now)
        return False
    return service.reclaim_run(run, now=now)


def purge_form_responses(now: dt.datetime) -> int:
    """Delete the stored responses to forms posted long ago. Returns how many."""
    return idempotency.purge_expired(now=now)


def purge_throttle_counts(now: dt.datetime) -> int:
    """Delete counted attempts that are too old to count. Returns how many."""
    return throttle.purge_expired(now=now)


def verify_audit(now: dt.datetime) -> int:
    """Check the whole audit chain. Raises AuditBroken, so that the run is recorded as failed."""
    faults = list(audit.verify())
    for fault in faults[:20]:
        log.error("audit trail: %s", fault)
    if faults:
        raise AuditBroken(f"{len(faults)} faults, the first: {faults[0]}")
    return 0


def verify_ledger(now: dt.datetime) -> int:
    """Check that the ledger balances and that its counters equal its sums. Raises LedgerBroken."""
    faults = list(ledger.list_faults())
    for fault in faults[:20]:
        log.error("ledger: %s", fault)
    if faults:
        raise LedgerBroken(f"{len(faults)} faults, the first: {faults[0]}")
    return 0


def notify_free_seats(now: dt.datetime) -> int:
    """Notify the people concerned of seats that a refusal or an early end freed. Returns how many seats."""
    return matching.notify_freed_seats(now) + placements.notify_seats_available(now)


JOBS: tuple[Job, ...] = (
    # Delivery leases each e-mail in a committed step before it sends it, so two processes at once still send each
    # e-mail once; it needs no slot.
    Job(
        "deliver_mail", delivery.deliver_due, dt.timedelta(seconds=5), {"second": "*/5"}, frequent=True, executor="mail"
    ),
    Job("collect_bounces", mailbox.collect_bounces, dt.timedelta(minutes=5), {"minute": "*/5"}, frequent=True),
    Job("resume_runs", resume_runs, dt.timedelta(minutes=1), {"minute": "*/1"}, frequent=True),
    Job("expire_requests", requests.expire_overdue, HOUR, {"minute": "5"}),
    Job("expire_matches", matching.expire_due, QUARTER, {"minute": "*/15"}),
    Job("run_rounds", runner.run_queued, dt.timedelta(seconds=5), {"second": "*/5"}, frequent=True, executor="rounds"),
    Job("send_proposals", proposals.send_published, dt.timedelta(seconds=5), {"second": "*/5"}, frequent=True),
    Job("start_rounds", lifecycle.request_due, HOUR, {"minute": "35"}),
    Job("remind_unanswered", matching.remind_unanswered, HOUR, {"minute": "45"}),
    Job("chase_decisions", matching.chase_overdue, HOUR, {"minute": "10"}),
    Job("pass_on_seats", notify_free_seats, HOUR, {"minute": "20"}),
    Job("chase_releases", placements.remind_managers, HOUR, {"minute": "15"}),
    Job("complete_placements", placements.complete_placements, DAY, {"hour": "0", "minute": "40"}),
    Job("remind_hours", hours.remind_reviewers, DAY, {"day_of_week": "mon", "hour": "6", "minute": "0"}),
    Job("lapse_readiness", volunteers.expire_readiness, DAY, {"hour": "0", "minute": "20"}),
    Job("warn_of_expiring_checks", volunteers.warn_of_expiring_checks, DAY, {"hour": "6", "minute": "30"}),
    Job("forget_forms", purge_form_responses, DAY, {"hour": "3", "minute": "10"}),
    Job("forget_overdue", privacy.purge_expired, DAY, {"hour": "3", "minute": "20"}),
    Job("erase_unused", privacy.erase_unused_accounts, DAY, {"hour": "3", "minute": "30"}),
    Job("fulfil_wishes", privacy.fulfil_erasure_requests, DAY, {"hour": "3", "minute": "40"}),
    Job("chase_wishes", privacy.remind_of_erasure_requests, DAY, {"hour": "6", "minute": "10"}),
    Job("discard_imports", imports.discard_abandoned, DAY, {"hour": "3", "minute": "30"}),
    Job("forget_throttles", purge_throttle_counts, HOUR, {"minute": "25"}),
    Job("verify_audit", verify_audit, DAY, {"hour": "2", "minute": "30"}),
    Job("verify_ledger", verify_ledger, DAY, {"hour": "2", "minute": "40"}),
)
JOBS_BY_NAME: dict[str, Job] = {job.name: job for job in JOBS}


def release_stale_leases(now: dt.datetime) -> None:
    """Release the e-mails that a previous leader had leased when it died, so they need not wait for the lease's end."""
    try:
        leases.release_leased(now)
    except OperationalError:
        db.session.rollback()  # the database is busy or away: the leases expire by themselves
        log.warning("the leases of the process before could not be taken back")


def tick(job: Job) -> JobRun | None:
    """Run a job in its current slot. Returns None when there was nothing to record or another process has the slot."""
    now = clock.now()
    if job.frequent:
        return _run_unslotted(job, now)
    run = _claim(job, service.slot_start(now, job.slot), now)
    return _run(job, run, now) if run else None


def run_manually(job: Job) -> JobRun:
    """Run a job at once, whether or not it is due: its slot is the current instant."""
    run = begin_manual_run(job, actor=None)
    db.session.commit()
    return execute_run(job, run)


def begin_manual_run(job: Job, *, actor: Viewer | None) -> JobRun:
    """Record the start of a run that a person asked for; the caller commits, then calls `execute_run`.

    Raises Forbidden for a frequent job when it comes from a page: it may hold a connection to the mail server for
    minutes, and runs by itself anyway.
    """
    if job.frequent and actor:
        raise Forbidden(
            _("This job runs every few seconds by itself and cannot be run from a page."), code="job_not_manual"
        )
    now = clock.now()
    run = service.claim_slot(job.name, service.next_free_slot(job.name, now), now=now)
    audit_service.record("job_run.by_hand", run, actor=actor, now=now, job=job.name)
    return run


def execute_run(job: Job, run: JobRun) -> JobRun:
    """Execute a run whose start is committed, and record its end."""
    return _run(job, run, run.started_at)


def _claim(job: Job, slot_at: dt.datetime, now: dt.datetime) -> JobRun | None:
    try:
        run = service.claim_slot(job.name, slot_at, now=now)
        db.session.commit()
    except IntegrityError:
        db.session.rollback()
        return None
    return run


def _run(job: Job, run: JobRun, now: dt.datetime) -> JobRun:
    _finish(run, *_act(job, now))
    return run


def _finish(run: JobRun, count: int | None, error: str | None) -> None:
    """Record the end, then notify the administrators of an error. A failing notification leaves the record as it is."""
    now = clock.now()
    service.finish_run(run, count=count, error=error, now=now)
    db.session.commit()
    if error:
        try:
            service.notify_admins(run, now=now)
            db.session.commit()
        except Exception:
            db.session.rollback()
            log.exception("nobody could be told of the fault of %s", run.job)


def _run_unslotted(job: Job, now: dt.datetime) -> JobRun | None:
    count, error = _act(job, now)
    if not count and not error:
        return None
    run = _claim(job, now, now)
    if run:
        _finish(run, count, error)
    return run


def _act(job: Job, now: dt.datetime) -> tuple[int | None, str | None]:
    """Run the job and commit. Returns (count, error); an exception is logged and returned as text, not raised."""
    try:
        count = job.act(now)
        db.session.commit()
    except Exception as error:
        db.session.rollback()
        log.exception("job %s failed", job.name)
        # The first line only: the rest of a database's message may quote personal data.
        return None, f"{type(error).__name__}: {error}".split("\n", 1)[0][:300]
    return count, None
