"""Files that customers sent."""

import sqlalchemy as sa
from alembic import op

from crm_store.models import columns

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

STATES = ("waiting", "stored", "refused", "failed", "removed")


def upgrade() -> None:
    op.create_table(
        "attachments",
        sa.Column("id", columns.BigInt, nullable=False),
        sa.Column("message_id", columns.BigInt, nullable=False),
        sa.Column("position", columns.BigInt, nullable=False),
        sa.Column("reference", columns.CleanText(), nullable=False),
        sa.Column("claimed_type", columns.CleanText(), nullable=True),
        sa.Column("claimed_size", columns.BigInt, nullable=True),
        sa.Column("filename", columns.CleanText(), nullable=True),
        sa.Column(
            "state",
            sa.Enum(*STATES, name="state", native_enum=False, create_constraint=True, length=20),
            nullable=False,
        ),
        sa.Column("attempts", columns.BigInt, nullable=False),
        sa.Column("not_before", columns.UtcDateTime(timezone=True), nullable=False),
        sa.Column("lease_until", columns.UtcDateTime(timezone=True), nullable=True),
        sa.Column("digest", columns.CleanText(), nullable=True),
        sa.Column("size", columns.BigInt, nullable=True),
        sa.Column("content_type", columns.CleanText(), nullable=True),
        sa.Column("reason", columns.CleanText(), nullable=True),
        sa.Column("error", columns.CleanText(), nullable=True),
        sa.Column("created_at", columns.UtcDateTime(timezone=True), nullable=False),
        sa.Column("settled_at", columns.UtcDateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["message_id"], ["messages.id"], name=op.f("fk_attachments_message_id_messages")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attachments")),
        sa.UniqueConstraint(
            "message_id", "position", name=op.f("uq_attachments_message_id_position")
        ),
    )
    op.create_index("ix_attachments_digest", "attachments", ["digest"])
    waiting = sa.text("state = 'waiting'")
    op.create_index(
        "ix_attachments_waiting",
        "attachments",
        ["not_before", "id"],
        sqlite_where=waiting,
        postgresql_where=waiting,
    )


def downgrade() -> None:
    op.drop_index("ix_attachments_waiting", table_name="attachments")
    op.drop_index("ix_attachments_digest", table_name="attachments")
    op.drop_table("attachments")
