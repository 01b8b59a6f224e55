"""The names of what is judged: hard rules (gates) and what the score is made of (factors). Codes are stable: they are stored."""

from __future__ import annotations

import enum


class Gate(enum.StrEnum):
    """Why a pair is impossible at present, in the order in which people are told."""

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
    """What the score is made of."""

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
    """How an earlier match of the same two came out, as far as it shapes later ones."""

    DECLINED = "declined"
    RELEASED = "released"
    EXPIRED = "expired"
    LIVE = "live"


class RestrictionKind(enum.StrEnum):
    """Why a volunteer is never proposed to one hospital."""

    CONFLICT = "conflict"
    EXCLUSION = "exclusion"


CONFIDENTIAL_GATES = frozenset({Gate.CONFLICT, Gate.EXCLUDED})
"""Told to outsiders without saying which: why somebody is not proposed to a hospital is between few."""
