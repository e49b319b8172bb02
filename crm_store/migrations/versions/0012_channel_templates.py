"""The message templates providers keep, with their states."""

import sqlalchemy as sa
from alembic import op

from crm_store.models import columns

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

STATES = ("approved", "pending", "rejected", "paused", "disabled", "unsubmitted")


def upgrade() -> None:
    state = sa.Enum(*STATES, name="state", native_enum=False, create_constraint=True, length=20)
    op.create_table(
        "channel_templates",
        sa.Column("id", columns.BigInt, nullable=False),
        sa.Column("channel", columns.CleanText(), nullable=False),
        sa.Column("provider_id", columns.CleanText(), nullable=False),
        sa.Column("name", columns.CleanText(), nullable=False),
        sa.Column("language", columns.CleanText(), nullable=False),
        sa.Column("body", columns.CleanText(), nullable=False),
        sa.Column("variables", columns.CleanJson(), nullable=False),
        sa.Column("samples", columns.CleanJson(), nullable=False),
        sa.Column("kind", columns.CleanText(), nullable=False),
        sa.Column("state", state, nullable=False),
        sa.Column("category", columns.CleanText(), nullable=True),
        sa.Column("reason", columns.CleanText(), nullable=True),
        sa.Column("synced_at", columns.UtcDateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_channel_templates")),
        sa.UniqueConstraint(
            "channel", "provider_id", name=op.f("uq_channel_templates_channel_provider_id")
        ),
    )
    op.create_table(
        "template_lists",
        sa.Column("channel", columns.CleanText(), nullable=False),
        sa.Column("asked_at", columns.UtcDateTime(timezone=True), nullable=True),
        sa.Column("synced_at", columns.UtcDateTime(timezone=True), nullable=True),
        sa.Column("error", columns.CleanText(), nullable=True),
        sa.PrimaryKeyConstraint("channel", name=op.f("pk_template_lists")),
    )


def downgrade() -> None:
    op.drop_table("template_lists")
    op.drop_table("channel_templates")
