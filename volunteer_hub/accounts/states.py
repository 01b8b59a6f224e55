"""The states of an account, their allowed moves, and the purposes of emailed tokens."""

from __future__ import annotations

import enum

from volunteer_hub.core.states import Moves


class AccountState(enum.StrEnum):
    """State of an account."""

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
    """What an emailed token may be used for; a token has exactly one purpose."""

    CONFIRM = "confirm"
    RESET = "reset"
    INVITE = "invite"
    CHANGE_EMAIL = "change_email"
