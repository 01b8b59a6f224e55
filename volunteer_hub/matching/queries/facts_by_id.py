"""Volunteers and requests as plain values, by their ids."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Any

import sqlalchemy as sa

from volunteer_hub.accounts.models import Account
from volunteer_hub.core.db import db
from volunteer_hub.fit.rules import RequestFacts, VolunteerFacts
from volunteer_hub.institutions.models import Institution
from volunteer_hub.matching import facts
from volunteer_hub.partner_requests.models import PartnerRequest
from volunteer_hub.volunteers.models import Volunteer

MAX_IDS_PER_STATEMENT = 400


def get_volunteers(ids: Sequence[int], *, today: dt.date) -> dict[int, VolunteerFacts]:
    """Return the volunteers with these ids as plain values, by id."""
    rows = _iter_rows(_volunteers_by_id(), ids)
    return {row.volunteer_id: facts.volunteer_facts(row, today=today) for row in rows}


def get_requests(ids: Sequence[int], *, today: dt.date) -> dict[int, RequestFacts]:
    """Return the requests with these ids as plain values, by id."""
    rows = _iter_rows(_requests_by_id(), ids)
    return {row.request_id: facts.request_facts(row, today=today) for row in rows}


def _iter_rows(statement: sa.Select[Any], ids: Sequence[int]) -> Iterator[sa.Row[Any]]:
    for chunk in _iter_chunks(sorted(set(ids))):
        yield from db.session.execute(statement, {"ids": chunk})


@lru_cache(maxsize=1)
def _volunteers_by_id() -> sa.Select[Any]:
    """Built once, because building the statement takes longer than running it for a few ids."""
    return (
        sa.select(*facts.volunteer_columns())
        .join(Account, Account.id == Volunteer.account_id)
        .where(Volunteer.id.in_(sa.bindparam("ids", expanding=True)))
    )


@lru_cache(maxsize=1)
def _requests_by_id() -> sa.Select[Any]:
    return (
        sa.select(*facts.request_columns())
        .join(Institution, Institution.id == PartnerRequest.institution_id)
        .where(PartnerRequest.id.in_(sa.bindparam("ids", expanding=True)))
    )


def _iter_chunks(ids: Sequence[int]) -> Iterator[Sequence[int]]:
    for start in range(0, len(ids), MAX_IDS_PER_STATEMENT):
        yield ids[start : start + MAX_IDS_PER_STATEMENT]
