"""Small instances of the assignment, and their best choices by trying every subset."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from hypothesis import strategies as st
from numpy.typing import NDArray

Ints = NDArray[np.int64]


@dataclass(frozen=True)
class SmallInstance:
    """Allowed pairs with their limits, as plain lists."""

    rows: list[tuple[int, int, int]]
    capacity: list[int]
    seats: list[int]

    @property
    def arguments(self) -> tuple[Ints, Ints, Ints, Ints, Ints]:
        """What `assign` takes."""
        columns = np.array(self.rows, dtype=np.int64).reshape(-1, 3)
        return columns[:, 0], columns[:, 1], columns[:, 2], np.array(self.capacity, int), np.array(self.seats, int)

    def of(self, mask: NDArray[np.bool_]) -> set[tuple[int, int, int]]:
        """The rows of a mask."""
        return {row for row, taken in zip(self.rows, mask.tolist(), strict=True) if taken}


@st.composite
def small_instances(draw: st.DrawFn, most: int = 10, highest: int = 6) -> SmallInstance:
    """Up to 4 volunteers, 4 requests and `most` pairs in any order; ties, zeros and closed sides are common."""
    people, asked = draw(st.integers(1, 4)), draw(st.integers(1, 4))
    every = [(person, wanted) for person in range(people) for wanted in range(asked)]
    pairs = draw(st.lists(st.sampled_from(every), unique=True, max_size=most))
    top = draw(st.sampled_from([1, highest, 1000]))
    scores = draw(st.lists(st.integers(0, top), min_size=len(pairs), max_size=len(pairs)))
    capacity = draw(st.lists(st.integers(0, 3), min_size=people, max_size=people))
    seats = draw(st.lists(st.integers(0, 3), min_size=asked, max_size=asked))
    return SmallInstance([(*pair, score) for pair, score in zip(pairs, scores, strict=True)], capacity, seats)


def count_loads(small: SmallInstance, mask: NDArray[np.bool_]) -> tuple[Ints, Ints]:
    """How many pairs each volunteer and each request have."""
    volunteer, request, _score, capacity, seats = small.arguments
    return np.bincount(volunteer[mask], minlength=len(capacity)), np.bincount(request[mask], minlength=len(seats))


def is_within_limits(small: SmallInstance, mask: NDArray[np.bool_]) -> bool:
    """Whether nobody has more than their limit."""
    people, asked = count_loads(small, mask)
    return bool((people <= small.capacity).all() and (asked <= small.seats).all())


def best_by_enumeration(small: SmallInstance, *, fill_first: bool) -> tuple[int, int]:
    """(pairs, score) of the best choice, over every subset of the rows; pairs is 0 where only the score counts."""
    volunteer, request, score, capacity, seats = small.arguments
    subsets = (np.arange(1 << len(score))[:, None] >> np.arange(len(score))) & 1
    people = subsets @ (volunteer[:, None] == np.arange(len(capacity)))
    asked = subsets @ (request[:, None] == np.arange(len(seats)))
    subsets = subsets[(people <= capacity).all(axis=1) & (asked <= seats).all(axis=1)]
    counts = subsets.sum(axis=1) if fill_first else np.zeros(len(subsets), dtype=int)
    return max(zip(counts.tolist(), (subsets @ score).tolist(), strict=True))
