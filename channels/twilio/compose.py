"""One of our messages -> the requests that send it, in order: text, media, buttons, template."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from urllib.parse import urlsplit

from channels.base import Attachment, Button, ChannelKind, Limits, OutboundMessage
from channels.errors import Refused
from channels.render import render
from channels.twilio.fields import clean

TEXT = 1600
"""Twilio's limit for `Body`, counted here in the 16-bit units UCS-2 has."""
INTERACTIVE = 1024
BUTTON_TITLE = 20
_BUTTON_ID = 200
_IMAGE_BYTES = 5_000_000
_MEDIA_BYTES = 16_000_000
_CAPTIONED = ("image/", "video/")


@dataclass(frozen=True, slots=True)
class Step:
    """One POST /Messages. `body` is also what the message list will show of a template."""

    body: str = ""
    media_url: str | None = None
    content_sid: str | None = None
    content_variables: str | None = None
    framed: bool = False
    """Whether the provider writes more around `body` (an authentication template's code)."""


def steps(message: OutboundMessage, quick_replies: Mapping[int, str]) -> tuple[Step, ...]:
    """The steps for a message that is not a template. Raises Refused if there is nothing to say.

    SMS: text with links. WhatsApp: text, one media item a step, and real buttons where
    `quick_replies` has a template for their number; else buttons become a numbered list.
    """
    for file in message.attachments:
        _must_be_public(file)
    fitted = _large_files_as_links(replace(message, text=clean(message.text)))
    parts = render(fitted, _limits(fitted, quick_replies))
    found = tuple(step for part in parts for step in _of(part, quick_replies))
    if not found:
        raise Refused("the message is empty")
    return found


def _limits(message: OutboundMessage, quick_replies: Mapping[int, str]) -> Limits:
    shown = "".join((message.text, *(button.title for button in message.buttons)))
    wide = sum(ord(char) > 0xFFFF for char in shown)
    text = max(TEXT // 2, TEXT - wide)
    if message.kind is not ChannelKind.WHATSAPP:
        return Limits(text=text)
    limits = Limits(text=text, button_title=BUTTON_TITLE, attachments=True)
    count = len(message.buttons)
    if count not in quick_replies or not all(map(_is_quick_reply, message.buttons)):
        return limits
    return replace(limits, buttons=count, text=INTERACTIVE)


def _is_quick_reply(button: Button) -> bool:
    """Whether WhatsApp shows it: an empty variable would become the template's sample."""
    titled = button.title.strip() and len(button.title) <= BUTTON_TITLE
    return bool(titled) and len(button.payload) <= _BUTTON_ID


def _of(part: OutboundMessage, quick_replies: Mapping[int, str]) -> Iterator[Step]:
    text, files = part.text, part.attachments
    if files and text and not part.buttons and _takes_caption(files[0], text):
        yield Step(body=text, media_url=files[0].reference)
        text, files = "", files[1:]
    if text and not part.buttons:
        yield Step(body=text)
    for file in files:
        yield Step(media_url=file.reference)
    if part.buttons:
        yield _quick_reply(part, quick_replies[len(part.buttons)])


def _quick_reply(part: OutboundMessage, content_sid: str) -> Step:
    """{{1}} is the text; {{2}} and {{3}} are the first button's title and id, and so on."""
    values = [part.text or "…"]
    for button in part.buttons:
        values += [button.title, button.payload.strip() or button.title]
    variables = {str(number): value for number, value in enumerate(values, 1)}
    return Step(
        body=values[0],
        content_sid=content_sid,
        content_variables=json.dumps(variables, ensure_ascii=False),
    )


def _takes_caption(file: Attachment, text: str) -> bool:
    return len(text) <= INTERACTIVE and (file.content_type or "").startswith(_CAPTIONED)


def _must_be_public(file: Attachment) -> None:
    if urlsplit(file.reference).scheme not in ("http", "https"):
        raise Refused("an attachment must be at a public URL for Twilio to fetch it", code="21620")


def _large_files_as_links(message: OutboundMessage) -> OutboundMessage:
    """WhatsApp takes images up to 5 MB and other files up to 16 MB; larger ones become links."""
    large = tuple(file for file in message.attachments if _too_large(file))
    if not large:
        return message
    links = "\n".join(file.reference for file in large)
    rest = tuple(file for file in message.attachments if file not in large)
    return replace(message, text=f"{message.text}\n{links}".strip(), attachments=rest)


def _too_large(file: Attachment) -> bool:
    image = (file.content_type or "").startswith("image/")
    return (file.size or 0) > (_IMAGE_BYTES if image else _MEDIA_BYTES)
