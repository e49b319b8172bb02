"""The outbound half of the queue: claim, and what became of each message."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    Interval,
    Select,
    Update,
    and_,
    bindparam,
    func,
    insert,
    or_,
    select,
    text,
    update,
)

from crm_store import clock, delivery, touchpoints, troubles
from crm_store.delivery import Applied
from crm_store.models import (
    ChannelTrouble,
    Conversation,
    Customer,
    Identity,
    Message,
    MessagePart,
    table_of,
)
from crm_store.models.kinds import Author, IdentityState, MessageStatus, Owner, Way
from crm_store.models.talk import QUEUED, SENDING, UNKNOWN
from crm_store.prepared import Among, Prepared
from crm_store.session import Session, now
from crm_store.troubles import Sender, Try

LEASE = timedelta(seconds=60)
_table = table_of(Message)


@dataclass(frozen=True, slots=True)
class Claimed:
    """A message ready to be sent, with all the sender must know."""

    id: int
    conversation_id: int
    customer_id: int
    identity_id: int
    channel: str
    kind: str
    address: str
    identity_state: IdentityState
    text: str
    message_kind: str
    content: Mapping[str, Any]
    author: Author
    staff_id: int | None
    owner_version: int | None
    conversation_owner: Owner
    conversation_owner_version: int
    priority: int
    attempts: int
    language: str | None
    last_inbound_at: datetime | None
    created_at: datetime
    not_before: datetime
    reply_to: str | None
    """Provider id of the message this one answers."""
    thread: Mapping[str, Any]
    """The thread of the message this one answers, or of its own content."""
    attempt: int
    """Which attempt this is; the next one may be another worker's."""
    is_try: bool = False
    """Its sender was stopped; whether it still is shows what becomes of this message."""

    @property
    def outdated(self) -> bool:
        """A bot reply computed before the conversation changed hands: it must be dropped."""
        return self.author == Author.BOT and self.owner_version != self.conversation_owner_version


def claim(session: Session, *, limit: int = 32, lease: timedelta = LEASE) -> list[Claimed]:
    """Take up to `limit` due messages for sending, replies before bulk, one per conversation.

    A message waits while another of its conversation is being sent, or stands before it in the
    queue (an earlier one of the same priority, or a reply before bulk), even if that one is not
    due. What a stopped sender should send waits, but for one message when it is time to try.
    Commit before sending.
    """
    at = now()
    found = _due.rows(session, {"at": at, "most": limit, "farthest": at + troubles.FARTHEST})
    due = _but_one_of_each_stopped(session, found, at)
    claimed = [as_claimed(row, row.attempts + 1, is_try=is_try) for row, is_try in due]
    if claimed:
        leased = {"ids": [one.id for one in claimed], "until": at + lease, "lease": lease}
        _start.run(session, leased)
    if len(due) < len(found):  # what stood behind those that wait on may go
        claimed += claim(session, limit=limit - len(due), lease=lease)
    return claimed


def mark_sent(
    session: Session,
    message: Claimed | Message,
    provider_id: str,
    *,
    parts: Sequence[str] = (),
    at: datetime | None = None,
) -> list[Applied]:
    """Record that the provider took a message, with a touchpoint; see `mark_many_sent`."""
    return mark_many_sent(session, [(message, provider_id, tuple(parts))], at=at)


def mark_many_sent(
    session: Session,
    sent: Sequence[tuple[Claimed | Message, str, tuple[str, ...]]],
    *,
    at: datetime | None = None,
) -> list[Applied]:
    """Record (message, provider id, all parts' ids) the provider took, in few statements.

    Delivery reports that came before are applied now, and given for what else they mean.
    """
    if not sent:
        return []
    at = at or now()
    keys = [(message, delivery.provider_key(provider_id)) for message, provider_id, _ in sent]
    _sent.run_many(session, [{"row": one.id, "provider": key, "at": at} for one, key in keys])
    touchpoints.of_messages(session, [message.id for message, _ in keys], at)
    parts = _keep_parts(session, sent)
    return delivery.apply_pending(session, [*((one.channel, key) for one, key in keys), *parts])


def mark_failed(
    session: Session,
    message_id: int,
    *,
    error_code: str | None,
    error: str | None,
    attempt: int | None = None,
) -> None:
    """The provider refused for good. `attempt`, here and below: only if that is the last one."""
    failed = {"status": MessageStatus.FAILED, "error_code": error_code, "error": error}
    _settle(session, message_id, attempt, **failed)


def mark_retry(
    session: Session,
    message_id: int,
    *,
    not_before: datetime,
    error_code: str | None = None,
    error: str | None = None,
    untried: bool = False,
    attempt: int | None = None,
) -> None:
    """Provably not sent: back into the queue until `not_before`. `untried`: it was no attempt."""
    _settle(
        session,
        message_id,
        attempt,
        status=MessageStatus.QUEUED,
        attempts=Message.attempts - (1 if untried else 0),
        not_before=not_before,
        error_code=error_code,
        error=error,
    )


def mark_unknown(
    session: Session, message_id: int, *, error: str | None = None, attempt: int | None = None
) -> None:
    """Nobody knows whether it went out: to be reconciled or shown to staff, never resent."""
    unknown = {"status": MessageStatus.UNKNOWN, "unknown_since": clock.shared(session)}
    _settle(session, message_id, attempt, **unknown, error=error)


def mark_dropped(
    session: Session, message_id: int, *, error: str, attempt: int | None = None
) -> None:
    """Not to be sent any more, for the reason in `error`."""
    _settle(session, message_id, attempt, status=MessageStatus.DROPPED, error=error)


def mark_canceled(session: Session, message_id: int, *, error: str | None = None) -> bool:
    """Take a message out of the queue. False if it is no longer queued."""
    statement = update(Message).where(Message.id == message_id, text(f"messages.{QUEUED}"))
    values = {"status": MessageStatus.CANCELED, "error": error}
    statement = statement.values(**values).execution_options(synchronize_session=False)
    return session.scalars(statement.returning(Message.id)).first() is not None


def sweep_expired(session: Session, *, at: datetime | None = None) -> list[int]:
    """Messages whose sender vanished in the middle become unknown; gives their ids."""
    found_at = clock.shared(session)
    unknown = {"status": MessageStatus.UNKNOWN, "unknown_since": found_at, "lease_until": None}
    statement = (
        update(Message)
        .where(text(f"messages.{SENDING}"), Message.lease_until < (at or found_at))
        .values(**unknown, error="sender vanished")
        .returning(Message.id)
        .execution_options(synchronize_session=False)
    )
    return sorted(session.scalars(statement))


def unknown(session: Session, limit: int = 50) -> list[Claimed]:
    """Messages with an unknown outcome, the oldest first."""
    return [as_claimed(row, row.attempts) for row in _unknown.rows(session, {"most": limit})]


def details() -> Select[Any]:
    """A query for what a `Claimed` is made of."""
    message, answered = table_of(Message), table_of(Message).alias("answered")
    talk, identity, customer = table_of(Conversation), table_of(Identity), table_of(Customer)
    return (
        select(
            message.c.id,
            message.c.conversation_id,
            message.c.customer_id,
            identity.c.id.label("identity_id"),
            message.c.channel,
            identity.c.kind,
            identity.c.address,
            identity.c.state,
            message.c.text,
            message.c.kind.label("message_kind"),
            message.c.content,
            message.c.author,
            message.c.staff_id,
            message.c.owner_version,
            talk.c.owner,
            talk.c.owner_version.label("version"),
            message.c.priority,
            message.c.attempts,
            talk.c.language,
            customer.c.language.label("customer_language"),
            talk.c.last_inbound_at,
            message.c.created_at,
            message.c.not_before,
            answered.c.provider_id.label("reply_to"),
            answered.c.content.label("answered"),
        )
        .join_from(message, talk, talk.c.id == message.c.conversation_id)
        .join(identity, identity.c.id == talk.c.identity_id)
        .join(customer, customer.c.id == message.c.customer_id)
        .outerjoin(answered, answered.c.id == message.c.in_reply_to_id)
    )


def _due_query() -> Select[Any]:
    """Conditions on status are literal so that the partial indexes serve them."""
    ahead = text(
        "NOT EXISTS (SELECT 1 FROM messages AS ahead"
        " WHERE ahead.conversation_id = messages.conversation_id"
        " AND ahead.status IN ('queued', 'sending') AND ahead.id != messages.id"
        " AND (ahead.status = 'sending' OR ahead.priority < messages.priority"
        " OR (ahead.priority = messages.priority AND ahead.id < messages.id)))"
    )
    due = _table.c.not_before <= bindparam("at")
    stopped, identity = table_of(ChannelTrouble), table_of(Identity)
    of_sender = and_(
        stopped.c.channel == _table.c.channel,
        stopped.c.kind == identity.c.kind,
        stopped.c.way == Way.SEND,
    )
    may_be_tried = or_(
        stopped.c.until.is_(None),
        stopped.c.until <= bindparam("at"),
        stopped.c.until > bindparam("farthest"),
    )
    return (
        details()
        .add_columns(stopped.c.channel.label("stopped"))
        .outerjoin(stopped, of_sender)
        .where(text(f"messages.{QUEUED}"), due, ahead, may_be_tried)
        .order_by(_table.c.priority, _table.c.not_before, _table.c.id)
        .limit(bindparam("most"))
        .with_for_update(of=_table, skip_locked=True)
    )


def _but_one_of_each_stopped(
    session: Session, found: Sequence[Any], at: datetime
) -> list[tuple[Any, bool]]:
    """Rows that may be sent, and whether each is a try; of a stopped sender only the first."""
    senders = sorted({Sender(row.channel, row.kind) for row in found if row.stopped is not None})
    allowed = {sender: troubles.begin_try(session, sender, at) for sender in senders}
    due: list[tuple[Any, bool]] = []
    for row in found:
        sender = Sender(row.channel, row.kind)
        may = allowed.get(sender, Try.ALL)
        if may != Try.NONE:
            due.append((row, may == Try.ONE))
        if may == Try.ONE:
            allowed[sender] = Try.NONE
    return due


def as_claimed(row: Any, attempt: int, *, is_try: bool = False) -> Claimed:
    """A row of `details`."""
    answered = row.answered or {}
    language = row.language or row.customer_language
    thread = row.content.get("thread") or answered.get("thread") or {}
    return Claimed(*(*row[:18], language, *row[20:23], row.reply_to, thread, attempt, is_try))


def _keep_parts(
    session: Session, sent: Sequence[tuple[Claimed | Message, str, tuple[str, ...]]]
) -> list[tuple[str, str]]:
    """Remember the ids of the other parts; gives them as (channel, id)."""
    rows = [
        {"message_id": one.id, "channel": one.channel, "provider_id": delivery.provider_key(part)}
        for one, provider_id, parts in sent
        for part in parts
        if part != provider_id
    ]
    if rows:
        session.execute(insert(table_of(MessagePart)), rows)
    return [(str(row["channel"]), str(row["provider_id"])) for row in rows]


def _settle(session: Session, message_id: int, attempt: int | None, **values: Any) -> None:
    statement = update(Message).where(
        Message.id == message_id,
        Message.status.in_((MessageStatus.SENDING, MessageStatus.UNKNOWN)),
    )
    if attempt is not None:
        statement = statement.where(Message.attempts == attempt)
    session.execute(statement.values(lease_until=None, **values))


_due = Prepared(_due_query())
_unknown = Prepared(
    details().where(text(f"messages.{UNKNOWN}")).order_by(_table.c.id).limit(bindparam("most"))
)


def _starting(until: Any) -> Update:
    started = update(_table).where(Among(_table.c.id))
    return started.values(status="sending", attempts=_table.c.attempts + 1, lease_until=until)


_lease = bindparam("lease", type_=Interval())
_start = Prepared(
    {
        "sqlite": _starting(bindparam("until")),
        # By the clock that all workers share: another's may be minutes ahead of ours.
        "postgresql": _starting(func.clock_timestamp() + _lease),
    }
)
_sent = Prepared(
    update(_table)
    .where(
        _table.c.id == bindparam("row"),
        text("status IN ('sending', 'unknown')"),
    )
    .values(
        status=MessageStatus.SENT,
        provider_id=bindparam("provider"),
        sent_at=bindparam("at"),
        lease_until=None,
        error=None,
        error_code=None,
    )
)
