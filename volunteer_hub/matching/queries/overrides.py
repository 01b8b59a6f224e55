"""Queries for factor overrides, and for the pair that they concern."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from flask_babel import gettext as _
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
    """Return an override; `locked` locks its row. Raises NotFound."""
    override = db.session.get(FactorOverride, override_id, with_for_update=locked or None, populate_existing=locked)
    if override is None:
        raise NotFound(_("There is nothing set by hand of that number."), code="override_not_found")
    return override


def find_in_force(volunteer_id: int, request_id: int, factor: Factor) -> FactorOverride | None:
    """Return the override in force for a factor of a pair, or None."""
    statement = sa.select(O).where(O.volunteer_id == volunteer_id, O.request_id == request_id, O.factor == factor)
    return db.session.scalars(statement.where(O.revoked_at.is_(None))).one_or_none()


def list_for_pair(volunteer_id: int, request_id: int) -> Sequence[sa.Row[Any]]:
    """Return (override, set_by, revoked_by) of every override of a pair, newest first."""
    setter, revoker = aliased(Account), aliased(Account)
    statement = (
        sa.select(O, setter.name.label("set_by"), revoker.name.label("revoked_by"))
        .outerjoin(setter, setter.id == O.set_by_id)
        .outerjoin(revoker, revoker.id == O.revoked_by_id)
        .where(O.volunteer_id == volunteer_id, O.request_id == request_id)
        .order_by(O.id.desc())
    )
    return db.session.execute(statement).all()


def get_pair(volunteer_id: int, request_id: int, *, today: dt.date) -> Candidate:
    """Return one volunteer evaluated for one request, eligible or not. Raises NotFound for an unknown volunteer."""
    statement = (
        sa.select(*facts.volunteer_columns(), Account.name)
        .join(Account, Account.id == Volunteer.account_id)
        .where(Volunteer.id == volunteer_id)
    )
    row = db.session.execute(statement).one_or_none()
    if row is None:
        raise NotFound(_("There is no such volunteer."), code="volunteer_not_found")
    volunteer, request = facts.volunteer_facts(row, today=today), get_request_facts(request_id, today=today)
    return Candidate(
        row, rules.evaluate(volunteer, request, today=today, weights=weights.current()), volunteer, request
    )
