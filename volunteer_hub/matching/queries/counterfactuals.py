"""Counterfactuals of one pair, and the changes that would open most open requests to one volunteer."""

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
"""Maximum number of open requests examined, the newest."""


@dataclass(frozen=True)
class Outlook:
    """The changes that would open most requests, of `examined_count`, with the titles of those requests by id."""

    changes: tuple[UnlockingChange, ...]
    examined_count: int
    titles: Mapping[int, str]

    def titles_of(self, unlocking_change: UnlockingChange, limit: int = 10) -> list[tuple[int, str]]:
        """Return (id, title) of the first requests that a change opens."""
        return [(request_id, self.titles[request_id]) for request_id in unlocking_change.request_ids[:limit]]


def list_counterfactuals(fit: rules.Fit, *, today: dt.date) -> tuple[Counterfactual, ...]:
    """Return the counterfactuals of a pair that was evaluated with the current weights."""
    return find_counterfactuals_for_fit(fit, today=today, weights=weights.current())


@lru_cache(maxsize=1)
def _open_requests_statement() -> sa.Select[Any]:
    r = PartnerRequest
    return (
        sa.select(*facts.request_columns(), r.title)
        .join(Institution, Institution.id == r.institution_id)
        .where(r.state == RequestState.OPEN)
        .order_by(r.opened_at.desc(), r.id.desc())
        .limit(MAX_REQUESTS_EXAMINED)
    )


def build_outlook(
    volunteer: rules.VolunteerFacts, requests: Sequence[OpenRequest], *, today: dt.date, limit: int
) -> Outlook:
    """Return the outlook over requests that have been evaluated already."""
    evaluated = ((request.request, request.fit.failed_gates) for request in requests)
    changes = rank_unlocking_changes(volunteer, evaluated, today=today, limit=limit)
    return Outlook(changes, len(requests), {request.request.id: request.row.title for request in requests})


def get_outlook(volunteer: rules.VolunteerFacts, *, today: dt.date, limit: int) -> Outlook:
    """Return the single changes that would open most of the newest open requests. One query."""
    rows = db.session.execute(_open_requests_statement()).all()
    requests = [facts.request_facts(row, today=today) for row in rows]
    changes = find_unlocking_changes(volunteer, requests, today=today, limit=limit)
    return Outlook(changes, len(rows), {row.request_id: row.title for row in rows})
