"""What goes into and comes out of a dialogue engine: plain data, JSON-able state."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

JSON = Any
State = dict[str, JSON]
"""A conversation's dialogue state: JSON-able, owned by the engine, stored by the caller."""


@dataclass(frozen=True, slots=True)
class Intent:
    name: str
    confidence: float


@dataclass(frozen=True, slots=True)
class Entity:
    """A piece of the text; `start`/`end` are character offsets, `value` is normalised."""

    entity: str
    value: Any
    start: int
    end: int
    text: str
    role: str | None = None
    group: str | None = None
    extractor: str = "regex"


@dataclass(frozen=True, slots=True)
class Understanding:
    """What the text seems to mean. `ranking` holds the likeliest intents, best first."""

    text: str
    intent: Intent
    entities: tuple[Entity, ...] = ()
    ranking: tuple[Intent, ...] = ()
    language: str | None = None
    """"id" or "en" if sure, else None."""


@dataclass(frozen=True, slots=True)
class ReplyButton:
    title: str
    payload: str


@dataclass(frozen=True, slots=True)
class Reply:
    """One thing to say. `name` is the response it came from (`utter_…`), if any."""

    text: str = ""
    buttons: tuple[ReplyButton, ...] = ()
    image: str | None = None
    attachment: Mapping[str, Any] | None = None
    custom: Mapping[str, Any] | None = None
    name: str | None = None


@dataclass(frozen=True, slots=True)
class TurnInput:
    """One customer message for the engine.

    `payload` is a button payload that *we* issued earlier (the caller has checked that); typed
    text is never a command, whatever it starts with. `slots` are set before the turn is
    predicted (language, verified, customer_name, channel…).
    """

    conversation_id: str
    message_id: str
    text: str
    now: datetime
    channel: str
    payload: str | None = None
    language: str = "id"
    slots: Mapping[str, Any] = field(default_factory=dict)
    metadata: Mapping[str, Any] = field(default_factory=dict)
    state: State | None = None


@dataclass(frozen=True, slots=True)
class ActionCall:
    """A custom action to run, in the shape of Rasa's action-server request."""

    name: str
    sender_id: str
    message_id: str
    tracker: dict[str, Any]
    domain: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class ActionResult:
    """What it did, in the shape of the action server's answer: Rasa events and responses."""

    events: Sequence[dict[str, Any]] = ()
    responses: Sequence[dict[str, Any]] = ()


class ActionRejected(Exception):
    """The action declined to run (rasa_sdk's ActionExecutionRejection)."""


class EngineError(Exception):
    """The engine could not answer this turn."""


ActionRunner = Callable[[ActionCall], ActionResult]


@dataclass(frozen=True, slots=True)
class TurnResult:
    """The engine's answer: what to say, the state to store, and what led there."""

    replies: tuple[Reply, ...]
    state: State
    understanding: Understanding
    actions: tuple[str, ...] = ()
    """Every action run this turn, in order, including `action_listen` and `utter_…`."""
    slots: Mapping[str, Any] = field(default_factory=dict)
    active_loop: str | None = None


class DialogueEngine(Protocol):
    """Answers one turn. `in_process` engines run actions inside the caller's transaction."""

    name: str
    in_process: bool

    def parse(self, text: str) -> Understanding:
        """Understand without a conversation; changes nothing."""
        ...

    def reply(self, turn: TurnInput, run_action: ActionRunner) -> TurnResult:
        """Answer one message. Raises EngineError."""
        ...

    def close(self) -> None: ...
