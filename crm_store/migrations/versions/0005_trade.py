"""Products, shops and purchases."""

import sqlalchemy as sa
from alembic import op

from crm_store.models import columns

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "products",
        sa.Column("id", columns.BigInt, nullable=False),
        sa.Column("sku", columns.CleanText(), nullable=False),
        sa.Column("name", columns.CleanText(), nullable=False),
        sa.Column("category", columns.CleanText(), nullable=False),
        sa.Column("brand", columns.CleanText(), nullable=True),
        sa.Column("price", columns.BigInt, nullable=False),
        sa.Column("currency", columns.CleanText(), nullable=False),
        sa.Column("description", columns.CleanText(), nullable=False),
        sa.Column("warranty_months", columns.BigInt, nullable=False),
        sa.Column("stock", columns.CleanJson(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_products")),
        sa.UniqueConstraint("sku", name=op.f("uq_products_sku")),
    )
    op.create_index("ix_products_category", "products", ["category"], unique=False)
    op.create_table(
        "stores",
        sa.Column("id", columns.BigInt, nullable=False),
        sa.Column("name", columns.CleanText(), nullable=False),
        sa.Column("city", columns.CleanText(), nullable=False),
        sa.Column("address", columns.CleanText(), nullable=False),
        sa.Column("phone", columns.CleanText(), nullable=True),
        sa.Column("hours", columns.CleanText(), nullable=False),
        sa.Column("created_at", columns.UtcDateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stores")),
        sa.UniqueConstraint("name", name=op.f("uq_stores_name")),
    )
    op.create_index("ix_stores_city", "stores", ["city"], unique=False)
    op.create_table(
        "purchases",
        sa.Column("id", columns.BigInt, nullable=False),
        sa.Column("customer_id", columns.BigInt, nullable=False),
        sa.Column("source", columns.CleanText(), nullable=False),
        sa.Column("number", columns.CleanText(), nullable=False),
        sa.Column(
            "status",
            sa.Enum(
                "paid",
                "packed",
                "shipped",
                "delivered",
                "canceled",
                "returned",
                name="status",
                native_enum=False,
                create_constraint=True,
                length=20,
            ),
            nullable=False,
        ),
        sa.Column("total", columns.BigInt, nullable=False),
        sa.Column("currency", columns.CleanText(), nullable=False),
        sa.Column("channel", columns.CleanText(), nullable=True),
        sa.Column("store", columns.CleanText(), nullable=True),
        sa.Column("courier", columns.CleanText(), nullable=True),
        sa.Column("tracking", columns.CleanText(), nullable=True),
        sa.Column("expected_at", columns.UtcDateTime(timezone=True), nullable=True),
        sa.Column("at", columns.UtcDateTime(timezone=True), nullable=False),
        sa.Column("updated_at", columns.UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["customer_id"], ["customers.id"], name=op.f("fk_purchases_customer_id_customers")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_purchases")),
        sa.UniqueConstraint("source", "number", name=op.f("uq_purchases_source_number")),
    )
    op.create_index(
        "ix_purchases_customer_id_at_id", "purchases", ["customer_id", "at", "id"], unique=False
    )
    op.create_index("ix_purchases_number", "purchases", ["number"], unique=False)
    op.create_table(
        "purchase_lines",
        sa.Column("id", columns.BigInt, nullable=False),
        sa.Column("purchase_id", columns.BigInt, nullable=False),
        sa.Column("sku", columns.CleanText(), nullable=True),
        sa.Column("name", columns.CleanText(), nullable=False),
        sa.Column("category", columns.CleanText(), nullable=True),
        sa.Column("quantity", columns.BigInt, nullable=False),
        sa.Column("price", columns.BigInt, nullable=False),
        sa.CheckConstraint("quantity > 0", name=op.f("ck_purchase_lines_quantity")),
        sa.ForeignKeyConstraint(
            ["purchase_id"], ["purchases.id"], name=op.f("fk_purchase_lines_purchase_id_purchases")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_purchase_lines")),
    )
    op.create_index(
        "ix_purchase_lines_purchase_id", "purchase_lines", ["purchase_id"], unique=False
    )


def downgrade() -> None:
    op.drop_table("purchase_lines")
    op.drop_table("purchases")
    op.drop_table("stores")
    op.drop_table("products")
