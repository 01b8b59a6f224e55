"""What coordinators set by hand for a pair, and the pair itself."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from volunteer_hub.accounts.models import Account
from volunteer_hub.core.db import db
from volunteer_hub.core.errors import NotFound
from volunteer_hub.fit import rules
from volunteer_hub.fit.rules import Factor
from volunteer_hub.matching import facts
from volunteer_hub.matching.models import FactorOverride
from volunteer_hub.matching.queries import weights
from volunteer_hub.matching.queries.candidates import Candidate, get_request_facts
from volunteer_hub.volunteers.models import Volunteer

O = FactorOverride  # noqa: E741 -- as the other areas abbreviate their table


def get(override_id: int, *, locked: bool = False) -> FactorOverride:
    """One of them; `locked` lets rivals wait for each other. Raises NotFound."""
    found = db.session.get(FactorOverride, override_id, with_for_update=locked or None, populate_existing=locked)
    if found is None:
        raise NotFound("There is nothing set by hand of that number.")
    return found


def find_in_force(volunteer_id: int, request_id: int, factor: Factor) -> FactorOverride | None:
    """What is set by hand for a factor of a pair now."""
    statement = sa.select(O).where(O.volunteer_id == volunteer_id, O.request_id == request_id, O.factor == factor)
    return db.session.scalars(statement.where(O.revoked_at.is_(None))).one_or_none()


def list_for_pair(volunteer_id: int, request_id: int) -> Sequence[sa.Row[Any]]:
    """(override, who set it, who lifted it) of all that were ever set for a pair, the newest first."""
    setter, lifter = aliased(Account), aliased(Account)
    statement = (
        sa.select(O, setter.name.label("set_by"), lifter.name.label("lifted_by"))
        .outerjoin(setter, setter.id == O.set_by_id)
        .outerjoin(lifter, lifter.id == O.revoked_by_id)
        .where(O.volunteer_id == volunteer_id, O.request_id == request_id)
        .order_by(O.id.desc())
    )
    return db.session.execute(statement).all()


def get_pair(volunteer_id: int, request_id: int, *, today: dt.date) -> Candidate:
    """One volunteer against one request, whatever stands between them. Raises NotFound for no such volunteer."""
    statement = (
        sa.select(*facts.volunteer_columns(), Account.name)
        .join(Account, Account.id == Volunteer.account_id)
        .where(Volunteer.id == volunteer_id)
    )
    row = db.session.execute(statement).one_or_none()
    if row is None:
        raise NotFound("There is no such volunteer.")
    person, asked = facts.volunteer_facts(row, today=today), get_request_facts(request_id, today=today)
    return Candidate(row, rules.evaluate(person, asked, today=today, weights=weights.current()), person, asked)
