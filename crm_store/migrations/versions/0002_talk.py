"""Conversations and messages."""

import sqlalchemy as sa
from alembic import op

from crm_store.models import columns

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "poll_cursors",
        sa.Column("channel", columns.CleanText(), nullable=False),
        sa.Column("cursor", columns.CleanText(), nullable=False),
        sa.Column("updated_at", columns.UtcDateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("channel", name=op.f("pk_poll_cursors")),
    )
    op.create_table(
        "status_updates_pending",
        sa.Column("id", columns.BigInt, nullable=False),
        sa.Column("channel", columns.CleanText(), nullable=False),
        sa.Column("provider_id", columns.CleanText(), nullable=False),
        sa.Column(
            "status",
            sa.Enum(
                "received",
                "handled",
                "held",
                "ignored",
                "failed",
                "queued",
                "sending",
                "sent",
                "delivered",
                "read",
                "unknown",
                "dropped",
                "canceled",
                name="status",
                native_enum=False,
                create_constraint=True,
                length=20,
            ),
            nullable=False,
        ),
        sa.Column("error_code", columns.CleanText(), nullable=True),
        sa.Column("error", columns.CleanText(), nullable=True),
        sa.Column("at", columns.UtcDateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_status_updates_pending")),
    )
    op.create_index(
        "ix_status_updates_pending_provider_id",
        "status_updates_pending",
        ["provider_id", "channel"],
        unique=False,
    )
    op.create_table(
        "conversations",
        sa.Column("id", columns.BigInt, nullable=False),
        sa.Column("customer_id", columns.BigInt, nullable=False),
        sa.Column("identity_id", columns.BigInt, nullable=False),
        sa.Column("channel", columns.CleanText(), nullable=False),
        sa.Column("kind", columns.CleanText(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "open",
                "resolved",
                name="state",
                native_enum=False,
                create_constraint=True,
                length=20,
            ),
            nullable=False,
        ),
        sa.Column(
            "owner",
            sa.Enum(
                "bot",
                "queue",
                "staff",
                name="owner",
                native_enum=False,
                create_constraint=True,
                length=20,
            ),
            nullable=False,
        ),
        sa.Column("owner_staff_id", columns.BigInt, nullable=True),
        sa.Column("owner_version", columns.BigInt, nullable=False),
        sa.Column("handover_reason", columns.CleanText(), nullable=True),
        sa.Column("waiting_since", columns.UtcDateTime(timezone=True), nullable=True),
        sa.Column("team", columns.CleanText(), nullable=True),
        sa.Column("dialogue_state", columns.CleanText(), nullable=True),
        sa.Column("language", columns.CleanText(), nullable=True),
        sa.Column("last_inbound_at", columns.UtcDateTime(timezone=True), nullable=True),
        sa.Column("last_message_at", columns.UtcDateTime(timezone=True), nullable=False),
        sa.Column("bot_streak", columns.BigInt, nullable=False),
        sa.Column("lease_by", columns.CleanText(), nullable=True),
        sa.Column("lease_until", columns.UtcDateTime(timezone=True), nullable=True),
        sa.Column("created_at", columns.UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["customer_id"], ["customers.id"], name=op.f("fk_conversations_customer_id_customers")
        ),
        sa.ForeignKeyConstraint(
            ["identity_id"], ["identities.id"], name=op.f("fk_conversations_identity_id_identities")
        ),
        sa.ForeignKeyConstraint(
            ["owner_staff_id"], ["staff.id"], name=op.f("fk_conversations_owner_staff_id_staff")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_conversations")),
        sa.UniqueConstraint("identity_id", name=op.f("uq_conversations_identity_id")),
    )
    op.create_index("ix_conversations_customer_id", "conversations", ["customer_id"], unique=False)
    op.create_index(
        "ix_conversations_last_message_at_id",
        "conversations",
        ["last_message_at", "id"],
        unique=False,
    )
    op.create_index(
        "ix_conversations_owner_staff_id", "conversations", ["owner_staff_id"], unique=False
    )
    op.create_index(
        "ix_conversations_waiting",
        "conversations",
        ["waiting_since", "id"],
        unique=False,
        sqlite_where=sa.text("owner = 'queue'"),
        postgresql_where=sa.text("owner = 'queue'"),
    )
    op.create_table(
        "messages",
        sa.Column("id", columns.BigInt, nullable=False),
        sa.Column("conversation_id", columns.BigInt, nullable=False),
        sa.Column("customer_id", columns.BigInt, nullable=False),
        sa.Column("channel", columns.CleanText(), nullable=False),
        sa.Column(
            "direction",
            sa.Enum(
                "in", "out", name="direction", native_enum=False, create_constraint=True, length=20
            ),
            nullable=False,
        ),
        sa.Column("provider_id", columns.CleanText(), nullable=True),
        sa.Column(
            "status",
            sa.Enum(
                "received",
                "handled",
                "held",
                "ignored",
                "failed",
                "queued",
                "sending",
                "sent",
                "delivered",
                "read",
                "unknown",
                "dropped",
                "canceled",
                name="status",
                native_enum=False,
                create_constraint=True,
                length=20,
            ),
            nullable=False,
        ),
        sa.Column(
            "author",
            sa.Enum(
                "customer",
                "bot",
                "staff",
                "system",
                name="author",
                native_enum=False,
                create_constraint=True,
                length=20,
            ),
            nullable=False,
        ),
        sa.Column("staff_id", columns.BigInt, nullable=True),
        sa.Column("kind", columns.CleanText(), nullable=False),
        sa.Column("text", columns.CleanText(), nullable=False),
        sa.Column("content", columns.CleanJson(), nullable=False),
        sa.Column("in_reply_to_id", columns.BigInt, nullable=True),
        sa.Column("owner_version", columns.BigInt, nullable=True),
        sa.Column("priority", columns.BigInt, nullable=False),
        sa.Column("not_before", columns.UtcDateTime(timezone=True), nullable=False),
        sa.Column("attempts", columns.BigInt, nullable=False),
        sa.Column("lease_until", columns.UtcDateTime(timezone=True), nullable=True),
        sa.Column("error_code", columns.CleanText(), nullable=True),
        sa.Column("error", columns.CleanText(), nullable=True),
        sa.Column("intent", columns.CleanText(), nullable=True),
        sa.Column("confidence", sa.Float(), nullable=True),
        sa.Column("created_at", columns.UtcDateTime(timezone=True), nullable=False),
        sa.Column("sent_at", columns.UtcDateTime(timezone=True), nullable=True),
        sa.Column("delivered_at", columns.UtcDateTime(timezone=True), nullable=True),
        sa.Column("read_at", columns.UtcDateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["conversation_id"],
            ["conversations.id"],
            name=op.f("fk_messages_conversation_id_conversations"),
        ),
        sa.ForeignKeyConstraint(
            ["customer_id"], ["customers.id"], name=op.f("fk_messages_customer_id_customers")
        ),
        sa.ForeignKeyConstraint(
            ["in_reply_to_id"], ["messages.id"], name=op.f("fk_messages_in_reply_to_id_messages")
        ),
        sa.ForeignKeyConstraint(
            ["staff_id"], ["staff.id"], name=op.f("fk_messages_staff_id_staff")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_messages")),
        sa.UniqueConstraint(
            "channel",
            "direction",
            "provider_id",
            name=op.f("uq_messages_channel_direction_provider_id"),
        ),
    )
    op.create_index(
        "ix_messages_conversation_id_id", "messages", ["conversation_id", "id"], unique=False
    )
    op.create_index("ix_messages_customer_id_id", "messages", ["customer_id", "id"], unique=False)
    op.create_index(
        "ix_messages_outgoing",
        "messages",
        ["conversation_id", "priority", "id"],
        unique=False,
        sqlite_where=sa.text("status IN ('queued', 'sending')"),
        postgresql_where=sa.text("status IN ('queued', 'sending')"),
    )
    op.create_index(
        "ix_messages_queued",
        "messages",
        ["priority", "not_before", "id"],
        unique=False,
        sqlite_where=sa.text("status = 'queued'"),
        postgresql_where=sa.text("status = 'queued'"),
    )
    op.create_index(
        "ix_messages_received",
        "messages",
        ["conversation_id", "id"],
        unique=False,
        sqlite_where=sa.text("status = 'received'"),
        postgresql_where=sa.text("status = 'received'"),
    )
    op.create_index(
        "ix_messages_sending",
        "messages",
        ["lease_until"],
        unique=False,
        sqlite_where=sa.text("status = 'sending'"),
        postgresql_where=sa.text("status = 'sending'"),
    )
    op.create_table(
        "message_originals",
        sa.Column("message_id", columns.BigInt, nullable=False),
        sa.Column("raw", sa.LargeBinary(), nullable=False),
        sa.Column("raw_type", columns.CleanText(), nullable=False),
        sa.ForeignKeyConstraint(
            ["message_id"], ["messages.id"], name=op.f("fk_message_originals_message_id_messages")
        ),
        sa.PrimaryKeyConstraint("message_id", name=op.f("pk_message_originals")),
    )
    op.create_table(
        "message_parts",
        sa.Column("id", columns.BigInt, nullable=False),
        sa.Column("message_id", columns.BigInt, nullable=False),
        sa.Column("channel", columns.CleanText(), nullable=False),
        sa.Column("provider_id", columns.CleanText(), nullable=False),
        sa.ForeignKeyConstraint(
            ["message_id"], ["messages.id"], name=op.f("fk_message_parts_message_id_messages")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_message_parts")),
        sa.UniqueConstraint(
            "channel", "provider_id", name=op.f("uq_message_parts_channel_provider_id")
        ),
    )
    op.create_index("ix_message_parts_message_id", "message_parts", ["message_id"], unique=False)


def downgrade() -> None:
    op.drop_table("message_parts")
    op.drop_table("message_originals")
    op.drop_table("messages")
    op.drop_table("conversations")
    op.drop_table("status_updates_pending")
    op.drop_table("poll_cursors")
