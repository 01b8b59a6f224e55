"""What the audit log and the outbox call the table of a row: a name that is stored for good and survives a rename of the table."""

from __future__ import annotations

from typing import Any

RENAMED_TABLES = {
    "match_restriction": "match_bar",
    "matching_round": "match_round",
    "readiness_requirement": "check_setting",
    "unfilled_request": "round_unmet",
}
"""The stored subject type of each table that has been renamed since its first entries were written."""


def subject_type(row: Any) -> str:
    """Return the stored subject type of a row, of its model, or of an audit `Subject`."""
    table: str = row.__tablename__
    return subject_type_of_table(table)


def subject_type_of_table(table: str) -> str:
    """Return the stored subject type of a table by its present name."""
    return RENAMED_TABLES.get(table, table)
