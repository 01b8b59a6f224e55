"""Hours, second factor, throttles, privacy, imports, wording of e-mails, settings of checks."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = '0003'
down_revision = '0002'
branch_labels = None
depends_on = None

ACCOUNT_STATES = ("unconfirmed", "invited", "active", "deactivated")
PURPOSES = ("confirm", "reset", "invite")


def _allow(table: str, name: str, column: str, values: tuple[str, ...]) -> None:
    """Let `column` hold `values` and nothing else."""
    with op.batch_alter_table(table) as batch:
        batch.drop_constraint(op.f(name), type_="check")
        batch.create_check_constraint(op.f(name), f"{column} IN ({', '.join(map(repr, values))})")


def upgrade() -> None:
    op.create_table('check_setting',
    sa.Column('kind', sa.Enum('registration', 'employer_support', 'safeguarding', 'information_governance', 'toolkit', 'code_of_conduct', name='check_kind', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('needed', sa.Boolean(), nullable=False),
    sa.Column('valid_months', sa.Integer(), nullable=True),
    sa.Column('guidance', sa.Text(), nullable=True),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.CheckConstraint('valid_months IS NULL OR valid_months > 0', name=op.f('ck_check_setting_valid_months')),
    sa.PrimaryKeyConstraint('kind', name=op.f('pk_check_setting'))
    )
    op.create_table('email_wording',
    sa.Column('kind', sa.Text(), nullable=False),
    sa.Column('locale', sa.Text(), nullable=False),
    sa.Column('msgid', sa.Text(), nullable=False),
    sa.Column('text', sa.Text(), nullable=False),
    sa.Column('changed_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('changed_by_id', sa.Integer(), nullable=True),
    sa.PrimaryKeyConstraint('kind', 'locale', 'msgid', name=op.f('pk_email_wording'))
    )
    op.create_table('patient_data_warning',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('account_id', sa.Integer(), nullable=True),
    sa.Column('path', sa.Text(), nullable=False),
    sa.Column('field', sa.Text(), nullable=False),
    sa.Column('reasons', sa.Text(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_patient_data_warning'))
    )
    with op.batch_alter_table('patient_data_warning', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_patient_data_warning_account_id'), ['account_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_patient_data_warning_at'), ['at'], unique=False)

    op.create_table('retention_rule',
    sa.Column('kept', sa.Enum('people', 'emails', 'sessions', 'job_runs', 'imports', name='kept', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('keep_days', sa.Integer(), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.CheckConstraint('keep_days > 0', name=op.f('ck_retention_rule_keep_days')),
    sa.PrimaryKeyConstraint('kept', name=op.f('pk_retention_rule'))
    )
    op.create_table('throttle',
    sa.Column('key', sa.Text(), nullable=False),
    sa.Column('count', sa.Integer(), nullable=False),
    sa.Column('expires_at', sa.DateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('key', name=op.f('pk_throttle'))
    )
    with op.batch_alter_table('throttle', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_throttle_expires_at'), ['expires_at'], unique=False)

    op.create_table('erasure_request',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('account_id', sa.Integer(), nullable=False),
    sa.Column('state', sa.Enum('asked', 'granted', 'done', 'refused', 'withdrawn', name='erasure_state', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('words', sa.Text(), nullable=True),
    sa.Column('asked_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('due_on', sa.Date(), nullable=False),
    sa.Column('decided_by_id', sa.Integer(), nullable=True),
    sa.Column('decided_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('decision_words', sa.Text(), nullable=True),
    sa.Column('done_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['account_id'], ['account.id'], name=op.f('fk_erasure_request_account_id_account')),
    sa.ForeignKeyConstraint(['decided_by_id'], ['account.id'], name=op.f('fk_erasure_request_decided_by_id_account')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_erasure_request'))
    )
    with op.batch_alter_table('erasure_request', schema=None) as batch_op:
        batch_op.create_index('ix_erasure_request_state', ['state', 'due_on', 'id'], unique=False)
        batch_op.create_index('uq_erasure_request_live', ['account_id'], unique=True, sqlite_where=sa.text("state IN ('asked', 'granted')"), postgresql_where=sa.text("state IN ('asked', 'granted')"))

    op.create_table('import_batch',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('kind', sa.Enum('volunteers', 'institutions', name='import_kind', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('file_name', sa.Text(), nullable=False),
    sa.Column('file_hash', sa.Text(), nullable=False),
    sa.Column('rows', sa.Text(), nullable=True),
    sa.Column('row_count', sa.Integer(), nullable=False),
    sa.Column('error_count', sa.Integer(), nullable=False),
    sa.Column('added_count', sa.Integer(), nullable=True),
    sa.Column('state', sa.Enum('checked', 'done', 'discarded', name='import_state', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('actor_id', sa.Integer(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('ended_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['actor_id'], ['account.id'], name=op.f('fk_import_batch_actor_id_account')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_import_batch'))
    )
    with op.batch_alter_table('import_batch', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_import_batch_created_at'), ['created_at'], unique=False)
        batch_op.create_index(batch_op.f('ix_import_batch_file_hash'), ['file_hash'], unique=False)

    op.create_table('recovery_code',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('account_id', sa.Integer(), nullable=False),
    sa.Column('code_hash', sa.Text(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('used_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['account_id'], ['account.id'], name=op.f('fk_recovery_code_account_id_account')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_recovery_code')),
    sa.UniqueConstraint('account_id', 'code_hash', name=op.f('uq_recovery_code_account_id_code_hash'))
    )
    op.create_table('second_factor',
    sa.Column('account_id', sa.Integer(), nullable=False),
    sa.Column('sealed_secret', sa.Text(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('confirmed_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('last_step', sa.BigInteger(), nullable=True),
    sa.ForeignKeyConstraint(['account_id'], ['account.id'], name=op.f('fk_second_factor_account_id_account')),
    sa.PrimaryKeyConstraint('account_id', name=op.f('pk_second_factor'))
    )
    op.create_table('trusted_device',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('account_id', sa.Integer(), nullable=False),
    sa.Column('token_hash', sa.Text(), nullable=False),
    sa.Column('browser', sa.Text(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('last_used_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('expires_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('ended_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['account_id'], ['account.id'], name=op.f('fk_trusted_device_account_id_account')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_trusted_device')),
    sa.UniqueConstraint('token_hash', name=op.f('uq_trusted_device_token_hash'))
    )
    with op.batch_alter_table('trusted_device', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_trusted_device_account_id'), ['account_id'], unique=False)

    op.create_table('hours_entry',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('placement_id', sa.Integer(), nullable=False),
    sa.Column('volunteer_id', sa.Integer(), nullable=False),
    sa.Column('worked_on', sa.Date(), nullable=False),
    sa.Column('started_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('ended_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('minutes', sa.Integer(), nullable=False),
    sa.Column('kind', sa.Enum('preparation', 'delivery', 'follow_up', 'coordination', name='hours_kind', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('note', sa.Text(), nullable=True),
    sa.Column('state', sa.Enum('logged', 'queried', 'confirmed', 'withdrawn', name='hours_state', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('query_words', sa.Text(), nullable=True),
    sa.Column('answer_words', sa.Text(), nullable=True),
    sa.Column('decided_by_id', sa.Integer(), nullable=True),
    sa.Column('decided_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('logged_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('updated_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.CheckConstraint('(started_at IS NULL) = (ended_at IS NULL)', name=op.f('ck_hours_entry_times')),
    sa.CheckConstraint('minutes BETWEEN 1 AND 1440', name=op.f('ck_hours_entry_minutes')),
    sa.ForeignKeyConstraint(['decided_by_id'], ['account.id'], name=op.f('fk_hours_entry_decided_by_id_account')),
    sa.ForeignKeyConstraint(['placement_id'], ['placement.id'], name=op.f('fk_hours_entry_placement_id_placement')),
    sa.ForeignKeyConstraint(['volunteer_id'], ['volunteer.id'], name=op.f('fk_hours_entry_volunteer_id_volunteer')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_hours_entry'))
    )
    with op.batch_alter_table('hours_entry', schema=None) as batch_op:
        batch_op.create_index('ix_hours_entry_placement', ['placement_id', 'worked_on', 'id'], unique=False)
        batch_op.create_index('ix_hours_entry_volunteer', ['volunteer_id', 'worked_on', 'id'], unique=False)
        batch_op.create_index('ix_hours_entry_waiting', ['state', 'worked_on', 'id'], unique=False)
        batch_op.create_index('uq_hours_entry_timed', ['volunteer_id', 'started_at'], unique=True, sqlite_where=sa.text("started_at IS NOT NULL AND state <> 'withdrawn'"), postgresql_where=sa.text("started_at IS NOT NULL AND state <> 'withdrawn'"))
        batch_op.create_index('uq_hours_entry_untimed', ['placement_id', 'worked_on', 'kind', 'minutes'], unique=True, sqlite_where=sa.text("started_at IS NULL AND state <> 'withdrawn'"), postgresql_where=sa.text("started_at IS NULL AND state <> 'withdrawn'"))

    with op.batch_alter_table('account_token', schema=None) as batch_op:
        batch_op.add_column(sa.Column('new_email', sa.Text(), nullable=True))

    with op.batch_alter_table('skill', schema=None) as batch_op:
        batch_op.add_column(sa.Column('retired_at', sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column('merged_into_code', sa.Text(), nullable=True))
        batch_op.add_column(sa.Column('changed_at', sa.DateTime(timezone=True), nullable=True))
        batch_op.create_foreign_key(batch_op.f('fk_skill_merged_into_code_skill'), 'skill', ['merged_into_code'], ['code'])

    with op.batch_alter_table('user_session', schema=None) as batch_op:
        batch_op.add_column(sa.Column('awaiting_code', sa.Boolean(), nullable=False, server_default=sa.false()))
        batch_op.add_column(sa.Column('confirmed_at', sa.DateTime(timezone=True), nullable=True))

    _allow("account", "ck_account_account_state", "state", (*ACCOUNT_STATES, "erased"))
    _allow("account_token", "ck_account_token_purpose", "purpose", (*PURPOSES, "change_email"))


def downgrade() -> None:
    op.execute("UPDATE account SET state = 'deactivated' WHERE state = 'erased'")
    op.execute("DELETE FROM account_token WHERE purpose = 'change_email'")
    _allow("account_token", "ck_account_token_purpose", "purpose", PURPOSES)
    _allow("account", "ck_account_account_state", "state", ACCOUNT_STATES)

    with op.batch_alter_table('user_session', schema=None) as batch_op:
        batch_op.drop_column('confirmed_at')
        batch_op.drop_column('awaiting_code')

    with op.batch_alter_table('skill', schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f('fk_skill_merged_into_code_skill'), type_='foreignkey')
        batch_op.drop_column('changed_at')
        batch_op.drop_column('merged_into_code')
        batch_op.drop_column('retired_at')

    with op.batch_alter_table('account_token', schema=None) as batch_op:
        batch_op.drop_column('new_email')

    with op.batch_alter_table('hours_entry', schema=None) as batch_op:
        batch_op.drop_index('uq_hours_entry_untimed', sqlite_where=sa.text("started_at IS NULL AND state <> 'withdrawn'"), postgresql_where=sa.text("started_at IS NULL AND state <> 'withdrawn'"))
        batch_op.drop_index('uq_hours_entry_timed', sqlite_where=sa.text("started_at IS NOT NULL AND state <> 'withdrawn'"), postgresql_where=sa.text("started_at IS NOT NULL AND state <> 'withdrawn'"))
        batch_op.drop_index('ix_hours_entry_waiting')
        batch_op.drop_index('ix_hours_entry_volunteer')
        batch_op.drop_index('ix_hours_entry_placement')

    op.drop_table('hours_entry')
    with op.batch_alter_table('trusted_device', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_trusted_device_account_id'))

    op.drop_table('trusted_device')
    op.drop_table('second_factor')
    op.drop_table('recovery_code')
    with op.batch_alter_table('import_batch', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_import_batch_file_hash'))
        batch_op.drop_index(batch_op.f('ix_import_batch_created_at'))

    op.drop_table('import_batch')
    with op.batch_alter_table('erasure_request', schema=None) as batch_op:
        batch_op.drop_index('uq_erasure_request_live', sqlite_where=sa.text("state IN ('asked', 'granted')"), postgresql_where=sa.text("state IN ('asked', 'granted')"))
        batch_op.drop_index('ix_erasure_request_state')

    op.drop_table('erasure_request')
    with op.batch_alter_table('throttle', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_throttle_expires_at'))

    op.drop_table('throttle')
    op.drop_table('retention_rule')
    with op.batch_alter_table('patient_data_warning', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_patient_data_warning_at'))
        batch_op.drop_index(batch_op.f('ix_patient_data_warning_account_id'))

    op.drop_table('patient_data_warning')
    op.drop_table('email_wording')
    op.drop_table('check_setting')
