"""Kinds of patient identifiers, and how a finding is treated."""

from __future__ import annotations

import enum
from typing import NamedTuple


class Severity(enum.StrEnum):
    """STOP refuses the text; WARN lets it pass once its author has acknowledged the warning."""

    STOP = "stop"
    WARN = "warn"


class IdentifierKind(enum.StrEnum):
    """What identifies a patient. The values are stored with acknowledged warnings."""

    NHS_NUMBER = "nhs_number"
    CHI_NUMBER = "chi_number"
    HC_NUMBER = "hc_number"
    HOSPITAL_NUMBER = "hospital_number"
    PERSONAL_ID = "personal_id"
    CONTACT = "contact"
    BIRTH_DATE = "birth_date"
    CARE_DATE = "care_date"
    INITIALS = "initials"
    NAME = "name"


class IdentifierMatch(NamedTuple):
    """One finding. `start` and `end` are positions in the normalised text; they are never stored or logged."""

    kind: IdentifierKind
    severity: Severity
    start: int
    end: int

    @property
    def code(self) -> str:
        """The code of the kind, the only part that is stored."""
        return self.kind.value
