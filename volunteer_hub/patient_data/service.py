"""Checks of text that does not come from a form: imports, commands, file names."""

from __future__ import annotations

import re

from flask_babel import gettext as _

from volunteer_hub.core.errors import DomainError
from volunteer_hub.patient_check.kinds import Severity
from volunteer_hub.patient_check.rules import find_identifiers
from volunteer_hub.patient_data.labels import advice

EXTENSION = re.compile(r"\.[A-Za-z0-9]{1,5}$")


def check_text(text: str | None, *, acknowledged: bool = False, field: str | None = None) -> None:
    """Raise DomainError if a text identifies a patient or may do so. `acknowledged` lets doubtful texts pass.

    The message says what to do and never quotes the text.
    """
    matches = find_identifiers(text or "")
    if matches and (matches[0].severity is Severity.STOP or not acknowledged):
        raise DomainError(advice(matches[0]), field=field, code="patient_data")


def check_file_name(name: str, *, field: str | None = None) -> None:
    """Raise DomainError if a file name identifies a patient or may do so; there is no acknowledgement.

    The message says what to do and never quotes the name.
    """
    as_words = EXTENSION.sub("", name).replace("_", " ").replace("+", " ").replace("%20", " ")
    for matches in (find_identifiers(as_words), find_identifiers(name)):
        if matches:
            raise DomainError(
                _("Rename the file. %(advice)s", advice=advice(matches[0])),
                field=field,
                code="patient_data_in_file_name",
            )
