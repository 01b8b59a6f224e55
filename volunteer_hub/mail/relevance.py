"""Whether an email that was queued is still true when it is about to go out.

An email may wait for minutes or days. Areas above this one register, at start-up, what must still hold for their kinds:
a reset link is not sent once it was used, an invitation not once the request is withdrawn.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

from volunteer_hub.core.db import db
from volunteer_hub.core.subject_types import subject_type
from volunteer_hub.mail.models import OutboxMail

Check = Callable[[OutboxMail, dt.datetime], bool]
_by_kind: dict[str, Check] = {}
_general: list[Check] = []


def register(check: Check, *kinds: str) -> None:
    """Ask `check(mail, now)` before an email of one of these kinds goes out; without kinds, before any email."""
    if not kinds and check not in _general:
        _general.append(check)
    _by_kind.update(dict.fromkeys(kinds, check))


def register_row(model: Any, holds: Callable[[Any, dt.datetime], bool], *kinds: str) -> None:
    """Ask `holds(row, now)` of the row that an email of these kinds is about. Without its row an email is pointless.

    A preview has the kind of the email that it shows and is about no such row: it always goes out.
    """

    def check(mail: OutboxMail, now: dt.datetime) -> bool:
        if mail.subject_type != subject_type(model):
            return True
        row = db.session.get(model, mail.subject_id)
        return row is not None and holds(row, now)

    register(check, *kinds)


def is_still_true(mail: OutboxMail, now: dt.datetime) -> bool:
    """Whether nothing has made this email pointless since it was queued."""
    checks = [*_general, *filter(None, [_by_kind.get(mail.kind)])]
    return all(check(mail, now) for check in checks)
