"""Handover of requests to another contact of the hospital."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from volunteer_hub.audit import service as audit
from volunteer_hub.core.access import Viewer
from volunteer_hub.partner_requests.models import PartnerRequest


def hand_over(requests: Iterable[PartnerRequest], to_id: int, *, actor: Viewer, now: dt.datetime) -> None:
    """Make another account the contact of these requests.

    The caller has checked that the account is a contact of the hospital.
    """
    for request in requests:
        before, request.contact_id = request.contact_id, to_id
        audit.record("partner_request.handed_over", request, actor=actor, now=now, before=before, after=to_id)
