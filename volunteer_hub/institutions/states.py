"""Kinds of institution and of connection, and the status of agreements. Institutions have no lifecycle here."""

from __future__ import annotations

import enum


class InstitutionKind(enum.StrEnum):
    """Kind of an institution."""

    NHS = "nhs"
    UK_OTHER = "uk_other"
    OVERSEAS = "overseas"


class Connectivity(enum.StrEnum):
    """The usual quality of an institution's internet connection."""

    GOOD = "good"
    PATCHY = "patchy"
    LOW = "low"


class AgreementStatus(enum.StrEnum):
    """Status of an institution's data-sharing agreements today; computed, never stored."""

    IN_FORCE = "in_force"
    EXPIRING = "runs_out"
    ENDED = "ended"
    NONE = "none"
