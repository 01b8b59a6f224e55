"""Kinds of institution, of connection, and how far agreements cover it. An institution has no life of its own here."""

from __future__ import annotations

import enum


class InstitutionKind(enum.StrEnum):
    """What an institution is."""

    NHS = "nhs"
    UK_OTHER = "uk_other"
    OVERSEAS = "overseas"


class Connectivity(enum.StrEnum):
    """How good the line usually is."""

    GOOD = "good"
    PATCHY = "patchy"
    LOW = "low"


class AgreementStatus(enum.StrEnum):
    """Whether a data-sharing agreement covers an institution today; worked out, never stored."""

    IN_FORCE = "in_force"
    EXPIRING = "runs_out"
    ENDED = "ended"
    NONE = "none"
