"""What a file may contain, and the outcome of each of its rows. Plain values in, value out."""

from volunteer_hub.imports.rules.columns import COLUMNS, ImportColumn, csv_template
from volunteer_hub.imports.rules.institutions import InstitutionReference, NewInstitution, read_institution
from volunteer_hub.imports.rules.lookup import Lookup, normalise
from volunteer_hub.imports.rules.outcome import ExistingEntity, ImportOutcome, RowError, can_import, classify_rows
from volunteer_hub.imports.rules.table import (
    CHECKED_FILE_LIFETIME,
    MAX_CELL_LENGTH,
    MAX_COLUMNS,
    MAX_ROWS,
    ImportRow,
    ImportTable,
    Sheet,
    deserialise_table,
    parse_table,
    serialise_table,
)
from volunteer_hub.imports.rules.volunteers import NewVolunteer, VolunteerReference, read_volunteer

__all__ = [
    "CHECKED_FILE_LIFETIME",
    "COLUMNS",
    "MAX_CELL_LENGTH",
    "MAX_COLUMNS",
    "MAX_ROWS",
    "ExistingEntity",
    "ImportColumn",
    "ImportOutcome",
    "ImportRow",
    "ImportTable",
    "InstitutionReference",
    "Lookup",
    "NewInstitution",
    "NewVolunteer",
    "RowError",
    "Sheet",
    "VolunteerReference",
    "can_import",
    "classify_rows",
    "csv_template",
    "deserialise_table",
    "normalise",
    "parse_table",
    "read_institution",
    "read_volunteer",
    "serialise_table",
]
