"""Files that customers sent: where each is to be had, and what has become of it."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from crm_store.models.base import Base
from crm_store.models.columns import Created, Id, UtcDateTime, now, words
from crm_store.models.kinds import FileState

# Literal SQL: a planner uses a partial index only if the query repeats its condition literally.
WAITING = "state = 'waiting'"


class Attachment(Base):
    """One file of an inbound message.

    `claimed_type` and `claimed_size` are the sender's word; `content_type` and `size` are what
    was found. `digest` (SHA-256, hex) is its name in the folder of files. `reason` is a word for
    why it was refused or could not be had, `error` the details.
    """

    __tablename__ = "attachments"
    __table_args__ = (
        UniqueConstraint("message_id", "position"),
        Index("ix_attachments_digest", "digest"),
        Index(
            "ix_attachments_waiting",
            "not_before",
            "id",
            sqlite_where=text(WAITING),
            postgresql_where=text(WAITING),
        ),
    )

    id: Mapped[Id]
    message_id: Mapped[int] = mapped_column(ForeignKey("messages.id"))
    position: Mapped[int]
    reference: Mapped[str]
    claimed_type: Mapped[str | None]
    claimed_size: Mapped[int | None]
    filename: Mapped[str | None]
    state: Mapped[FileState] = mapped_column(words(FileState, "state"), default=FileState.WAITING)
    attempts: Mapped[int] = mapped_column(default=0)
    not_before: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    lease_until: Mapped[datetime | None]
    digest: Mapped[str | None]
    size: Mapped[int | None]
    content_type: Mapped[str | None]
    reason: Mapped[str | None]
    error: Mapped[str | None]
    created_at: Mapped[Created]
    settled_at: Mapped[datetime | None]
