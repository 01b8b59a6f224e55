"""Parameters and result of a round, and what can be done with it in which state. Plain values in, plain values out."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from typing import NamedTuple

from volunteer_hub.fit.rules.weights import Weights
from volunteer_hub.rounds.states import BUSY, ProposalState, RoundState

PLENTY_RATIO = 1.5
"""Supply exceeds demand if the volunteers' free places are at least this many times the seats. Only volunteers with a
candidate request and seats with a candidate volunteer count."""
KEPT_IF_SCARCE, KEPT_OF_EACH_VOLUNTEER = 40, 8
"""If volunteers are scarce: at least this many pairs kept of each request, and in addition this many of the best of each
volunteer, so that volunteers whom no request ranks high are not lost. What the pruning can cost is bounded afterwards
(optimality_bound.py) and shown."""
KEPT_IN_TRIAL, KEPT_IF_PLENTIFUL = 12, 24
"""If volunteers are plentiful: pairs kept of a request that a greedy trial with KEPT_IN_TRIAL pairs per request fills."""
KEPT_OF_CONTESTED, VOLUNTEERS_PER_CANDIDATE = 48, 1_500
"""Pairs kept of a contested request, which the trial does not fill: this many, or one per VOLUNTEERS_PER_CANDIDATE
volunteers. A request with many seats keeps several per seat in any case."""
AS_NEEDED = 0
"""`max_candidates`: choose the number of candidates by supply and demand."""
Progress = Callable[[int, int], None]
"""Callback (done, total) with the number of requests done."""


@dataclass(frozen=True)
class RoundParameters:
    """The input of a round beside its data: day, weights, seed for ties, and limits.

    `per_volunteer` and `per_seat`: maximum open proposals. `fill_first`: fill the most seats first, then maximise the
    score.
    """

    as_of: dt.date
    weights: Weights
    seed: int
    fill_first: bool = True
    per_volunteer: int = 1
    per_seat: int = 1
    max_candidates: int | None = AS_NEEDED
    """Candidate pairs kept per request; None keeps all."""


class RoundPair(NamedTuple):
    """A volunteer and a request by id. `rank`: 0 for a chosen pair, 1, 2, ... for reserves."""

    volunteer_id: int
    request_id: int
    score: int
    rank: int


class UnfilledSeats(NamedTuple):
    """A request with unfilled seats. `candidates`: number of eligible volunteers, who are needed
    elsewhere, asked already or without room.

    `nearest_volunteer_id`: the best candidate, or without candidates the volunteer with the fewest failed gates.
    """

    request_id: int
    seats: int
    candidates: int
    nearest_volunteer_id: int | None


@dataclass(frozen=True)
class RoundFigures:
    """Size and result of a round, the result of the greedy assignment, the upper bounds, and the limits used.

    `pairs`: eligible pairs; `kept`: those given to the solver; `most_filled` and `most_score`: proven upper bounds;
    `idle`: volunteers with capacity but no proposal. Stored as JSON under these names.
    """

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
    """The result of a round. Equal data, day, weights and seed give an equal plan, byte for byte."""

    pairs: tuple[RoundPair, ...]
    unfilled: tuple[UnfilledSeats, ...]
    figures: RoundFigures
    reasons: Mapping[tuple[int, int], str] = field(default_factory=dict, compare=False)
    """The contributions of each chosen pair as JSON, by (volunteer id, request id)."""

    @property
    def optimal_pairs(self) -> tuple[RoundPair, ...]:
        """The chosen pairs, without reserves."""
        return tuple(pair for pair in self.pairs if pair.rank == 0)

    @property
    def fingerprint(self) -> str:
        """Return the SHA-256 of pairs, unfilled seats and figures: equal for equal data, day, weights and seed.

        Fingerprints are stored and compared with those of later releases, so what is hashed keeps the text of the
        first.
        """
        pairs = ", ".join(_PAIR_TEXT.format(*pair) for pair in self.pairs)
        unfilled = ", ".join(_UNFILLED_TEXT.format(*seats) for seats in self.unfilled)
        text = f"({_tuple_text(pairs, len(self.pairs))}, {_tuple_text(unfilled, len(self.unfilled))}, {sorted(asdict(self.figures).items())!r})"
        return hashlib.sha256(text.encode()).hexdigest()


_PAIR_TEXT = "Pair(volunteer_id={!r}, request_id={!r}, score={!r}, place={!r})"
_UNFILLED_TEXT = "Unmet(request_id={!r}, seats={!r}, candidates={!r}, nearest_id={!r})"


def _tuple_text(items: str, count: int) -> str:
    """Return the `repr` of a tuple from the joined `repr`s of its `count` items."""
    return f"({items},)" if count == 1 else f"({items})"


def is_queued(state: RoundState) -> bool:
    """Return whether the round waits for a process to run it."""
    return state is RoundState.QUEUED


def is_busy(state: RoundState) -> bool:
    """Return whether the round is queued or runs."""
    return state in BUSY


def is_published(state: RoundState) -> bool:
    """Return whether the round's proposals go out or have gone out."""
    return state is RoundState.PUBLISHED


def has_failed(state: RoundState) -> bool:
    """Return whether the round ended without a result."""
    return state is RoundState.FAILED


def can_publish(state: RoundState) -> bool:
    """Return whether the round's proposals can be selected and published."""
    return state is RoundState.READY


def can_discard(state: RoundState) -> bool:
    """Return whether the round can be discarded: nobody has been asked yet, and it does not run."""
    return state in {RoundState.QUEUED, RoundState.READY}


def is_left_out(state: ProposalState) -> bool:
    """Return whether a coordinator left the proposal out."""
    return state is ProposalState.LEFT_OUT
