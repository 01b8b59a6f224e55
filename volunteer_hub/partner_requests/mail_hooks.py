"""What the mail area learns of requests: when an email about one has become pointless."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

from volunteer_hub.mail import relevance
from volunteer_hub.partner_requests.models import PartnerRequest
from volunteer_hub.partner_requests.states import RequestState


def teach() -> None:
    """Register what must still hold when an email goes out."""
    for kind, state in (
        ("request_submitted", RequestState.SUBMITTED),
        ("request_opened", RequestState.OPEN),
        ("request_returned", RequestState.RETURNED),
        ("request_expired", RequestState.EXPIRED),
    ):
        relevance.register_row(PartnerRequest, _is_in(state), kind)


def _is_in(state: RequestState) -> Callable[[PartnerRequest, dt.datetime], bool]:
    return lambda row, _now: row.state is state
