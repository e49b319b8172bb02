"""What forms and the two-stage fallback share: start, do, end (Rasa 3.6's LoopAction)."""

from typing import Protocol

from nlu.embedded.domain import Domain
from nlu.embedded.tracker import Event, Tracker


class Stage(Protocol):
    """What a loop needs of the running turn."""

    domain: Domain
    action_names: frozenset[str]

    def run(self, name: str, tracker: Tracker) -> list[Event]:
        """Run any action; its events, not applied yet."""
        ...

    def run_custom(self, name: str, tracker: Tracker) -> list[Event]: ...

    def extract(self, tracker: Tracker) -> list[Event]: ...


class Loop:
    """An action that stays active over several turns."""

    def __init__(self, name: str, stage: Stage) -> None:
        self.name = name
        self.stage = stage

    def run(self, tracker: Tracker) -> list[Event]:
        """One round of the loop. Raises ActionRejected if the message is not for it."""
        events: list[Event] = []
        if tracker.loop != self.name:
            events.append({"event": "active_loop", "name": self.name})
            fork = tracker.fork()
            fork.apply(events)
            events += self.activate(fork)
        if not self.is_done(tracker, events):
            events += self.do(tracker, events)
        if self.is_done(tracker, events):
            events.append({"event": "active_loop", "name": None})
            events += self.deactivate(tracker)
        return events

    def activate(self, tracker: Tracker) -> list[Event]:
        return []

    def do(self, tracker: Tracker, so_far: list[Event]) -> list[Event]:
        raise NotImplementedError

    def is_done(self, tracker: Tracker, so_far: list[Event]) -> bool:
        raise NotImplementedError

    def deactivate(self, tracker: Tracker) -> list[Event]:
        return []
