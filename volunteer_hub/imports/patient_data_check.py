"""Applies the guard against patient data to imported files."""

from __future__ import annotations

from flask_babel import gettext as _

from volunteer_hub.core import plain_text
from volunteer_hub.core.errors import DomainError
from volunteer_hub.patient_data.service import check_file_name, check_text

MAX_FILE_NAME_LENGTH = 120


def check_cell(text: str) -> str:
    """Return the text of a cell. Raises DomainError for text that identifies a patient, or may."""
    check_text(text)
    return text


def clean_file_name(name: str) -> str:
    """Return a file's name without folders and control characters. Raises DomainError for a name that is refused."""
    plain = plain_text.FORBIDDEN.sub("", name).replace("\\", "/").rpartition("/")[2]
    plain = " ".join(plain.split())
    if len(plain) > MAX_FILE_NAME_LENGTH:
        raise DomainError(
            _("The file’s name is longer than %(most)s characters. Give it a shorter one.", most=MAX_FILE_NAME_LENGTH),
            code="file_name_too_long",
        )
    check_file_name(plain)
    return plain or "file"
