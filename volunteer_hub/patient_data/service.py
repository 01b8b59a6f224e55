"""Checks for text that comes by another way than a form: imports, commands, names of files."""

from __future__ import annotations

import re

from volunteer_hub.core.errors import DomainError
from volunteer_hub.patient_check.kinds import Severity
from volunteer_hub.patient_check.rules import findings
from volunteer_hub.patient_data.labels import sentence

EXTENSION = re.compile(r"\.[A-Za-z0-9]{1,5}$")


def check_text(text: str | None, *, read_again: bool = False, field: str | None = None) -> None:
    """Refuse a text that gives a patient away, or could. With `read_again` somebody answers for the doubtful ones.

    Raises DomainError that says what to do and never quotes the text.
    """
    found = findings(text or "")
    if found and (found[0].severity is Severity.STOP or not read_again):
        raise DomainError(sentence(found[0]), field=field, code="patient_data")


def check_file_name(name: str, *, field: str | None = None) -> None:
    """Refuse a file name that gives a patient away, or could: a file is soon renamed.

    Raises DomainError that says what to do and never quotes the name.
    """
    spoken = EXTENSION.sub("", name).replace("_", " ").replace("+", " ").replace("%20", " ")
    for found in (findings(spoken), findings(name)):
        if found:
            raise DomainError(f"Rename the file. {sentence(found[0])}", field=field, code="patient_data")
