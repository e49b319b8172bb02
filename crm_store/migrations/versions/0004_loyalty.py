"""The loyalty programme."""

import sqlalchemy as sa
from alembic import op

from crm_store.models import columns

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "rewards",
        sa.Column("id", columns.BigInt, nullable=False),
        sa.Column("code", columns.CleanText(), nullable=False),
        sa.Column("name", columns.CleanText(), nullable=False),
        sa.Column("cost", columns.BigInt, nullable=False),
        sa.Column("description", columns.CleanText(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.CheckConstraint("cost > 0", name=op.f("ck_rewards_cost")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rewards")),
        sa.UniqueConstraint("code", name=op.f("uq_rewards_code")),
    )
    op.create_table(
        "tiers",
        sa.Column("id", columns.BigInt, nullable=False),
        sa.Column("code", columns.CleanText(), nullable=False),
        sa.Column("name", columns.CleanText(), nullable=False),
        sa.Column("threshold", columns.BigInt, nullable=False),
        sa.Column("benefits", columns.CleanText(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tiers")),
        sa.UniqueConstraint("code", name=op.f("uq_tiers_code")),
        sa.UniqueConstraint("threshold", name=op.f("uq_tiers_threshold")),
    )
    op.create_table(
        "loyalty_members",
        sa.Column("id", columns.BigInt, nullable=False),
        sa.Column("customer_id", columns.BigInt, nullable=False),
        sa.Column("card_number", columns.CleanText(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "active",
                "merged",
                "closed",
                name="state",
                native_enum=False,
                create_constraint=True,
                length=20,
            ),
            nullable=False,
        ),
        sa.Column("tier_id", columns.BigInt, nullable=True),
        sa.Column("tier_at", columns.UtcDateTime(timezone=True), nullable=False),
        sa.Column("consent_id", columns.BigInt, nullable=True),
        sa.Column("source", columns.CleanText(), nullable=False),
        sa.Column("merged_into_id", columns.BigInt, nullable=True),
        sa.Column("enrolled_at", columns.UtcDateTime(timezone=True), nullable=False),
        sa.Column("closed_at", columns.UtcDateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["consent_id"], ["consents.id"], name=op.f("fk_loyalty_members_consent_id_consents")
        ),
        sa.ForeignKeyConstraint(
            ["customer_id"], ["customers.id"], name=op.f("fk_loyalty_members_customer_id_customers")
        ),
        sa.ForeignKeyConstraint(
            ["merged_into_id"],
            ["loyalty_members.id"],
            name=op.f("fk_loyalty_members_merged_into_id_loyalty_members"),
        ),
        sa.ForeignKeyConstraint(
            ["tier_id"], ["tiers.id"], name=op.f("fk_loyalty_members_tier_id_tiers")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_loyalty_members")),
        sa.UniqueConstraint("card_number", name=op.f("uq_loyalty_members_card_number")),
    )
    op.create_index(
        "ix_loyalty_members_customer_id", "loyalty_members", ["customer_id"], unique=False
    )
    op.create_index("ix_loyalty_members_tier_id", "loyalty_members", ["tier_id"], unique=False)
    op.create_index(
        "uq_loyalty_members_active",
        "loyalty_members",
        ["customer_id"],
        unique=True,
        sqlite_where=sa.text("state = 'active'"),
        postgresql_where=sa.text("state = 'active'"),
    )
    op.create_table(
        "point_entries",
        sa.Column("id", columns.BigInt, nullable=False),
        sa.Column("member_id", columns.BigInt, nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "earn",
                "spend",
                "expire",
                "reverse",
                "adjust",
                name="kind",
                native_enum=False,
                create_constraint=True,
                length=20,
            ),
            nullable=False,
        ),
        sa.Column("points", columns.BigInt, nullable=False),
        sa.Column("key", columns.CleanText(), nullable=False),
        sa.Column("reason", columns.CleanText(), nullable=False),
        sa.Column("ref", columns.CleanText(), nullable=True),
        sa.Column("actor", columns.CleanText(), nullable=False),
        sa.Column("reverses_id", columns.BigInt, nullable=True),
        sa.Column("at", columns.UtcDateTime(timezone=True), nullable=False),
        sa.CheckConstraint("points != 0", name=op.f("ck_point_entries_points")),
        sa.ForeignKeyConstraint(
            ["member_id"],
            ["loyalty_members.id"],
            name=op.f("fk_point_entries_member_id_loyalty_members"),
        ),
        sa.ForeignKeyConstraint(
            ["reverses_id"],
            ["point_entries.id"],
            name=op.f("fk_point_entries_reverses_id_point_entries"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_point_entries")),
        sa.UniqueConstraint("key", name=op.f("uq_point_entries_key")),
        sa.UniqueConstraint("reverses_id", name=op.f("uq_point_entries_reverses_id")),
    )
    op.create_index(
        "ix_point_entries_member_id_at_id", "point_entries", ["member_id", "at", "id"], unique=False
    )
    op.create_table(
        "point_lots",
        sa.Column("id", columns.BigInt, nullable=False),
        sa.Column("member_id", columns.BigInt, nullable=False),
        sa.Column("entry_id", columns.BigInt, nullable=False),
        sa.Column("points", columns.BigInt, nullable=False),
        sa.Column("remaining", columns.BigInt, nullable=False),
        sa.Column("earned_at", columns.UtcDateTime(timezone=True), nullable=False),
        sa.Column("expires_at", columns.UtcDateTime(timezone=True), nullable=True),
        sa.CheckConstraint("points > 0", name=op.f("ck_point_lots_points")),
        sa.CheckConstraint(
            "remaining >= 0 AND remaining <= points", name=op.f("ck_point_lots_remaining")
        ),
        sa.ForeignKeyConstraint(
            ["entry_id"], ["point_entries.id"], name=op.f("fk_point_lots_entry_id_point_entries")
        ),
        sa.ForeignKeyConstraint(
            ["member_id"],
            ["loyalty_members.id"],
            name=op.f("fk_point_lots_member_id_loyalty_members"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_point_lots")),
        sa.UniqueConstraint("entry_id", name=op.f("uq_point_lots_entry_id")),
    )
    op.create_index(
        "ix_point_lots_due",
        "point_lots",
        ["expires_at"],
        unique=False,
        sqlite_where=sa.text("remaining > 0"),
        postgresql_where=sa.text("remaining > 0"),
    )
    op.create_index(
        "ix_point_lots_live",
        "point_lots",
        ["member_id", "expires_at"],
        unique=False,
        sqlite_where=sa.text("remaining > 0"),
        postgresql_where=sa.text("remaining > 0"),
    )
    op.create_index("ix_point_lots_member_id", "point_lots", ["member_id"], unique=False)
    op.create_table(
        "redemptions",
        sa.Column("id", columns.BigInt, nullable=False),
        sa.Column("member_id", columns.BigInt, nullable=False),
        sa.Column("reward_id", columns.BigInt, nullable=False),
        sa.Column("entry_id", columns.BigInt, nullable=False),
        sa.Column("code", columns.CleanText(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "issued",
                "used",
                "canceled",
                name="state",
                native_enum=False,
                create_constraint=True,
                length=20,
            ),
            nullable=False,
        ),
        sa.Column("at", columns.UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["entry_id"], ["point_entries.id"], name=op.f("fk_redemptions_entry_id_point_entries")
        ),
        sa.ForeignKeyConstraint(
            ["member_id"],
            ["loyalty_members.id"],
            name=op.f("fk_redemptions_member_id_loyalty_members"),
        ),
        sa.ForeignKeyConstraint(
            ["reward_id"], ["rewards.id"], name=op.f("fk_redemptions_reward_id_rewards")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_redemptions")),
        sa.UniqueConstraint("code", name=op.f("uq_redemptions_code")),
        sa.UniqueConstraint("entry_id", name=op.f("uq_redemptions_entry_id")),
    )
    op.create_index("ix_redemptions_member_id", "redemptions", ["member_id"], unique=False)
    op.create_table(
        "point_allocations",
        sa.Column("id", columns.BigInt, nullable=False),
        sa.Column("entry_id", columns.BigInt, nullable=False),
        sa.Column("lot_id", columns.BigInt, nullable=False),
        sa.Column("points", columns.BigInt, nullable=False),
        sa.CheckConstraint("points != 0", name=op.f("ck_point_allocations_points")),
        sa.ForeignKeyConstraint(
            ["entry_id"],
            ["point_entries.id"],
            name=op.f("fk_point_allocations_entry_id_point_entries"),
        ),
        sa.ForeignKeyConstraint(
            ["lot_id"], ["point_lots.id"], name=op.f("fk_point_allocations_lot_id_point_lots")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_point_allocations")),
        sa.UniqueConstraint(
            "entry_id", "lot_id", name=op.f("uq_point_allocations_entry_id_lot_id")
        ),
    )
    op.create_index("ix_point_allocations_lot_id", "point_allocations", ["lot_id"], unique=False)


def downgrade() -> None:
    op.drop_table("point_allocations")
    op.drop_table("redemptions")
    op.drop_table("point_lots")
    op.drop_table("point_entries")
    op.drop_table("loyalty_members")
    op.drop_table("tiers")
    op.drop_table("rewards")
