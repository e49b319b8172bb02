"""Actions run for a dialogue engine in another process."""

import sqlalchemy as sa
from alembic import op

from crm_store.models import columns

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "action_runs",
        sa.Column("id", columns.BigInt, nullable=False),
        sa.Column("message_id", columns.BigInt, nullable=False),
        sa.Column("action", columns.CleanText(), nullable=False),
        sa.Column("call", columns.CleanText(), nullable=False),
        sa.Column("answer", columns.CleanJson(), nullable=False),
        sa.Column("requests", columns.CleanJson(), nullable=False),
        sa.Column("created_at", columns.UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["message_id"], ["messages.id"], name=op.f("fk_action_runs_message_id_messages")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_action_runs")),
        sa.UniqueConstraint("message_id", "call", name=op.f("uq_action_runs_message_id_call")),
    )
    op.create_index("ix_action_runs_created_at", "action_runs", ["created_at"], unique=False)


def downgrade() -> None:
    op.drop_table("action_runs")
