"""Whether an email that was queued is still true when it is about to go out.

An email may wait for minutes or days. Upper areas register what must still hold for their kinds: a reset link is not sent
once it was used, an invitation not once the request is withdrawn.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

from volunteer_hub.core.db import db
from volunteer_hub.core.extension_points import ExtensionPoint
from volunteer_hub.core.subject_types import subject_type
from volunteer_hub.mail.models import OutboxMail

RelevanceCheck = Callable[[OutboxMail, dt.datetime], bool]
RELEVANCE_BY_KIND: ExtensionPoint[RelevanceCheck] = ExtensionPoint("whether an email of one kind is still true")
"""By kind of email: `check(mail, now)`."""
RELEVANCE_OF_ALL: ExtensionPoint[RelevanceCheck] = ExtensionPoint("whether any email may still go out")
"""By area: `check(mail, now)`, asked of every email."""


def register_row_check(model: Any, holds: Callable[[Any, dt.datetime], bool], *kinds: str) -> None:
    """Ask `holds(row, now)` of the row that an email of these kinds is about. Without its row an email is pointless.

    A preview has the kind of the email that it shows and is about no such row: it always goes out.
    """

    def check(mail: OutboxMail, now: dt.datetime) -> bool:
        if mail.subject_type != subject_type(model):
            return True
        row = db.session.get(model, mail.subject_id)
        return row is not None and holds(row, now)

    for kind in kinds:
        RELEVANCE_BY_KIND.register(kind, check)


def is_still_true(mail: OutboxMail, now: dt.datetime) -> bool:
    """Return whether nothing has made this email pointless since it was queued."""
    own_check = RELEVANCE_BY_KIND.get(mail.kind)
    return all(check(mail, now) for check in RELEVANCE_OF_ALL) and (own_check is None or own_check(mail, now))
