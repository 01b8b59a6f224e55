"""What the guard can find, and how grave it is."""

from __future__ import annotations

import enum
from typing import NamedTuple


class Severity(enum.StrEnum):
    """Whether a text is refused, or may go on once somebody has read it again."""

    STOP = "stop"
    WARN = "warn"


class IdentifierKind(enum.StrEnum):
    """What gives a patient away. The value is the code kept with a warning that somebody went past."""

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
    """One thing found. The place, in the normalised text, is for tests: it is never stored or logged."""

    kind: IdentifierKind
    severity: Severity
    start: int
    end: int

    @property
    def code(self) -> str:
        """What may be stored about it."""
        return self.kind.value
