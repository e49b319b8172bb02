"""What channels said about whether an address may be written to."""

import sqlalchemy as sa
from alembic import op

from crm_store.models import columns

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "reach_events",
        sa.Column("channel", columns.CleanText(), nullable=False),
        sa.Column("event_id", columns.CleanText(), nullable=False),
        sa.Column("kind", columns.CleanText(), nullable=False),
        sa.Column("address", columns.CleanText(), nullable=False),
        sa.Column("at", columns.UtcDateTime(timezone=True), nullable=False),
        sa.Column("created_at", columns.UtcDateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("channel", "event_id", name=op.f("pk_reach_events")),
    )
    op.create_index("ix_reach_events_kind_address_at", "reach_events", ["kind", "address", "at"])
    op.create_index("ix_reach_events_created_at", "reach_events", ["created_at"])


def downgrade() -> None:
    op.drop_index("ix_reach_events_created_at", table_name="reach_events")
    op.drop_index("ix_reach_events_kind_address_at", table_name="reach_events")
    op.drop_table("reach_events")
