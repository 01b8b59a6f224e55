"""What a file may hold, and what becomes of each of its rows. Plain values in, value out."""

from volunteer_hub.imports.rules.columns import COLUMNS, Column, template_of
from volunteer_hub.imports.rules.institutions import InstitutionFacts, NewInstitution, read_institution
from volunteer_hub.imports.rules.lookup import Lookup, key
from volunteer_hub.imports.rules.outcome import Existing, Outcome, RowError, outcome_of
from volunteer_hub.imports.rules.table import (
    LIFE,
    MOST_CELL,
    MOST_COLUMNS,
    MOST_ROWS,
    Line,
    Sheet,
    Table,
    packed,
    table_of,
    unpacked,
)
from volunteer_hub.imports.rules.volunteers import NewVolunteer, VolunteerFacts, read_volunteer

__all__ = [
    "COLUMNS",
    "LIFE",
    "MOST_CELL",
    "MOST_COLUMNS",
    "MOST_ROWS",
    "Column",
    "Existing",
    "InstitutionFacts",
    "Line",
    "Lookup",
    "NewInstitution",
    "NewVolunteer",
    "Outcome",
    "RowError",
    "Sheet",
    "Table",
    "VolunteerFacts",
    "key",
    "outcome_of",
    "packed",
    "read_institution",
    "read_volunteer",
    "table_of",
    "template_of",
    "unpacked",
]
