"""The message templates providers keep, as they were when last asked."""

from datetime import datetime
from typing import Any

from sqlalchemy import UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from crm_store.models.base import Base
from crm_store.models.columns import Id, UtcDateTime, now, words
from crm_store.models.kinds import TemplateState


class StoredTemplate(Base):
    """A template of one channel (its name in `config.yml`). `samples` are values by variable."""

    __tablename__ = "channel_templates"
    __table_args__ = (UniqueConstraint("channel", "provider_id"),)

    id: Mapped[Id]
    channel: Mapped[str]
    provider_id: Mapped[str]
    name: Mapped[str]
    language: Mapped[str]
    body: Mapped[str]
    variables: Mapped[list[Any]] = mapped_column(default=list)
    samples: Mapped[dict[str, Any]] = mapped_column(default=dict)
    kind: Mapped[str]
    state: Mapped[TemplateState] = mapped_column(words(TemplateState, "state"))
    category: Mapped[str | None]
    reason: Mapped[str | None]
    synced_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)


class TemplateList(Base):
    """When a channel's list was asked for and last came; `error` is why it did not come since."""

    __tablename__ = "template_lists"

    channel: Mapped[str] = mapped_column(primary_key=True)
    asked_at: Mapped[datetime | None]
    synced_at: Mapped[datetime | None]
    error: Mapped[str | None]
