"""Actions run on behalf of a dialogue engine in another process."""

from typing import Any

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from crm_store.models.base import Base
from crm_store.models.columns import Created, Id


class ActionRun(Base):
    """One call of an action, written in the transaction of all it did.

    `call` is a digest of what was asked, so that the same call gets the same answer. `requests`
    is what the product shall do once the turn is over; emptied when that is done.
    """

    __tablename__ = "action_runs"
    __table_args__ = (
        UniqueConstraint("message_id", "call"),
        Index("ix_action_runs_created_at", "created_at"),
    )

    id: Mapped[Id]
    message_id: Mapped[int] = mapped_column(ForeignKey("messages.id"))
    action: Mapped[str]
    call: Mapped[str]
    answer: Mapped[dict[str, Any]] = mapped_column(default=dict)
    requests: Mapped[dict[str, Any]] = mapped_column(default=dict)
    created_at: Mapped[Created]
