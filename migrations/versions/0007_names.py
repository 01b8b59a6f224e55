"""Tables and columns take the names that the code has for them. No row is read, copied or changed."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

TABLES = (
    ("check_setting", "readiness_requirement"),
    ("match_bar", "match_restriction"),
    ("match_round", "matching_round"),
    ("round_unmet", "unfilled_request"),
)
COLUMNS = {
    "audit_entry": (("words_hash", "note_hash"),),
    "audit_note": (("words", "text"),),
    "erasure_request": (
        ("asked_at", "requested_at"),
        ("words", "request_message"),
        ("decision_words", "decision_message"),
    ),
    "factor_override": (("lifted_at", "revoked_at"), ("lifted_by_id", "revoked_by_id")),
    "hours_entry": (("query_words", "query_message"), ("answer_words", "answer_message")),
    "match": (
        ("fit", "score_breakdown"),
        ("invitation_words", "invitation_message"),
        ("volunteer_words", "volunteer_message"),
        ("reason_words", "reason_message"),
    ),
    "match_restriction": (("words", "reason"), ("lifted_at", "revoked_at"), ("lifted_by_id", "revoked_by_id")),
    "matching_round": (
        ("asked_by_id", "requested_by_id"),
        ("asked_at", "requested_at"),
        ("began_at", "started_at"),
        ("beat_at", "heartbeat_at"),
        ("digest", "fingerprint"),
        ("released_at", "published_at"),
        ("released_by_id", "published_by_id"),
    ),
    "partner_request": (("raised_by_id", "contact_id"), ("returned_words", "return_message")),
    "placement": (("end_words", "end_reason"),),
    "release": (("asked_at", "requested_at"), ("words", "message")),
    "retention_rule": (("kept", "category"),),
    "round_proposal": (("place", "rank"), ("fit", "score_breakdown"), ("words", "stale_reason")),
    "round_setting": (("barred_kinds", "excluded_support_kinds"),),
    "second_factor": (("sealed_secret", "encrypted_secret"),),
    "unfilled_request": (("nearest_id", "nearest_volunteer_id"), ("gates", "failed_gates")),
}
"""By the new name of the table."""
INDEXES = (
    ("uq_match_bar_in_force", "uq_match_restriction_in_force"),
    ("ix_match_bar_volunteer_id", "ix_match_restriction_volunteer_id"),
    ("ix_match_bar_institution_id", "ix_match_restriction_institution_id"),
    ("uq_match_round_busy", "uq_matching_round_busy"),
    ("ix_match_round_programme", "ix_matching_round_programme"),
    ("ix_round_unmet_nearest_id", "ix_unfilled_request_nearest_volunteer_id"),
)
CONSTRAINTS: tuple[tuple[str, str, str], ...] = ()
"""On PostgreSQL: the new name of the table, the constraint's old name, its new one. SQLite cannot rename one without a copy
of the table, and nothing asks for it by name there."""
SEQUENCES = (
    ("match_bar_id_seq", "match_restriction_id_seq"),
    ("match_round_id_seq", "matching_round_id_seq"),
)


def upgrade() -> None:
    for old, new in TABLES:
        op.rename_table(old, new)
    for table, columns in COLUMNS.items():
        for old, new in columns:
            op.execute(f'ALTER TABLE "{table}" RENAME COLUMN "{old}" TO "{new}"')
    _rename_dependents(INDEXES, CONSTRAINTS, SEQUENCES)


def downgrade() -> None:
    for table, columns in COLUMNS.items():
        for old, new in columns:
            op.execute(f'ALTER TABLE "{table}" RENAME COLUMN "{new}" TO "{old}"')
    _rename_dependents(
        [(new, old) for old, new in INDEXES],
        [(table, new, old) for table, old, new in CONSTRAINTS],
        [(new, old) for old, new in SEQUENCES],
    )
    for old, new in TABLES:
        op.rename_table(new, old)


def _rename_dependents(indexes, constraints, sequences) -> None:  # type: ignore[no-untyped-def]
    if op.get_bind().dialect.name == "sqlite":
        for old, new in indexes:
            _rename_index_on_sqlite(old, new)
        return
    for old, new in indexes:
        op.execute(f'ALTER INDEX "{old}" RENAME TO "{new}"')
    for table, old, new in constraints:
        op.execute(f'ALTER TABLE "{table}" RENAME CONSTRAINT "{old}" TO "{new}"')
    for old, new in sequences:
        op.execute(f'ALTER SEQUENCE "{old}" RENAME TO "{new}"')


def _rename_index_on_sqlite(old: str, new: str) -> None:
    """Make the index again under its new name: SQLite has no other way, and the definition is its own."""
    find = sa.text("SELECT sql FROM sqlite_master WHERE type = 'index' AND name = :name")
    definition: str = op.get_bind().execute(find, {"name": old}).scalar_one()
    op.execute(f'DROP INDEX "{old}"')
    op.execute(definition.replace(old, new, 1))
