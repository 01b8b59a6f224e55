"""Find what in a text identifies a patient. Pure, and linear in the length of the text.

The patterns are in `lexicon.py`, the sources of the numbers in `digits.py`, precision and recall in
docs/patient-data.md.
"""

from __future__ import annotations

from volunteer_hub.patient_check import dates, identifiers, names
from volunteer_hub.patient_check.kinds import IdentifierMatch, Severity
from volunteer_hub.patient_check.normalised_text import normalise


def find_identifiers(text: str) -> list[IdentifierMatch]:
    """Return what identifies a patient or may do so, stops before warnings, without overlaps."""
    normalised = normalise(text)
    candidates = sorted(
        {*identifiers.find_numbers(normalised), *dates.find_dates(normalised), *names.find_names(normalised)},
        key=_stops_first,
    )
    matches: list[IdentifierMatch] = []
    for candidate in candidates:
        if not any(candidate.start < other.end and other.start < candidate.end for other in matches):
            matches.append(candidate)
    return matches


def _stops_first(match: IdentifierMatch) -> tuple[bool, int, int]:
    return match.severity is not Severity.STOP, match.start, -match.end


def verdict(text: str) -> str:
    """Return the highest severity found: `stop`, `warn` or `pass`."""
    matches = find_identifiers(text)
    return matches[0].severity.value if matches else "pass"
