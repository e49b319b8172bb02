"""A conversation's last turns as Rasa's events, for a Rasa that has missed or lost them.

They are kept with the state, whichever engine took a turn. Slots and form are told besides, so what
is forgotten here costs a rule's look far back, never what a customer has said.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from nlu.embedded.slots import same
from nlu.embedded.tracker import KINDS, Tracker

Event = Mapping[str, Any]
Turn = Mapping[str, Any]
TURNS = 6
LONGEST = 500
"""Characters kept of what was said."""
MOST_BYTES = 12_000
LEFT_OUT = frozenset({"export", "user_featurization"})
BEGINNINGS = ("session_started", "restart")


class Stand(NamedTuple):
    """Where a conversation stood before a turn."""

    loop: str | None
    slots: Mapping[str, Any]


def stand(tracker: Tracker) -> Stand:
    return Stand(tracker.loop, dict(tracker.slots))


def seed(tracker: Tracker, turns: Sequence[Turn], *, over: bool) -> dict[str, Any]:
    """Where a conversation stands, as the connector takes it; of a session that is `over` Rasa is
    told nothing but the slots, and begins another."""
    slots = {"slots": dict(tracker.slots), "over": over}
    if over:
        return slots
    stands = {"loop": tracker.loop, "rejected": tracker.rejected, "paused": tracker.paused}
    return {**slots, **stands, "turns": list(turns)}


def grown(
    turns: Sequence[Turn], before: Stand, after: Mapping[str, Any], events: Iterable[Event]
) -> list[Turn]:
    """The turns and one more, the oldest forgotten; nothing from before a new session.

    `after` are the slots when it was over. A turn is {"loop", "slots": before it, where it changed
    them, "events", "new": whether a session began in it}.
    """
    kept = [_slim(event) for event in events if event["event"] in KINDS - LEFT_OUT]
    begins = [at for at, event in enumerate(kept) if event["event"] in BEGINNINGS]
    turn: dict[str, Any] = {"new": True, "events": kept[begins[-1] + 1 :]} if begins else {}
    if not begins:
        changed = {one: was for one, was in before.slots.items() if not same(was, after.get(one))}
        turn = {"loop": before.loop, "slots": changed, "events": kept}
    found = [*(() if begins else turns), turn][-TURNS:]
    while found and len(json.dumps(found, ensure_ascii=False)) > MOST_BYTES:
        found = found[1:]
    return found


def with_lines(events: Sequence[Event], missed: Iterable[Mapping[str, Any]]) -> list[Event]:
    """A turn's events with what was said before it, while a person had the conversation."""
    told = [
        {"event": "agent", "text": one["text"], "data": {"author": one["author"]}} for one in missed
    ]
    heard = next((at for at, one in enumerate(events) if one["event"] == "user"), 0)
    return [*events[:heard], *told, *events[heard:]]


def _slim(event: Event) -> dict[str, Any]:
    """Without what no rule reads: candidates, scores, buttons, model and time."""
    kind = event["event"]
    if kind == "user":
        return _message(event)
    if kind == "bot":
        name = (event.get("metadata") or {}).get("utter_action")
        return {"event": kind, "text": _cut(event.get("text")), "metadata": {"utter_action": name}}
    kept = ("event", "name", "value", "data", "is_interrupted", "entities")
    slim = {key: event[key] for key in kept if key in event}
    return {**slim, "text": _cut(event["text"])} if kind == "agent" else slim


def _message(event: Event) -> dict[str, Any]:
    parsed = event.get("parse_data") or {}
    entities = [dict(one) for one in parsed.get("entities") or ()]
    intent = dict(parsed.get("intent") or {})
    text = _cut(event.get("text"))
    told = {
        "event": "user",
        "text": text,
        "parse_data": {"text": text, "intent": intent, "entities": entities},
        "input_channel": event.get("input_channel"),
        "message_id": event.get("message_id"),
        "metadata": {"message_id": (event.get("metadata") or {}).get("message_id")},
    }
    return {key: value for key, value in told.items() if value is not None}


def _cut(text: Any) -> Any:
    return text[:LONGEST] if isinstance(text, str) else text
