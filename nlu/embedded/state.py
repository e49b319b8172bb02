"""The dialogue state between turns: JSON, small, and no larger for a long history."""

from dataclasses import dataclass
from datetime import datetime

from nlu.embedded import names, slots
from nlu.embedded import trail as trails
from nlu.embedded.domain import Domain
from nlu.embedded.tracker import Tracker
from nlu.types import EngineError, State

VERSION = 1


@dataclass(frozen=True, slots=True)
class Memory:
    """What a turn needs to know besides the tracker."""

    last_at: float = 0.0
    """Unix time of the latest message; 0 if there was none."""
    said: int = 0


def store(tracker: Tracker, now: datetime, said: int) -> State:
    """The state after a turn: only what differs from a fresh conversation."""
    initial = {slot.name: slot.initial_value for slot in tracker.domain.slots.values()}
    state: State = {
        "v": VERSION,
        "at": now.timestamp(),
        "said": said % 1_000_000,
        "slots": {
            name: value
            for name, value in tracker.slots.items()
            if not slots.same(value, initial.get(name))
        },
        "trail": trails.to_json(tracker.trail),
        "recent": tracker.recent,
        "action": tracker.latest_action,
    }
    for key in ("loop", "rejected", "paused", "followup"):
        if value := getattr(tracker, key):
            state[key] = value
    return state


def restore(
    state: State | None, domain: Domain, seen_slots: frozenset[str]
) -> tuple[Tracker, Memory]:
    """The tracker of a stored state; a fresh one if there is none.

    Slots, forms and actions that a newer model no longer has are left out. Raises EngineError
    for a state of a later version.
    """
    tracker = Tracker(domain, seen_slots)
    if not state:
        return tracker, Memory()
    if state.get("v") != VERSION:
        raise EngineError(f"the dialogue state has version {state.get('v')}, not {VERSION}")
    for name, value in state["slots"].items():
        if name in tracker.slots:
            tracker.put_slot(name, value)
    tracker.trail = trails.from_json(state["trail"])
    tracker.recent = list(state["recent"])
    tracker.latest_action = state["action"]
    tracker.followup = state.get("followup")
    tracker.paused = state.get("paused", False)
    loop = state.get("loop")
    if loop in domain.forms or loop == names.TWO_STAGE:
        tracker.loop, tracker.rejected = loop, state.get("rejected", False)
    return tracker, Memory(state["at"], state["said"])
