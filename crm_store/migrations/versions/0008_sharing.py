"""What several processes share: rates and the leases of pollers."""

import sqlalchemy as sa
from alembic import op

from crm_store.models import columns

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "rate_buckets",
        sa.Column("channel", columns.CleanText(), nullable=False),
        sa.Column("key", columns.CleanText(), nullable=False),
        sa.Column("full_at", columns.UtcDateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("channel", "key", name=op.f("pk_rate_buckets")),
    )
    op.create_index("ix_rate_buckets_full_at", "rate_buckets", ["full_at"])
    op.create_table(
        "poll_leases",
        sa.Column("channel", columns.CleanText(), nullable=False),
        sa.Column("holder", columns.CleanText(), nullable=False),
        sa.Column("lease_until", columns.UtcDateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("channel", name=op.f("pk_poll_leases")),
    )


def downgrade() -> None:
    op.drop_table("poll_leases")
    op.drop_index("ix_rate_buckets_full_at", table_name="rate_buckets")
    op.drop_table("rate_buckets")
