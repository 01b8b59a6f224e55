"""What would change a pair, and what would open most of the open requests to one volunteer."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import sqlalchemy as sa

from volunteer_hub.core.db import db
from volunteer_hub.fit import rules
from volunteer_hub.fit.rules.counterfactuals import (
    Counterfactual,
    UnlockingChange,
    find_counterfactuals_for_fit,
    find_unlocking_changes,
    rank_unlocking_changes,
)
from volunteer_hub.institutions.models import Institution
from volunteer_hub.matching import facts
from volunteer_hub.matching.queries import weights
from volunteer_hub.matching.queries.open_requests import OpenRequest
from volunteer_hub.partner_requests.models import PartnerRequest
from volunteer_hub.partner_requests.states import RequestState

MAX_REQUESTS_EXAMINED = 500
"""How many open requests are looked at, the newest."""


@dataclass(frozen=True)
class Outlook:
    """What would open most to a volunteer, of how many requests, and the titles of those requests by id."""

    changes: tuple[UnlockingChange, ...]
    examined_count: int
    titles: Mapping[int, str]

    def titles_of(self, opening: UnlockingChange, most: int = 10) -> list[tuple[int, str]]:
        """(id, title) of the first requests that an opening opens."""
        return [(ident, self.titles[ident]) for ident in opening.request_ids[:most]]


def list_counterfactuals(fit: rules.Fit, *, today: dt.date) -> tuple[Counterfactual, ...]:
    """What would change a pair that was judged by the weights of today."""
    return find_counterfactuals_for_fit(fit, today=today, weights=weights.current())


@lru_cache(maxsize=1)
def _open() -> sa.Select[Any]:
    r = PartnerRequest
    return (
        sa.select(*facts.request_columns(), r.title)
        .join(Institution, Institution.id == r.institution_id)
        .where(r.state == RequestState.OPEN)
        .order_by(r.opened_at.desc(), r.id.desc())
        .limit(MAX_REQUESTS_EXAMINED)
    )


def build_outlook(me: rules.VolunteerFacts, seen: Sequence[OpenRequest], *, today: dt.date, limit: int) -> Outlook:
    """The same among requests that were judged already."""
    judged = ((one.request, one.fit.failed_gates) for one in seen)
    found = rank_unlocking_changes(me, judged, today=today, limit=limit)
    return Outlook(found, len(seen), {one.request.id: one.row.title for one in seen})


def get_outlook(me: rules.VolunteerFacts, *, today: dt.date, limit: int) -> Outlook:
    """Which single changes would open most of the newest open requests; one query."""
    rows = db.session.execute(_open()).all()
    asked = [facts.request_facts(row, today=today) for row in rows]
    found = find_unlocking_changes(me, asked, today=today, limit=limit)
    return Outlook(found, len(rows), {row.request_id: row.title for row in rows})
