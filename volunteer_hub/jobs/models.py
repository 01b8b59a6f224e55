"""Runs of jobs, and the scheduler's heartbeat."""

from __future__ import annotations

import datetime as dt

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from volunteer_hub.core.db import Model


class JobRun(Model):
    """One slot of one job. The process that inserts the row owns the slot.

    A run without an end whose lease is over belongs to a process that died: another process takes it over. `tries`
    counts the attempts.
    """

    __tablename__ = "job_run"
    __table_args__ = (sa.UniqueConstraint("job", "slot_at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    job: Mapped[str]
    slot_at: Mapped[dt.datetime]
    started_at: Mapped[dt.datetime] = mapped_column(index=True)
    lease_until: Mapped[dt.datetime | None]
    tries: Mapped[int] = mapped_column(default=1)
    ended_at: Mapped[dt.datetime | None]
    count: Mapped[int | None]
    error: Mapped[str | None]


class SchedulerHeartbeat(Model):
    """When the leading scheduler process last reported; one row."""

    __tablename__ = "scheduler_heartbeat"

    name: Mapped[str] = mapped_column(primary_key=True)
    beat_at: Mapped[dt.datetime]
