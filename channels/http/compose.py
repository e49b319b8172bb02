"""One of our messages -> the JSON bodies that are posted, each with its idempotency key."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from channels.base import Attachment, Limits, OutboundMessage
from channels.errors import Refused
from channels.render import render


@dataclass(frozen=True, slots=True)
class Part:
    """One request. `id` is our message's, with a number behind it if there are several."""

    id: str
    body: dict[str, Any]


def parts(message: OutboundMessage, limits: Limits) -> Sequence[Part]:
    """The parts of a message in order. Raises Refused for one with nothing to show."""
    if message.template is not None:
        raise Refused("an HTTP channel has no templates")
    shown = render(message, limits)
    ids = [message.id] if len(shown) == 1 else [f"{message.id}/{n + 1}" for n in range(len(shown))]
    found = [Part(id_, _body(part, id_)) for id_, part in zip(ids, shown, strict=True)]
    if not found or not any(_says_something(part.body) for part in found):
        raise Refused("the message is empty")
    return found


def _says_something(body: dict[str, Any]) -> bool:
    return any(body.get(name) for name in ("text", "buttons", "attachments"))


def _body(part: OutboundMessage, id_: str) -> dict[str, Any]:
    """A message as it is posted; what it does not have is left out."""
    shown: dict[str, Any] = {
        "text": part.text,
        "buttons": [{"title": one.title, "payload": one.payload} for one in part.buttons],
        "attachments": [_file(one) for one in part.attachments],
        "reply_to": part.reply_to,
        "marketing": part.marketing,
        "unsubscribe_url": part.unsubscribe_url,
    }
    kept = {name: value for name, value in shown.items() if value}
    return {"type": "message", "id": id_, "to": part.to, "language": part.language, **kept}


def _file(one: Attachment) -> dict[str, str]:
    kept = {"content_type": one.content_type, "filename": one.filename}
    return {"url": one.reference} | {name: value for name, value in kept.items() if value}
