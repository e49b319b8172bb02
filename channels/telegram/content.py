"""What a Telegram message holds: text, files by reference, a place, a contact card."""

import re
from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Any

from channels.base import Attachment, MessageKind
from channels.phones import e164
from channels.telegram.fields import Object, clean, decimal, number, obj, objects, text

# The content type where Telegram names none; GIFs are kept as MP4.
FILES: Mapping[str, str] = MappingProxyType(
    {
        "animation": "video/mp4",
        "document": "application/octet-stream",
        "audio": "audio/mpeg",
        "voice": "audio/ogg",
        "video": "video/mp4",
        "video_note": "video/mp4",
        "live_photo": "video/mp4",
    }
)
# What the app writes into a chat by itself. Nobody said it, so nobody is answered.
SERVICE = frozenset(
    """
    new_chat_members new_chat_member left_chat_member new_chat_title new_chat_photo
    delete_chat_photo group_chat_created supergroup_chat_created channel_chat_created
    message_auto_delete_timer_changed pinned_message successful_payment refunded_payment
    users_shared user_shared chat_shared connected_website write_access_allowed passport_data
    proximity_alert_triggered boost_added chat_background_set forum_topic_created
    forum_topic_edited forum_topic_closed forum_topic_reopened general_forum_topic_hidden
    general_forum_topic_unhidden giveaway_created giveaway_completed video_chat_scheduled
    video_chat_started video_chat_ended video_chat_participants_invited
    gift unique_gift paid_message_price_changed direct_message_price_changed
    chat_owner_left chat_owner_changed checklist_tasks_done checklist_tasks_added
    gift_upgrade_sent managed_bot_created poll_option_added poll_option_deleted
    suggested_post_approved suggested_post_approval_failed suggested_post_declined
    suggested_post_paid suggested_post_refunded
    community_chat_added community_chat_joined community_chat_removed
    migrate_to_chat_id migrate_from_chat_id
    """.split()
)
# Kinds that later versions of the Bot API add are named as these are: "poll_option_added".
_HAPPENED = re.compile(r"[a-z_]+_(?:[a-z]+ed|hidden|unhidden|left|paid|sent)", re.ASCII)
FORWARDED = ("forward_origin", "forward_date", "forward_from", "forward_sender_name")
_OTHERS = (
    "dice", "poll", "game", "story", "invoice", "giveaway", "giveaway_winners", "paid_media",
    "checklist", "rich_message",
)  # fmt: skip
_START = re.compile(r"/start(?:@\w{1,40})?\s+([A-Za-z0-9_-]{1,64})\s*", re.ASCII)
_TYPE = re.compile(r"[a-z0-9.+-]{1,60}/[a-z0-9.+-]{1,100}", re.ASCII)
_NAME = 200
_WORDED, _DEEPEST = ("text", "items", "blocks", "cells", "caption"), 16


def words(message: Object) -> str:
    """What is said: the text, the caption, a sticker's emoji, or what a form in a web app sent."""
    written = text(message, "text") or text(message, "caption")
    return written or _emoji(message) or _rich_text(message) or _filled_in(message)


def is_service(message: Object) -> bool:
    """Whether the app wrote this by itself: nobody said it, so nobody is answered."""
    if SERVICE & message.keys():
        return True
    named = any(_HAPPENED.fullmatch(name) for name in message)
    return named and kind(message) is MessageKind.OTHER


def start_payload(said: str) -> str | None:
    """The payload of a deep link, which arrives as "/start <payload>"."""
    found = _START.fullmatch(said)
    return found[1] if found else None


def is_forwarded(message: Object) -> bool:
    """Whether somebody else may have written this first."""
    return any(message.get(name) is not None for name in FORWARDED)


def attachments(message: Object) -> tuple[Attachment, ...]:
    """The message's files by their file ids, to be downloaded later; only paid media have many."""
    found = _photo(message) or _file(message) or _sticker(message)
    return (found,) if found else tuple(_paid(message))


def kind(message: Object) -> MessageKind:
    """What kind of message it is, by what it holds."""
    if obj(message, "location") or obj(message, "venue"):
        return MessageKind.LOCATION
    if obj(message, "contact"):
        return MessageKind.CONTACT
    if attachments(message):
        return MessageKind.MEDIA
    return MessageKind.TEXT if words(message).strip() else MessageKind.OTHER


def own_phone(message: Object) -> str | None:
    """The sender's own number in E.164, if the message proves that it is theirs.

    Telegram fills in `user_id` from the number itself, so a card with the sender's own id holds
    the sender's own number. Forwarded cards and cards in groups prove nothing.
    """
    card = obj(message, "contact")
    owner = number(card, "user_id")
    private = text(obj(message, "chat"), "type") == "private"
    own = owner is not None and owner == number(obj(message, "from"), "id")
    if not (own and private) or is_forwarded(message) or message.get("via_bot") is not None:
        return None
    # The number is always international but may lack its plus.
    return e164(f"+{text(card, 'phone_number').strip().removeprefix('+')}")


def details(message: Object) -> dict[str, Any]:
    """What else is known and worth keeping, by our own names."""
    place, quote = location(message), text(obj(message, "quote"), "text")
    found: dict[str, Any] = {
        "content": next((name for name in _OTHERS if message.get(name) is not None), None),
        "contact": _card(message),
        "location": place,
        "media_group": text(message, "media_group_id"),
        "forwarded": is_forwarded(message),
        "links": _hidden_links(message),
        "quote": quote,
        "username": text(obj(message, "from"), "username"),
    }
    return {name: value for name, value in found.items() if value}


def location(message: Object) -> dict[str, str]:
    """Latitude and longitude in degrees (WGS 84) as text, a venue's name and address."""
    venue = obj(message, "venue")
    point = obj(message, "location") or obj(venue, "location")
    latitude, longitude = decimal(point, "latitude"), decimal(point, "longitude")
    if latitude is None or longitude is None:
        return {}
    named = {"label": text(venue, "title"), "address": text(venue, "address")}
    shown = {name: value for name, value in named.items() if value}
    return {"latitude": str(latitude), "longitude": str(longitude), **shown}


def _rich_text(message: Object) -> str:
    """The words of a formatted message, a line for each of its blocks."""
    blocks = objects(obj(message, "rich_message"), "blocks")
    return clean("\n".join(filter(None, ("".join(_spoken(block)) for block in blocks))))


def _spoken(part: Any, depth: int = 0) -> Iterator[str]:
    """Every text in a block; marks (bold, links) have theirs inside."""
    if isinstance(part, str):
        yield part
    elif depth < _DEEPEST:
        within = part if isinstance(part, list) else ()
        if isinstance(part, dict):
            within = [part.get(name) for name in _WORDED]
        for each in within:
            yield from _spoken(each, depth + 1)


def _filled_in(message: Object) -> str:
    """What a web app sent in its user's name: as it is, or the button's words if it is JSON."""
    sent = obj(message, "web_app_data")
    data = text(sent, "data").strip()
    return (text(sent, "button_text") if data.startswith("{") else data).strip()


def _emoji(message: Object) -> str:
    return text(obj(message, "sticker"), "emoji") or text(obj(message, "dice"), "emoji")


def _paid(message: Object) -> Iterator[Attachment]:
    for each in objects(obj(message, "paid_media"), "paid_media"):
        if found := _photo(each) or _file(each):
            yield found


def _photo(message: Object) -> Attachment | None:
    sizes = [size for size in objects(message, "photo") if text(size, "file_id")]
    if not sizes:
        return None
    largest = max(sizes, key=lambda size: number(size, "width") or 0)
    return Attachment(text(largest, "file_id"), "image/jpeg", None, _size(largest))


def _file(message: Object) -> Attachment | None:
    """The first that is there: an animation also comes as a document."""
    for name, usual in FILES.items():
        file = obj(message, name)
        if text(file, "file_id"):
            filename = text(file, "file_name")[:_NAME] or None
            return Attachment(text(file, "file_id"), _type(file, usual), filename, _size(file))
    return None


def _sticker(message: Object) -> Attachment | None:
    sticker = obj(message, "sticker")
    if not text(sticker, "file_id"):
        return None
    moving = "application/x-tgsticker" if sticker.get("is_animated") is True else "image/webp"
    type_ = "video/webm" if sticker.get("is_video") is True else moving
    return Attachment(text(sticker, "file_id"), type_, None, _size(sticker))


def _type(file: Object, usual: str) -> str:
    named = text(file, "mime_type").strip().lower()
    return named if _TYPE.fullmatch(named) else usual


def _size(file: Object) -> int | None:
    size = number(file, "file_size")
    return size if size is not None and size >= 0 else None


def _card(message: Object) -> dict[str, str]:
    """A contact card as plain content: it says whom it shows, not who sent it."""
    card = obj(message, "contact")
    names = ("phone_number", "first_name", "last_name")
    return {name: text(card, name)[:_NAME] for name in names if text(card, name)}


def _hidden_links(message: Object) -> list[str]:
    """Addresses behind words, which the text itself does not show."""
    entities = [*objects(message, "entities"), *objects(message, "caption_entities")]
    links = [text(each, "url") for each in entities if text(each, "type") == "text_link"]
    return [clean(link)[:2000] for link in links if link][:20]
