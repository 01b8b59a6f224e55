"""Kinds of institution and of connection. An institution has no life of its own here."""

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
