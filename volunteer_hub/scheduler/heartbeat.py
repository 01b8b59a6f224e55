"""The leading scheduler's heartbeat: one row, renewed twice a minute."""

from __future__ import annotations

import datetime as dt
import logging
import time

import sqlalchemy as sa
from flask import Flask

from volunteer_hub.core import clock
from volunteer_hub.core.db import INSERTS, db
from volunteer_hub.jobs.models import SchedulerHeartbeat

LEADER_ROW_NAME = "leader"
HEARTBEAT_SECONDS = 30.0
log = logging.getLogger(__name__)


def record_heartbeat(*, now: dt.datetime) -> None:
    """Write the heartbeat in a transaction of its own. Raises DBAPIError when the database cannot take it."""
    insert = INSERTS[db.engine.dialect.name](SchedulerHeartbeat).values(name=LEADER_ROW_NAME, beat_at=now)
    upsert = insert.on_conflict_do_update(
        index_elements=[SchedulerHeartbeat.name], set_={"beat_at": insert.excluded.beat_at}
    )
    with db.engine.begin() as connection:
        connection.execute(upsert)


class HeartbeatTimer:
    """Records heartbeats by the monotonic clock; a failed write is logged and does not stop the scheduler."""

    def __init__(self, app: Flask) -> None:
        self.app = app
        self.next_at = time.monotonic()
        self.is_failing = False

    def record_if_due(self) -> None:
        """Record a heartbeat at most every HEARTBEAT_SECONDS; log the first of a series of failures."""
        if time.monotonic() < self.next_at:
            return
        self.next_at = time.monotonic() + HEARTBEAT_SECONDS
        try:
            with self.app.app_context():
                record_heartbeat(now=clock.now())
        except sa.exc.SQLAlchemyError as error:
            if not self.is_failing:
                log.warning("the sign of life cannot be written: %s", error)
            self.is_failing = True
        else:
            self.is_failing = False
