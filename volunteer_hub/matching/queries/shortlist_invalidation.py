"""Which volunteers' facts have changed since a position in the audit log.

The log is chained in the order of the commits, so no change is missed.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import sqlalchemy as sa

from volunteer_hub.accounts.models import Account
from volunteer_hub.audit.models import AuditEntry
from volunteer_hub.core import cache
from volunteer_hub.core.db import db
from volunteer_hub.core.extension_points import ExtensionPoint
from volunteer_hub.core.subject_types import subject_type
from volunteer_hub.matching.models import FactorOverride, Match, MatchRestriction
from volunteer_hub.vocabulary.models import Skill
from volunteer_hub.volunteers.models import ReadinessCheck, ReadinessRequirement, Volunteer

POOL_CACHE = cache.register_name("volunteer_pool")
"""The name of the pool of volunteers (engine/pool.py), here because asking whether there is one needs no numpy."""
MAX_AUDIT_ENTRIES = 20_000
"""Maximum number of audit entries examined; after more, all volunteers are loaded again."""
MAX_CHANGED_VOLUNTEERS = 2_000
"""Maximum number of volunteers refreshed one by one; if more have changed, all are loaded again."""
AFFECTS_EVERY_VOLUNTEER = frozenset({subject_type(Skill), subject_type(ReadinessRequirement)})
"""Subject types whose changes may affect any volunteer without an audit entry about that volunteer."""
VolunteerIds = Callable[[Sequence[int]], sa.Select[tuple[int]]]


class AuditMark(NamedTuple):
    """A position in the audit log. The hash detects a different log, such as a restored copy."""

    sequence: int
    hash: str


@dataclass(frozen=True)
class ChangedVolunteers:
    """The volunteers whose facts may have changed, and the position up to which the log was examined."""

    mark: AuditMark
    volunteer_ids: frozenset[int] = field(default_factory=frozenset)


def _own_volunteer(model: Any) -> VolunteerIds:
    return lambda ids: sa.select(model.volunteer_id).where(model.id.in_(ids))


_VOLUNTEERS_OF: dict[str, VolunteerIds] = {
    subject_type(Volunteer): lambda ids: sa.select(Volunteer.id).where(Volunteer.id.in_(ids)),
    subject_type(Account): lambda ids: sa.select(Volunteer.id).where(Volunteer.account_id.in_(ids)),
    **{
        subject_type(model): _own_volunteer(model)
        for model in (ReadinessCheck, Match, MatchRestriction, FactorOverride)
    },
}
"""By subject type of the audit log: from ids of rows to the ids of their volunteers."""
AUDITED_MODELS: ExtensionPoint[Any] = ExtensionPoint("rows whose audit entries change what their volunteer can take on")
"""By subject type: models of upper areas with a `volunteer_id`."""


def current_mark() -> AuditMark:
    """Return the end of the audit log. Read it before the data that it marks."""
    entry = AuditEntry
    row = db.session.execute(sa.select(entry.sequence, entry.hash).order_by(entry.sequence.desc()).limit(1)).first()
    return AuditMark(*row) if row else AuditMark(0, "")


def find_changes_since(last: AuditMark) -> ChangedVolunteers | None:
    """Return what has changed since `last`; None if all volunteers must be loaded again."""
    entry = AuditEntry
    rows = db.session.execute(
        sa.select(entry.sequence, entry.hash, entry.subject_type, entry.subject_id)
        .where(entry.sequence >= last.sequence)
        .order_by(entry.sequence)
        .limit(MAX_AUDIT_ENTRIES)
    ).all()
    if last.sequence and (not rows or AuditMark(*rows[0][:2]) != last):
        return None
    changes = rows[1:] if last.sequence else rows
    if len(rows) == MAX_AUDIT_ENTRIES or any(change.subject_type in AFFECTS_EVERY_VOLUNTEER for change in changes):
        return None
    volunteer_ids = _list_volunteer_ids(changes)
    return (
        ChangedVolunteers(AuditMark(*changes[-1][:2]) if changes else last, volunteer_ids)
        if len(volunteer_ids) <= MAX_CHANGED_VOLUNTEERS
        else None
    )


def _list_volunteer_ids(entries: Sequence[Any]) -> frozenset[int]:
    """Return the ids of the volunteers whom these audit entries are about; one query."""
    volunteers_of = _VOLUNTEERS_OF | {kind: _own_volunteer(model) for kind, model in AUDITED_MODELS.items()}
    ids_by_type: dict[str, set[int]] = defaultdict(set)
    for entry in entries:
        if entry.subject_type in volunteers_of:
            ids_by_type[entry.subject_type].add(entry.subject_id)
    parts = [volunteers_of[kind](sorted(ids)) for kind, ids in sorted(ids_by_type.items())]
    return frozenset(row[0] for row in db.session.execute(sa.union(*parts))) if parts else frozenset()
