"""Factor overrides: a coordinator sets the share of one factor of one pair. A gate cannot be overridden."""

from __future__ import annotations

import datetime as dt
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from volunteer_hub.audit import service as audit
from volunteer_hub.core.access import Role, Viewer
from volunteer_hub.core.db import db
from volunteer_hub.core.errors import Conflict, DomainError, Forbidden
from volunteer_hub.fit.rules import Factor
from volunteer_hub.matching.models import FactorOverride
from volunteer_hub.matching.queries import overrides
from volunteer_hub.matching.queries.candidates import get_request_row
from volunteer_hub.matching.queries.matches import get_volunteer_row, lock_volunteer
from volunteer_hub.partner_requests.states import ENDED

COORDINATORS_ONLY = _l("Only a coordinator sets points by hand.")
NOT_OWN = _l("Nobody sets the points of their own matches. Ask another coordinator.")


def set_override(
    volunteer_id: int, request_id: int, factor: Factor, share: int, *, reason: str, actor: Viewer, now: dt.datetime
) -> FactorOverride:
    """Set the share (in per cent) of one factor of one pair; an override in force is revoked and stays on record.

    Raises Forbidden for any actor but a coordinator, and for their own pairs; DomainError if the request has ended or
    the share is out of range; Conflict if the share is set already.
    """
    require_can_set_override(get_volunteer_row(volunteer_id).account_id, actor)
    if not 0 <= share <= 100:
        raise DomainError(_("Enter a share between 0 and 100 per cent."), field="share", code="share_out_of_range")
    volunteer, request = get_volunteer_row(volunteer_id), get_request_row(request_id)
    if request.state in ENDED:
        raise DomainError(_("This request has ended: nobody is matched with it any more."), code="request_ended")
    lock_volunteer(volunteer.id)
    in_force = overrides.find_in_force(volunteer.id, request.id, factor)
    if in_force and in_force.share == share:
        raise Conflict(_("It is set so already. Somebody may have acted before you."), code="override_unchanged")
    if in_force:
        _revoke(in_force, actor=actor, now=now)
    row = FactorOverride(
        volunteer_id=volunteer.id, request_id=request.id, factor=factor, share=share, reason=reason,
        set_by_id=actor.account_id, set_at=now,
    )  # fmt: skip
    db.session.add(row)
    db.session.flush()
    audit.record("factor_override.set", row, actor=actor, now=now, note=reason, **_audit_details(row), share=share)
    return row


def revoke_override(override_id: int, *, actor: Viewer, now: dt.datetime) -> FactorOverride:
    """Let the computed share count again. Raises Forbidden as `set_override` does, Conflict if it was revoked
    already.
    """
    row = overrides.get(override_id, locked=True)
    require_can_set_override(get_volunteer_row(row.volunteer_id).account_id, actor)
    if row.revoked_at:
        raise Conflict(_("This was taken back already. Somebody may have acted before you."), code="already_revoked")
    _revoke(row, actor=actor, now=now)
    return row


def _revoke(row: FactorOverride, *, actor: Viewer, now: dt.datetime) -> None:
    row.revoked_by_id, row.revoked_at = actor.account_id, now
    db.session.flush()  # before a new override of the factor is inserted: only one may be in force
    audit.record("factor_override.lifted", row, actor=actor, now=now, **_audit_details(row))


def _audit_details(row: FactorOverride) -> dict[str, Any]:
    return {"volunteer_id": row.volunteer_id, "request_id": row.request_id, "factor": row.factor.value}


def require_can_set_override(account_id: int, actor: Viewer) -> None:
    """Raise Forbidden for any actor but a coordinator, and if `account_id`, the volunteer's, is their own."""
    if not actor.has(Role.COORDINATOR):
        raise Forbidden(COORDINATORS_ONLY, code="override_not_permitted")
    if account_id == actor.account_id:
        raise Forbidden(NOT_OWN, code="own_points")
