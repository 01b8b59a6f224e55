"""Checks for text that comes by another way than a form: imports, commands, names of files."""

from __future__ import annotations

import re

from volunteer_hub.core.errors import DomainError
from volunteer_hub.patient_check.kinds import Severity
from volunteer_hub.patient_check.rules import find_identifiers
from volunteer_hub.patient_data.labels import advice

EXTENSION = re.compile(r"\.[A-Za-z0-9]{1,5}$")


def check_text(text: str | None, *, acknowledged: bool = False, field: str | None = None) -> None:
    """Refuse a text that gives a patient away, or could. With `read_again` somebody answers for the doubtful ones.

    Raises DomainError that says what to do and never quotes the text.
    """
    found = find_identifiers(text or "")
    if found and (found[0].severity is Severity.STOP or not acknowledged):
        raise DomainError(advice(found[0]), field=field, code="patient_data")


def check_file_name(name: str, *, field: str | None = None) -> None:
    """Refuse a file name that gives a patient away, or could: a file is soon renamed.

    Raises DomainError that says what to do and never quotes the name.
    """
    spoken = EXTENSION.sub("", name).replace("_", " ").replace("+", " ").replace("%20", " ")
    for found in (find_identifiers(spoken), find_identifiers(name)):
        if found:
            raise DomainError(f"Rename the file. {advice(found[0])}", field=field, code="patient_data")
