"""What to say: response variants by condition and channel, slots filled in.

Priority as in Rasa 3.6: condition and channel, channel, condition, default. Where
several variants fit, Rasa throws dice; here the choice follows the conversation's id and a count,
so that a conversation played again says the same.
"""

import re
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from nlu.types import Reply, ReplyButton

Message = dict[str, Any]
_PLACEHOLDER = re.compile(r"\{\{|\}\}|\{([^\n{}]+)\}|[{}]")
_ESCAPED = re.compile(r"(?<!\{)\{\{[^\n{}]+\}\}(?!\})")
_BRACES = {"{{": "{", "}}": "}"}
_FILLED = ("text", "image", "custom", "buttons", "attachment", "quick_replies")


@dataclass(frozen=True, slots=True)
class Asking:
    """For whom a response is chosen: slots, channel, and what varies the choice."""

    slots: Mapping[str, Any]
    channel: str
    conversation_id: str
    count: int


class Responses:
    """A domain's responses, ready to be chosen from."""

    def __init__(self, responses: Mapping[str, list[Message]]) -> None:
        self._responses = responses

    def __contains__(self, name: str) -> bool:
        return name in self._responses

    def render(
        self, name: str, asking: Asking, given: Mapping[str, Any] | None = None
    ) -> Message | None:
        """The chosen variant with slots and `given` values filled in; None if none fits."""
        fitting = self.fitting(name, asking)
        if not fitting:
            return None
        index = 0
        if len(fitting) > 1:
            seed = zlib.crc32(f"{asking.conversation_id}:{name}".encode())
            index = (seed + asking.count) % len(fitting)
        values = {**asking.slots, **given} if given else asking.slots
        message = dict(fitting[index])
        for key in _FILLED:
            if key in message:
                message[key] = fill(message[key], values)
        return message

    def fitting(self, name: str, asking: Asking) -> list[Message]:
        """The variants of the best kind that fits."""
        kinds: tuple[list[Message], ...] = ([], [], [], [])
        for variant in self._responses.get(name, ()):
            rank = _rank(variant, asking)
            if rank is not None:
                kinds[rank].append(variant)
        return next((kind for kind in kinds if kind), [])


def _rank(variant: Message, asking: Asking) -> int | None:
    condition, channel = variant.get("condition"), variant.get("channel")
    if channel is not None and channel != asking.channel:
        return None
    if condition is None:
        return 1 if channel else 3
    if not condition or not all(_holds(each, asking.slots) for each in condition):
        return None
    return 0 if channel else 2


def _holds(condition: Mapping[str, Any], slots: Mapping[str, Any]) -> bool:
    wanted, found = condition["value"], slots.get(condition["name"])
    if isinstance(wanted, str) and isinstance(found, str):
        return wanted.casefold() == found.casefold()
    return bool(wanted == found)


def fill(value: Any, values: Mapping[str, Any]) -> Any:
    """Put values in place of `{name}`, once: braces in a value stay text.

    A text with a name that has no value stays as it is, all of it: so it is in Rasa.
    """
    if isinstance(value, str):
        return _fill_text(value, values) if "{" in value or "}" in value else value
    if isinstance(value, dict):
        return {key: fill(child, values) for key, child in value.items()}
    if isinstance(value, list):
        return [fill(child, values) for child in value]
    return value


def _fill_text(text: str, values: Mapping[str, Any]) -> str:
    """`{{` and `}}` are braces. Where Rasa gives up (a lone brace, an escaped name beside one to
    fill), nothing is filled."""
    named = False

    def put(match: re.Match[str]) -> str:
        nonlocal named
        if (name := match[1]) is None:
            return _BRACES[match[0]]
        named = True
        return str(values[name])

    try:
        filled = _PLACEHOLDER.sub(put, text)
    except KeyError:
        return text
    return text if named and _ESCAPED.search(text) else filled


def reply(event: Mapping[str, Any]) -> Reply:
    """A "bot" event as a Reply."""
    data = event.get("data") or {}
    image, attachment = data.get("image"), data.get("attachment")
    if isinstance(attachment, str):
        attachment = None if attachment == image else {"url": attachment}
    buttons = [*(data.get("buttons") or ()), *(data.get("quick_replies") or ())]
    return Reply(
        text=event.get("text") or "",
        buttons=tuple(
            ReplyButton(
                str(each.get("title", "")), str(each.get("payload") or each.get("title", ""))
            )
            for each in buttons
        ),
        image=image,
        attachment=attachment or None,
        custom=data.get("custom") or None,
        name=(event.get("metadata") or {}).get("utter_action"),
    )


def bot_event(message: Message) -> dict[str, Any]:
    """A rendered message as the "bot" event Rasa logs for it."""
    rest = dict(message)
    text = rest.pop("text", None)
    image = rest.pop("image", None)
    data = {
        "elements": rest.pop("elements", None),
        "quick_replies": rest.pop("quick_replies", None),
        "buttons": rest.pop("buttons", None),
        "attachment": rest.pop("attachment", None) or image,
        "image": image,
        "custom": rest.pop("custom", None),
    }
    return {"event": "bot", "text": text, "data": data, "metadata": rest}
