"""Delivery reports: statuses only ever move forward, early reports wait for their message."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any

from sqlalchemy import bindparam, delete, func, insert, select, text, update

from crm_store import touchpoints
from crm_store.models import Message, MessagePart, PendingStatus, table_of
from crm_store.models.kinds import Direction, MessageStatus
from crm_store.prepared import Among, Prepared
from crm_store.session import Session, now

KEY = 255


@dataclass(frozen=True, slots=True)
class Meant:
    """What a report of a failure means besides. `reach`: the address's state that it proves;
    `retry_after`: it passes by itself; `stops_sender`: not until an operator acts."""

    reach: str | None = None
    retry_after: timedelta | None = None
    stops_sender: bool = False


NOTHING = Meant()


@dataclass(frozen=True, slots=True)
class Applied:
    """A report as it was applied; `changed`: its message's status is another one now."""

    channel: str
    provider_id: str
    error_code: str | None
    error: str | None
    at: datetime | None
    meant: Meant
    changed: bool


_SENDING = (MessageStatus.SENDING, MessageStatus.UNKNOWN)
_BEFORE = {
    MessageStatus.SENT: _SENDING,
    MessageStatus.DELIVERED: (*_SENDING, MessageStatus.SENT),
    MessageStatus.READ: (*_SENDING, MessageStatus.SENT, MessageStatus.DELIVERED),
    MessageStatus.FAILED: (*_SENDING, MessageStatus.SENT, MessageStatus.FAILED),
}
"""The statuses each report may replace. Failed may repeat, to bring a missing error code."""


def provider_key(provider_id: str) -> str:
    """A provider's id short enough for an index on every database."""
    if len(provider_id) <= KEY:
        return provider_id
    return f"sha256:{sha256(provider_id.encode(errors='replace')).hexdigest()}"


def message_of(session: Session, channel: str, provider_id: str) -> Message | None:
    """The message we sent that the provider knows, or a part of which it knows, by this id."""
    key = {"channel": channel, "provider_id": provider_key(provider_id)}
    message_id = _find(session, key) or _find_part(session, key)
    return None if message_id is None else session.get(Message, message_id)


def apply_status(
    session: Session,
    channel: str,
    provider_id: str,
    status: MessageStatus | str,
    *,
    error_code: str | None = None,
    error: str | None = None,
    at: datetime | None = None,
    meant: Meant = NOTHING,
) -> bool:
    """Apply a report (sent, delivered, read or failed). True if the message changed.

    A report for an id we do not know yet is kept, with what it `meant`, and applied when the id
    is recorded. Of a message sent in parts the last part's reports count, and any part's failure.
    """
    report = {
        "channel": channel,
        "provider_id": provider_key(provider_id),
        "status": MessageStatus(status),
        "error_code": error_code,
        "error": error,
        "at": at or now(),
    }
    message_id = _find(session, report)
    if message_id is not None:
        return _forward(session, message_id, report)
    part_of = _find_part(session, report)
    if part_of is None:
        session.execute(insert(table_of(PendingStatus)), [report | _kept(meant)])
        return False
    return report["status"] == MessageStatus.FAILED and _forward(session, part_of, report)


def queue_again(
    session: Session,
    message_id: int,
    *,
    not_before: datetime,
    attempts: int | None,
    since: datetime,
) -> bool:
    """Put a message back into the queue whose delivery a report called failed. False if not.

    Not if it was tried `attempts` times (None: this was no attempt), is older than `since`, went
    out in parts (some of them arrived), or a person sent it again. Its old provider id is given
    up, so that late reports of the lost attempt mean nothing any more.
    """
    message = session.get_one(Message, message_id, populate_existing=True)
    if message.status != MessageStatus.FAILED or "sent_again_as" in message.content:
        return False
    if attempts is not None and message.attempts >= attempts:
        return False
    if message.created_at < since or _has_parts(session, message):
        return False
    if attempts is None:
        message.attempts = max(0, message.attempts - 1)
    message.status, message.not_before = MessageStatus.QUEUED, not_before
    message.provider_id = message.sent_at = None
    session.flush()
    touchpoints.take_back(session, message)
    return True


def mark_delivered(session: Session, message_ids: Sequence[int]) -> None:
    """The channel itself showed these messages as it took them; statuses only move forward."""
    _delivered.run(session, {"ids": message_ids, "at": now()})


def apply_pending(session: Session, keys: Sequence[tuple[str, str]]) -> list[Applied]:
    """Apply the reports that came before the provider ids `keys` (channel, id) were recorded."""
    wanted = set(keys)
    found = _pending.rows(session, {"keys": [provider_id for _, provider_id in keys]})
    early = [row for row in found if (row.channel, row.provider_id) in wanted]
    return [_apply_early(session, report) for report in early]


def _apply_early(session: Session, report: Any) -> Applied:
    session.execute(delete(PendingStatus).where(PendingStatus.id == report.id))
    said = {"error_code": report.error_code, "error": report.error, "at": report.at}
    changed = apply_status(session, report.channel, report.provider_id, report.status, **said)
    seconds = report.retry_seconds
    wait = None if seconds is None else timedelta(seconds=seconds)
    meant = Meant(report.reach, wait, report.stops_sender)
    return Applied(report.channel, report.provider_id, **said, meant=meant, changed=changed)


def _kept(meant: Meant) -> dict[str, Any]:
    wait = meant.retry_after
    return {
        "reach": meant.reach,
        "retry_seconds": None if wait is None else int(wait.total_seconds()),
        "stops_sender": meant.stops_sender,
    }


def forget_pending(session: Session, before: datetime) -> int:
    """Delete reports older than `before` for messages that are not ours; gives how many."""
    gone = delete(PendingStatus).where(PendingStatus.at < before).returning(PendingStatus.id)
    return len(session.scalars(gone).all())


def _find(session: Session, report: dict[str, Any]) -> int | None:
    query = select(Message.id).where(
        Message.channel == report["channel"],
        Message.direction == Direction.OUT,
        Message.provider_id == report["provider_id"],
    )
    return session.scalars(query).first()


def _find_part(session: Session, report: dict[str, Any]) -> int | None:
    query = select(MessagePart.message_id).where(
        MessagePart.channel == report["channel"],
        MessagePart.provider_id == report["provider_id"],
    )
    return session.scalars(query).first()


def _has_parts(session: Session, message: Message) -> bool:
    query = select(MessagePart.id).where(MessagePart.message_id == message.id)
    return session.scalars(query.limit(1)).first() is not None


def _forward(session: Session, message_id: int, report: dict[str, Any]) -> bool:
    statement = (
        update(Message)
        .where(Message.id == message_id, Message.status.in_(_BEFORE[report["status"]]))
        .values(**_changes(report))
        .returning(Message.id)
    )
    return session.scalars(statement).first() is not None


def _changes(report: dict[str, Any]) -> dict[str, Any]:
    status, at = report["status"], report["at"]
    changes: dict[str, Any] = {"status": status}
    if status == MessageStatus.FAILED:
        changes["error_code"] = func.coalesce(report["error_code"], Message.error_code)
        changes["error"] = func.coalesce(report["error"], Message.error)
    if status in (MessageStatus.DELIVERED, MessageStatus.READ):
        changes["delivered_at"] = func.coalesce(Message.delivered_at, at)
    if status == MessageStatus.READ:
        changes["read_at"] = at
    return changes


_early, _message = table_of(PendingStatus), table_of(Message)
_pending = Prepared(select(_early).where(Among(_early.c.provider_id, "keys")).order_by(_early.c.id))
_delivered = Prepared(
    update(_message)
    .where(Among(_message.c.id), text("status IN ('sending', 'unknown', 'sent')"))
    .values(status=MessageStatus.DELIVERED, delivered_at=bindparam("at"))
)
