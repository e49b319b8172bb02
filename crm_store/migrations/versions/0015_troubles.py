"""Channels in trouble, since when an outcome is unknown, and all that an early report says."""

import sqlalchemy as sa
from alembic import op

from crm_store.models import columns

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    way = sa.Enum(
        "send", "receive", name="way", native_enum=False, create_constraint=True, length=20
    )
    op.create_table(
        "channel_troubles",
        sa.Column("channel", columns.CleanText(), nullable=False),
        sa.Column("kind", columns.CleanText(), nullable=False),
        sa.Column("way", way, nullable=False),
        sa.Column("since", columns.UtcDateTime(timezone=True), nullable=False),
        sa.Column("until", columns.UtcDateTime(timezone=True), nullable=False),
        sa.Column("code", columns.CleanText(), nullable=True),
        sa.Column("said", columns.CleanText(), nullable=False),
        sa.Column("by_report", sa.Boolean(), nullable=False),
        sa.Column("taken", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("channel", "kind", "way", name=op.f("pk_channel_troubles")),
    )
    op.add_column(
        "messages", sa.Column("unknown_since", columns.UtcDateTime(timezone=True), nullable=True)
    )
    for column in (
        sa.Column("reach", columns.CleanText(), nullable=True),
        sa.Column("retry_seconds", columns.BigInt, nullable=True),
        sa.Column("stops_sender", sa.Boolean(), nullable=False, server_default=sa.false()),
    ):
        op.add_column("status_updates_pending", column)


def downgrade() -> None:
    for name in ("stops_sender", "retry_seconds", "reach"):
        op.drop_column("status_updates_pending", name)
    op.drop_column("messages", "unknown_since")
    op.drop_table("channel_troubles")
