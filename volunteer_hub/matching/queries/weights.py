"""The versions of the weights."""

from __future__ import annotations

import json
from collections.abc import Sequence

import sqlalchemy as sa

from volunteer_hub.core.db import db
from volunteer_hub.core.errors import NotFound
from volunteer_hub.core.kept import Kept
from volunteer_hub.matching.models import WeightSet
from volunteer_hub.matching.rules import FIRST, Factor, Weights


def read(row: WeightSet) -> Weights:
    """A stored version as plain values."""
    stored = json.loads(row.points)
    return Weights(row.id, {factor: int(stored.get(factor.value, 0)) for factor in Factor})


def stored(weights: Weights) -> str:
    """Points as they are kept in a row."""
    return json.dumps({factor.value: weights[factor] for factor in Factor})


def latest() -> Weights:
    """The version that counts now, as the database has it."""
    row = db.session.scalars(sa.select(WeightSet).order_by(WeightSet.id.desc()).limit(1)).first()
    return read(row) if row else FIRST


kept = Kept("match_weights", latest)


def current() -> Weights:
    """The version that counts now; half a minute old at most."""
    return kept.value()


def version(number: int) -> Weights:
    """One version. Raises NotFound."""
    row = db.session.get(WeightSet, number)
    if row is None:
        raise NotFound("There is no such version of the weights.")
    return read(row)


def versions() -> Sequence[WeightSet]:
    """All versions, the newest first."""
    return db.session.scalars(sa.select(WeightSet).order_by(WeightSet.id.desc())).all()
