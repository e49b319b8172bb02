"""What the other side posts -> events. Pure: bytes in, frozen dataclasses out."""

import json
import logging
from collections.abc import Mapping, Sequence
from typing import Any

from channels.base import (
    Attachment,
    ChannelKind,
    DeliveryStatus,
    Event,
    InboundMessage,
    MessageKind,
    Reachability,
    ReachState,
    Sender,
    StatusUpdate,
    VerifiedBy,
)
from channels.errors import MalformedRequest
from channels.http.config import Config
from channels.http.fields import clean, moment, needed, word
from channels.phones import e164

log = logging.getLogger(__name__)


def events(channel: str, body: bytes, config: Config) -> Sequence[Event]:
    """The events of `{"events": [...]}`; other types are ignored. Raises MalformedRequest."""
    try:
        items = json.loads(body)["events"]
        found = [_event(channel, item, config) for item in items]
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError) as error:
        raise MalformedRequest(f"not the documented JSON: {error!r:.200}") from error
    return tuple(event for event in found if event is not None)


def _event(channel: str, item: Mapping[str, Any], config: Config) -> Event | None:
    """One event. Raises ValueError or LookupError for what lacks a needed field."""
    kind = item["type"]
    if kind == "message":
        return _message(channel, item, config)
    if kind == "status":
        return _status(channel, item)
    if kind == "reach":
        return _reach(channel, item)
    log.info("event of type %.40r ignored", kind)
    return None


def _message(channel: str, item: Mapping[str, Any], config: Config) -> InboundMessage:
    payload, files = word(item, "payload") or None, _files(item)
    kind = MessageKind.MEDIA if files else MessageKind.TEXT
    text = item.get("text")
    return InboundMessage(
        channel=channel,
        kind=ChannelKind.HTTP,
        provider_id=needed(item, "id"),
        sender=_sender(item["from"], config),
        text=clean(text) if isinstance(text, str) else "",
        message_kind=MessageKind.BUTTON if payload else kind,
        payload=payload,
        attachments=files,
        reply_to=word(item, "reply_to") or None,
        automatic=item.get("automatic") is True,
        sent_at=moment(item.get("sent_at")),
        raw=json.dumps(item).encode(),
    )


def _sender(who: Mapping[str, Any], config: Config) -> Sender:
    phone = e164(word(who, "phone")) if config.vouches_for_phones else None
    return Sender(
        address=needed(who, "id"),
        name=word(who, "name")[:120] or None,
        phone=phone,
        verified_by=VerifiedBy.CHANNEL if phone else None,
        language=word(who, "language")[:2].lower() or None,
    )


def _files(item: Mapping[str, Any]) -> tuple[Attachment, ...]:
    return tuple(
        Attachment(
            reference=word(file, "url"),
            content_type=word(file, "content_type")[:200] or None,
            filename=word(file, "filename")[:200] or None,
        )
        for file in item.get("attachments") or ()
        if word(file, "url").startswith(("https://", "http://"))
    )


def _status(channel: str, item: Mapping[str, Any]) -> StatusUpdate | None:
    """A delivery report; a word we do not know says nothing."""
    named = word(item, "status")
    if named not in tuple(DeliveryStatus):
        log.warning("unknown status word %.40r ignored", named)
        return None
    return StatusUpdate(
        channel=channel,
        provider_id=needed(item, "id"),
        status=DeliveryStatus(named),
        error_code=word(item, "code") or None,
        error=word(item, "error")[:300] or None,
        at=moment(item.get("at")),
    )


def _reach(channel: str, item: Mapping[str, Any]) -> Reachability:
    return Reachability(
        channel=channel,
        kind=ChannelKind.HTTP,
        address=needed(item, "address"),
        state=ReachState(item["state"]),
        event_id=needed(item, "id"),
        reason=word(item, "reason") or None,
        at=moment(item.get("at")),
    )
