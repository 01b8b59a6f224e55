"""Names of gates (hard rules), factors (parts of the score), outcomes and restrictions. Their values are stored."""

from __future__ import annotations

import enum


class Gate(enum.StrEnum):
    """A hard rule, in the order in which closed gates are explained."""

    NOT_OPEN = "not_open"
    NOT_READY = "not_ready"
    AGREEMENT = "no_agreement"
    CONFLICT = "conflict_of_interest"
    EXCLUDED = "excluded_by_partner"
    ROLE = "role_not_remote"
    DECLINED_BEFORE = "declined_before"
    RELEASED_BEFORE = "released_before"
    LANGUAGE = "language"
    SKILLS = "skills"
    HOURS = "hours"
    DATES = "dates"
    OVERLAP = "overlap"
    CAPACITY = "capacity"


class Factor(enum.StrEnum):
    """A part of the score."""

    LANGUAGE = "language_fit"
    SKILLS = "skills_fit"
    OVERLAP = "overlap_fit"
    SPECIALTY = "specialty_fit"
    HOURS = "hours_fit"
    DURATION = "duration_fit"
    EXPERIENCE = "experience_fit"
    GOALS = "goals_fit"
    URGENCY = "urgency_fit"
    WAITING = "waiting_fit"
    FAIRNESS = "fairness_fit"


class PriorOutcome(enum.StrEnum):
    """The outcome of an earlier match of the same pair, as far as it affects later matches."""

    DECLINED = "declined"
    RELEASED = "released"
    EXPIRED = "expired"
    LIVE = "live"


class RestrictionKind(enum.StrEnum):
    """Why a volunteer is never proposed to one hospital."""

    CONFLICT = "conflict"
    EXCLUSION = "exclusion"


CONFIDENTIAL_GATES = frozenset({Gate.CONFLICT, Gate.EXCLUDED})
"""Gates that share one neutral explanation for everyone but coordinators: which of them is closed is confidential."""
