"""Complaints, consents, one-time codes and counters."""

import sqlalchemy as sa
from alembic import op

from crm_store.models import columns

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "counters",
        sa.Column("name", columns.CleanText(), nullable=False),
        sa.Column("value", columns.BigInt, nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_counters")),
    )
    op.create_table(
        "one_time_codes",
        sa.Column("id", columns.BigInt, nullable=False),
        sa.Column("customer_id", columns.BigInt, nullable=False),
        sa.Column("identity_id", columns.BigInt, nullable=False),
        sa.Column("purpose", columns.CleanText(), nullable=False),
        sa.Column("salt", sa.LargeBinary(), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("payload", columns.CleanJson(), nullable=False),
        sa.Column("attempts", columns.BigInt, nullable=False),
        sa.Column("created_at", columns.UtcDateTime(timezone=True), nullable=False),
        sa.Column("expires_at", columns.UtcDateTime(timezone=True), nullable=False),
        sa.Column("used_at", columns.UtcDateTime(timezone=True), nullable=True),
        sa.CheckConstraint("attempts >= 0", name=op.f("ck_one_time_codes_attempts")),
        sa.ForeignKeyConstraint(
            ["customer_id"], ["customers.id"], name=op.f("fk_one_time_codes_customer_id_customers")
        ),
        sa.ForeignKeyConstraint(
            ["identity_id"],
            ["identities.id"],
            name=op.f("fk_one_time_codes_identity_id_identities"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_one_time_codes")),
    )
    op.create_index(
        "ix_one_time_codes_customer_id_purpose_id",
        "one_time_codes",
        ["customer_id", "purpose", "id"],
        unique=False,
    )
    op.create_table(
        "complaints",
        sa.Column("id", columns.BigInt, nullable=False),
        sa.Column("number", columns.CleanText(), nullable=False),
        sa.Column("customer_id", columns.BigInt, nullable=False),
        sa.Column("conversation_id", columns.BigInt, nullable=True),
        sa.Column("source_message_id", columns.BigInt, nullable=True),
        sa.Column("category", columns.CleanText(), nullable=False),
        sa.Column("product", columns.CleanText(), nullable=True),
        sa.Column("description", columns.CleanText(), nullable=False),
        sa.Column("wish", columns.CleanText(), nullable=True),
        sa.Column("channel", columns.CleanText(), nullable=True),
        sa.Column(
            "severity",
            sa.Enum(
                "low",
                "normal",
                "high",
                name="severity",
                native_enum=False,
                create_constraint=True,
                length=20,
            ),
            nullable=False,
        ),
        sa.Column(
            "status",
            sa.Enum(
                "open",
                "in_progress",
                "resolved",
                "withdrawn",
                name="status",
                native_enum=False,
                create_constraint=True,
                length=20,
            ),
            nullable=False,
        ),
        sa.Column("assignee_id", columns.BigInt, nullable=True),
        sa.Column("resolution", columns.CleanText(), nullable=True),
        sa.Column("compensation", columns.CleanText(), nullable=True),
        sa.Column("reopened", columns.BigInt, nullable=False),
        sa.Column("satisfaction", columns.BigInt, nullable=True),
        sa.Column("due_at", columns.UtcDateTime(timezone=True), nullable=True),
        sa.Column("created_at", columns.UtcDateTime(timezone=True), nullable=False),
        sa.Column("updated_at", columns.UtcDateTime(timezone=True), nullable=False),
        sa.Column("closed_at", columns.UtcDateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["assignee_id"], ["staff.id"], name=op.f("fk_complaints_assignee_id_staff")
        ),
        sa.ForeignKeyConstraint(
            ["conversation_id"],
            ["conversations.id"],
            name=op.f("fk_complaints_conversation_id_conversations"),
        ),
        sa.ForeignKeyConstraint(
            ["customer_id"], ["customers.id"], name=op.f("fk_complaints_customer_id_customers")
        ),
        sa.ForeignKeyConstraint(
            ["source_message_id"],
            ["messages.id"],
            name=op.f("fk_complaints_source_message_id_messages"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_complaints")),
        sa.UniqueConstraint("number", name=op.f("uq_complaints_number")),
        sa.UniqueConstraint("source_message_id", name=op.f("uq_complaints_source_message_id")),
    )
    op.create_index(
        "ix_complaints_customer_id_status", "complaints", ["customer_id", "status"], unique=False
    )
    op.create_index("ix_complaints_status_due_at", "complaints", ["status", "due_at"], unique=False)
    op.create_table(
        "consents",
        sa.Column("id", columns.BigInt, nullable=False),
        sa.Column("customer_id", columns.BigInt, nullable=False),
        sa.Column("purpose", columns.CleanText(), nullable=False),
        sa.Column("channel", columns.CleanText(), nullable=False),
        sa.Column("granted", sa.Boolean(), nullable=False),
        sa.Column("wording", columns.CleanText(), nullable=False),
        sa.Column("wording_version", columns.CleanText(), nullable=False),
        sa.Column("source_message_id", columns.BigInt, nullable=True),
        sa.Column("actor", columns.CleanText(), nullable=False),
        sa.Column("at", columns.UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["customer_id"], ["customers.id"], name=op.f("fk_consents_customer_id_customers")
        ),
        sa.ForeignKeyConstraint(
            ["source_message_id"],
            ["messages.id"],
            name=op.f("fk_consents_source_message_id_messages"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_consents")),
    )
    op.create_index(
        "ix_consents_customer_id_purpose_id",
        "consents",
        ["customer_id", "purpose", "id"],
        unique=False,
    )
    op.create_table(
        "complaint_notes",
        sa.Column("id", columns.BigInt, nullable=False),
        sa.Column("complaint_id", columns.BigInt, nullable=False),
        sa.Column("actor", columns.CleanText(), nullable=False),
        sa.Column("text", columns.CleanText(), nullable=False),
        sa.Column("at", columns.UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["complaint_id"],
            ["complaints.id"],
            name=op.f("fk_complaint_notes_complaint_id_complaints"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_complaint_notes")),
    )
    op.create_index(
        "ix_complaint_notes_complaint_id", "complaint_notes", ["complaint_id"], unique=False
    )


def downgrade() -> None:
    op.drop_table("complaint_notes")
    op.drop_table("consents")
    op.drop_table("complaints")
    op.drop_table("one_time_codes")
    op.drop_table("counters")
