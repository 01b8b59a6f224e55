"""The states of a round and of its proposals, and the moves between them."""

from __future__ import annotations

import enum

from volunteer_hub.core.states import Moves


class RoundState(enum.StrEnum):
    """Where a round of matching stands. Queued and running ones keep others of their programme away."""

    QUEUED = "queued"
    RUNNING = "running"
    READY = "ready"
    PUBLISHED = "released"
    DISCARDED = "discarded"
    FAILED = "failed"


D = RoundState


ROUND_MOVES: Moves[RoundState] = {
    D.QUEUED: frozenset({D.RUNNING, D.DISCARDED}),
    D.RUNNING: frozenset({D.READY, D.FAILED}),
    D.READY: frozenset({D.PUBLISHED, D.DISCARDED}),
    D.PUBLISHED: frozenset(),
    D.DISCARDED: frozenset(),
    D.FAILED: frozenset(),
}


ROUND_FIRST = frozenset({D.QUEUED, D.RUNNING})


BUSY = frozenset({D.QUEUED, D.RUNNING})


class ProposalState(enum.StrEnum):
    """What became of one proposal of a round: chosen by the optimum, or next in line for its request."""

    PLANNED = "planned"
    RESERVE = "next_in_line"
    SENT = "sent"
    LEFT_OUT = "left_out"
    STALE = "stale"


L = ProposalState


PROPOSAL_MOVES: Moves[ProposalState] = {
    L.PLANNED: frozenset({L.SENT, L.LEFT_OUT, L.STALE}),
    L.RESERVE: frozenset({L.SENT, L.STALE}),
    L.SENT: frozenset(),
    L.LEFT_OUT: frozenset({L.PLANNED}),
    L.STALE: frozenset(),
}


PROPOSAL_FIRST = frozenset({L.PLANNED, L.RESERVE})
