"""Restrictions: conflicts of interest and exclusions by hospitals, and revoking them."""

from __future__ import annotations

import datetime as dt
from typing import Any

from flask_babel import gettext as _

from volunteer_hub.audit import service as audit
from volunteer_hub.core.access import Role, Viewer
from volunteer_hub.core.db import db
from volunteer_hub.core.errors import Conflict, Forbidden
from volunteer_hub.fit.rules import RestrictionKind
from volunteer_hub.institutions import queries as institutions
from volunteer_hub.institutions.models import Institution
from volunteer_hub.matching import emails
from volunteer_hub.matching.models import Match, MatchRestriction
from volunteer_hub.matching.queries import exclusions
from volunteer_hub.matching.queries.matches import get_volunteer_row, lock_volunteer
from volunteer_hub.volunteers.models import Volunteer


def restrict(
    volunteer_id: int, institution_id: int, kind: RestrictionKind, *, reason: str, actor: Viewer, now: dt.datetime
) -> MatchRestriction:
    """Never propose a volunteer to a hospital from now on. Matches that wait remain, but cannot be accepted or
    approved.

    A conflict of interest is declared by the volunteer or a coordinator, an exclusion by the hospital's partners or
    its director. Raises Forbidden for any other actor, Conflict if the restriction is in force already.
    """
    volunteer, institution = get_volunteer_row(volunteer_id), institutions.get_overseas(institution_id)
    if not _may_restrict(kind, volunteer, institution, actor):
        raise Forbidden(
            _("This is for the volunteer, the hospital or a coordinator to say."), code="exclusion_not_permitted"
        )
    lock_volunteer(volunteer.id)
    if exclusions.find_in_force(volunteer.id, institution.id, kind):
        raise Conflict(_("This is on record already. Somebody may have acted before you."), code="exclusion_exists")
    row = MatchRestriction(
        volunteer_id=volunteer.id, institution_id=institution.id, kind=kind, reason=reason,
        set_by_id=actor.account_id, set_at=now,
    )  # fmt: skip
    row.volunteer, row.institution = volunteer, institution
    db.session.add(row)
    db.session.flush()
    audit.record("match_bar.set", row, actor=actor, now=now, note=reason, **_audit_details(row))
    if kind is RestrictionKind.EXCLUSION:
        emails.notify_volunteer_excluded(row, sender=actor.name, now=now)
    return row


def revoke_restriction(row: MatchRestriction, *, actor: Viewer, now: dt.datetime) -> None:
    """Revoke a restriction. Raises Forbidden if the actor may not revoke it, Conflict if it was revoked already."""
    if not can_revoke(row, actor):
        raise Forbidden(_("Only those who can say it can take it back."), code="exclusion_revocation_not_permitted")
    if row.revoked_at:
        raise Conflict(_("This was taken back already. Somebody may have acted before you."), code="already_revoked")
    row.revoked_by_id, row.revoked_at = actor.account_id, now
    audit.record("match_bar.lifted", row, actor=actor, now=now, **_audit_details(row))


def can_revoke(row: MatchRestriction, viewer: Viewer) -> bool:
    """Whether the viewer may revoke a restriction.

    Volunteers may revoke the conflicts that they declared themselves, coordinators conflicts of others, hosts the
    exclusions of their hospital unless they are about themselves.
    """
    if row.volunteer.account_id == viewer.account_id:
        return row.kind is RestrictionKind.CONFLICT and row.set_by_id == viewer.account_id
    return _is_host(row.institution, viewer) if row.kind is RestrictionKind.EXCLUSION else viewer.has(Role.COORDINATOR)


def can_exclude(match: Match, viewer: Viewer) -> bool:
    """Whether the viewer may exclude volunteers for the hospital of a match."""
    return _is_host(match.request.institution, viewer)


def _may_restrict(kind: RestrictionKind, volunteer: Volunteer, institution: Institution, actor: Viewer) -> bool:
    if kind is RestrictionKind.EXCLUSION:
        return _is_host(institution, actor)
    return actor.has(Role.COORDINATOR) or volunteer.account_id == actor.account_id


def _is_host(institution: Institution, viewer: Viewer) -> bool:
    scope = {"country": institution.country_iso2, "institution_id": institution.id}
    return any(viewer.covers(role, **scope) for role in (Role.PARTNER, Role.DIRECTOR))  # type: ignore[arg-type]


def _audit_details(row: MatchRestriction) -> dict[str, Any]:
    return {"volunteer_id": row.volunteer_id, "institution_id": row.institution_id, "kind": row.kind.value}
