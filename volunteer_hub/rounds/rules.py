"""What a round is asked for and what it finds, as plain values."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from typing import NamedTuple

from volunteer_hub.fit.rules.weights import Weights

PLENTY_RATIO = 1.5
"""So many places of volunteers who can take anything, for each seat that anybody can take, are plenty."""
MAX_CANDIDATES, MAX_PER_VOLUNTEER = 40, 8
"""Where people are short so many candidates of each request are kept, and so many of the best of each volunteer beside
them: those whom nobody prefers would be lost. What it may cost is bounded afterwards (certificate.py), and shown."""
MIN_CANDIDATES_TRIAL, MIN_CANDIDATES = 12, 24
"""Where they are plenty few of each request are kept, if a quick choice among very few of each fills it,"""
MAX_CANDIDATES_CONTESTED, VOLUNTEERS_PER_CANDIDATE = 48, 1_500
"""else many: so many, or one for so many volunteers. A request with many seats keeps a few for each of them in any case."""
AS_NEEDED = 0
Progress = Callable[[int, int], None]
"""Called now and then with how many requests are done, of how many."""


@dataclass(frozen=True)
class RoundParameters:
    """How a round goes: the day, the weights, what decides between equals, the limits."""

    as_of: dt.date
    weights: Weights
    seed: int
    fill_first: bool = True
    per_volunteer: int = 1
    per_seat: int = 1
    max_candidates: int | None = AS_NEEDED
    """So many candidates of each request are kept; None keeps all."""


class RoundPair(NamedTuple):
    """A volunteer and a request by id. `place`: 0 chosen, 1, 2, ... next in line."""

    volunteer_id: int
    request_id: int
    score: int
    rank: int


class UnfilledSeats(NamedTuple):
    """A request with seats left. `candidates`: who could take it but is needed elsewhere; else the nearest miss."""

    request_id: int
    seats: int
    candidates: int
    nearest_volunteer_id: int | None


@dataclass(frozen=True)
class RoundFigures:
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
class RoundPlan:
    """What a round found. The same data, day, weights and seed give the same plan to the byte."""

    pairs: tuple[RoundPair, ...]
    unfilled: tuple[UnfilledSeats, ...]
    figures: RoundFigures
    reasons: Mapping[tuple[int, int], str] = field(default_factory=dict, compare=False)
    """What is stored of each chosen pair, by the ids of volunteer and request: the contributions as JSON."""

    @property
    def optimal_pairs(self) -> tuple[RoundPair, ...]:
        """The pairs of the optimum."""
        return tuple(pair for pair in self.pairs if pair.rank == 0)

    @property
    def fingerprint(self) -> str:
        """Return the SHA-256 of pairs, unfilled seats and figures: equal for equal data, day, weights and seed.

        Fingerprints are stored and compared with those of later releases, so what is hashed keeps the text of the first.
        """
        pairs = ", ".join(_PAIR_TEXT.format(*pair) for pair in self.pairs)
        unfilled = ", ".join(_UNFILLED_TEXT.format(*one) for one in self.unfilled)
        text = f"({_tuple_text(pairs, len(self.pairs))}, {_tuple_text(unfilled, len(self.unfilled))}, {sorted(asdict(self.figures).items())!r})"
        return hashlib.sha256(text.encode()).hexdigest()


_PAIR_TEXT = "Pair(volunteer_id={!r}, request_id={!r}, score={!r}, place={!r})"
_UNFILLED_TEXT = "Unmet(request_id={!r}, seats={!r}, candidates={!r}, nearest_id={!r})"


def _tuple_text(items: str, count: int) -> str:
    """Return what `repr` writes of a tuple whose `count` items are written already."""
    return f"({items},)" if count == 1 else f"({items})"
