"""What a round is asked for and what it finds, as plain values."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from typing import NamedTuple

from volunteer_hub.fit.rules.weights import Weights

PLENTY = 1.5
"""So many places of volunteers who can take anything, for each seat that anybody can take, are plenty."""
BEST, BEST_OF_EACH = 40, 8
"""Where people are short so many candidates of each request are kept, and so many of the best of each volunteer beside
them: those whom nobody prefers would be lost. What it may cost is bounded afterwards (certificate.py), and shown."""
VERY_FEW, FEW = 12, 24
"""Where they are plenty few of each request are kept, if a quick choice among very few of each fills it,"""
MANY, PEOPLE = 48, 1_500
"""else many: so many, or one for so many volunteers. A request with many seats keeps a few for each of them in any case."""
AS_NEEDED = 0
Progress = Callable[[int, int], None]
"""Called now and then with how many requests are done, of how many."""


@dataclass(frozen=True)
class Settings:
    """How a round goes: the day, the weights, what decides between equals, the limits."""

    as_of: dt.date
    weights: Weights
    seed: int
    fill_first: bool = True
    per_volunteer: int = 1
    per_seat: int = 1
    best: int | None = AS_NEEDED
    """So many candidates of each request are kept; None keeps all."""


class Pair(NamedTuple):
    """A volunteer and a request by id. `place`: 0 chosen, 1, 2, ... next in line."""

    volunteer_id: int
    request_id: int
    score: int
    place: int


class Unmet(NamedTuple):
    """A request with seats left. `candidates`: who could take it but is needed elsewhere; else the nearest miss."""

    request_id: int
    seats: int
    candidates: int
    nearest_id: int | None


@dataclass(frozen=True)
class Figures:
    """What a round looked at and reached, what taking the best pair first each time would have, and by which limits."""

    volunteers: int
    requests: int
    seats: int
    pairs: int
    kept: int
    filled: int
    score: int
    greedy_filled: int
    greedy_score: int
    most_filled: int
    most_score: int
    idle: int
    per_volunteer: int = 1
    per_seat: int = 1


@dataclass(frozen=True)
class Plan:
    """What a round found. The same data, day, weights and seed give the same plan to the byte."""

    pairs: tuple[Pair, ...]
    unmet: tuple[Unmet, ...]
    figures: Figures
    reasons: Mapping[tuple[int, int], str] = field(default_factory=dict, compare=False)
    """What is stored of each chosen pair, by the ids of volunteer and request: the contributions as JSON."""

    @property
    def chosen(self) -> tuple[Pair, ...]:
        """The pairs of the optimum."""
        return tuple(pair for pair in self.pairs if pair.place == 0)

    @property
    def digest(self) -> str:
        """A fingerprint of all of it."""
        told = (self.pairs, self.unmet, sorted(asdict(self.figures).items()))
        return hashlib.sha256(repr(told).encode()).hexdigest()
