"""A call of Rasa's action server protocol: what is asked, for which message, and its digest."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

LARGEST_ID = 2**63 - 1
"""What a store can hold; a larger number is the id of nothing."""
_TOLD = ("slot", "action", "active_loop", "action_execution_rejected", "followup")
"""Kinds of event that make it another call. Not what was said: Rasa throws dice between variants of
a response."""
_OF_RASA = "session_started_metadata"
"""A slot that only Rasa has."""


class MalformedCall(ValueError):
    """This is not a request of the action server protocol, or not one about a message of ours."""


@dataclass(frozen=True, slots=True)
class Call:
    """One action to run. `digest` is the same for every repeat of the same call."""

    action: str
    conversation_id: int
    message_id: int
    tracker: Mapping[str, Any]
    domain: Mapping[str, Any]
    digest: str


def read(body: Any) -> Call:
    """The call in a request's JSON. Raises MalformedCall."""
    try:
        tracker = dict(body["tracker"])
        return Call(
            action=str(body["next_action"]),
            conversation_id=_id(body["sender_id"]),
            message_id=_id(_message_id(tracker)),
            tracker={
                "sender_id": str(body["sender_id"]),
                **tracker,
                "slots": dict(tracker.get("slots") or {}),
            },
            domain=dict(body.get("domain") or {}),
            digest=digest_of(str(body["next_action"]), tracker),
        )
    except (KeyError, TypeError, ValueError, AttributeError, OverflowError) as error:
        raise MalformedCall(f"not an action call: {error!r}") from error


def _id(given: Any) -> int:
    found = int(given)
    if not 0 < found <= LARGEST_ID:
        raise ValueError(f"{found} is no id of ours")
    return found


def _message_id(tracker: Mapping[str, Any]) -> str:
    """Our id of the message, from its metadata; a two-stage fallback copies messages without.

    As a session starts its first message is not on record yet: Rasa tells of it in a slot, which
    is not cleared later and so counts only if no message came after.
    """
    if begins := _as_session_starts(tracker):
        return begins
    latest = tracker.get("latest_message") or {}
    found = (latest.get("metadata") or {}).get("message_id")
    if found:
        return str(found)
    for event in reversed(tracker.get("events") or ()):
        if event["event"] == "user" and (event.get("metadata") or {}).get("message_id"):
            return str(event["metadata"]["message_id"])
    raise KeyError("message_id")


def _as_session_starts(tracker: Mapping[str, Any]) -> str | None:
    for event in reversed(tracker.get("events") or ()):
        if event.get("event") == "user":
            return None
        if event.get("event") == "slot" and event.get("name") == _OF_RASA:
            found = (event.get("value") or {}).get("message_id")
            return None if found is None else str(found)
    return None


def digest_of(action: str, tracker: Mapping[str, Any]) -> str:
    """The same whichever engine asks: the embedded one may repeat a turn in which Rasa died."""
    slots, loop = dict(tracker.get("slots") or {}), tracker.get("active_loop") or {}
    told = [
        action,
        {name: value for name, value in slots.items() if name != _OF_RASA and value is not None},
        loop.get("name"),
        tracker.get("latest_action_name"),
        list(_since_message(tracker.get("events") or ())),
    ]
    text = json.dumps(told, sort_keys=True, ensure_ascii=False, default=str)
    return sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def _since_message(events: Iterable[Mapping[str, Any]]) -> list[tuple[Any, ...]]:
    kept: list[tuple[Any, ...]] = []
    for event in events:
        kind = event.get("event")
        if kind == "user":
            kept = []
        elif kind in _TOLD and event.get("name") != _OF_RASA:
            kept.append((kind, event.get("name"), event.get("value")))
    return kept
