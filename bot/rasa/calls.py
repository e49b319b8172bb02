"""A call of Rasa's action server protocol: what is asked, for which message, and its digest."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

_UNSTABLE = frozenset({"timestamp", "latest_event_time", "model_id", "assistant_id"})
_UNSAID = ("bot",)
"""What was said is no part of a call: Rasa throws dice between variants of a response."""


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
            conversation_id=int(body["sender_id"]),
            message_id=int(_message_id(tracker)),
            tracker=tracker,
            domain=dict(body.get("domain") or {}),
            digest=_digest(str(body["next_action"]), tracker),
        )
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise MalformedCall(f"not an action call: {error!r}") from error


def _message_id(tracker: Mapping[str, Any]) -> str:
    """Our id of the message, from its metadata; a two-stage fallback copies messages without."""
    latest = tracker.get("latest_message") or {}
    found = (latest.get("metadata") or {}).get("message_id")
    if found:
        return str(found)
    for event in reversed(tracker.get("events") or ()):
        if event["event"] == "user" and (event.get("metadata") or {}).get("message_id"):
            return str(event["metadata"]["message_id"])
    raise KeyError("message_id")


def _digest(action: str, tracker: Mapping[str, Any]) -> str:
    told = [
        action,
        tracker.get("slots"),
        tracker.get("active_loop"),
        tracker.get("latest_action_name"),
        list(_since_message(tracker.get("events") or ())),
    ]
    text = json.dumps(_stable(told), sort_keys=True, ensure_ascii=False, default=str)
    return sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def _since_message(events: Iterable[Mapping[str, Any]]) -> Iterable[Mapping[str, Any]]:
    kept: list[Mapping[str, Any]] = []
    for event in events:
        if event.get("event") == "user":
            kept = []
        elif event.get("event") not in _UNSAID:
            kept.append(event)
    return kept


def _stable(value: Any) -> Any:
    """Without what differs between two calls that ask the same."""
    if isinstance(value, Mapping):
        return {key: _stable(one) for key, one in value.items() if key not in _UNSTABLE}
    if isinstance(value, list | tuple):
        return [_stable(one) for one in value]
    return value
