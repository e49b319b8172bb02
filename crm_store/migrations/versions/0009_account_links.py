"""Links by which a person connects another address to their account."""

import sqlalchemy as sa
from alembic import op

from crm_store.models import columns

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "account_links",
        sa.Column("id", columns.BigInt, nullable=False),
        sa.Column("customer_id", columns.BigInt, nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", columns.UtcDateTime(timezone=True), nullable=False),
        sa.Column("expires_at", columns.UtcDateTime(timezone=True), nullable=False),
        sa.Column("used_at", columns.UtcDateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["customer_id"], ["customers.id"], name=op.f("fk_account_links_customer_id_customers")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_account_links")),
        sa.UniqueConstraint("digest", name=op.f("uq_account_links_digest")),
    )
    op.create_index("ix_account_links_customer_id", "account_links", ["customer_id"])


def downgrade() -> None:
    op.drop_index("ix_account_links_customer_id", table_name="account_links")
    op.drop_table("account_links")
