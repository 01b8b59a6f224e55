"""Hand-over as a state of its own, waits and limits of delivery, bounces; runs of jobs with a lease."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

STATES = ("queued", "leased", "sent", "failed", "cancelled", "uncertain")
BOUNCES = sa.Enum("hard", "soft", name="bounce", native_enum=False, create_constraint=True, length=40)
INSTANTS = ("not_before", "give_up_at", "bounced_at")
TEXTS = ("lease_token", "calendar", "bounce_status")


def _check_states(batch: object, *names: str) -> None:
    values = ", ".join(f"'{name}'" for name in names)
    batch.drop_constraint(op.f("ck_outbox_mail_mail_state"), type_="check")  # type: ignore[attr-defined]
    batch.create_check_constraint(op.f("ck_outbox_mail_mail_state"), f"state IN ({values})")  # type: ignore[attr-defined]


def upgrade() -> None:
    with op.batch_alter_table("outbox_mail") as batch:
        for name in INSTANTS:
            batch.add_column(sa.Column(name, sa.DateTime(timezone=True)))
        for name in TEXTS:
            batch.add_column(sa.Column(name, sa.Text()))
        batch.add_column(sa.Column("headers", sa.JSON()))
        batch.add_column(sa.Column("bounce", BOUNCES))
        _check_states(batch, "queued", "leased", "handing_over", *STATES[2:])
        batch.create_index("ix_outbox_mail_message_id", ["message_id"])
    # The release before kept the wait after a try in the lease, and handed over whatever it had leased.
    op.execute("UPDATE outbox_mail SET not_before = lease_until, lease_until = NULL WHERE state = 'queued'")
    op.execute("UPDATE outbox_mail SET state = 'uncertain', lease_until = NULL WHERE state = 'leased'")
    op.create_table(
        "address_bounces",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("account_id", sa.Integer()),
        sa.Column("hard_bounces", sa.Integer(), nullable=False),
        sa.Column("last_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_status", sa.Text(), nullable=False),
        sa.Column("paused_at", sa.DateTime(timezone=True)),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_address_bounces")),
        sa.UniqueConstraint("address", name=op.f("uq_address_bounces_address")),
    )
    op.create_index(op.f("ix_address_bounces_account_id"), "address_bounces", ["account_id"])
    with op.batch_alter_table("job_run") as batch:
        batch.add_column(sa.Column("lease_until", sa.DateTime(timezone=True)))
        batch.add_column(sa.Column("tries", sa.Integer(), nullable=False, server_default="1"))
    op.execute(
        "UPDATE job_run SET ended_at = started_at, error = 'The process stopped before the end.' WHERE ended_at IS NULL"
    )
    with op.batch_alter_table("job_run") as batch:
        batch.alter_column("tries", existing_type=sa.Integer(), existing_nullable=False, server_default=None)


def downgrade() -> None:
    op.execute("UPDATE outbox_mail SET lease_until = not_before WHERE state = 'queued'")
    op.execute("UPDATE outbox_mail SET state = 'uncertain' WHERE state IN ('leased', 'handing_over')")
    with op.batch_alter_table("job_run") as batch:
        batch.drop_column("tries")
        batch.drop_column("lease_until")
    op.drop_table("address_bounces")
    with op.batch_alter_table("outbox_mail") as batch:
        batch.drop_index("ix_outbox_mail_message_id")
        batch.drop_constraint(op.f("ck_outbox_mail_bounce"), type_="check")
        _check_states(batch, *STATES)
        for name in (*INSTANTS, *TEXTS, "headers", "bounce"):
            batch.drop_column(name)
