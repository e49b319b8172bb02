"""One conversation's dialogue state while a turn is worked on; events change it as in Rasa."""

from collections.abc import Callable, Iterable
from typing import Any

from nlu.embedded import names
from nlu.embedded.domain import Domain, Features
from nlu.embedded.trail import Trail, View
from nlu.types import EngineError

Event = dict[str, Any]
"""An event in the shape Rasa's action server uses: {"event": "slot", "name": …, "value": …}."""


class Tracker:
    """Slots, active form, latest message and the recent trail of one conversation."""

    __slots__ = (
        "domain",
        "events",
        "features",
        "followup",
        "interrupted",
        "latest_action",
        "loop",
        "message",
        "paused",
        "ran",
        "recent",
        "refused",
        "rejected",
        "seen_slots",
        "slots",
        "trail",
        "user_index",
    )

    def __init__(self, domain: Domain, seen_slots: frozenset[str]) -> None:
        self.domain = domain
        self.seen_slots = seen_slots
        """Slots that some rule looks at."""
        self.trail = Trail()
        self.events: list[Event] = []
        """This turn's events, for custom actions."""
        self.recent: list[str | None] = []
        """Intents of the latest messages, newest last; None where one was taken back."""
        self.user_index = 0
        self.ran = 0
        """Actions since the bot last listened."""
        self.reset()

    def reset(self) -> None:
        """Back to the start of a conversation."""
        self.slots: dict[str, Any] = {
            slot.name: slot.initial_value for slot in self.domain.slots.values()
        }
        if self.domain.forms:
            self.slots[names.REQUESTED_SLOT] = None
        self.features: dict[str, Features] = {}
        for name in self.seen_slots:
            self._see(name)
        self.paused = False
        self.latest_action: str | None = None
        self.message: dict[str, Any] = {}
        self.followup: str | None = names.LISTEN
        self.loop: str | None = None
        self.rejected = False
        """The active loop declined to run and has not run since."""
        self.interrupted = False
        """The active loop is about to run after something else was answered."""
        self.refused: str | None = None
        """The action that declined to run just now."""

    def fork(self) -> "Tracker":
        """A copy to try events on, as Rasa's temporary trackers; it has no trail."""
        copy = Tracker.__new__(Tracker)
        for slot in Tracker.__slots__:
            setattr(copy, slot, getattr(self, slot))
        copy.slots = dict(self.slots)
        copy.features = dict(self.features)
        copy.events = list(self.events)
        copy.trail = Trail()
        return copy

    @property
    def intent(self) -> str | None:
        """The latest message's intent."""
        found: str | None = self.message.get("intent", {}).get("name")
        return found

    @property
    def active_loop(self) -> str | None:
        """The active form, also where a rule says that there must be none."""
        return None if self.loop == names.NOT_SET else self.loop

    @property
    def requested_slot(self) -> Any:
        return self.slots.get(names.REQUESTED_SLOT)

    def view(self) -> View:
        """What rules see now."""
        trail = self.trail
        return View(trail.prev, trail.intent, trail.entities, dict(self.features), self.loop)

    def values_of(self, entity: str, role: str | None, group: str | None) -> list[Any]:
        """The latest message's values of an entity with exactly that role and group."""
        return [
            found["value"]
            for found in self.message.get("entities", ())
            if found["entity"] == entity
            and found.get("role") == role
            and found.get("group") == group
        ]

    def apply(self, events: Iterable[Event]) -> None:
        for event in events:
            change = _CHANGES.get(event["event"])
            if change is None:
                raise EngineError(f"the event {event['event']!r} is not supported")
            self.events.append(event)
            change(self, event)

    def set_slot(self, name: str, value: Any) -> None:
        """Set a slot and remember what it was; unknown slots are left out, as in Rasa."""
        if name in self.slots:
            self.trail.slot(name, self.slots[name])
            self.put_slot(name, value)

    def put_slot(self, name: str, value: Any) -> None:
        """Set a slot in a way that taking a message back does not undo."""
        slot = self.domain.slots.get(name)
        self.slots[name] = slot.stored(value) if slot else value
        if name in self.seen_slots:
            self._see(name)

    def _see(self, name: str) -> None:
        found = self.domain.slots[name].features(self.slots[name])
        if found is None:
            self.features.pop(name, None)
        else:
            self.features[name] = found

    def _undo(self, entries: list[list[Any]]) -> None:
        for entry in entries:
            if entry[0] == "s":
                self.put_slot(entry[1], entry[2])
            elif entry[0] == "l":
                self.loop = entry[2]
        self.latest_action = self.trail.prev
        self.message = {"intent": {"name": self.trail.intent}, "entities": [], "text": None}
        self.followup = self.trail.pending() if self.trail.prev else names.LISTEN
        self.paused = self.interrupted = False
        self.rejected = self.loop is not None and self.trail.was_rejected(self.loop)


def _action(tracker: Tracker, event: Event) -> None:
    name = event["name"]
    is_loop = name in tracker.domain.forms or name == names.TWO_STAGE
    tracker.trail.action(name, tracker.view(), is_loop=is_loop)
    tracker.latest_action = name
    tracker.ran = 0 if name in names.BREAKS else tracker.ran + 1
    tracker.followup = tracker.refused = None
    tracker.interrupted = False
    if name == tracker.loop:
        tracker.rejected = False


def _user(tracker: Tracker, event: Event) -> None:
    tracker.message = event["parse_data"]
    tracker.followup = None
    tracker.user_index = len(tracker.events)
    intent = tracker.intent
    entities = tracker.domain.visible_entities(intent, tracker.message.get("entities", []))
    tracker.trail.user(intent, entities)
    tracker.recent = [*tracker.recent[-2:], intent]


def _slot(tracker: Tracker, event: Event) -> None:
    tracker.set_slot(event["name"], event.get("value"))


def _reset_slots(tracker: Tracker, _event: Event) -> None:
    for name in tracker.slots:
        slot = tracker.domain.slots.get(name)
        tracker.set_slot(name, slot.initial_value if slot else None)


def _active_loop(tracker: Tracker, event: Event) -> None:
    tracker.trail.loop(event.get("name"), tracker.loop)
    tracker.loop = event.get("name")
    tracker.rejected = tracker.interrupted = False


def _loop_interrupted(tracker: Tracker, event: Event) -> None:
    tracker.interrupted = tracker.loop is not None and bool(event.get("is_interrupted"))


def _rejection(tracker: Tracker, event: Event) -> None:
    tracker.trail.rejected(event["name"])
    tracker.refused = event["name"]
    if event["name"] == tracker.loop:
        tracker.rejected = True


def _session_started(tracker: Tracker, _event: Event) -> None:
    tracker.trail.clear()
    tracker.reset()


def _restart(tracker: Tracker, event: Event) -> None:
    _session_started(tracker, event)
    tracker.recent = []
    tracker.followup = names.SESSION_START


def _rewind(tracker: Tracker, _event: Event) -> None:
    tracker._undo(tracker.trail.rewind())
    tracker.recent = [*tracker.recent[-2:], None]


def _undo(tracker: Tracker, _event: Event) -> None:
    tracker._undo(tracker.trail.undo_action())


def _followup(tracker: Tracker, event: Event) -> None:
    tracker.trail.followup(event["name"])
    tracker.followup = event["name"]


def _pause(tracker: Tracker, _event: Event) -> None:
    tracker.paused = True


def _resume(tracker: Tracker, _event: Event) -> None:
    tracker.paused = False


def _entities(tracker: Tracker, event: Event) -> None:
    if tracker.latest_action == names.LISTEN:
        tracker.message.setdefault("entities", []).extend(event.get("entities", ()))


def _nothing(_tracker: Tracker, _event: Event) -> None:
    """Events that are only for the record."""


_CHANGES: dict[str, Callable[[Tracker, Event], None]] = {
    "action": _action,
    "user": _user,
    "bot": _nothing,
    "slot": _slot,
    "reset_slots": _reset_slots,
    "active_loop": _active_loop,
    "form": _active_loop,
    "loop_interrupted": _loop_interrupted,
    "action_execution_rejected": _rejection,
    "session_started": _session_started,
    "restart": _restart,
    "rewind": _rewind,
    "undo": _undo,
    "followup": _followup,
    "pause": _pause,
    "resume": _resume,
    "entities": _entities,
    "user_featurization": _nothing,
    "agent": _nothing,
    "export": _nothing,
}
KINDS = frozenset(_CHANGES)
"""Every kind of event that `Tracker.apply` takes."""
