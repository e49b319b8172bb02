"""Forms, as Rasa 3.6's FormAction: fill, validate, ask for the next slot, finish."""

from nlu.embedded import names
from nlu.embedded.loops import Loop, Stage
from nlu.embedded.tracker import Event, Tracker
from nlu.types import ActionRejected


def slot_event(name: str, value: object) -> Event:
    return {"event": "slot", "name": name, "value": value}


class FormLoop(Loop):
    """One form of the domain."""

    def __init__(self, name: str, stage: Stage) -> None:
        super().__init__(name, stage)
        self._required = stage.domain.forms[name].required_slots
        self._validation = f"validate_{name}"
        self._validates = self._validation in stage.domain.actions

    def activate(self, tracker: Tracker) -> list[Event]:
        """Fill from the message that started the form; check what is filled already."""
        extracted = self.stage.extract(tracker)
        tracker.apply(extracted)
        slots = [event for event in extracted if event["event"] == "slot"]
        if not self._validates:
            return slots
        filled = {
            name: tracker.slots[name]
            for name in self._required
            if tracker.slots.get(name) is not None
        }
        valid = self._validate(filled, tracker)
        said = {event["name"] for event in valid if event["event"] == "slot"}
        return valid + [event for event in slots if event["name"] not in said]

    def do(self, tracker: Tracker, so_far: list[Event]) -> list[Event]:
        events: list[Event] = []
        if all(event["event"] == "active_loop" for event in so_far):
            events = self._validate_answer(tracker)
        if not _declined(events):
            events = events + self._ask_next(tracker, so_far + events)
        return events

    def is_done(self, tracker: Tracker, so_far: list[Event]) -> bool:
        """Done when nothing is left to ask, or when validation said so."""
        if _declined(so_far):
            return False
        asked = [e for e in so_far if e["event"] == "slot" and e["name"] == names.REQUESTED_SLOT]
        loops = [e for e in so_far if e["event"] == "active_loop"]
        return bool((asked and asked[-1]["value"] is None) or (loops and loops[-1]["name"] is None))

    def _asked(self, tracker: Tracker) -> str | None:
        """The slot this form has asked for; another form's question does not count."""
        return tracker.requested_slot if tracker.loop == self.name else None

    def _temporary(self, tracker: Tracker, events: list[Event]) -> Tracker:
        fork = tracker.fork()
        fork.apply(
            [
                slot_event(names.REQUESTED_SLOT, self._asked(tracker)),
                {"event": "action", "name": self.name},
                *events,
            ]
        )
        return fork

    def _validate(self, candidates: dict[str, object], tracker: Tracker) -> list[Event]:
        if not self._validates:
            return []
        events = [slot_event(name, value) for name, value in candidates.items()]
        return self.stage.run_custom(self._validation, self._temporary(tracker, events))

    def _validate_answer(self, tracker: Tracker) -> list[Event]:
        starting = tracker.loop is None
        answered = tracker.latest_action == names.LISTEN and not tracker.interrupted
        if not starting and not answered:
            return self._validate({}, tracker)
        extracted = self._extracted(tracker)
        events = self._validate(extracted, tracker)
        validated = any(
            event["event"] == "slot" and event["name"] != names.REQUESTED_SLOT for event in events
        )
        if self._asked(tracker) and not extracted and not validated and not _declined(events):
            raise ActionRejected(self.name)
        return events

    def _extracted(self, tracker: Tracker) -> dict[str, object]:
        wanted = {*self._required, self._asked(tracker)}
        return {
            event["name"]: event["value"]
            for event in tracker.events[tracker.user_index :]
            if event["event"] == "slot" and event["name"] in wanted
        }

    def _ask_next(self, tracker: Tracker, so_far: list[Event]) -> list[Event]:
        if self.is_done(tracker, so_far):
            return [slot_event(names.REQUESTED_SLOT, None)]
        temporary = self._temporary(tracker, so_far)
        chosen = next(
            (
                event["value"]
                for event in so_far
                if event["event"] == "slot" and event["name"] == names.REQUESTED_SLOT
            ),
            None,
        )
        events: list[Event] = []
        if not chosen:
            chosen = next((n for n in self._required if temporary.slots.get(n) is None), None)
            events.append(slot_event(names.REQUESTED_SLOT, chosen))
        if not chosen:
            return [slot_event(names.REQUESTED_SLOT, None)]
        return events + self._ask(str(chosen), temporary)

    def _ask(self, slot: str, tracker: Tracker) -> list[Event]:
        for name in (
            f"action_ask_{self.name}_{slot}",
            f"utter_ask_{self.name}_{slot}",
            f"action_ask_{slot}",
            f"utter_ask_{slot}",
        ):
            if name in self.stage.action_names:
                return self.stage.run(name, tracker)
        return []


def _declined(events: list[Event]) -> bool:
    return any(event["event"] == "action_execution_rejected" for event in events)
