"""Labels of the kinds of identifiers, and the advice for each finding. They never quote the text."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l

from volunteer_hub.patient_check.kinds import IdentifierKind, IdentifierMatch, Severity

LABELS: dict[Any, Any] = {
    IdentifierKind.NHS_NUMBER: _l("could be an NHS number"),
    IdentifierKind.CHI_NUMBER: _l("could be a Scottish CHI number"),
    IdentifierKind.HC_NUMBER: _l("could be a Northern Irish Health and Care number"),
    IdentifierKind.HOSPITAL_NUMBER: _l("could be a hospital number"),
    IdentifierKind.PERSONAL_ID: _l("could be a patient’s identity number"),
    IdentifierKind.CONTACT: _l("could be a patient’s telephone"),
    IdentifierKind.BIRTH_DATE: _l("could be a date of birth"),
    IdentifierKind.CARE_DATE: _l("a full date near a patient"),
    IdentifierKind.INITIALS: _l("could be a patient’s initials"),
    IdentifierKind.NAME: _l("could be a patient’s name"),
}
TONES: dict[Any, str] = {}
ACTIONS: dict[str, Any] = {}

STOP = {
    IdentifierKind.NHS_NUMBER: _l("Take the NHS number out. Nothing here may tell who a patient is."),
    IdentifierKind.CHI_NUMBER: _l("Take the CHI number out. Nothing here may tell who a patient is."),
    IdentifierKind.HC_NUMBER: _l("Take the Health and Care number out. Nothing here may tell who a patient is."),
    IdentifierKind.HOSPITAL_NUMBER: _l(
        "Take the patient’s hospital or record number out. Nothing here may tell who a patient is."
    ),
    IdentifierKind.PERSONAL_ID: _l("Take the patient’s identity number out. Nothing here may tell who a patient is."),
    IdentifierKind.CONTACT: _l("Take the patient’s telephone number out. Nothing here may tell who a patient is."),
    IdentifierKind.BIRTH_DATE: _l("Take the date of birth out. Say an age range instead, such as “in her thirties”."),
}
WARN = {
    IdentifierKind.NHS_NUMBER: _l(
        "A number here could be a patient’s NHS number. Take it out, or say in words what it is."
    ),
    IdentifierKind.CHI_NUMBER: _l(
        "A number here could be a patient’s CHI number. Take it out, or say in words what it is."
    ),
    IdentifierKind.HC_NUMBER: _l(
        "A number here could be a patient’s Health and Care number. Take it out, or say in words what it is."
    ),
    IdentifierKind.BIRTH_DATE: _l("This could be a patient’s year of birth. Say an age range instead."),
    IdentifierKind.CARE_DATE: _l("A full date stands near a patient. Say only the month, or how long it lasted."),
    IdentifierKind.INITIALS: _l("These could be a patient’s initials. Write “a patient” instead."),
    IdentifierKind.NAME: _l("This could be a patient’s name. Write “a patient” instead."),
}


def advice(match: IdentifierMatch) -> str:
    """Return what the author should do about a finding."""
    return str((STOP if match.severity is Severity.STOP else WARN)[match.kind])
