"""Customers' files: noted with their message, fetched later, each by one worker at a time."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import bindparam, delete, insert, or_, select, text, update

from crm_store.models import Attachment, Message, MessageOriginal, table_of
from crm_store.models.attachments import WAITING
from crm_store.models.kinds import FileState
from crm_store.session import Session, now

if TYPE_CHECKING:
    from crm_store.messages import Inbound

LONGEST = 2000
"""Characters of a reference or an error that are kept."""
LARGEST = 2**53
"""Bytes of a size that is kept as claimed; anybody may claim anything."""
_table = table_of(Attachment)
_message = table_of(Message)
_original = table_of(MessageOriginal)
_waiting = text(f"attachments.{WAITING}")


@dataclass(frozen=True, slots=True)
class Wanted:
    """A file to fetch, with all that must be known for it. `attempts` counts this one."""

    id: int
    message_id: int
    conversation_id: int
    channel: str
    reference: str
    claimed_type: str | None
    claimed_size: int | None
    filename: str | None
    attempts: int
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Found:
    """A file that was fetched and kept. `filename` is what it may be saved as."""

    digest: str
    size: int
    content_type: str
    filename: str | None


def note(session: Session, inbound: "Iterable[tuple[int, Inbound]]") -> None:
    """Remember the files of new messages, by message id; a message without any costs nothing."""
    rows = [
        _row(message_id, position, file)
        for message_id, one in inbound
        for position, file in enumerate(one.content.get("attachments", ()))
    ]
    if rows:
        session.execute(insert(_table), rows)


def claim(
    session: Session, *, limit: int, lease: timedelta, at: datetime | None = None
) -> list[Wanted]:
    """Take up to `limit` files that are due, the oldest first. Commit before fetching.

    A file whose lease has ended (its worker died) is due again; it counts as an attempt, so that
    a file that kills its worker does not do so for ever.
    """
    at = at or now()
    found = [Wanted(*row) for row in session.execute(_due, {"at": at, "most": limit})]
    if found:
        ids = [one.id for one in found]
        session.execute(_start, {"ids": ids, "until": at + lease})
    return found


def original(session: Session, message_id: int) -> bytes:
    """The message as it came, out of which a mail's files are taken; b"" if it was not kept."""
    query = select(MessageOriginal.raw).where(MessageOriginal.message_id == message_id)
    return session.scalars(query).first() or b""


def stored(session: Session, attachment_id: int, found: Found) -> None:
    """The file is in the folder of files."""
    _settle(
        session,
        attachment_id,
        state=FileState.STORED,
        digest=found.digest,
        size=found.size,
        content_type=found.content_type,
        filename=found.filename,
        reason=None,
        error=None,
    )


def given_up(
    session: Session, attachment_id: int, state: FileState, reason: str, error: str = ""
) -> None:
    """The file is refused (REFUSED) or cannot be had (FAILED)."""
    _settle(session, attachment_id, state=state, reason=reason, error=error[:LONGEST] or None)


def later(session: Session, attachment_id: int, not_before: datetime, error: str = "") -> None:
    """The file may be had later."""
    values = {"not_before": not_before, "lease_until": None, "error": error[:LONGEST] or None}
    session.execute(_one(attachment_id).values(**values))


def again(session: Session, attachment_id: int) -> bool:
    """Let a file that could not be had wait once more. False if it is not such a file."""
    failed = update(_table).where(_table.c.id == attachment_id, _table.c.state == FileState.FAILED)
    values = {"state": FileState.WAITING, "attempts": 0, "not_before": now(), "reason": None}
    statement = failed.values(**values).returning(_table.c.id)
    return session.scalars(statement).first() is not None


def let_go(session: Session, ids: Sequence[int]) -> None:
    """Give files back that were claimed and not tried to the end: the program is stopping."""
    back = update(_table).where(_waiting, _table.c.id.in_(ids))
    session.execute(back.values(lease_until=None, attempts=_table.c.attempts - 1))


def let_go_all(session: Session) -> None:
    """Nobody is at work: what was being fetched is due again; its attempt has counted."""
    held = update(_table).where(_table.c.lease_until.is_not(None))
    session.execute(held.values(lease_until=None))


def get(session: Session, attachment_id: int) -> Attachment | None:
    """None if there is no such file."""
    return session.get(Attachment, attachment_id)


def conversation_of(session: Session, message_id: int) -> int | None:
    """Whose permission a message's files need; None if there is no such message."""
    query = select(Message.conversation_id).where(Message.id == message_id)
    return session.scalars(query).first()


def of_messages(session: Session, messages: Iterable[Message]) -> dict[int, list[Attachment]]:
    """The files of these messages by message id, in order; asks only if there may be any."""
    ids = [one.id for one in messages if one.content.get("attachments")]
    found: dict[int, list[Attachment]] = {}
    if ids:
        query = select(Attachment).where(Attachment.message_id.in_(ids))
        for one in session.scalars(query.order_by(Attachment.message_id, Attachment.position)):
            found.setdefault(one.message_id, []).append(one)
    return found


def remove_old(session: Session, before: datetime, limit: int = 500) -> list[str]:
    """Forget files that came before a time; gives the digests that nothing needs any more.

    Delete those files only once this is committed.
    """
    old = (
        select(_table.c.id)
        .where(_table.c.state == FileState.STORED, _table.c.created_at < before)
        .limit(limit)
    )
    gone = (
        update(_table)
        .where(_table.c.id.in_(old))
        .values(state=FileState.REMOVED)
        .returning(_table.c.digest)
    )
    digests = set(session.scalars(gone))
    return sorted(digests - in_use(session, digests))


def remove_originals(session: Session, before: datetime, limit: int = 500) -> bool:
    """Forget the provider's bytes of messages from before a time; whether there may be more."""
    old = (
        select(_original.c.message_id)
        .join(_message, _message.c.id == _original.c.message_id)
        .where(_message.c.created_at < before)
        .order_by(_original.c.message_id)
        .limit(limit)
    )
    gone = delete(_original).where(_original.c.message_id.in_(old))
    return len(session.scalars(gone.returning(_original.c.message_id)).all()) == limit


def in_use(session: Session, digests: Iterable[str]) -> set[str]:
    """Those of these digests that a stored file has."""
    query = select(_table.c.digest).where(
        _table.c.digest.in_(list(digests)), _table.c.state == FileState.STORED
    )
    return set(session.scalars(query))


def _row(message_id: int, position: int, file: Mapping[str, Any]) -> dict[str, Any]:
    at = now()
    return {
        "message_id": message_id,
        "position": position,
        "reference": str(file.get("reference", ""))[:LONGEST],
        "claimed_type": file.get("content_type"),
        "claimed_size": min(file.get("size") or 0, LARGEST) or None,
        "filename": file.get("filename"),
        "state": FileState.WAITING,
        "attempts": 0,
        "not_before": at,
        "created_at": at,
    }


def _settle(session: Session, attachment_id: int, **values: Any) -> None:
    # A worker whose lease has ended may still be the first to finish; the second changes nothing.
    settled = {"settled_at": now(), "lease_until": None, **values}
    session.execute(_one(attachment_id).values(**settled))


def _one(attachment_id: int) -> Any:
    return update(_table).where(_waiting, _table.c.id == attachment_id)


_due = (
    select(
        _table.c.id,
        _table.c.message_id,
        _message.c.conversation_id,
        _message.c.channel,
        _table.c.reference,
        _table.c.claimed_type,
        _table.c.claimed_size,
        _table.c.filename,
        (_table.c.attempts + 1).label("attempt"),
        _table.c.created_at,
    )
    .join_from(_table, _message, _message.c.id == _table.c.message_id)
    .where(
        _waiting,
        _table.c.not_before <= bindparam("at"),
        or_(_table.c.lease_until.is_(None), _table.c.lease_until <= bindparam("at")),
    )
    .order_by(_table.c.not_before, _table.c.id)
    .limit(bindparam("most"))
    .with_for_update(of=_table, skip_locked=True)
)
_start = (
    update(_table)
    .where(_table.c.id.in_(bindparam("ids", expanding=True)))
    .values(attempts=_table.c.attempts + 1, lease_until=bindparam("until"))
)
