"""One of our messages -> the requests that send it, in order: text, files, keyboards.

Texts are sent plain, without a parse mode: nothing a customer or an article says can then be
read as markup, and "can't parse entities" cannot happen. Links are clickable all the same.
"""

import mimetypes
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Literal
from urllib.parse import urlsplit

from channels.base import Attachment, Button, Limits, OutboundMessage
from channels.errors import AddressDead, Refused
from channels.render import fits, render
from channels.telegram.fields import clean, units

TEXT = 4096
CAPTION = 1024
DATA_BYTES = 64
BUTTONS = 24
BUTTON_TITLE = 60
LIMITS = Limits(text=TEXT, buttons=BUTTONS, button_title=BUTTON_TITLE, attachments=True)
SHARE: Mapping[str, str] = MappingProxyType(
    {"id": "📱 Bagikan nomor saya", "en": "📱 Share my phone number"}
)
_SHORT = 18
_PHOTO_BYTES, _FILE_BYTES = 5_000_000, 20_000_000  # what Telegram fetches from a URL
Method = Literal["message", "photo", "animation", "video", "audio", "voice", "document"]
_METHODS: Mapping[str, Method] = MappingProxyType(
    {
        "image/jpeg": "photo",
        "image/png": "photo",
        "image/webp": "photo",
        "image/gif": "animation",
        "video/mp4": "video",
        "audio/mpeg": "audio",
        "audio/mp4": "audio",
        "audio/ogg": "voice",
        "application/pdf": "document",
        "application/zip": "document",
    }
)


@dataclass(frozen=True, slots=True)
class Keyboard:
    """Buttons under a message ("inline"), instead of the keyboard ("reply"), or their removal.

    Rows of buttons; `contact` is the title of the button that shares the own number.
    """

    kind: Literal["inline", "reply", "remove"]
    rows: tuple[tuple[Button, ...], ...] = ()
    contact: str | None = None


@dataclass(frozen=True, slots=True)
class Step:
    """One request of the Bot API. `text` is the caption where there is a file."""

    method: Method = "message"
    text: str = ""
    file: str | None = None
    keyboard: Keyboard | None = None
    reply_to: int | None = None
    topic: int | None = None


def chat_id(to: str) -> int:
    """The address as a chat id. Raises AddressDead for what cannot be one."""
    digits = to.removeprefix("-")
    if not (digits.isascii() and digits.isdigit() and len(digits) < 17 and int(digits)):
        raise AddressDead(f"{to[:40]!r} is not a Telegram user or chat id")
    return int(to)


def message_id(provider_id: str | None, chat: int) -> int | None:
    """The message id in "<chat id>:<message id>[:…]", if it is of this chat."""
    parts = (provider_id or "").split(":")
    if len(parts) < 2 or parts[0] != str(chat):
        return None
    return int(parts[1]) if parts[1].isascii() and parts[1].isdigit() else None


def steps(message: OutboundMessage, *, quote: bool = True) -> tuple[Step, ...]:
    """The steps for a message, the first with what it answers if `quote`. Raises Refused."""
    if message.template is not None:
        raise Refused("Telegram has no templates")
    chat = chat_id(message.to)
    shown = _large_as_links(replace(message, text=clean(message.text)))
    found = [step for part in render(shown, _limits(shown)) for step in _of(part, chat)]
    if not found:
        raise Refused("the message is empty")
    topic = message.thread.get("topic")
    if isinstance(topic, int):
        found = [replace(step, topic=topic) for step in found]
    if quote or chat < 0:
        found[0] = replace(found[0], reply_to=message_id(message.reply_to, chat))
    return tuple(found)


def as_link(step: Step) -> Step:
    """The same with the file as a link, for when Telegram cannot fetch it."""
    return replace(step, method="message", text=f"{step.text}\n{step.file}".strip(), file=None)


def _limits(message: OutboundMessage) -> Limits:
    """The text's limit in characters, though Telegram counts UTF-16 units."""
    titles = "".join(button.title for button in message.buttons)
    wide = sum(ord(char) > 0xFFFF for char in message.text + titles)
    # In a group a reply keyboard would be everybody's: there, a numbered list.
    listed = message.to.startswith("-") and not _inline(message.buttons)
    return replace(LIMITS, text=max(TEXT // 2, TEXT - wide), buttons=0 if listed else BUTTONS)


def _of(part: OutboundMessage, chat: int) -> Iterator[Step]:
    keyboard, files = _keyboard(part, chat), part.attachments
    if files and units(part.text) <= CAPTION:
        yield replace(_file_step(files[0]), text=part.text, keyboard=keyboard)
        files = files[1:]
    elif part.text or (keyboard and keyboard.kind != "remove"):
        yield Step(text=part.text or "…", keyboard=keyboard)
    for file in files:
        yield _file_step(file)


def _keyboard(part: OutboundMessage, chat: int) -> Keyboard | None:
    """What goes under the text; in private chats, plain messages take old reply keyboards away."""
    if chat < 0:
        return Keyboard("inline", _rows(part.buttons)) if part.buttons else None
    if part.ask_contact:
        share = SHARE.get(part.language, SHARE["id"])
        return Keyboard("reply", _rows(part.buttons), contact=share)
    if not part.buttons:
        return Keyboard("remove")
    return Keyboard("inline" if _inline(part.buttons) else "reply", _rows(part.buttons))


def _inline(buttons: Sequence[Button]) -> bool:
    """Whether every payload fits into callback_data; titles come back as text otherwise."""
    data_fits = all(
        1 <= len(one.payload.encode("utf-8", "replace")) <= DATA_BYTES for one in buttons
    )
    return data_fits and all(one.title.strip() for one in buttons) and fits(buttons, LIMITS)


def _rows(buttons: Sequence[Button]) -> tuple[tuple[Button, ...], ...]:
    """Two short buttons a row, else one."""
    width = 2 if all(len(button.title) <= _SHORT for button in buttons) else 1
    return tuple(tuple(buttons[at : at + width]) for at in range(0, len(buttons), width))


def _file_step(file: Attachment) -> Step:
    return Step(method=_method(file), file=file.reference)


def _method(file: Attachment) -> Method:
    """How a file is sent; one of unknown type at a URL is tried as a photo."""
    found = _METHODS.get(_type(file))
    if found is None:
        return "photo" if _is_url(file) and not _type(file) else "document"
    return found


def _large_as_links(message: OutboundMessage) -> OutboundMessage:
    """Files that Telegram does not fetch from a URL become links. Raises Refused."""
    linked = tuple(file for file in message.attachments if _must_be_linked(file))
    if not linked:
        return message
    links = "\n".join(file.reference for file in linked)
    rest = tuple(file for file in message.attachments if file not in linked)
    return replace(message, text=f"{message.text}\n{links}".strip(), attachments=rest)


def _must_be_linked(file: Attachment) -> bool:
    if not _is_url(file):
        return False
    type_ = _type(file)
    limit = _PHOTO_BYTES if type_.startswith("image/") else _FILE_BYTES
    return (bool(type_) and type_ not in _METHODS) or (file.size or 0) > limit


def _type(file: Attachment) -> str:
    """The content type in lower case, guessed by the URL's ending; "" if unknown."""
    named = (file.content_type or "").partition(";")[0].strip().lower()
    if named or not _is_url(file):
        return named
    return mimetypes.guess_type(urlsplit(file.reference).path)[0] or ""


def _is_url(file: Attachment) -> bool:
    """A URL, else one of Telegram's file ids. Raises Refused for any other address."""
    scheme, colon, _ = file.reference.partition(":")
    if not colon:
        return False
    if scheme.lower() not in ("http", "https"):
        raise Refused("an attachment must be at a public URL or have a Telegram file id")
    return True
