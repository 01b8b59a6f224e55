"""Queries for the versions of the weights."""

from __future__ import annotations

import json

import sqlalchemy as sa
from flask_babel import gettext as _

from volunteer_hub.core import paging
from volunteer_hub.core.cache import CachedValue
from volunteer_hub.core.db import db
from volunteer_hub.core.errors import NotFound
from volunteer_hub.fit.rules import FIRST_WEIGHTS, Factor, Weights
from volunteer_hub.matching.models import WeightSet


def read(row: WeightSet) -> Weights:
    """Return a stored version as plain values."""
    points = json.loads(row.points)
    return Weights(row.id, {factor: int(points.get(factor.value, 0)) for factor in Factor})


def dump_points(weights: Weights) -> str:
    """Return the points as they are stored in a row."""
    return json.dumps({factor.value: weights[factor] for factor in Factor})


def get_latest() -> Weights:
    """Return the current version from the database."""
    row = db.session.scalars(sa.select(WeightSet).order_by(WeightSet.id.desc()).limit(1)).first()
    return read(row) if row else FIRST_WEIGHTS


cached_weights = CachedValue("match_weights", get_latest)


def current() -> Weights:
    """Return the current version from the cache; it may be half a minute old."""
    return cached_weights.get()


def get_version(number: int) -> Weights:
    """Return one version. Raises NotFound."""
    row = db.session.get(WeightSet, number)
    if row is None:
        raise NotFound(_("There is no such version of the weights."), code="weights_version_not_found")
    return read(row)


def get_latest_row() -> WeightSet:
    """Return the row of the current version. Raises NotFound if there is none."""
    row = db.session.scalars(sa.select(WeightSet).order_by(WeightSet.id.desc()).limit(1)).first()
    if row is None:
        raise NotFound(_("There are no weights yet."), code="weights_not_found")
    return row


def lock_latest() -> Weights:
    """Lock the current version, so that changes of the weights run one after the other, and return it."""
    db.session.execute(sa.select(WeightSet.id).order_by(WeightSet.id.desc()).limit(1).with_for_update())
    return get_latest()  # read again: a rival may have added a version while this transaction waited


def get_row(number: int) -> WeightSet:
    """Return the row of one version. Raises NotFound."""
    row = db.session.get(WeightSet, number)
    if row is None:
        raise NotFound(_("There is no such version of the weights."), code="weights_version_not_found")
    return row


def list_history(*, key: str | None) -> paging.Page[tuple[WeightSet, Weights | None]]:
    """Return a page of all versions, newest first, each with the version before it."""
    statement = paging.after(sa.select(WeightSet), (WeightSet.created_at, WeightSet.id), key)
    rows = db.session.scalars(statement.limit(paging.PAGE_SIZE + 1)).all()
    pairs = [(row, read(previous) if previous else None) for row, previous in zip(rows, [*rows[1:], None], strict=True)]
    return paging.cut(pairs, [(row.created_at, row.id) for row in rows])
