"""Whether the service is ready, asked of the database at most every READY_CACHE_SECONDS."""

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
    """One line for each reason why the service is not ready; `with_scheduler` asks about the scheduler's work too."""
    with LOCK:  # a flood of probes waits for one answer
        cache: dict[bool, tuple[float, list[str]]] = current_app.extensions.setdefault(EXTENSION, {})
        until, known = cache.get(with_scheduler, (0.0, []))
        if time.monotonic() >= until:
            known = _findings(with_scheduler)
            cache[with_scheduler] = (time.monotonic() + current_app.config["READY_CACHE_SECONDS"], known)
        return known


def _findings(with_scheduler: bool) -> list[str]:
    facts = queries.database_facts()
    found = list(rules.database_findings(facts))
    if with_scheduler and facts.is_up_to_date:
        now = clock.now()
        try:
            work = queries.scheduler_facts(now)
        except sa.exc.SQLAlchemyError:
            return ["The database cannot be reached."]
        found += rules.scheduler_findings(work, now=now, mail_minutes=current_app.config["READY_MAIL_MINUTES"])
    return found
