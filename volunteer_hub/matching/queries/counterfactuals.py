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
from volunteer_hub.fit.rules.counterfactuals import Opening, Step, openings, openings_among, steps_from
from volunteer_hub.institutions.models import Institution
from volunteer_hub.matching import facts
from volunteer_hub.matching.queries import weights
from volunteer_hub.matching.queries.open_requests import Found
from volunteer_hub.partner_requests.models import PartnerRequest
from volunteer_hub.partner_requests.states import RequestState

LOOKED_AT = 500
"""How many open requests are looked at, the newest."""


@dataclass(frozen=True)
class Outlook:
    """What would open most to a volunteer, of how many requests, and the titles of those requests by id."""

    openings: tuple[Opening, ...]
    looked_at: int
    titles: Mapping[int, str]

    def named(self, opening: Opening, most: int = 10) -> list[tuple[int, str]]:
        """(id, title) of the first requests that an opening opens."""
        return [(ident, self.titles[ident]) for ident in opening.opens[:most]]


def steps(fit: rules.Fit, *, today: dt.date) -> tuple[Step, ...]:
    """What would change a pair that was judged by the weights of today."""
    return steps_from(fit, today=today, weights=weights.current())


@lru_cache(maxsize=1)
def _open() -> sa.Select[Any]:
    r = PartnerRequest
    return (
        sa.select(*facts.request_columns(), r.title)
        .join(Institution, Institution.id == r.institution_id)
        .where(r.state == RequestState.OPEN)
        .order_by(r.opened_at.desc(), r.id.desc())
        .limit(LOOKED_AT)
    )


def outlook_among(me: rules.VolunteerFacts, seen: Sequence[Found], *, today: dt.date, limit: int) -> Outlook:
    """The same among requests that were judged already."""
    judged = ((one.asked, one.fit.closed) for one in seen)
    found = openings_among(me, judged, today=today, limit=limit)
    return Outlook(found, len(seen), {one.asked.id: one.row.title for one in seen})


def outlook(me: rules.VolunteerFacts, *, today: dt.date, limit: int) -> Outlook:
    """Which single changes would open most of the newest open requests; one query."""
    rows = db.session.execute(_open()).all()
    asked = [facts.request_facts(row, today=today) for row in rows]
    found = openings(me, asked, today=today, limit=limit)
    return Outlook(found, len(rows), {row.request_id: row.title for row in rows})
