"""The lives of a match, of a round and of its proposals; the reasons for saying no."""

from __future__ import annotations

import enum

from volunteer_hub.core.states import Moves


class MatchState(enum.StrEnum):
    """Where a match stands."""

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
    """Who brought the two together."""

    APPLICATION = "application"
    INVITATION = "invitation"
    ENGINE = "engine"


class Reason(enum.StrEnum):
    """Why somebody said no. The first group is for hosts, the second for volunteers."""

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
"""Reasons for which the service closes a match: nobody said no, so the two may try again."""
