"""Small instances of the assignment problem, and their optimum by enumeration of all subsets."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from hypothesis import strategies as st
from numpy.typing import NDArray

Ints = NDArray[np.int64]


@dataclass(frozen=True)
class SmallInstance:
    """Allowed pairs as (volunteer, request, score), with the capacities and the seats."""

    rows: list[tuple[int, int, int]]
    capacity: list[int]
    seats: list[int]

    @property
    def arguments(self) -> tuple[Ints, Ints, Ints, Ints, Ints]:
        """Return the arguments of `assign`."""
        columns = np.array(self.rows, dtype=np.int64).reshape(-1, 3)
        return columns[:, 0], columns[:, 1], columns[:, 2], np.array(self.capacity, int), np.array(self.seats, int)

    def of(self, mask: NDArray[np.bool_]) -> set[tuple[int, int, int]]:
        """Return the rows that a mask selects."""
        return {row for row, taken in zip(self.rows, mask.tolist(), strict=True) if taken}


@st.composite
def small_instances(draw: st.DrawFn, most: int = 10, highest: int = 6) -> SmallInstance:
    """Draw up to 4 volunteers, 4 requests and `most` pairs in any order; ties and zeros are common."""
    volunteers, requests = draw(st.integers(1, 4)), draw(st.integers(1, 4))
    all_pairs = [(volunteer, request) for volunteer in range(volunteers) for request in range(requests)]
    pairs = draw(st.lists(st.sampled_from(all_pairs), unique=True, max_size=most))
    top = draw(st.sampled_from([1, highest, 1000]))
    scores = draw(st.lists(st.integers(0, top), min_size=len(pairs), max_size=len(pairs)))
    capacity = draw(st.lists(st.integers(0, 3), min_size=volunteers, max_size=volunteers))
    seats = draw(st.lists(st.integers(0, 3), min_size=requests, max_size=requests))
    return SmallInstance([(*pair, score) for pair, score in zip(pairs, scores, strict=True)], capacity, seats)


def count_loads(small: SmallInstance, mask: NDArray[np.bool_]) -> tuple[Ints, Ints]:
    """Return the number of pairs of each volunteer and of each request."""
    volunteer, request, _score, capacity, seats = small.arguments
    return np.bincount(volunteer[mask], minlength=len(capacity)), np.bincount(request[mask], minlength=len(seats))


def is_within_limits(small: SmallInstance, mask: NDArray[np.bool_]) -> bool:
    """Return whether no volunteer and no request exceeds its limit."""
    volunteer_loads, request_loads = count_loads(small, mask)
    return bool((volunteer_loads <= small.capacity).all() and (request_loads <= small.seats).all())


def best_by_enumeration(small: SmallInstance, *, fill_first: bool) -> tuple[int, int]:
    """Return (pairs, score) of the optimum over all subsets of the rows; pairs is 0 where only the score counts."""
    volunteer, request, score, capacity, seats = small.arguments
    subsets = (np.arange(1 << len(score))[:, None] >> np.arange(len(score))) & 1
    volunteer_loads = subsets @ (volunteer[:, None] == np.arange(len(capacity)))
    request_loads = subsets @ (request[:, None] == np.arange(len(seats)))
    subsets = subsets[(volunteer_loads <= capacity).all(axis=1) & (request_loads <= seats).all(axis=1)]
    counts = subsets.sum(axis=1) if fill_first else np.zeros(len(subsets), dtype=int)
    return max(zip(counts.tolist(), (subsets @ score).tolist(), strict=True))
