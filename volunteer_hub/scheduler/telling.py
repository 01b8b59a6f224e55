"""What lower areas learn of the scheduler."""

from __future__ import annotations

from volunteer_hub.jobs import queries
from volunteer_hub.reports import chain
from volunteer_hub.reports.chain import Check


def teach() -> None:
    """Let the audit pages tell of the last check of the chain."""
    chain.teach(_last_check)


def _last_check() -> Check | None:
    run = queries.find_latest_finished("verify_audit")
    return Check(run.ended_at, run.error) if run and run.ended_at else None
