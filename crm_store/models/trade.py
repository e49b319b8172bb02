"""What the company sells, where, and what customers bought. Money is in minor units."""

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from crm_store.models.base import Base
from crm_store.models.columns import Created, CustomerRef, Id, UtcDateTime, now, words
from crm_store.models.kinds import PurchaseStatus


class Purchase(Base):
    """An order or invoice; `number` is unique per source system."""

    __tablename__ = "purchases"
    __table_args__ = (
        UniqueConstraint("source", "number"),
        Index("ix_purchases_customer_id_at_id", "customer_id", "at", "id"),
        Index("ix_purchases_number", "number"),
    )

    id: Mapped[Id]
    customer_id: Mapped[CustomerRef]
    source: Mapped[str]
    number: Mapped[str]
    status: Mapped[PurchaseStatus] = mapped_column(words(PurchaseStatus, "status"))
    total: Mapped[int]
    currency: Mapped[str] = mapped_column(default="IDR")
    channel: Mapped[str | None]
    store: Mapped[str | None]
    courier: Mapped[str | None]
    tracking: Mapped[str | None]
    expected_at: Mapped[datetime | None]
    at: Mapped[datetime]
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now, onupdate=now)


class PurchaseLine(Base):
    """One article of a purchase; `price` is for one unit."""

    __tablename__ = "purchase_lines"
    __table_args__ = (
        CheckConstraint("quantity > 0", name="quantity"),
        Index("ix_purchase_lines_purchase_id", "purchase_id"),
    )

    id: Mapped[Id]
    purchase_id: Mapped[int] = mapped_column(ForeignKey("purchases.id"))
    sku: Mapped[str | None]
    name: Mapped[str]
    category: Mapped[str | None]
    quantity: Mapped[int]
    price: Mapped[int]


class Product(Base):
    """An article for sale. `stock` maps store name to units."""

    __tablename__ = "products"
    __table_args__ = (UniqueConstraint("sku"), Index("ix_products_category", "category"))

    id: Mapped[Id]
    sku: Mapped[str]
    name: Mapped[str]
    category: Mapped[str]
    brand: Mapped[str | None]
    price: Mapped[int]
    currency: Mapped[str] = mapped_column(default="IDR")
    description: Mapped[str] = mapped_column(default="")
    warranty_months: Mapped[int] = mapped_column(default=0)
    stock: Mapped[dict[str, Any]] = mapped_column(default=dict)
    active: Mapped[bool] = mapped_column(default=True)


class Store(Base):
    """A shop people can visit."""

    __tablename__ = "stores"
    __table_args__ = (UniqueConstraint("name"), Index("ix_stores_city", "city"))

    id: Mapped[Id]
    name: Mapped[str]
    city: Mapped[str]
    address: Mapped[str]
    phone: Mapped[str | None]
    hours: Mapped[str]
    created_at: Mapped[Created]
