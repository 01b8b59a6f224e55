"""The versions of the weights."""

from __future__ import annotations

import json
from collections.abc import Sequence

import sqlalchemy as sa

from volunteer_hub.core import paging
from volunteer_hub.core.cache import CachedValue
from volunteer_hub.core.db import db
from volunteer_hub.core.errors import NotFound
from volunteer_hub.fit.rules import FIRST_WEIGHTS, Factor, Weights
from volunteer_hub.matching.models import WeightSet


def read(row: WeightSet) -> Weights:
    """A stored version as plain values."""
    stored = json.loads(row.points)
    return Weights(row.id, {factor: int(stored.get(factor.value, 0)) for factor in Factor})


def dump_points(weights: Weights) -> str:
    """Points as they are kept in a row."""
    return json.dumps({factor.value: weights[factor] for factor in Factor})


def get_latest() -> Weights:
    """The version that counts now, as the database has it."""
    row = db.session.scalars(sa.select(WeightSet).order_by(WeightSet.id.desc()).limit(1)).first()
    return read(row) if row else FIRST_WEIGHTS


cached_weights = CachedValue("match_weights", get_latest)


def current() -> Weights:
    """The version that counts now; half a minute old at most."""
    return cached_weights.get()


def get_version(number: int) -> Weights:
    """One version. Raises NotFound."""
    row = db.session.get(WeightSet, number)
    if row is None:
        raise NotFound("There is no such version of the weights.")
    return read(row)


def list_versions() -> Sequence[WeightSet]:
    """All versions, the newest first."""
    return db.session.scalars(sa.select(WeightSet).order_by(WeightSet.id.desc())).all()


def get_latest_row() -> WeightSet:
    """The row of the version that counts now. Raises NotFound in a database without one."""
    row = db.session.scalars(sa.select(WeightSet).order_by(WeightSet.id.desc()).limit(1)).first()
    if row is None:
        raise NotFound("There are no weights yet.")
    return row


def lock_latest() -> Weights:
    """The version that counts now; rivals who change the weights wait for each other here."""
    db.session.execute(sa.select(WeightSet.id).order_by(WeightSet.id.desc()).limit(1).with_for_update())
    return get_latest()  # a second look: whoever waited finds what the rival has written


def get_row(number: int) -> WeightSet:
    """One version's row. Raises NotFound."""
    found = db.session.get(WeightSet, number)
    if found is None:
        raise NotFound("There is no such version of the weights.")
    return found


def find_previous_version(number: int) -> Weights | None:
    """The version that counted before one; None for the first."""
    statement = sa.select(WeightSet).where(WeightSet.id < number).order_by(WeightSet.id.desc()).limit(1)
    row = db.session.scalars(statement).first()
    return read(row) if row else None


def list_history(*, key: str | None) -> paging.Page[tuple[WeightSet, Weights | None]]:
    """All versions, the newest first, each with the one before it."""
    statement = paging.after(sa.select(WeightSet), WeightSet.created_at, WeightSet.id, key)
    rows = db.session.scalars(statement.limit(paging.PAGE_SIZE + 1)).all()
    pairs = [(row, read(older) if older else None) for row, older in zip(rows, [*rows[1:], None], strict=True)]
    return paging.cut(pairs, [(row.created_at, row.id) for row in rows])
