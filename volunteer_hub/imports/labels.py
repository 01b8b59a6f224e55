"""Labels, colours, audit actions and help texts of this area."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from volunteer_hub.imports.states import ImportKind, ImportState

LABELS = {
    ImportKind.VOLUNTEERS: _l("Volunteers"),
    ImportKind.INSTITUTIONS: _l("Institutions"),
    ImportState.CHECKED: _l("Checked"),
    ImportState.DONE: _l("Imported"),
    ImportState.DISCARDED: _l("Discarded"),
}
TONES = {
    ImportState.CHECKED: "yellow",
    ImportState.DONE: "green",
    ImportState.DISCARDED: "grey",
}
ACTIONS = {
    "import_batch.checked": _l("brought the file to be checked"),
    "import_batch.done": _l("imported the file"),
    "import_batch.discarded": _l("discarded the file"),
}
COLUMN_LABELS = {
    "name": _l("Name"),
    "email": _l("E-mail"),
    "profession": _l("Profession"),
    "registration_number": _l("Registration number"),
    "employer": _l("Employer"),
    "department": _l("Department"),
    "band": _l("Band"),
    "weekly_hours": _l("Weekly hours"),
    "languages": _l("Languages"),
    "skills": _l("Skills"),
    "specialties": _l("Specialties"),
    "manager_name": _l("Line manager’s name"),
    "manager_email": _l("Line manager’s e-mail"),
    "time_zone": _l("Time zone"),
    "kind": _l("Kind"),
    "country": _l("Country"),
    "town": _l("Town"),
    "code": _l("Code"),
    "connectivity": _l("Connection"),
    "agreement_reference": _l("Agreement’s reference"),
    "agreement_signed_on": _l("Agreement signed on"),
    "agreement_expires_on": _l("Agreement’s last day"),
}
COLUMN_HELP = {
    ImportKind.VOLUNTEERS: {
        "name": _l("The full name, 120 characters at most."),
        "email": _l("One address for each person. Somebody whose address has an account is left as they are."),
        "profession": _l(
            "A code or name of the list of professions, or a usual word for it, such as “GP” or “physio”."
        ),
        "registration_number": _l(
            "In the form of the regulator. An unusual one stops the file: leave the cell empty, the volunteer enters it."
        ),
        "employer": _l("The ODS code or the exact name of an NHS or other UK institution that is recorded here."),
        "department": _l("Department or ward, 120 characters at most."),
        "band": _l("Band or grade, for example 6, consultant or ST5."),
        "weekly_hours": _l("The most hours a week, between 0.25 and 40 in quarters."),
        "languages": _l(
            "Codes or names with a level: a1, a2, b1, b2, c1, c2 or native. A bar, a semicolon or a new line between them."
        ),
        "skills": _l("Codes or names of the skills tree with a level: supported, independent or teaches."),
        "specialties": _l("Codes or names of the list of specialties."),
        "manager_name": _l("Together with the line manager’s address, or not at all."),
        "manager_email": _l("Together with the line manager’s name. Not the volunteer’s own address."),
        "time_zone": _l("A zone named after a town. Europe/London when empty."),
    },
    ImportKind.INSTITUTIONS: {
        "name": _l("The full name, 160 characters at most. One of that name in the country is left as it is."),
        "kind": _l("nhs, uk_other or overseas."),
        "country": _l("The two-letter code or the name. Overseas partners only abroad, the others in GB."),
        "town": _l("Needed for an overseas partner."),
        "code": _l("The ODS code, if it has one. One of that code is left as it is."),
        "time_zone": _l("A zone named after a town. The usual one of the country when empty."),
        "languages": _l("Codes or names. Those of the country when empty."),
        "connectivity": _l("good, patchy or low. Good when empty."),
        "agreement_reference": _l("Where the signed data-sharing agreement is kept. For overseas partners only."),
        "agreement_signed_on": _l("Needed with the reference: 2026-03-01 or 1/3/2026, not in the future."),
        "agreement_expires_on": _l("The last day. Empty when it has no end."),
    },
}
