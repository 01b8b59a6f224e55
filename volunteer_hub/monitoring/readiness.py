"""Readiness of the service, cached for READY_CACHE_SECONDS."""

from __future__ import annotations

import threading
import time

import sqlalchemy as sa
from flask import current_app

from volunteer_hub.core import clock
from volunteer_hub.monitoring import queries, rules

EXTENSION = "readiness"
LOCK = threading.Lock()


def findings(*, with_scheduler: bool) -> list[str]:
    """Return one line per reason why the service is not ready; `with_scheduler` includes the scheduler's work."""
    with LOCK:  # concurrent probes share one result
        cache: dict[bool, tuple[float, list[str]]] = current_app.extensions.setdefault(EXTENSION, {})
        expires_at, lines = cache.get(with_scheduler, (0.0, []))
        if time.monotonic() >= expires_at:
            lines = _findings(with_scheduler)
            cache[with_scheduler] = (time.monotonic() + current_app.config["READY_CACHE_SECONDS"], lines)
        return lines


def _findings(with_scheduler: bool) -> list[str]:
    facts = queries.database_facts()
    lines = list(rules.database_findings(facts))
    if with_scheduler and facts.is_up_to_date:
        now = clock.now()
        try:
            work = queries.scheduler_facts(now)
        except sa.exc.SQLAlchemyError:
            return ["The database cannot be reached."]
        lines += rules.scheduler_findings(work, now=now, mail_minutes=current_app.config["READY_MAIL_MINUTES"])
    return lines
