"""Which of the judged pairs are good enough to be looked at again: few of each request, few of each volunteer."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from volunteer_hub.matching.engine.asking import Numbers, Small, runs
from volunteer_hub.matching.engine.judging import Batch
from volunteer_hub.matching.engine.people import Ints, Places


class Some(NamedTuple):
    """Pairs in columns: volunteer, request, score, minutes in common in an average week."""

    who: Places
    rows: Numbers
    score: NDArray[np.int32]
    average: Numbers


class Found(NamedTuple):
    """What some requests found. `number`: pairs with every gate open, of each; `behind`: the best score behind the best, or -1.

    `best`: the best of each request, and all that tie with the best behind them. `own`: as good for their volunteer as
    what the volunteer has already, or better.
    """

    rows: Numbers
    number: Numbers
    behind: Numbers
    best: Some
    own: Some


def good_enough(batch: Batch, score: Small, *, most: Ints, floor: Small | None) -> Found:
    """The best of each request, so many as `most` says for it, and what reaches the `floor` of its volunteer."""
    rows, first, end = np.array(runs(batch.rows), np.int64).reshape(-1, 3).T
    number = end - first
    behind = np.full(len(rows), -1, np.int32)
    limit = most[rows]
    for at in np.flatnonzero(number > limit):
        others = number[at] - limit[at] - 1
        behind[at] = np.partition(score[first[at] : end[at]], others)[others]
    best = np.flatnonzero(score >= np.repeat(behind, number))
    own = np.flatnonzero(score >= floor.take(batch.who)) if floor is not None else best[:0]
    return Found(
        rows.astype(np.int32), number.astype(np.int32), behind, _some(batch, score, best), _some(batch, score, own)
    )


def _some(batch: Batch, score: Small, at: NDArray[np.int64]) -> Some:
    who, rows = (column.take(at).astype(np.int32) for column in (batch.who, batch.rows))
    return Some(who, rows, score.take(at).astype(np.int32), batch.average.take(at))
