"""Which processes work on this store."""

import sqlalchemy as sa
from alembic import op

from crm_store.models import columns

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "workers",
        sa.Column("name", columns.CleanText(), nullable=False),
        sa.Column("seen_at", columns.UtcDateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_workers")),
    )


def downgrade() -> None:
    op.drop_table("workers")
