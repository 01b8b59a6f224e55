"""Does a text give a patient away? Pure: plain text in, findings out, in time that grows with the text's length.

What is looked for stands in `lexicon.py`, the numbers' sources in `digits.py`, the figures in docs/patient-data.md.
"""

from __future__ import annotations

from volunteer_hub.patient_check import dates, identifiers, names
from volunteer_hub.patient_check.kinds import Finding, Severity
from volunteer_hub.patient_check.normalised_text import plain


def findings(text: str) -> list[Finding]:
    """What could tell who a patient is, the grave first, each place once."""
    made = plain(text)
    everything = sorted({*identifiers.found(made), *dates.found(made), *names.found(made)}, key=_grave_first)
    kept: list[Finding] = []
    for one in everything:
        if not any(one.start < other.end and other.start < one.end for other in kept):
            kept.append(one)
    return kept


def _grave_first(finding: Finding) -> tuple[bool, int, int]:
    return finding.severity is not Severity.STOP, finding.start, -finding.end


def verdict(text: str) -> str:
    """`stop`, `warn` or `pass`: the gravest of the findings."""
    found = findings(text)
    return found[0].severity.value if found else "pass"
