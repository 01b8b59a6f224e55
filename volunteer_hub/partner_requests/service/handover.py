"""Passing requests on to another contact of the hospital."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from volunteer_hub.audit import service as audit
from volunteer_hub.core.access import Viewer
from volunteer_hub.partner_requests.models import PartnerRequest


def hand_over(asks: Iterable[PartnerRequest], to_id: int, *, actor: Viewer, now: dt.datetime) -> None:
    """Let somebody else be who raised these requests. The caller checked that they speak for the hospital."""
    for ask in asks:
        before, ask.contact_id = ask.contact_id, to_id
        audit.record("partner_request.handed_over", ask, actor=actor, now=now, before=before, after=to_id)
