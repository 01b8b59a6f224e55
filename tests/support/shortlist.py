"""Rankings of a request's candidates, by the rules alone and by the pool."""

from __future__ import annotations

import datetime as dt
from typing import Any

import sqlalchemy as sa

from volunteer_hub.core.db import db
from volunteer_hub.fit import rules
from volunteer_hub.matching import queries
from volunteer_hub.matching.engine import pool as pools
from volunteer_hub.matching.queries import facts_by_id
from volunteer_hub.volunteers.models import Volunteer


def rank_by_rules(request_id: int, today: dt.date) -> list[tuple[int, int]]:
    """Return (score, volunteer id) of every eligible volunteer, best first, by the rules alone."""
    request_facts = queries.get_request_facts(request_id, today=today)
    volunteers = facts_by_id.get_volunteers(all_ids(Volunteer), today=today).values()
    fits = [rules.evaluate(volunteer, request_facts, today=today) for volunteer in volunteers]
    return sorted(((f.score, f.volunteer.id) for f in fits if f.is_possible), key=lambda pair: (-pair[0], pair[1]))


def rank_by_pool(request_id: int, today: dt.date, **options: Any) -> list[tuple[int, int]]:
    request_facts = queries.get_request_facts(request_id, today=today)
    return (
        pools.get_pool_cache()
        .get_current(today)
        .rank(request_facts, today=today, weights=rules.FIRST_WEIGHTS, **({"limit": 10_000} | options))
    )


def all_ids(model: Any) -> list[int]:
    return list(db.session.scalars(sa.select(model.id).order_by(model.id)))
