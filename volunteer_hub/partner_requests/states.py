"""States of a request, and the enumerations of its columns."""

from __future__ import annotations

import enum

from volunteer_hub.core.states import Moves
from volunteer_hub.vocabulary.states import SupportKind


class RequestState(enum.StrEnum):
    """State of a request."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    RETURNED = "returned"
    OPEN = "open"
    FILLED = "filled"
    CLOSED = "closed"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"


R = RequestState
MOVES: Moves[RequestState] = {
    R.DRAFT: frozenset({R.SUBMITTED, R.WITHDRAWN}),
    R.SUBMITTED: frozenset({R.OPEN, R.RETURNED, R.WITHDRAWN}),
    R.RETURNED: frozenset({R.SUBMITTED, R.WITHDRAWN}),
    R.OPEN: frozenset({R.FILLED, R.CLOSED, R.WITHDRAWN, R.EXPIRED}),
    R.FILLED: frozenset({R.OPEN, R.CLOSED}),
    R.CLOSED: frozenset(),
    R.WITHDRAWN: frozenset(),
    R.EXPIRED: frozenset({R.OPEN}),
}
FIRST = frozenset({R.DRAFT})
EDITABLE = frozenset({R.DRAFT, R.RETURNED})
LIVE = frozenset({R.SUBMITTED, R.RETURNED, R.OPEN, R.FILLED, R.EXPIRED})
ENDED = frozenset({R.CLOSED, R.WITHDRAWN, R.EXPIRED})


class Delivery(enum.StrEnum):
    """How the work is done."""

    LIVE = "live"
    ASYNCHRONOUS = "asynchronous"
    MIXED = "mixed"


class Urgency(enum.StrEnum):
    """How soon the support is needed."""

    ROUTINE = "routine"
    SOON = "soon"
    URGENT = "urgent"


__all__ = ["EDITABLE", "ENDED", "FIRST", "LIVE", "MOVES", "Delivery", "RequestState", "SupportKind", "Urgency"]
