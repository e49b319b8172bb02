"""Fit a message to what a channel can show: split text, number buttons, link attachments.

Every adapter calls `render` on what it is given and sends the parts in order; nothing is cut
off and no word, emoji or URL is broken unless it alone is longer than the limit.
"""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import replace

from channels.base import Attachment, Button, Limits, OutboundMessage

_URL = re.compile(r"https?://\S+")
_BREAKS = ("\n\n", "\n", ". ", "! ", "? ", " ")
_ZWJ = "\u200d"
_REGIONAL = range(0x1F1E6, 0x1F200)
_SKIN = range(0x1F3FB, 0x1F400)
_TAGS = range(0xE0020, 0xE0080)


def render(message: OutboundMessage, limits: Limits) -> tuple[OutboundMessage, ...]:
    """The messages to send, in order: buttons and attachments go with the last one.

    The reply-to reference stays on the first part. A template is left alone: the provider
    renders it.
    """
    if message.template is not None:
        return (message,)
    shown = _with_links(_with_numbers(message, limits), limits)
    parts = split(shown.text, limits.text) or ("",)
    last = len(parts) - 1
    return tuple(
        replace(
            shown,
            text=text,
            reply_to=shown.reply_to if index == 0 else None,
            buttons=shown.buttons if index == last else (),
            attachments=shown.attachments if index == last else (),
            ask_contact=shown.ask_contact and index == last,
        )
        for index, text in enumerate(parts)
    )


def numbered(buttons: Sequence[Button]) -> str:
    """Buttons as the lines of a list that is answered with a number: "1. Yes"."""
    return "\n".join(f"{number}. {button.title}" for number, button in enumerate(buttons, 1))


def fits(buttons: Sequence[Button], limits: Limits) -> bool:
    """Whether the channel can show these as real buttons."""
    titles_fit = all(len(button.title) <= limits.button_title for button in buttons)
    return len(buttons) <= limits.buttons and titles_fit


def split(text: str, limit: int) -> tuple[str, ...]:
    """Cut text into parts of at most `limit` characters, at the best break that fits."""
    parts = []
    rest = text.strip()
    while len(rest) > limit:
        at = _break_before(rest, limit)
        parts.append(rest[:at].rstrip())
        rest = rest[at:].lstrip()
    if rest:
        parts.append(rest)
    return tuple(parts)


def whole_cluster(text: str, at: int) -> bool:
    """Whether `at` lies between two user-perceived characters (a subset of UAX #29)."""
    if at <= 0 or at >= len(text):
        return True
    before, after = text[at - 1], text[at]
    if _ZWJ in (before, after) or _extends(after) or (before, after) == ("\r", "\n"):
        return False
    if ord(before) in _REGIONAL and ord(after) in _REGIONAL:
        return _flags_before(text, at) % 2 == 0
    return True


def _with_numbers(message: OutboundMessage, limits: Limits) -> OutboundMessage:
    if not message.buttons or fits(message.buttons, limits):
        return message
    text = f"{message.text}\n\n{numbered(message.buttons)}".strip()
    return replace(message, text=text, buttons=())


def _with_links(message: OutboundMessage, limits: Limits) -> OutboundMessage:
    if not message.attachments or limits.attachments:
        return message
    links = [_link(attachment) for attachment in message.attachments]
    text = "\n".join([message.text, *links]).strip()
    return replace(message, text=text, attachments=())


def _link(attachment: Attachment) -> str:
    name = f"{attachment.filename}: " if attachment.filename else ""
    return f"{name}{attachment.reference}"


def _break_before(text: str, limit: int) -> int:
    """Where to cut: the last good break in the second half, else any space, else a cluster."""
    head = text[: limit + 1]
    inside = [match.span() for match in _URL.finditer(text, 0, limit + 2100)]
    for floor in (limit // 2, 0):
        for mark in _BREAKS:
            at = head.rfind(mark, floor, limit + 1)
            if at > 0 and not _within(at, inside):
                return min(at + len(mark.rstrip(" ")), limit)
    return _url_start(limit, inside) or _cluster_before(text, limit)


def _within(at: int, spans: Sequence[tuple[int, int]]) -> bool:
    return any(start < at < end for start, end in spans)


def _url_start(limit: int, spans: Sequence[tuple[int, int]]) -> int:
    return next((start for start, end in spans if 0 < start < limit < end), 0)


def _cluster_before(text: str, limit: int) -> int:
    for at in range(limit, max(0, limit - 64), -1):
        if whole_cluster(text, at):
            return at
    return limit


def _extends(char: str) -> bool:
    code = ord(char)
    return unicodedata.category(char) in ("Mn", "Me", "Mc") or code in _SKIN or code in _TAGS


def _flags_before(text: str, at: int) -> int:
    count = 0
    while count < at and ord(text[at - 1 - count]) in _REGIONAL:
        count += 1
    return count
