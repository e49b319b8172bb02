"""Updates of the Bot API -> events. Pure and total: an odd update says nothing, it never raises.

An update that is refused is sent again for a day and holds up its chat, so nothing that comes
with our secret is refused for what it says.
"""

import json
import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from channels.base import (
    AddressChanged,
    ChannelKind,
    Event,
    InboundMessage,
    MessageKind,
    Reachability,
    ReachState,
    Sender,
    WebhookRequest,
)
from channels.errors import MalformedRequest
from channels.telegram import chats, content, groups, payments
from channels.telegram.fields import Object, load, moment, number, obj, objects, text

log = logging.getLogger(__name__)

NEEDED = ("message", "edited_message", "callback_query", "my_chat_member")
ALLOWED = (*NEEDED, *payments.KINDS)
"""The kinds of update we ask for; all others are ignored if they come all the same."""
_LONGEST_NAME = 120
_LONGEST_KEY = 100  # a callback query's id has about 19 digits


@dataclass(frozen=True, slots=True)
class Bot:
    """For whom an update is read: the channel's name, the bot's id and its name in lower case."""

    channel: str
    id: int
    username: str = ""


def request(bot: Bot, webhook: WebhookRequest) -> Sequence[Event]:
    """What a webhook says. Raises MalformedRequest for a body that is not a JSON object."""
    try:
        update = load(webhook.body)
    except (ValueError, RecursionError) as error:
        raise MalformedRequest(f"the body cannot be read: {type(error).__name__}") from error
    if not isinstance(update, dict):
        raise MalformedRequest("the body is not a JSON object")
    return update_events(bot, update, webhook.body)


def update_events(bot: Bot, update: Object, raw: bytes | None = None) -> Sequence[Event]:
    """What an update says; () for kinds we do not serve. `raw` is the update as it came."""
    kept = json.dumps(update).encode() if raw is None else raw
    for kind, read in _READERS.items():
        if obj(update, kind):
            return read(bot, update, kept)
    level = logging.WARNING if "business_connection" in update else logging.INFO
    log.log(level, "update of another kind ignored: %.200r", sorted(map(str, update))[:10])
    return ()


def _message(bot: Bot, update: Object, raw: bytes) -> Sequence[Event]:
    message = chats.completed(obj(update, "message"))
    moved = _migration(bot, message)
    if moved is not None:
        return (moved,)
    found = _inbound(bot, update, message, raw)
    return (found,) if found else ()


def _edited(bot: Bot, update: Object, raw: bytes) -> Sequence[Event]:
    """An edit is a new version: its own key, and the original's id beside it."""
    message = chats.completed(obj(update, "edited_message"))
    version = number(message, "edit_date") or number(update, "update_id")
    found = _inbound(bot, update, message, raw, version=version)
    return (found,) if found else ()


def _inbound(
    bot: Bot, update: Object, message: Object, raw: bytes, *, version: int | None = None
) -> InboundMessage | None:
    place = _place(message)
    if place is None or not _is_said_to_us(bot, message):
        return None
    said = content.words(message)
    if groups.is_group(obj(message, "chat")):
        said = groups.without_mention(message, said, bot.username)
    start = content.start_payload(said)
    attached = content.attachments(message)
    edited = version is not None
    return InboundMessage(
        channel=bot.channel,
        kind=ChannelKind.TELEGRAM,
        provider_id=f"{place}:{version}" if edited else place,
        sender=_sender(message),
        text="/start" if start else said,
        message_kind=content.kind(message),
        attachments=attached,
        shared_phone=None if edited else content.own_phone(message),
        reply_to=_answered(message),
        edited=edited,
        automatic=_is_automatic(message, edited=edited),
        sent_at=moment(message, "edit_date" if edited else "date"),
        thread=_thread(message),
        metadata=_metadata(update, message, start=start, original=place if edited else None),
        raw=raw,
    )


def _is_said_to_us(bot: Bot, message: Object) -> bool:
    """Said by somebody, and in a group meant for the bot."""
    if content.is_service(message):
        return False
    if groups.is_group(obj(message, "chat")):
        return groups.is_for_us(message, bot_id=bot.id, username=bot.username)
    return number(obj(message, "from"), "id") is not None


def _callback(bot: Bot, update: Object, raw: bytes) -> Sequence[Event]:
    """A pressed button. Whether we showed that button to that person is for the flow to check:
    `payload` is what the app sent, `reply_to` the message whose button it was."""
    query = obj(update, "callback_query")
    message = chats.completed(obj(query, "message"))
    user = number(obj(query, "from"), "id")
    pressed_on, key = _place(message), text(query, "id")
    if not 0 < len(key) <= _LONGEST_KEY or user is None or not _may_press(message, user):
        log.warning("a button press without id or sender ignored")
        return ()
    known = pressed_on is not None
    data = text(query, "data") if known else ""
    group = groups.is_group(obj(message, "chat"))
    details = {
        "callback_id": key,
        "message_id": pressed_on,
        "chat": number(obj(message, "chat"), "id"),
        "user": user,
        "inaccessible": known and not number(message, "date"),
        "inline_message_id": text(query, "inline_message_id"),
        "group": group,
        "update_id": number(update, "update_id"),
        "username": text(obj(query, "from"), "username"),
    }
    event = InboundMessage(
        channel=bot.channel,
        kind=ChannelKind.TELEGRAM,
        provider_id=f"cb:{key}",
        sender=_sender({"from": query["from"], "chat": message.get("chat")}),
        text=_title(message, data),
        message_kind=MessageKind.BUTTON,
        payload=data or None,
        reply_to=pressed_on,
        # Without a message of ours in a chat nothing was asked, and nobody is to be answered.
        automatic=not data,
        thread=_thread(message),
        metadata={name: value for name, value in details.items() if value},
        raw=raw,
    )
    return (event,)


def _payment(bot: Bot, update: Object, raw: bytes) -> Sequence[Event]:
    """Somebody wants to pay: kept for staff to see, and declined when it is acknowledged."""
    kind = next(name for name in payments.KINDS if obj(update, name))
    query = obj(update, kind)
    key = text(query, "id")
    if not 0 < len(key) <= _LONGEST_KEY or number(obj(query, "from"), "id") is None:
        log.warning("a payment without id or sender ignored")
        return ()
    event = InboundMessage(
        channel=bot.channel,
        kind=ChannelKind.TELEGRAM,
        provider_id=f"{kind}:{key}",
        sender=_sender(query),
        message_kind=MessageKind.OTHER,
        automatic=True,
        metadata={"content": kind, "query_id": key},
        raw=raw,
    )
    return (event,)


def _membership(bot: Bot, update: Object, raw: bytes) -> Sequence[Event]:
    """In a private chat: the person blocked the bot ("kicked") or took it back ("member")."""
    change = chats.completed(obj(update, "my_chat_member"))
    chat, status = obj(change, "chat"), text(obj(change, "new_chat_member"), "status")
    user, state = number(chat, "id"), _MEMBERSHIP.get(status)
    if text(chat, "type") != "private" or user is None or state is None:
        return ()
    at = number(change, "date") or number(update, "update_id") or 0
    event = Reachability(
        channel=bot.channel,
        kind=ChannelKind.TELEGRAM,
        address=str(user),
        state=state,
        event_id=f"member:{user}:{at}:{status}",
        reason=f"my_chat_member: {status}",
        at=moment(change, "date"),
    )
    return (event,)


_Reader = Callable[[Bot, Object, bytes], Sequence[Event]]
_READERS: Mapping[str, _Reader] = MappingProxyType(
    {
        "message": _message,
        "edited_message": _edited,
        "callback_query": _callback,
        "my_chat_member": _membership,
        "pre_checkout_query": _payment,
        "shipping_query": _payment,
    }
)
_MEMBERSHIP: Mapping[str, ReachState] = MappingProxyType(
    {"kicked": ReachState.BLOCKED, "member": ReachState.OK}
)


def _migration(bot: Bot, message: Object) -> AddressChanged | None:
    """Both chats tell of a group's new id; either way it is the same event."""
    here = number(obj(message, "chat"), "id")
    to, origin = number(message, "migrate_to_chat_id"), number(message, "migrate_from_chat_id")
    old, new = (here, to) if to is not None else (origin, here)
    if old is None or new is None:
        return None
    return AddressChanged(
        bot.channel, ChannelKind.TELEGRAM, str(old), str(new), f"migrate:{old}:{new}"
    )


def _place(message: Object) -> str | None:
    """`<chat id>:<message id>`, None unless it is in a private chat or a group."""
    chat, message_id = obj(message, "chat"), number(message, "message_id")
    chat_id, served = number(chat, "id"), text(chat, "type") in ("private", *groups.GROUPS)
    return f"{chat_id}:{message_id}" if served and chat_id and message_id is not None else None


def _may_press(message: Object, user: int) -> bool:
    """In a private chat only the person it is with can press, and the chat's id is theirs."""
    chat = obj(message, "chat")
    return text(chat, "type") != "private" or number(chat, "id") == user


def _sender(message: Object) -> Sender:
    """The person in a private chat; in a group the group, which is whom an answer goes to."""
    who, chat = obj(message, "from"), obj(message, "chat")
    if groups.is_group(chat):
        title = text(chat, "title").strip()[:_LONGEST_NAME]
        return Sender(str(number(chat, "id")), name=title or None)
    names = (text(who, "first_name"), text(who, "last_name"))
    name = " ".join(" ".join(names).split())[:_LONGEST_NAME]
    return Sender(str(number(who, "id")), name=name or None, language=_language(who))


def _language(who: Object) -> str | None:
    """The app's language (IETF tag) without region: "pt-br" -> "pt"."""
    tag = text(who, "language_code").partition("-")[0].strip().lower()
    return tag if tag.isascii() and tag.isalpha() and 2 <= len(tag) <= 3 else None


def _answered(message: Object) -> str | None:
    """The provider id of the message that this one answers."""
    chat = number(obj(message, "chat"), "id")
    message_id = number(groups.answered(message), "message_id")
    return f"{chat}:{message_id}" if message_id is not None else None


def _is_automatic(message: Object, *, edited: bool) -> bool:
    """Bots are not answered, nor is each step of a live location.

    Whoever writes as the group or as a channel is a person, though Telegram names a bot for them.
    """
    live = edited and bool(obj(message, "location"))
    a_bot = obj(message, "from").get("is_bot") is True and not obj(message, "sender_chat")
    return live or a_bot


def _thread(message: Object) -> Mapping[str, Any]:
    """The topic to answer in, if the chat has topics."""
    topic = number(message, "message_thread_id")
    return {"topic": topic} if topic and message.get("is_topic_message") is True else {}


def _metadata(
    update: Object, message: Object, *, start: str | None, original: str | None
) -> Mapping[str, Any]:
    group = groups.is_group(obj(message, "chat"))
    facts = {
        "start": start,
        "original": original,
        "group": group,
        "user": number(obj(message, "from"), "id") if group else None,
        "update_id": number(update, "update_id"),
    }
    return {name: value for name, value in facts.items() if value} | content.details(message)


def _title(message: Object, data: str) -> str:
    """What the pressed button says, so that the thread can be read."""
    rows = obj(message, "reply_markup").get("inline_keyboard")
    for row in rows if isinstance(rows, list) else ():
        for button in objects({"row": row}, "row"):
            if data and text(button, "callback_data") == data:
                return text(button, "text")
    return ""
