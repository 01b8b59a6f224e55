"""Weights, rounds and their proposals, bars, overrides by hand, learning goals."""

from __future__ import annotations

import datetime as dt
import json

import sqlalchemy as sa
from alembic import op

revision = '0004'
down_revision = '0003'
branch_labels = None
depends_on = None


POINTS = {
    "language_fit": 24, "skills_fit": 22, "overlap_fit": 14, "specialty_fit": 8, "hours_fit": 6, "duration_fit": 6,
    "experience_fit": 6, "goals_fit": 4, "urgency_fit": 4, "waiting_fit": 2, "fairness_fit": 4,
}  # fmt: skip
"""The first version of the weights, as it was when versions began."""


def _know_the_past() -> None:
    """The first weights; which matches were broken off early."""
    reason = "The first weights: language, then skill, then time, as hosts found effective."
    weights = sa.table(
        "weight_set", sa.column("points"), sa.column("reason"), sa.column("created_at", sa.DateTime(timezone=True))
    )
    op.bulk_insert(
        weights, [{"points": json.dumps(POINTS), "reason": reason, "created_at": dt.datetime(2026, 11, 1, tzinfo=dt.UTC)}]
    )
    ended = "SELECT match_id FROM placement WHERE state = 'ended_early'"
    op.execute(sa.text(f"UPDATE match SET ended_early = :yes WHERE id IN ({ended})").bindparams(yes=True))  # noqa: S608
    with op.batch_alter_table("match") as batch:
        batch.alter_column("ended_early", existing_type=sa.Boolean(), existing_nullable=False, server_default=None)


def upgrade() -> None:
    op.create_table('round_setting',
    sa.Column('programme_id', sa.Integer(), nullable=False),
    sa.Column('proposals_per_volunteer', sa.Integer(), nullable=False),
    sa.Column('proposals_per_seat', sa.Integer(), nullable=False),
    sa.Column('fill_first', sa.Boolean(), nullable=False),
    sa.Column('every_days', sa.Integer(), nullable=True),
    sa.Column('next_on', sa.Date(), nullable=True),
    sa.Column('barred_kinds', sa.Text(), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.CheckConstraint('every_days IS NULL OR every_days BETWEEN 1 AND 90', name=op.f('ck_round_setting_every_days')),
    sa.CheckConstraint('proposals_per_seat BETWEEN 1 AND 5', name=op.f('ck_round_setting_proposals_per_seat')),
    sa.CheckConstraint('proposals_per_volunteer BETWEEN 1 AND 10', name=op.f('ck_round_setting_proposals_per_volunteer')),
    sa.ForeignKeyConstraint(['programme_id'], ['programme.id'], name=op.f('fk_round_setting_programme_id_programme')),
    sa.PrimaryKeyConstraint('programme_id', name=op.f('pk_round_setting'))
    )
    op.create_table('weight_set',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('points', sa.Text(), nullable=False),
    sa.Column('reason', sa.Text(), nullable=False),
    sa.Column('created_by_id', sa.Integer(), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['created_by_id'], ['account.id'], name=op.f('fk_weight_set_created_by_id_account')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_weight_set'))
    )
    op.create_table('match_round',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('programme_id', sa.Integer(), nullable=False),
    sa.Column('state', sa.Enum('queued', 'running', 'ready', 'released', 'discarded', 'failed', name='round_state', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('asked_by_id', sa.Integer(), nullable=True),
    sa.Column('asked_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('as_of', sa.Date(), nullable=False),
    sa.Column('seed', sa.Integer(), nullable=False),
    sa.Column('fill_first', sa.Boolean(), nullable=False),
    sa.Column('weights_id', sa.Integer(), nullable=False),
    sa.Column('began_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('beat_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('progress', sa.Integer(), nullable=False),
    sa.Column('ended_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('digest', sa.Text(), nullable=True),
    sa.Column('summary', sa.Text(), nullable=True),
    sa.Column('failure', sa.Text(), nullable=True),
    sa.Column('released_by_id', sa.Integer(), nullable=True),
    sa.Column('released_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['asked_by_id'], ['account.id'], name=op.f('fk_match_round_asked_by_id_account')),
    sa.ForeignKeyConstraint(['programme_id'], ['programme.id'], name=op.f('fk_match_round_programme_id_programme')),
    sa.ForeignKeyConstraint(['released_by_id'], ['account.id'], name=op.f('fk_match_round_released_by_id_account')),
    sa.ForeignKeyConstraint(['weights_id'], ['weight_set.id'], name=op.f('fk_match_round_weights_id_weight_set')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_match_round'))
    )
    with op.batch_alter_table('match_round', schema=None) as batch_op:
        batch_op.create_index('ix_match_round_programme', ['programme_id', 'id'], unique=False)
        batch_op.create_index('uq_match_round_busy', ['programme_id'], unique=True, sqlite_where=sa.text("state IN ('queued', 'running')"), postgresql_where=sa.text("state IN ('queued', 'running')"))

    op.create_table('factor_override',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('volunteer_id', sa.Integer(), nullable=False),
    sa.Column('request_id', sa.Integer(), nullable=False),
    sa.Column('factor', sa.Enum('language_fit', 'skills_fit', 'overlap_fit', 'specialty_fit', 'hours_fit', 'duration_fit', 'experience_fit', 'goals_fit', 'urgency_fit', 'waiting_fit', 'fairness_fit', name='factor', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('share', sa.Integer(), nullable=False),
    sa.Column('reason', sa.Text(), nullable=False),
    sa.Column('set_by_id', sa.Integer(), nullable=True),
    sa.Column('set_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('lifted_by_id', sa.Integer(), nullable=True),
    sa.Column('lifted_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint('share BETWEEN 0 AND 100', name=op.f('ck_factor_override_share')),
    sa.ForeignKeyConstraint(['lifted_by_id'], ['account.id'], name=op.f('fk_factor_override_lifted_by_id_account')),
    sa.ForeignKeyConstraint(['request_id'], ['partner_request.id'], name=op.f('fk_factor_override_request_id_partner_request')),
    sa.ForeignKeyConstraint(['set_by_id'], ['account.id'], name=op.f('fk_factor_override_set_by_id_account')),
    sa.ForeignKeyConstraint(['volunteer_id'], ['volunteer.id'], name=op.f('fk_factor_override_volunteer_id_volunteer')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_factor_override'))
    )
    with op.batch_alter_table('factor_override', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_factor_override_request_id'), ['request_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_factor_override_volunteer_id'), ['volunteer_id'], unique=False)
        batch_op.create_index('uq_factor_override_in_force', ['volunteer_id', 'request_id', 'factor'], unique=True, sqlite_where=sa.text('lifted_at IS NULL'), postgresql_where=sa.text('lifted_at IS NULL'))

    op.create_table('match_bar',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('volunteer_id', sa.Integer(), nullable=False),
    sa.Column('institution_id', sa.Integer(), nullable=False),
    sa.Column('kind', sa.Enum('conflict', 'exclusion', name='bar', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('words', sa.Text(), nullable=False),
    sa.Column('set_by_id', sa.Integer(), nullable=True),
    sa.Column('set_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('lifted_by_id', sa.Integer(), nullable=True),
    sa.Column('lifted_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['institution_id'], ['institution.id'], name=op.f('fk_match_bar_institution_id_institution')),
    sa.ForeignKeyConstraint(['lifted_by_id'], ['account.id'], name=op.f('fk_match_bar_lifted_by_id_account')),
    sa.ForeignKeyConstraint(['set_by_id'], ['account.id'], name=op.f('fk_match_bar_set_by_id_account')),
    sa.ForeignKeyConstraint(['volunteer_id'], ['volunteer.id'], name=op.f('fk_match_bar_volunteer_id_volunteer')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_match_bar'))
    )
    with op.batch_alter_table('match_bar', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_match_bar_institution_id'), ['institution_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_match_bar_volunteer_id'), ['volunteer_id'], unique=False)
        batch_op.create_index('uq_match_bar_in_force', ['volunteer_id', 'institution_id', 'kind'], unique=True, sqlite_where=sa.text('lifted_at IS NULL'), postgresql_where=sa.text('lifted_at IS NULL'))

    op.create_table('round_unmet',
    sa.Column('round_id', sa.Integer(), nullable=False),
    sa.Column('request_id', sa.Integer(), nullable=False),
    sa.Column('seats', sa.Integer(), nullable=False),
    sa.Column('candidates', sa.Integer(), nullable=False),
    sa.Column('nearest_id', sa.Integer(), nullable=True),
    sa.Column('gates', sa.Text(), nullable=False),
    sa.ForeignKeyConstraint(['nearest_id'], ['volunteer.id'], name=op.f('fk_round_unmet_nearest_id_volunteer')),
    sa.ForeignKeyConstraint(['request_id'], ['partner_request.id'], name=op.f('fk_round_unmet_request_id_partner_request')),
    sa.ForeignKeyConstraint(['round_id'], ['match_round.id'], name=op.f('fk_round_unmet_round_id_match_round')),
    sa.PrimaryKeyConstraint('round_id', 'request_id', name=op.f('pk_round_unmet'))
    )
    with op.batch_alter_table('round_unmet', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_round_unmet_nearest_id'), ['nearest_id'], unique=False)

    op.create_table('volunteer_goal',
    sa.Column('volunteer_id', sa.Integer(), nullable=False),
    sa.Column('kind', sa.Enum('teaching', 'mentoring', 'case_discussion', 'quality_improvement', 'guideline', 'curriculum', 'materials', 'leadership', 'research', 'biomedical', name='support_kind', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.ForeignKeyConstraint(['volunteer_id'], ['volunteer.id'], name=op.f('fk_volunteer_goal_volunteer_id_volunteer')),
    sa.PrimaryKeyConstraint('volunteer_id', 'kind', name=op.f('pk_volunteer_goal'))
    )
    op.create_table('round_proposal',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('round_id', sa.Integer(), nullable=False),
    sa.Column('request_id', sa.Integer(), nullable=False),
    sa.Column('volunteer_id', sa.Integer(), nullable=False),
    sa.Column('place', sa.Integer(), nullable=False),
    sa.Column('score', sa.Integer(), nullable=False),
    sa.Column('fit', sa.Text(), nullable=False),
    sa.Column('state', sa.Enum('planned', 'next_in_line', 'sent', 'left_out', 'stale', name='proposal_state', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('words', sa.Text(), nullable=True),
    sa.Column('match_id', sa.Integer(), nullable=True),
    sa.ForeignKeyConstraint(['match_id'], ['match.id'], name=op.f('fk_round_proposal_match_id_match')),
    sa.ForeignKeyConstraint(['request_id'], ['partner_request.id'], name=op.f('fk_round_proposal_request_id_partner_request')),
    sa.ForeignKeyConstraint(['round_id'], ['match_round.id'], name=op.f('fk_round_proposal_round_id_match_round')),
    sa.ForeignKeyConstraint(['volunteer_id'], ['volunteer.id'], name=op.f('fk_round_proposal_volunteer_id_volunteer')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_round_proposal')),
    sa.UniqueConstraint('round_id', 'request_id', 'volunteer_id', name=op.f('uq_round_proposal_round_id_request_id_volunteer_id'))
    )
    with op.batch_alter_table('round_proposal', schema=None) as batch_op:
        batch_op.create_index('ix_round_proposal_line', ['request_id', 'state', 'place'], unique=False)
        batch_op.create_index(batch_op.f('ix_round_proposal_match_id'), ['match_id'], unique=False)
        batch_op.create_index('ix_round_proposal_volunteer', ['volunteer_id'], unique=False)

    with op.batch_alter_table('match', schema=None) as batch_op:
        batch_op.add_column(sa.Column('weights_id', sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column('reminded_at', sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column('ended_early', sa.Boolean(), nullable=False, server_default=sa.false()))
        batch_op.create_foreign_key(batch_op.f('fk_match_weights_id_weight_set'), 'weight_set', ['weights_id'], ['id'])

    _know_the_past()
    with op.batch_alter_table('partner_request', schema=None) as batch_op:
        batch_op.create_index('ix_partner_request_placed', ['institution_id', 'seats_filled'], unique=False)
        batch_op.create_index(batch_op.f('ix_partner_request_updated_at'), ['updated_at'], unique=False)

    with op.batch_alter_table('volunteer', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_volunteer_updated_at'), ['updated_at'], unique=False)



def downgrade() -> None:
    with op.batch_alter_table('volunteer', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_volunteer_updated_at'))

    with op.batch_alter_table('partner_request', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_partner_request_updated_at'))
        batch_op.drop_index('ix_partner_request_placed')

    with op.batch_alter_table('match', schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f('fk_match_weights_id_weight_set'), type_='foreignkey')
        batch_op.drop_column('ended_early')
        batch_op.drop_column('reminded_at')
        batch_op.drop_column('weights_id')

    with op.batch_alter_table('round_proposal', schema=None) as batch_op:
        batch_op.drop_index('ix_round_proposal_volunteer')
        batch_op.drop_index(batch_op.f('ix_round_proposal_match_id'))
        batch_op.drop_index('ix_round_proposal_line')

    op.drop_table('round_proposal')
    op.drop_table('volunteer_goal')
    with op.batch_alter_table('round_unmet', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_round_unmet_nearest_id'))

    op.drop_table('round_unmet')
    with op.batch_alter_table('match_bar', schema=None) as batch_op:
        batch_op.drop_index('uq_match_bar_in_force', sqlite_where=sa.text('lifted_at IS NULL'), postgresql_where=sa.text('lifted_at IS NULL'))
        batch_op.drop_index(batch_op.f('ix_match_bar_volunteer_id'))
        batch_op.drop_index(batch_op.f('ix_match_bar_institution_id'))

    op.drop_table('match_bar')
    with op.batch_alter_table('factor_override', schema=None) as batch_op:
        batch_op.drop_index('uq_factor_override_in_force', sqlite_where=sa.text('lifted_at IS NULL'), postgresql_where=sa.text('lifted_at IS NULL'))
        batch_op.drop_index(batch_op.f('ix_factor_override_volunteer_id'))
        batch_op.drop_index(batch_op.f('ix_factor_override_request_id'))

    op.drop_table('factor_override')
    with op.batch_alter_table('match_round', schema=None) as batch_op:
        batch_op.drop_index('uq_match_round_busy', sqlite_where=sa.text("state IN ('queued', 'running')"), postgresql_where=sa.text("state IN ('queued', 'running')"))
        batch_op.drop_index('ix_match_round_programme')

    op.drop_table('match_round')
    op.drop_table('weight_set')
    op.drop_table('round_setting')
