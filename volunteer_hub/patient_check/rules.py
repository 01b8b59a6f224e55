"""Does a text give a patient away? Pure: plain text in, findings out, in time that grows with the text's length.

What is looked for stands in `lexicon.py`, the numbers' sources in `digits.py`, the figures in docs/patient-data.md.
"""

from __future__ import annotations

from volunteer_hub.patient_check import dates, identifiers, names
from volunteer_hub.patient_check.kinds import IdentifierMatch, Severity
from volunteer_hub.patient_check.normalised_text import normalise


def find_identifiers(text: str) -> list[IdentifierMatch]:
    """What could tell who a patient is, the grave first, each place once."""
    made = normalise(text)
    everything = sorted(
        {*identifiers.find_numbers(made), *dates.find_dates(made), *names.find_names(made)}, key=_grave_first
    )
    kept: list[IdentifierMatch] = []
    for one in everything:
        if not any(one.start < other.end and other.start < one.end for other in kept):
            kept.append(one)
    return kept


def _grave_first(finding: IdentifierMatch) -> tuple[bool, int, int]:
    return finding.severity is not Severity.STOP, finding.start, -finding.end


def verdict(text: str) -> str:
    """`stop`, `warn` or `pass`: the gravest of the findings."""
    found = find_identifiers(text)
    return found[0].severity.value if found else "pass"
