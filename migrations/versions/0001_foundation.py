"""All tables of the first release."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = '0001'
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('account',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('name', sa.Text(), nullable=False),
    sa.Column('email', sa.Text(), nullable=False),
    sa.Column('password_hash', sa.Text(), nullable=True),
    sa.Column('state', sa.Enum('unconfirmed', 'invited', 'active', 'deactivated', name='account_state', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('time_zone', sa.Text(), nullable=False),
    sa.Column('locale', sa.Text(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_account')),
    sa.UniqueConstraint('email', name=op.f('uq_account_email'))
    )
    with op.batch_alter_table('account', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_account_created_at'), ['created_at'], unique=False)

    op.create_table('audit_entry',
    sa.Column('sequence', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=False, nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('actor_id', sa.Integer(), nullable=True),
    sa.Column('action', sa.Text(), nullable=False),
    sa.Column('subject_type', sa.Text(), nullable=False),
    sa.Column('subject_id', sa.Integer(), nullable=False),
    sa.Column('details', sa.Text(), nullable=False),
    sa.Column('words_hash', sa.Text(), nullable=True),
    sa.Column('previous_hash', sa.Text(), nullable=False),
    sa.Column('hash', sa.Text(), nullable=False),
    sa.PrimaryKeyConstraint('sequence', name=op.f('pk_audit_entry'))
    )
    with op.batch_alter_table('audit_entry', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_audit_entry_actor_id'), ['actor_id'], unique=False)
        batch_op.create_index('ix_audit_entry_subject', ['subject_type', 'subject_id', 'sequence'], unique=False)

    op.create_table('audit_head',
    sa.Column('id', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('sequence', sa.BigInteger(), nullable=False),
    sa.Column('hash', sa.Text(), nullable=False),
    sa.CheckConstraint('id = 1', name=op.f('ck_audit_head_one_row')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_audit_head'))
    )
    op.create_table('country',
    sa.Column('iso2', sa.String(length=2), nullable=False),
    sa.Column('name', sa.Text(), nullable=False),
    sa.Column('dac_group', sa.Text(), nullable=False),
    sa.Column('languages', sa.Text(), nullable=False),
    sa.Column('time_zone', sa.Text(), nullable=False),
    sa.Column('currency', sa.String(length=3), nullable=False),
    sa.PrimaryKeyConstraint('iso2', name=op.f('pk_country'))
    )
    op.create_table('form_submission',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('owner', sa.Text(), nullable=False),
    sa.Column('path', sa.Text(), nullable=False),
    sa.Column('form_key', sa.Text(), nullable=False),
    sa.Column('body_hash', sa.Text(), nullable=False),
    sa.Column('location', sa.Text(), nullable=False),
    sa.Column('message', sa.Text(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_form_submission')),
    sa.UniqueConstraint('owner', 'path', 'form_key', name=op.f('uq_form_submission_owner_path_form_key'))
    )
    with op.batch_alter_table('form_submission', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_form_submission_created_at'), ['created_at'], unique=False)

    op.create_table('job_run',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('job', sa.Text(), nullable=False),
    sa.Column('slot_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('started_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('ended_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('count', sa.Integer(), nullable=True),
    sa.Column('error', sa.Text(), nullable=True),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_job_run')),
    sa.UniqueConstraint('job', 'slot_at', name=op.f('uq_job_run_job_slot_at'))
    )
    with op.batch_alter_table('job_run', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_job_run_started_at'), ['started_at'], unique=False)

    op.create_table('outbox_mail',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('kind', sa.Text(), nullable=False),
    sa.Column('subject_type', sa.Text(), nullable=False),
    sa.Column('subject_id', sa.Integer(), nullable=False),
    sa.Column('recipient_account_id', sa.Integer(), nullable=True),
    sa.Column('recipient_name', sa.Text(), nullable=False),
    sa.Column('recipient_email', sa.Text(), nullable=False),
    sa.Column('subject', sa.Text(), nullable=False),
    sa.Column('text', sa.Text(), nullable=False),
    sa.Column('html', sa.Text(), nullable=False),
    sa.Column('sensitive', sa.Boolean(), nullable=False),
    sa.Column('state', sa.Enum('queued', 'leased', 'sent', 'failed', 'cancelled', 'uncertain', name='mail_state', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('due_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('lease_until', sa.DateTime(timezone=True), nullable=True),
    sa.Column('attempts', sa.Integer(), nullable=False),
    sa.Column('message_id', sa.Text(), nullable=False),
    sa.Column('last_error', sa.Text(), nullable=True),
    sa.Column('sent_at', sa.DateTime(timezone=True), nullable=True),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_outbox_mail')),
    sa.UniqueConstraint('recipient_email', 'kind', 'subject_type', 'subject_id', 'due_at', name='once')
    )
    with op.batch_alter_table('outbox_mail', schema=None) as batch_op:
        batch_op.create_index('ix_outbox_mail_due', ['state', 'due_at'], unique=False)
        batch_op.create_index(batch_op.f('ix_outbox_mail_recipient_account_id'), ['recipient_account_id'], unique=False)

    op.create_table('profession',
    sa.Column('code', sa.Text(), nullable=False),
    sa.Column('name', sa.Text(), nullable=False),
    sa.Column('regulator', sa.Text(), nullable=False),
    sa.Column('registration_pattern', sa.Text(), nullable=False),
    sa.PrimaryKeyConstraint('code', name=op.f('pk_profession'))
    )
    op.create_table('programme',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('name', sa.Text(), nullable=False),
    sa.Column('funder', sa.Text(), nullable=False),
    sa.Column('starts_on', sa.Date(), nullable=False),
    sa.Column('ends_on', sa.Date(), nullable=False),
    sa.Column('target_volunteers', sa.Integer(), nullable=False),
    sa.Column('currency', sa.String(length=3), nullable=False),
    sa.Column('default_allocation_minor', sa.BigInteger(), nullable=False),
    sa.Column('needs_release', sa.Boolean(), nullable=False),
    sa.Column('volunteer_days', sa.Integer(), nullable=False),
    sa.Column('director_days', sa.Integer(), nullable=False),
    sa.Column('release_days', sa.Integer(), nullable=False),
    sa.Column('state', sa.Enum('draft', 'active', 'closed', name='programme_state', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.CheckConstraint('default_allocation_minor >= 0', name=op.f('ck_programme_allocation')),
    sa.CheckConstraint('ends_on >= starts_on', name=op.f('ck_programme_dates')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_programme')),
    sa.UniqueConstraint('name', name=op.f('uq_programme_name'))
    )
    op.create_table('skill',
    sa.Column('code', sa.Text(), nullable=False),
    sa.Column('name', sa.Text(), nullable=False),
    sa.Column('parent_code', sa.Text(), nullable=True),
    sa.Column('synonyms', sa.Text(), nullable=False),
    sa.Column('search_text', sa.Text(), nullable=False),
    sa.ForeignKeyConstraint(['parent_code'], ['skill.code'], name=op.f('fk_skill_parent_code_skill')),
    sa.PrimaryKeyConstraint('code', name=op.f('pk_skill'))
    )
    op.create_table('specialty',
    sa.Column('code', sa.Text(), nullable=False),
    sa.Column('name', sa.Text(), nullable=False),
    sa.Column('parent_code', sa.Text(), nullable=True),
    sa.Column('group_name', sa.Text(), nullable=False),
    sa.Column('search_text', sa.Text(), nullable=False),
    sa.ForeignKeyConstraint(['parent_code'], ['specialty.code'], name=op.f('fk_specialty_parent_code_specialty')),
    sa.PrimaryKeyConstraint('code', name=op.f('pk_specialty'))
    )
    op.create_table('account_token',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('account_id', sa.Integer(), nullable=True),
    sa.Column('purpose', sa.Enum('confirm', 'reset', 'invite', name='purpose', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('token_hash', sa.Text(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('expires_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('used_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['account_id'], ['account.id'], name=op.f('fk_account_token_account_id_account')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_account_token')),
    sa.UniqueConstraint('token_hash', name=op.f('uq_account_token_token_hash'))
    )
    with op.batch_alter_table('account_token', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_account_token_account_id'), ['account_id'], unique=False)

    op.create_table('audit_note',
    sa.Column('entry_sequence', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=False, nullable=False),
    sa.Column('words', sa.Text(), nullable=False),
    sa.ForeignKeyConstraint(['entry_sequence'], ['audit_entry.sequence'], name=op.f('fk_audit_note_entry_sequence_audit_entry')),
    sa.PrimaryKeyConstraint('entry_sequence', name=op.f('pk_audit_note'))
    )
    op.create_table('deputy',
    sa.Column('account_id', sa.Integer(), nullable=False),
    sa.Column('deputy_id', sa.Integer(), nullable=False),
    sa.Column('from_on', sa.Date(), nullable=False),
    sa.Column('until_on', sa.Date(), nullable=False),
    sa.CheckConstraint('deputy_id <> account_id', name=op.f('ck_deputy_somebody_else')),
    sa.CheckConstraint('until_on >= from_on', name=op.f('ck_deputy_dates')),
    sa.ForeignKeyConstraint(['account_id'], ['account.id'], name=op.f('fk_deputy_account_id_account')),
    sa.ForeignKeyConstraint(['deputy_id'], ['account.id'], name=op.f('fk_deputy_deputy_id_account')),
    sa.PrimaryKeyConstraint('account_id', name=op.f('pk_deputy'))
    )
    with op.batch_alter_table('deputy', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_deputy_deputy_id'), ['deputy_id'], unique=False)

    op.create_table('fund',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('programme_id', sa.Integer(), nullable=False),
    sa.Column('currency', sa.String(length=3), nullable=False),
    sa.Column('received_minor', sa.BigInteger(), nullable=False),
    sa.Column('allocated_minor', sa.BigInteger(), nullable=False),
    sa.CheckConstraint('allocated_minor >= 0 AND allocated_minor <= received_minor', name=op.f('ck_fund_not_overspent')),
    sa.ForeignKeyConstraint(['programme_id'], ['programme.id'], name=op.f('fk_fund_programme_id_programme')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_fund')),
    sa.UniqueConstraint('programme_id', 'currency', name=op.f('uq_fund_programme_id_currency'))
    )
    op.create_table('institution',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('kind', sa.Enum('nhs', 'uk_other', 'overseas', name='institution_kind', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('code', sa.Text(), nullable=True),
    sa.Column('name', sa.Text(), nullable=False),
    sa.Column('town', sa.Text(), nullable=False),
    sa.Column('country_iso2', sa.String(length=2), nullable=False),
    sa.Column('time_zone', sa.Text(), nullable=False),
    sa.Column('languages', sa.Text(), nullable=False),
    sa.Column('connectivity', sa.Enum('good', 'patchy', 'low', name='connectivity', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.ForeignKeyConstraint(['country_iso2'], ['country.iso2'], name=op.f('fk_institution_country_iso2_country')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_institution')),
    sa.UniqueConstraint('code', name=op.f('uq_institution_code')),
    sa.UniqueConstraint('name', 'country_iso2', name=op.f('uq_institution_name_country_iso2'))
    )
    with op.batch_alter_table('institution', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_institution_country_iso2'), ['country_iso2'], unique=False)
        batch_op.create_index('ix_institution_kind_name', ['kind', 'name'], unique=False)

    op.create_table('policy_acceptance',
    sa.Column('account_id', sa.Integer(), nullable=False),
    sa.Column('policy', sa.Text(), nullable=False),
    sa.Column('version', sa.Text(), nullable=False),
    sa.Column('accepted_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['account_id'], ['account.id'], name=op.f('fk_policy_acceptance_account_id_account')),
    sa.PrimaryKeyConstraint('account_id', 'policy', 'version', name=op.f('pk_policy_acceptance'))
    )
    op.create_table('user_session',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('token_hash', sa.Text(), nullable=False),
    sa.Column('account_id', sa.Integer(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('last_seen_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('expires_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('ended_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('browser', sa.Text(), nullable=False),
    sa.ForeignKeyConstraint(['account_id'], ['account.id'], name=op.f('fk_user_session_account_id_account')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_user_session')),
    sa.UniqueConstraint('token_hash', name=op.f('uq_user_session_token_hash'))
    )
    with op.batch_alter_table('user_session', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_user_session_account_id'), ['account_id'], unique=False)

    op.create_table('allocation',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('fund_id', sa.Integer(), nullable=False),
    sa.Column('purpose', sa.Text(), nullable=False),
    sa.Column('currency', sa.String(length=3), nullable=False),
    sa.Column('amount_minor', sa.BigInteger(), nullable=False),
    sa.Column('reserved_minor', sa.BigInteger(), nullable=False),
    sa.Column('posted_minor', sa.BigInteger(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint('reserved_minor >= 0 AND posted_minor >= 0 AND posted_minor + reserved_minor <= amount_minor', name=op.f('ck_allocation_not_overspent')),
    sa.ForeignKeyConstraint(['fund_id'], ['fund.id'], name=op.f('fk_allocation_fund_id_fund')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_allocation')),
    sa.UniqueConstraint('purpose', name=op.f('uq_allocation_purpose'))
    )
    with op.batch_alter_table('allocation', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_allocation_fund_id'), ['fund_id'], unique=False)

    op.create_table('data_sharing_agreement',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('institution_id', sa.Integer(), nullable=False),
    sa.Column('reference', sa.Text(), nullable=False),
    sa.Column('signed_on', sa.Date(), nullable=False),
    sa.Column('expires_on', sa.Date(), nullable=True),
    sa.Column('recorded_at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint('expires_on IS NULL OR expires_on >= signed_on', name=op.f('ck_data_sharing_agreement_dates')),
    sa.ForeignKeyConstraint(['institution_id'], ['institution.id'], name=op.f('fk_data_sharing_agreement_institution_id_institution')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_data_sharing_agreement'))
    )
    with op.batch_alter_table('data_sharing_agreement', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_data_sharing_agreement_institution_id'), ['institution_id'], unique=False)

    op.create_table('journal',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('fund_id', sa.Integer(), nullable=False),
    sa.Column('kind', sa.Enum('receive', 'allocate', 'reserve', 'post', 'release', 'return', 'reverse', name='journal_kind', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('purpose', sa.Text(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('actor_id', sa.Integer(), nullable=True),
    sa.Column('reverses_id', sa.Integer(), nullable=True),
    sa.ForeignKeyConstraint(['fund_id'], ['fund.id'], name=op.f('fk_journal_fund_id_fund')),
    sa.ForeignKeyConstraint(['reverses_id'], ['journal.id'], name=op.f('fk_journal_reverses_id_journal')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_journal')),
    sa.UniqueConstraint('reverses_id', name=op.f('uq_journal_reverses_id'))
    )
    with op.batch_alter_table('journal', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_journal_fund_id'), ['fund_id'], unique=False)

    op.create_table('partner_request',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('programme_id', sa.Integer(), nullable=False),
    sa.Column('institution_id', sa.Integer(), nullable=False),
    sa.Column('raised_by_id', sa.Integer(), nullable=False),
    sa.Column('copied_from_id', sa.Integer(), nullable=True),
    sa.Column('title', sa.Text(), nullable=False),
    sa.Column('need', sa.Text(), nullable=True),
    sa.Column('kind', sa.Enum('teaching', 'mentoring', 'case_discussion', 'quality_improvement', 'guideline', 'curriculum', 'materials', 'leadership', 'research', 'biomedical', name='support_kind', native_enum=False, create_constraint=True, length=40), nullable=True),
    sa.Column('specialty_code', sa.Text(), nullable=True),
    sa.Column('learners_cadre', sa.Text(), nullable=True),
    sa.Column('learners_number', sa.Integer(), nullable=True),
    sa.Column('weekly_minutes', sa.Integer(), nullable=True),
    sa.Column('weeks', sa.Integer(), nullable=True),
    sa.Column('seats', sa.Integer(), nullable=False),
    sa.Column('seats_filled', sa.Integer(), nullable=False),
    sa.Column('delivery', sa.Enum('live', 'asynchronous', 'mixed', name='delivery', native_enum=False, create_constraint=True, length=40), nullable=True),
    sa.Column('urgency', sa.Enum('routine', 'soon', 'urgent', name='urgency', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('earliest_start_on', sa.Date(), nullable=True),
    sa.Column('respond_by_on', sa.Date(), nullable=True),
    sa.Column('expected_result', sa.Text(), nullable=True),
    sa.Column('cost_minor', sa.BigInteger(), nullable=True),
    sa.Column('supervisor', sa.Text(), nullable=True),
    sa.Column('state', sa.Enum('draft', 'submitted', 'returned', 'open', 'filled', 'closed', 'withdrawn', 'expired', name='request_state', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('returned_words', sa.Text(), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('updated_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('submitted_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('opened_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.CheckConstraint('seats >= 1', name=op.f('ck_partner_request_seats')),
    sa.CheckConstraint('seats_filled >= 0 AND seats_filled <= seats', name=op.f('ck_partner_request_seats_filled')),
    sa.ForeignKeyConstraint(['copied_from_id'], ['partner_request.id'], name=op.f('fk_partner_request_copied_from_id_partner_request')),
    sa.ForeignKeyConstraint(['institution_id'], ['institution.id'], name=op.f('fk_partner_request_institution_id_institution')),
    sa.ForeignKeyConstraint(['programme_id'], ['programme.id'], name=op.f('fk_partner_request_programme_id_programme')),
    sa.ForeignKeyConstraint(['raised_by_id'], ['account.id'], name=op.f('fk_partner_request_raised_by_id_account')),
    sa.ForeignKeyConstraint(['specialty_code'], ['specialty.code'], name=op.f('fk_partner_request_specialty_code_specialty')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_partner_request'))
    )
    with op.batch_alter_table('partner_request', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_partner_request_created_at'), ['created_at'], unique=False)
        batch_op.create_index('ix_partner_request_institution', ['institution_id', 'state'], unique=False)
        batch_op.create_index('ix_partner_request_open', ['state', 'opened_at', 'id'], unique=False)
        batch_op.create_index(batch_op.f('ix_partner_request_programme_id'), ['programme_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_partner_request_raised_by_id'), ['raised_by_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_partner_request_specialty_code'), ['specialty_code'], unique=False)

    op.create_table('partnership',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('uk_institution_id', sa.Integer(), nullable=False),
    sa.Column('overseas_institution_id', sa.Integer(), nullable=False),
    sa.Column('theme', sa.Text(), nullable=False),
    sa.ForeignKeyConstraint(['overseas_institution_id'], ['institution.id'], name=op.f('fk_partnership_overseas_institution_id_institution')),
    sa.ForeignKeyConstraint(['uk_institution_id'], ['institution.id'], name=op.f('fk_partnership_uk_institution_id_institution')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_partnership')),
    sa.UniqueConstraint('uk_institution_id', 'overseas_institution_id', name=op.f('uq_partnership_uk_institution_id_overseas_institution_id'))
    )
    with op.batch_alter_table('partnership', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_partnership_overseas_institution_id'), ['overseas_institution_id'], unique=False)

    op.create_table('programme_institution',
    sa.Column('programme_id', sa.Integer(), nullable=False),
    sa.Column('institution_id', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['institution_id'], ['institution.id'], name=op.f('fk_programme_institution_institution_id_institution')),
    sa.ForeignKeyConstraint(['programme_id'], ['programme.id'], name=op.f('fk_programme_institution_programme_id_programme')),
    sa.PrimaryKeyConstraint('programme_id', 'institution_id', name=op.f('pk_programme_institution'))
    )
    op.create_table('role_grant',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('account_id', sa.Integer(), nullable=False),
    sa.Column('role', sa.Enum('volunteer', 'partner', 'director', 'coordinator', 'finance', 'funder', 'admin', name='role', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('country_iso2', sa.String(length=2), nullable=True),
    sa.Column('institution_id', sa.Integer(), nullable=True),
    sa.Column('granted_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('ended_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['account_id'], ['account.id'], name=op.f('fk_role_grant_account_id_account')),
    sa.ForeignKeyConstraint(['country_iso2'], ['country.iso2'], name=op.f('fk_role_grant_country_iso2_country')),
    sa.ForeignKeyConstraint(['institution_id'], ['institution.id'], name=op.f('fk_role_grant_institution_id_institution')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_role_grant'))
    )
    with op.batch_alter_table('role_grant', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_role_grant_account_id'), ['account_id'], unique=False)
        batch_op.create_index('ix_role_grant_reach', ['role', 'country_iso2', 'institution_id'], unique=False)

    op.create_table('volunteer',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('account_id', sa.Integer(), nullable=False),
    sa.Column('profession_code', sa.Text(), nullable=True),
    sa.Column('registration_number', sa.Text(), nullable=True),
    sa.Column('employer_id', sa.Integer(), nullable=True),
    sa.Column('department', sa.Text(), nullable=True),
    sa.Column('band', sa.Text(), nullable=True),
    sa.Column('weekly_minutes', sa.Integer(), nullable=True),
    sa.Column('available_from_on', sa.Date(), nullable=True),
    sa.Column('available_until_on', sa.Date(), nullable=True),
    sa.Column('capacity', sa.Integer(), nullable=False),
    sa.Column('experience', sa.Text(), nullable=True),
    sa.Column('learning_goals', sa.Text(), nullable=True),
    sa.Column('manager_name', sa.Text(), nullable=True),
    sa.Column('manager_email', sa.Text(), nullable=True),
    sa.Column('state', sa.Enum('registered', 'checking', 'ready', 'lapsed', 'paused', 'left', name='volunteer_state', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('ready_until_on', sa.Date(), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('updated_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.CheckConstraint('capacity >= 1', name=op.f('ck_volunteer_capacity')),
    sa.CheckConstraint('weekly_minutes IS NULL OR weekly_minutes > 0', name=op.f('ck_volunteer_weekly_minutes')),
    sa.ForeignKeyConstraint(['account_id'], ['account.id'], name=op.f('fk_volunteer_account_id_account')),
    sa.ForeignKeyConstraint(['employer_id'], ['institution.id'], name=op.f('fk_volunteer_employer_id_institution')),
    sa.ForeignKeyConstraint(['profession_code'], ['profession.code'], name=op.f('fk_volunteer_profession_code_profession')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_volunteer')),
    sa.UniqueConstraint('account_id', name=op.f('uq_volunteer_account_id'))
    )
    with op.batch_alter_table('volunteer', schema=None) as batch_op:
        batch_op.create_index('ix_volunteer_state', ['state', 'id'], unique=False)

    op.create_table('availability_window',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('volunteer_id', sa.Integer(), nullable=False),
    sa.Column('weekday', sa.Integer(), nullable=False),
    sa.Column('start_minute', sa.Integer(), nullable=False),
    sa.Column('end_minute', sa.Integer(), nullable=False),
    sa.CheckConstraint('start_minute >= 0 AND start_minute < end_minute AND end_minute <= 1440', name=op.f('ck_availability_window_minutes')),
    sa.CheckConstraint('weekday BETWEEN 0 AND 6', name=op.f('ck_availability_window_weekday')),
    sa.ForeignKeyConstraint(['volunteer_id'], ['volunteer.id'], name=op.f('fk_availability_window_volunteer_id_volunteer')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_availability_window'))
    )
    with op.batch_alter_table('availability_window', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_availability_window_volunteer_id'), ['volunteer_id'], unique=False)

    op.create_table('ledger_account',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('fund_id', sa.Integer(), nullable=False),
    sa.Column('allocation_id', sa.Integer(), nullable=True),
    sa.Column('kind', sa.Enum('funder', 'fund', 'allocation', 'reserved', 'spent', name='ledger_kind', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.ForeignKeyConstraint(['allocation_id'], ['allocation.id'], name=op.f('fk_ledger_account_allocation_id_allocation')),
    sa.ForeignKeyConstraint(['fund_id'], ['fund.id'], name=op.f('fk_ledger_account_fund_id_fund')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_ledger_account'))
    )
    with op.batch_alter_table('ledger_account', schema=None) as batch_op:
        batch_op.create_index('uq_ledger_account_allocation', ['allocation_id', 'kind'], unique=True)
        batch_op.create_index('uq_ledger_account_fund', ['fund_id', 'kind'], unique=True, sqlite_where=sa.text('allocation_id IS NULL'), postgresql_where=sa.text('allocation_id IS NULL'))

    op.create_table('match',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('request_id', sa.Integer(), nullable=False),
    sa.Column('volunteer_id', sa.Integer(), nullable=False),
    sa.Column('origin', sa.Enum('application', 'invitation', 'engine', name='origin', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('state', sa.Enum('proposed', 'accepted', 'approved', 'declined', 'withdrawn', 'expired', name='match_state', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('score', sa.Integer(), nullable=False),
    sa.Column('fit', sa.Text(), nullable=False),
    sa.Column('invited_by_id', sa.Integer(), nullable=True),
    sa.Column('invitation_words', sa.Text(), nullable=True),
    sa.Column('volunteer_words', sa.Text(), nullable=True),
    sa.Column('decided_by_id', sa.Integer(), nullable=True),
    sa.Column('decided_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('reason', sa.Enum('skills', 'language', 'time', 'another', 'need_changed', 'seats_filled', 'request_ended', 'no_time', 'not_my_field', 'dates', 'other', name='reason', native_enum=False, create_constraint=True, length=40), nullable=True),
    sa.Column('reason_words', sa.Text(), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('accepted_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('respond_by_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('chased_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('ended_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.CheckConstraint('score BETWEEN 0 AND 100', name=op.f('ck_match_score')),
    sa.ForeignKeyConstraint(['decided_by_id'], ['account.id'], name=op.f('fk_match_decided_by_id_account')),
    sa.ForeignKeyConstraint(['invited_by_id'], ['account.id'], name=op.f('fk_match_invited_by_id_account')),
    sa.ForeignKeyConstraint(['request_id'], ['partner_request.id'], name=op.f('fk_match_request_id_partner_request')),
    sa.ForeignKeyConstraint(['volunteer_id'], ['volunteer.id'], name=op.f('fk_match_volunteer_id_volunteer')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_match'))
    )
    with op.batch_alter_table('match', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_match_created_at'), ['created_at'], unique=False)
        batch_op.create_index('ix_match_queue', ['state', 'respond_by_at', 'id'], unique=False)
        batch_op.create_index('ix_match_volunteer', ['volunteer_id', 'state'], unique=False)
        batch_op.create_index('uq_match_live', ['request_id', 'volunteer_id'], unique=True, sqlite_where=sa.text("state IN ('proposed', 'accepted', 'approved')"), postgresql_where=sa.text("state IN ('proposed', 'accepted', 'approved')"))

    op.create_table('readiness_check',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('volunteer_id', sa.Integer(), nullable=False),
    sa.Column('kind', sa.Enum('registration', 'employer_support', 'safeguarding', 'information_governance', 'toolkit', 'code_of_conduct', name='check_kind', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('state', sa.Enum('outstanding', 'met', 'not_met', 'not_needed', name='check_state', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('evidence', sa.Text(), nullable=True),
    sa.Column('note', sa.Text(), nullable=True),
    sa.Column('checked_by_id', sa.Integer(), nullable=True),
    sa.Column('checked_on', sa.Date(), nullable=True),
    sa.Column('expires_on', sa.Date(), nullable=True),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['checked_by_id'], ['account.id'], name=op.f('fk_readiness_check_checked_by_id_account')),
    sa.ForeignKeyConstraint(['volunteer_id'], ['volunteer.id'], name=op.f('fk_readiness_check_volunteer_id_volunteer')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_readiness_check')),
    sa.UniqueConstraint('volunteer_id', 'kind', name=op.f('uq_readiness_check_volunteer_id_kind'))
    )
    with op.batch_alter_table('readiness_check', schema=None) as batch_op:
        batch_op.create_index('ix_readiness_check_expiry', ['state', 'expires_on'], unique=False)

    op.create_table('request_language',
    sa.Column('request_id', sa.Integer(), nullable=False),
    sa.Column('language', sa.Text(), nullable=False),
    sa.Column('level', sa.Enum('a1', 'a2', 'b1', 'b2', 'c1', 'c2', 'native', name='language_level', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.ForeignKeyConstraint(['request_id'], ['partner_request.id'], name=op.f('fk_request_language_request_id_partner_request')),
    sa.PrimaryKeyConstraint('request_id', 'language', name=op.f('pk_request_language'))
    )
    with op.batch_alter_table('request_language', schema=None) as batch_op:
        batch_op.create_index('ix_request_language_language', ['language'], unique=False)

    op.create_table('request_skill',
    sa.Column('request_id', sa.Integer(), nullable=False),
    sa.Column('skill_code', sa.Text(), nullable=False),
    sa.Column('level', sa.Enum('supported', 'independent', 'teaches', name='skill_level', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('required', sa.Boolean(), nullable=False),
    sa.ForeignKeyConstraint(['request_id'], ['partner_request.id'], name=op.f('fk_request_skill_request_id_partner_request')),
    sa.ForeignKeyConstraint(['skill_code'], ['skill.code'], name=op.f('fk_request_skill_skill_code_skill')),
    sa.PrimaryKeyConstraint('request_id', 'skill_code', name=op.f('pk_request_skill'))
    )
    with op.batch_alter_table('request_skill', schema=None) as batch_op:
        batch_op.create_index('ix_request_skill_skill_code', ['skill_code'], unique=False)

    op.create_table('request_window',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('request_id', sa.Integer(), nullable=False),
    sa.Column('weekday', sa.Integer(), nullable=False),
    sa.Column('start_minute', sa.Integer(), nullable=False),
    sa.Column('end_minute', sa.Integer(), nullable=False),
    sa.CheckConstraint('start_minute >= 0 AND start_minute < end_minute AND end_minute <= 1440', name=op.f('ck_request_window_minutes')),
    sa.CheckConstraint('weekday BETWEEN 0 AND 6', name=op.f('ck_request_window_weekday')),
    sa.ForeignKeyConstraint(['request_id'], ['partner_request.id'], name=op.f('fk_request_window_request_id_partner_request')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_request_window'))
    )
    with op.batch_alter_table('request_window', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_request_window_request_id'), ['request_id'], unique=False)

    op.create_table('reservation',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('allocation_id', sa.Integer(), nullable=False),
    sa.Column('purpose', sa.Text(), nullable=False),
    sa.Column('amount_minor', sa.BigInteger(), nullable=False),
    sa.Column('posted_minor', sa.BigInteger(), nullable=False),
    sa.Column('state', sa.Enum('held', 'posted', 'released', name='reservation_state', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('ended_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.CheckConstraint('amount_minor > 0', name=op.f('ck_reservation_amount')),
    sa.CheckConstraint('posted_minor >= 0 AND posted_minor <= amount_minor', name=op.f('ck_reservation_posted')),
    sa.ForeignKeyConstraint(['allocation_id'], ['allocation.id'], name=op.f('fk_reservation_allocation_id_allocation')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_reservation')),
    sa.UniqueConstraint('purpose', name=op.f('uq_reservation_purpose'))
    )
    with op.batch_alter_table('reservation', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_reservation_allocation_id'), ['allocation_id'], unique=False)

    op.create_table('volunteer_language',
    sa.Column('volunteer_id', sa.Integer(), nullable=False),
    sa.Column('language', sa.Text(), nullable=False),
    sa.Column('level', sa.Enum('a1', 'a2', 'b1', 'b2', 'c1', 'c2', 'native', name='language_level', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.ForeignKeyConstraint(['volunteer_id'], ['volunteer.id'], name=op.f('fk_volunteer_language_volunteer_id_volunteer')),
    sa.PrimaryKeyConstraint('volunteer_id', 'language', name=op.f('pk_volunteer_language'))
    )
    op.create_table('volunteer_skill',
    sa.Column('volunteer_id', sa.Integer(), nullable=False),
    sa.Column('skill_code', sa.Text(), nullable=False),
    sa.Column('level', sa.Enum('supported', 'independent', 'teaches', name='skill_level', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.ForeignKeyConstraint(['skill_code'], ['skill.code'], name=op.f('fk_volunteer_skill_skill_code_skill')),
    sa.ForeignKeyConstraint(['volunteer_id'], ['volunteer.id'], name=op.f('fk_volunteer_skill_volunteer_id_volunteer')),
    sa.PrimaryKeyConstraint('volunteer_id', 'skill_code', name=op.f('pk_volunteer_skill'))
    )
    with op.batch_alter_table('volunteer_skill', schema=None) as batch_op:
        batch_op.create_index('ix_volunteer_skill_skill_code', ['skill_code', 'level'], unique=False)

    op.create_table('volunteer_specialty',
    sa.Column('volunteer_id', sa.Integer(), nullable=False),
    sa.Column('specialty_code', sa.Text(), nullable=False),
    sa.ForeignKeyConstraint(['specialty_code'], ['specialty.code'], name=op.f('fk_volunteer_specialty_specialty_code_specialty')),
    sa.ForeignKeyConstraint(['volunteer_id'], ['volunteer.id'], name=op.f('fk_volunteer_specialty_volunteer_id_volunteer')),
    sa.PrimaryKeyConstraint('volunteer_id', 'specialty_code', name=op.f('pk_volunteer_specialty'))
    )
    op.create_table('ledger_entry',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('journal_id', sa.Integer(), nullable=False),
    sa.Column('account_id', sa.Integer(), nullable=False),
    sa.Column('amount_minor', sa.BigInteger(), nullable=False),
    sa.Column('currency', sa.String(length=3), nullable=False),
    sa.CheckConstraint('amount_minor <> 0', name=op.f('ck_ledger_entry_amount')),
    sa.ForeignKeyConstraint(['account_id'], ['ledger_account.id'], name=op.f('fk_ledger_entry_account_id_ledger_account')),
    sa.ForeignKeyConstraint(['journal_id'], ['journal.id'], name=op.f('fk_ledger_entry_journal_id_journal')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_ledger_entry'))
    )
    with op.batch_alter_table('ledger_entry', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_ledger_entry_account_id'), ['account_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_ledger_entry_journal_id'), ['journal_id'], unique=False)

    op.create_table('placement',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('match_id', sa.Integer(), nullable=False),
    sa.Column('request_id', sa.Integer(), nullable=False),
    sa.Column('volunteer_id', sa.Integer(), nullable=False),
    sa.Column('director_id', sa.Integer(), nullable=False),
    sa.Column('allocation_id', sa.Integer(), nullable=True),
    sa.Column('state', sa.Enum('planned', 'active', 'paused', 'completed', 'ended_early', name='placement_state', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('starts_on', sa.Date(), nullable=False),
    sa.Column('ends_on', sa.Date(), nullable=False),
    sa.Column('weekly_minutes', sa.Integer(), nullable=False),
    sa.Column('channel', sa.Text(), nullable=True),
    sa.Column('workplan_version', sa.Integer(), nullable=False),
    sa.Column('volunteer_agreed_version', sa.Integer(), nullable=True),
    sa.Column('partner_agreed_version', sa.Integer(), nullable=True),
    sa.Column('end_words', sa.Text(), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.CheckConstraint('ends_on >= starts_on', name=op.f('ck_placement_dates')),
    sa.CheckConstraint('weekly_minutes > 0', name=op.f('ck_placement_weekly_minutes')),
    sa.ForeignKeyConstraint(['allocation_id'], ['allocation.id'], name=op.f('fk_placement_allocation_id_allocation')),
    sa.ForeignKeyConstraint(['director_id'], ['account.id'], name=op.f('fk_placement_director_id_account')),
    sa.ForeignKeyConstraint(['match_id'], ['match.id'], name=op.f('fk_placement_match_id_match')),
    sa.ForeignKeyConstraint(['request_id'], ['partner_request.id'], name=op.f('fk_placement_request_id_partner_request')),
    sa.ForeignKeyConstraint(['volunteer_id'], ['volunteer.id'], name=op.f('fk_placement_volunteer_id_volunteer')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_placement')),
    sa.UniqueConstraint('allocation_id', name=op.f('uq_placement_allocation_id')),
    sa.UniqueConstraint('match_id', name=op.f('uq_placement_match_id'))
    )
    with op.batch_alter_table('placement', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_placement_created_at'), ['created_at'], unique=False)
        batch_op.create_index(batch_op.f('ix_placement_director_id'), ['director_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_placement_request_id'), ['request_id'], unique=False)
        batch_op.create_index('ix_placement_state', ['state', 'starts_on', 'id'], unique=False)
        batch_op.create_index(batch_op.f('ix_placement_volunteer_id'), ['volunteer_id'], unique=False)

    op.create_table('objective',
    sa.Column('placement_id', sa.Integer(), nullable=False),
    sa.Column('position', sa.Integer(), nullable=False),
    sa.Column('text', sa.Text(), nullable=False),
    sa.ForeignKeyConstraint(['placement_id'], ['placement.id'], name=op.f('fk_objective_placement_id_placement')),
    sa.PrimaryKeyConstraint('placement_id', 'position', name=op.f('pk_objective'))
    )
    op.create_table('release',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('placement_id', sa.Integer(), nullable=False),
    sa.Column('manager_name', sa.Text(), nullable=False),
    sa.Column('manager_email', sa.Text(), nullable=False),
    sa.Column('token_hash', sa.Text(), nullable=False),
    sa.Column('state', sa.Enum('waiting', 'given', 'refused', name='release_state', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('asked_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('respond_by_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('chased_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('answered_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('words', sa.Text(), nullable=True),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['placement_id'], ['placement.id'], name=op.f('fk_release_placement_id_placement')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_release')),
    sa.UniqueConstraint('placement_id', name=op.f('uq_release_placement_id')),
    sa.UniqueConstraint('token_hash', name=op.f('uq_release_token_hash'))
    )
    with op.batch_alter_table('release', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_release_respond_by_at'), ['respond_by_at'], unique=False)



def downgrade() -> None:
    with op.batch_alter_table('release', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_release_respond_by_at'))

    op.drop_table('release')
    op.drop_table('objective')
    with op.batch_alter_table('placement', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_placement_volunteer_id'))
        batch_op.drop_index('ix_placement_state')
        batch_op.drop_index(batch_op.f('ix_placement_request_id'))
        batch_op.drop_index(batch_op.f('ix_placement_director_id'))
        batch_op.drop_index(batch_op.f('ix_placement_created_at'))

    op.drop_table('placement')
    with op.batch_alter_table('ledger_entry', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_ledger_entry_journal_id'))
        batch_op.drop_index(batch_op.f('ix_ledger_entry_account_id'))

    op.drop_table('ledger_entry')
    op.drop_table('volunteer_specialty')
    with op.batch_alter_table('volunteer_skill', schema=None) as batch_op:
        batch_op.drop_index('ix_volunteer_skill_skill_code')

    op.drop_table('volunteer_skill')
    op.drop_table('volunteer_language')
    with op.batch_alter_table('reservation', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_reservation_allocation_id'))

    op.drop_table('reservation')
    with op.batch_alter_table('request_window', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_request_window_request_id'))

    op.drop_table('request_window')
    with op.batch_alter_table('request_skill', schema=None) as batch_op:
        batch_op.drop_index('ix_request_skill_skill_code')

    op.drop_table('request_skill')
    with op.batch_alter_table('request_language', schema=None) as batch_op:
        batch_op.drop_index('ix_request_language_language')

    op.drop_table('request_language')
    with op.batch_alter_table('readiness_check', schema=None) as batch_op:
        batch_op.drop_index('ix_readiness_check_expiry')

    op.drop_table('readiness_check')
    with op.batch_alter_table('match', schema=None) as batch_op:
        batch_op.drop_index('uq_match_live', sqlite_where=sa.text("state IN ('proposed', 'accepted', 'approved')"), postgresql_where=sa.text("state IN ('proposed', 'accepted', 'approved')"))
        batch_op.drop_index('ix_match_volunteer')
        batch_op.drop_index('ix_match_queue')
        batch_op.drop_index(batch_op.f('ix_match_created_at'))

    op.drop_table('match')
    with op.batch_alter_table('ledger_account', schema=None) as batch_op:
        batch_op.drop_index('uq_ledger_account_fund', sqlite_where=sa.text('allocation_id IS NULL'), postgresql_where=sa.text('allocation_id IS NULL'))
        batch_op.drop_index('uq_ledger_account_allocation')

    op.drop_table('ledger_account')
    with op.batch_alter_table('availability_window', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_availability_window_volunteer_id'))

    op.drop_table('availability_window')
    with op.batch_alter_table('volunteer', schema=None) as batch_op:
        batch_op.drop_index('ix_volunteer_state')

    op.drop_table('volunteer')
    with op.batch_alter_table('role_grant', schema=None) as batch_op:
        batch_op.drop_index('ix_role_grant_reach')
        batch_op.drop_index(batch_op.f('ix_role_grant_account_id'))

    op.drop_table('role_grant')
    op.drop_table('programme_institution')
    with op.batch_alter_table('partnership', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_partnership_overseas_institution_id'))

    op.drop_table('partnership')
    with op.batch_alter_table('partner_request', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_partner_request_specialty_code'))
        batch_op.drop_index(batch_op.f('ix_partner_request_raised_by_id'))
        batch_op.drop_index(batch_op.f('ix_partner_request_programme_id'))
        batch_op.drop_index('ix_partner_request_open')
        batch_op.drop_index('ix_partner_request_institution')
        batch_op.drop_index(batch_op.f('ix_partner_request_created_at'))

    op.drop_table('partner_request')
    with op.batch_alter_table('journal', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_journal_fund_id'))

    op.drop_table('journal')
    with op.batch_alter_table('data_sharing_agreement', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_data_sharing_agreement_institution_id'))

    op.drop_table('data_sharing_agreement')
    with op.batch_alter_table('allocation', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_allocation_fund_id'))

    op.drop_table('allocation')
    with op.batch_alter_table('user_session', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_user_session_account_id'))

    op.drop_table('user_session')
    op.drop_table('policy_acceptance')
    with op.batch_alter_table('institution', schema=None) as batch_op:
        batch_op.drop_index('ix_institution_kind_name')
        batch_op.drop_index(batch_op.f('ix_institution_country_iso2'))

    op.drop_table('institution')
    op.drop_table('fund')
    with op.batch_alter_table('deputy', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_deputy_deputy_id'))

    op.drop_table('deputy')
    op.drop_table('audit_note')
    with op.batch_alter_table('account_token', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_account_token_account_id'))

    op.drop_table('account_token')
    op.drop_table('specialty')
    op.drop_table('skill')
    op.drop_table('programme')
    op.drop_table('profession')
    with op.batch_alter_table('outbox_mail', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_outbox_mail_recipient_account_id'))
        batch_op.drop_index('ix_outbox_mail_due')

    op.drop_table('outbox_mail')
    with op.batch_alter_table('job_run', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_job_run_started_at'))

    op.drop_table('job_run')
    with op.batch_alter_table('form_submission', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_form_submission_created_at'))

    op.drop_table('form_submission')
    op.drop_table('country')
    op.drop_table('audit_head')
    with op.batch_alter_table('audit_entry', schema=None) as batch_op:
        batch_op.drop_index('ix_audit_entry_subject')
        batch_op.drop_index(batch_op.f('ix_audit_entry_actor_id'))

    op.drop_table('audit_entry')
    with op.batch_alter_table('account', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_account_created_at'))

    op.drop_table('account')
