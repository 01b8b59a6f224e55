"""States of a volunteer and of a readiness check, and the parts of a profile."""

from __future__ import annotations

import enum

from volunteer_hub.core.states import Moves


class VolunteerState(enum.StrEnum):
    """State of a volunteer on the way to being matched."""

    REGISTERED = "registered"
    CHECKING = "checking"
    READY = "ready"
    LAPSED = "lapsed"
    PAUSED = "paused"
    LEFT = "left"


V = VolunteerState
MOVES: Moves[VolunteerState] = {
    V.REGISTERED: frozenset({V.CHECKING, V.LEFT}),
    V.CHECKING: frozenset({V.READY, V.PAUSED, V.LEFT}),
    V.READY: frozenset({V.LAPSED, V.CHECKING, V.PAUSED, V.LEFT}),
    V.LAPSED: frozenset({V.READY, V.CHECKING, V.PAUSED, V.LEFT}),
    V.PAUSED: frozenset({V.CHECKING, V.READY, V.LEFT}),
    V.LEFT: frozenset({V.CHECKING}),
}
FIRST = frozenset({V.REGISTERED})


class ProfileSection(enum.StrEnum):
    """A section of the profile, saved separately."""

    WORK = "work"
    SPECIALTIES = "specialties"
    SKILLS = "skills"
    LANGUAGES = "languages"
    AVAILABILITY = "availability"
    GOALS = "goals"
    MANAGER = "manager"


class ProfileGap(enum.StrEnum):
    """Something that a profile lacks before it can be sent for checks."""

    PROFESSION = "profession"
    REGISTRATION_NUMBER = "registration_number"
    EMPLOYER = "employer"
    SPECIALTY = "specialty"
    SKILL = "skill"
    LANGUAGE = "language"
    WEEKLY_HOURS = "weekly_hours"
    MANAGER_NAME = "manager_name"
    MANAGER_EMAIL = "manager_email"


class CheckKind(enum.StrEnum):
    """Kind of a readiness check."""

    REGISTRATION = "registration"
    EMPLOYER_SUPPORT = "employer_support"
    SAFEGUARDING = "safeguarding"
    INFORMATION_GOVERNANCE = "information_governance"
    TOOLKIT = "toolkit"
    CODE_OF_CONDUCT = "code_of_conduct"


class CheckState(enum.StrEnum):
    """Result of a readiness check."""

    OUTSTANDING = "outstanding"
    MET = "met"
    NOT_MET = "not_met"
    NOT_NEEDED = "not_needed"


C = CheckState
CHECK_MOVES: Moves[CheckState] = {state: frozenset(CheckState) - {state} for state in CheckState}
CHECK_FIRST = frozenset({C.OUTSTANDING})
