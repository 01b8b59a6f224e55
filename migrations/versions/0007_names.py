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
    ("ix_partner_request_raised_by_id", "ix_partner_request_contact_id"),
    ("ix_round_unmet_nearest_id", "ix_unfilled_request_nearest_volunteer_id"),
)
CONSTRAINTS = (
    ("account_token", "ck_account_token_purpose", "ck_account_token_token_purpose"),
    ("factor_override", "fk_factor_override_lifted_by_id_account", "fk_factor_override_revoked_by_id_account"),
    ("match_restriction", "ck_match_bar_bar", "ck_match_restriction_restriction_kind"),
    ("match_restriction", "fk_match_bar_institution_id_institution", "fk_match_restriction_institution_id_institution"),
    ("match_restriction", "fk_match_bar_lifted_by_id_account", "fk_match_restriction_revoked_by_id_account"),
    ("match_restriction", "fk_match_bar_set_by_id_account", "fk_match_restriction_set_by_id_account"),
    ("match_restriction", "fk_match_bar_volunteer_id_volunteer", "fk_match_restriction_volunteer_id_volunteer"),
    ("match_restriction", "pk_match_bar", "pk_match_restriction"),
    ("matching_round", "ck_match_round_round_state", "ck_matching_round_round_state"),
    ("matching_round", "fk_match_round_asked_by_id_account", "fk_matching_round_requested_by_id_account"),
    ("matching_round", "fk_match_round_programme_id_programme", "fk_matching_round_programme_id_programme"),
    ("matching_round", "fk_match_round_released_by_id_account", "fk_matching_round_published_by_id_account"),
    ("matching_round", "fk_match_round_weights_id_weight_set", "fk_matching_round_weights_id_weight_set"),
    ("matching_round", "pk_match_round", "pk_matching_round"),
    ("partner_request", "fk_partner_request_raised_by_id_account", "fk_partner_request_contact_id_account"),
    ("readiness_requirement", "ck_check_setting_check_kind", "ck_readiness_requirement_check_kind"),
    ("readiness_requirement", "ck_check_setting_valid_months", "ck_readiness_requirement_valid_months"),
    ("readiness_requirement", "pk_check_setting", "pk_readiness_requirement"),
    ("retention_rule", "ck_retention_rule_kept", "ck_retention_rule_retention_category"),
    ("round_proposal", "fk_round_proposal_round_id_match_round", "fk_round_proposal_round_id_matching_round"),
    ("unfilled_request", "fk_round_unmet_nearest_id_volunteer", "fk_unfilled_request_nearest_volunteer_id_volunteer"),
    ("unfilled_request", "fk_round_unmet_request_id_partner_request", "fk_unfilled_request_request_id_partner_request"),
    ("unfilled_request", "fk_round_unmet_round_id_match_round", "fk_unfilled_request_round_id_matching_round"),
    ("unfilled_request", "pk_round_unmet", "pk_unfilled_request"),
)
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
