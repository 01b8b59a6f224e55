"""The life of an account and the purposes of secret links."""

from __future__ import annotations

import enum

from volunteer_hub.core.states import Moves


class AccountState(enum.StrEnum):
    """Where an account stands."""

    UNCONFIRMED = "unconfirmed"
    INVITED = "invited"
    ACTIVE = "active"
    DEACTIVATED = "deactivated"
    ERASED = "erased"


MOVES: Moves[AccountState] = {
    AccountState.UNCONFIRMED: frozenset({AccountState.ACTIVE, AccountState.DEACTIVATED}),
    AccountState.INVITED: frozenset({AccountState.ACTIVE, AccountState.DEACTIVATED}),
    AccountState.ACTIVE: frozenset({AccountState.DEACTIVATED}),
    AccountState.DEACTIVATED: frozenset({AccountState.ACTIVE, AccountState.ERASED}),
    AccountState.ERASED: frozenset(),
}
FIRST = frozenset({AccountState.UNCONFIRMED, AccountState.INVITED, AccountState.ACTIVE})
CLOSED_STATES = frozenset({AccountState.DEACTIVATED, AccountState.ERASED})


class TokenPurpose(enum.StrEnum):
    """What a secret link is for; none serves for another."""

    CONFIRM = "confirm"
    RESET = "reset"
    INVITE = "invite"
    CHANGE_EMAIL = "change_email"
