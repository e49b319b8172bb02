"""Links by which a person connects another address to their account."""

from datetime import datetime

from sqlalchemy import Index, UniqueConstraint
from sqlalchemy.orm import Mapped

from crm_store.models.base import Base
from crm_store.models.columns import Created, CustomerRef, Id


class AccountLink(Base):
    """A token that connects whoever brings it, once, to one customer; only its hash is kept."""

    __tablename__ = "account_links"
    __table_args__ = (
        UniqueConstraint("digest"),
        Index("ix_account_links_customer_id", "customer_id"),
    )

    id: Mapped[Id]
    customer_id: Mapped[CustomerRef]
    digest: Mapped[bytes]
    created_at: Mapped[Created]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]
