"""Knowledge articles: what the assistant may answer from, and cites."""

from datetime import datetime

from sqlalchemy import Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from crm_store.models.base import Base
from crm_store.models.columns import Created, Id, UtcDateTime, now


class Article(Base):
    """One article in one language; the full-text index is kept by the database itself."""

    __tablename__ = "knowledge_articles"
    __table_args__ = (
        UniqueConstraint("slug", "language"),
        Index("ix_knowledge_articles_language", "language"),
    )

    id: Mapped[Id]
    slug: Mapped[str]
    language: Mapped[str]
    title: Mapped[str]
    body: Mapped[str]
    tags: Mapped[str] = mapped_column(default="")
    created_at: Mapped[Created]
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now, onupdate=now)
