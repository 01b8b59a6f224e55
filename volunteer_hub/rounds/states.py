"""The states of a round and of its proposals, and the allowed moves between them."""

from __future__ import annotations

import enum

from volunteer_hub.core.states import Moves


class RoundState(enum.StrEnum):
    """The state of a matching round. A programme has at most one round that is queued or running."""

    QUEUED = "queued"
    RUNNING = "running"
    READY = "ready"
    PUBLISHED = "released"
    DISCARDED = "discarded"
    FAILED = "failed"


S = RoundState


ROUND_MOVES: Moves[RoundState] = {
    S.QUEUED: frozenset({S.RUNNING, S.DISCARDED}),
    S.RUNNING: frozenset({S.READY, S.FAILED}),
    S.READY: frozenset({S.PUBLISHED, S.DISCARDED}),
    S.PUBLISHED: frozenset(),
    S.DISCARDED: frozenset(),
    S.FAILED: frozenset(),
}


ROUND_FIRST = frozenset({S.QUEUED, S.RUNNING})


BUSY = frozenset({S.QUEUED, S.RUNNING})


class ProposalState(enum.StrEnum):
    """The state of one proposal of a round: chosen by the optimum (PLANNED), or a reserve for its request."""

    PLANNED = "planned"
    RESERVE = "next_in_line"
    SENT = "sent"
    LEFT_OUT = "left_out"
    STALE = "stale"


P = ProposalState


PROPOSAL_MOVES: Moves[ProposalState] = {
    P.PLANNED: frozenset({P.SENT, P.LEFT_OUT, P.STALE}),
    P.RESERVE: frozenset({P.SENT, P.STALE}),
    P.SENT: frozenset(),
    P.LEFT_OUT: frozenset({P.PLANNED}),
    P.STALE: frozenset(),
}


PROPOSAL_FIRST = frozenset({P.PLANNED, P.RESERVE})
