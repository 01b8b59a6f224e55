"""Who can do what with a match in which state. Plain values in, plain values out."""

from __future__ import annotations

from volunteer_hub.matching.states import LIVE, WAITING, MatchState


def is_live(state: MatchState) -> bool:
    """Return whether the match awaits an answer or was approved."""
    return state in LIVE


def is_waiting(state: MatchState) -> bool:
    """Return whether the match awaits an answer, of the volunteer or of the director."""
    return state in WAITING


def can_answer(state: MatchState) -> bool:
    """Return whether the volunteer can accept or decline: an invitation or a proposal waits for them."""
    return state is MatchState.PROPOSED


def can_withdraw(state: MatchState) -> bool:
    """Return whether the volunteer can withdraw: the director has not decided."""
    return state is MatchState.ACCEPTED


def can_decide(state: MatchState) -> bool:
    """Return whether the director can approve: the volunteer has accepted or applied."""
    return state is MatchState.ACCEPTED
