"""Audit entries of this area, which writes nothing else."""

from __future__ import annotations

import datetime as dt

from volunteer_hub.accounts.models import Account
from volunteer_hub.audit import service as audit
from volunteer_hub.core.access import Viewer


def record_board_export(account: Account, *, rows: int, actor: Viewer, now: dt.datetime) -> None:
    """Record in the audit log that an account downloaded the board of demand and supply."""
    audit.record("board.exported", account, actor=actor, now=now, rows=rows)
