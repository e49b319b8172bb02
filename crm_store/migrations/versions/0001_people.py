"""Staff, customers, their addresses, the journal and the audit trail."""

import sqlalchemy as sa
from alembic import op

from crm_store.models import columns

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "audit_entries",
        sa.Column("id", columns.BigInt, nullable=False),
        sa.Column("at", columns.UtcDateTime(timezone=True), nullable=False),
        sa.Column("actor", columns.CleanText(), nullable=False),
        sa.Column("action", columns.CleanText(), nullable=False),
        sa.Column("subject_type", columns.CleanText(), nullable=False),
        sa.Column("subject_id", columns.CleanText(), nullable=False),
        sa.Column("detail", columns.CleanJson(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_entries")),
    )
    op.create_index(
        "ix_audit_entries_subject_type_subject_id_id",
        "audit_entries",
        ["subject_type", "subject_id", "id"],
        unique=False,
    )
    op.create_table(
        "login_attempts",
        sa.Column("id", columns.BigInt, nullable=False),
        sa.Column("key", columns.CleanText(), nullable=False),
        sa.Column("ok", sa.Boolean(), nullable=False),
        sa.Column("at", columns.UtcDateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_login_attempts")),
    )
    op.create_index("ix_login_attempts_key_at", "login_attempts", ["key", "at"], unique=False)
    op.create_table(
        "staff",
        sa.Column("id", columns.BigInt, nullable=False),
        sa.Column("email", columns.CleanText(), nullable=False),
        sa.Column("name", columns.CleanText(), nullable=False),
        sa.Column(
            "role",
            sa.Enum(
                "service",
                "marketer",
                "supervisor",
                "admin",
                name="role",
                native_enum=False,
                create_constraint=True,
                length=20,
            ),
            nullable=False,
        ),
        sa.Column("team", columns.CleanText(), nullable=True),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("password_hash", columns.CleanText(), nullable=True),
        sa.Column("created_at", columns.UtcDateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_staff")),
        sa.UniqueConstraint("email", name=op.f("uq_staff_email")),
    )
    op.create_table(
        "customers",
        sa.Column("id", columns.BigInt, nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "person",
                "household",
                "organisation",
                "community",
                name="kind",
                native_enum=False,
                create_constraint=True,
                length=20,
            ),
            nullable=False,
        ),
        sa.Column("name", columns.CleanText(), nullable=True),
        sa.Column("language", columns.CleanText(), nullable=True),
        sa.Column("timezone", columns.CleanText(), nullable=True),
        sa.Column("birthday", sa.Date(), nullable=True),
        sa.Column("city", columns.CleanText(), nullable=True),
        sa.Column("occupation", columns.CleanText(), nullable=True),
        sa.Column("lifecycle_stage", columns.CleanText(), nullable=True),
        sa.Column("preferred_channel", columns.CleanText(), nullable=True),
        sa.Column("owner_id", columns.BigInt, nullable=True),
        sa.Column("attributes", columns.CleanJson(), nullable=False),
        sa.Column("merged_into_id", columns.BigInt, nullable=True),
        sa.Column("created_at", columns.UtcDateTime(timezone=True), nullable=False),
        sa.Column("updated_at", columns.UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["merged_into_id"], ["customers.id"], name=op.f("fk_customers_merged_into_id_customers")
        ),
        sa.ForeignKeyConstraint(
            ["owner_id"], ["staff.id"], name=op.f("fk_customers_owner_id_staff")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_customers")),
    )
    op.create_index("ix_customers_merged_into_id", "customers", ["merged_into_id"], unique=False)
    op.create_index("ix_customers_owner_id", "customers", ["owner_id"], unique=False)
    op.create_table(
        "staff_sessions",
        sa.Column("id", columns.BigInt, nullable=False),
        sa.Column("staff_id", columns.BigInt, nullable=False),
        sa.Column("token_hash", sa.LargeBinary(), nullable=False),
        sa.Column("csrf", columns.CleanText(), nullable=False),
        sa.Column("created_at", columns.UtcDateTime(timezone=True), nullable=False),
        sa.Column("expires_at", columns.UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["staff_id"], ["staff.id"], name=op.f("fk_staff_sessions_staff_id_staff")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_staff_sessions")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_staff_sessions_token_hash")),
    )
    op.create_index("ix_staff_sessions_staff_id", "staff_sessions", ["staff_id"], unique=False)
    op.create_table(
        "customer_merges",
        sa.Column("id", columns.BigInt, nullable=False),
        sa.Column("source_id", columns.BigInt, nullable=False),
        sa.Column("target_id", columns.BigInt, nullable=False),
        sa.Column("reason", columns.CleanText(), nullable=False),
        sa.Column("actor", columns.CleanText(), nullable=False),
        sa.Column("at", columns.UtcDateTime(timezone=True), nullable=False),
        sa.Column("moved", columns.CleanJson(), nullable=False),
        sa.Column("before", columns.CleanJson(), nullable=False),
        sa.ForeignKeyConstraint(
            ["source_id"], ["customers.id"], name=op.f("fk_customer_merges_source_id_customers")
        ),
        sa.ForeignKeyConstraint(
            ["target_id"], ["customers.id"], name=op.f("fk_customer_merges_target_id_customers")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_customer_merges")),
    )
    op.create_index("ix_customer_merges_source_id", "customer_merges", ["source_id"], unique=False)
    op.create_index("ix_customer_merges_target_id", "customer_merges", ["target_id"], unique=False)
    op.create_table(
        "identities",
        sa.Column("id", columns.BigInt, nullable=False),
        sa.Column("customer_id", columns.BigInt, nullable=False),
        sa.Column("kind", columns.CleanText(), nullable=False),
        sa.Column("address", columns.CleanText(), nullable=False),
        sa.Column("alias_of_id", columns.BigInt, nullable=True),
        sa.Column("phone", columns.CleanText(), nullable=True),
        sa.Column("display_name", columns.CleanText(), nullable=True),
        sa.Column("verified_by", columns.CleanText(), nullable=True),
        sa.Column("verified_at", columns.UtcDateTime(timezone=True), nullable=True),
        sa.Column(
            "state",
            sa.Enum(
                "ok",
                "blocked",
                "opted_out",
                "dead",
                name="state",
                native_enum=False,
                create_constraint=True,
                length=20,
            ),
            nullable=False,
        ),
        sa.Column("created_at", columns.UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["alias_of_id"], ["identities.id"], name=op.f("fk_identities_alias_of_id_identities")
        ),
        sa.ForeignKeyConstraint(
            ["customer_id"], ["customers.id"], name=op.f("fk_identities_customer_id_customers")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_identities")),
        sa.UniqueConstraint("kind", "address", name=op.f("uq_identities_kind_address")),
    )
    op.create_index("ix_identities_alias_of_id", "identities", ["alias_of_id"], unique=False)
    op.create_index("ix_identities_customer_id", "identities", ["customer_id"], unique=False)
    op.create_index("ix_identities_phone", "identities", ["phone"], unique=False)
    op.create_table(
        "touchpoints",
        sa.Column("id", columns.BigInt, nullable=False),
        sa.Column("customer_id", columns.BigInt, nullable=False),
        sa.Column("at", columns.UtcDateTime(timezone=True), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "message_in",
                "message_out",
                "call",
                "visit",
                "letter",
                "purchase",
                "complaint_opened",
                "complaint_updated",
                "complaint_resolved",
                "enrolled",
                "points",
                "consent",
                "handover",
                "profile",
                "merge",
                "note",
                name="kind",
                native_enum=False,
                create_constraint=True,
                length=20,
            ),
            nullable=False,
        ),
        sa.Column("channel", columns.CleanText(), nullable=True),
        sa.Column("actor", columns.CleanText(), nullable=False),
        sa.Column("subject", columns.CleanText(), nullable=False),
        sa.Column("ref_type", columns.CleanText(), nullable=True),
        sa.Column("ref_id", columns.BigInt, nullable=True),
        sa.ForeignKeyConstraint(
            ["customer_id"], ["customers.id"], name=op.f("fk_touchpoints_customer_id_customers")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_touchpoints")),
    )
    op.create_index(
        "ix_touchpoints_customer_id_at_id", "touchpoints", ["customer_id", "at", "id"], unique=False
    )


def downgrade() -> None:
    op.drop_table("touchpoints")
    op.drop_table("identities")
    op.drop_table("customer_merges")
    op.drop_table("staff_sessions")
    op.drop_table("customers")
    op.drop_table("staff")
    op.drop_table("login_attempts")
    op.drop_table("audit_entries")
