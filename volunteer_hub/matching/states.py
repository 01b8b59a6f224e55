"""States of a match, its origins, and the reasons for declining or withdrawing."""

from __future__ import annotations

import enum

from volunteer_hub.core.states import Moves


class MatchState(enum.StrEnum):
    """The state of a match."""

    PROPOSED = "proposed"
    ACCEPTED = "accepted"
    APPROVED = "approved"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"


M = MatchState
MOVES: Moves[MatchState] = {
    M.PROPOSED: frozenset({M.ACCEPTED, M.DECLINED, M.WITHDRAWN, M.EXPIRED}),
    M.ACCEPTED: frozenset({M.APPROVED, M.DECLINED, M.WITHDRAWN, M.EXPIRED}),
    M.APPROVED: frozenset(),
    M.DECLINED: frozenset(),
    M.WITHDRAWN: frozenset(),
    M.EXPIRED: frozenset(),
}
FIRST = frozenset({M.PROPOSED, M.ACCEPTED})
LIVE = frozenset({M.PROPOSED, M.ACCEPTED, M.APPROVED})
WAITING = frozenset({M.PROPOSED, M.ACCEPTED})


class Origin(enum.StrEnum):
    """How a match came about."""

    APPLICATION = "application"
    INVITATION = "invitation"
    ENGINE = "engine"


class Reason(enum.StrEnum):
    """Why a match was declined or withdrawn; HOST_REASONS and VOLUNTEER_REASONS say who may give which."""

    SKILLS = "skills"
    LANGUAGE = "language"
    TIME = "time"
    ANOTHER = "another"
    NEED_CHANGED = "need_changed"
    SEATS_FILLED = "seats_filled"
    REQUEST_ENDED = "request_ended"
    NO_TIME = "no_time"
    NOT_MY_FIELD = "not_my_field"
    DATES = "dates"
    OTHER = "other"


HOST_REASONS = (Reason.ANOTHER, Reason.SKILLS, Reason.LANGUAGE, Reason.TIME, Reason.NEED_CHANGED, Reason.OTHER)
VOLUNTEER_REASONS = (Reason.NO_TIME, Reason.DATES, Reason.NOT_MY_FIELD, Reason.OTHER)
AUTOMATIC_REASONS = frozenset({Reason.SEATS_FILLED, Reason.REQUEST_ENDED})
"""Reasons with which the service closes a match: neither side declined, so the pair may be matched again."""
