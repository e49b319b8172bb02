"""Filling slots from a message, as Rasa 3.6's action_extract_slots does."""

from collections.abc import Callable
from typing import Any

from nlu.embedded import names
from nlu.embedded.domain import Domain, Slot, SlotMapping
from nlu.embedded.tracker import Event, Tracker

RunCustom = Callable[[str, Tracker], list[Event]]
_Table = list[tuple[Slot, list[SlotMapping]]]


def same(one: Any, other: Any) -> bool:
    """Whether two values are the same to JSON: 0 and false are not, nor are 1 and 1.0."""
    return type(one) is type(other) and bool(one == other)


class SlotFiller:
    """A domain's mappings, ready to be applied."""

    def __init__(self, domain: Domain) -> None:
        self._domain = domain
        self._table: _Table = [
            (slot, mappings)
            for slot in domain.slots.values()
            if (mappings := [m for m in slot.mappings if m.type != "custom" or m.action])
        ]
        self._by_loop = {loop: self._possible(loop) for loop in (None, *domain.forms)}
        self._validates = names.VALIDATE_SLOTS in domain.actions
        self._unique = {form: _unique_mappings(domain, form) for form in domain.forms}

    def extract(self, tracker: Tracker, run_custom: RunCustom) -> list[Event]:
        """The events that fill slots from the latest message."""
        events: list[Event] = []
        ran: set[str] = set()
        for slot, mappings in self._by_loop.get(tracker.loop, self._table):
            for mapping in mappings:
                if not self._applies(slot.name, mapping, tracker):
                    continue
                if mapping.type == "custom":
                    events += self._custom(mapping, tracker, run_custom, ran)
                elif (event := _filled(slot, mapping, tracker)) is not None:
                    events.append(event)
                    break
        return self._validated(events, tracker, run_custom)

    def _possible(self, loop: str | None) -> _Table:
        """What may apply while this form is active; most mappings are for one form only."""
        return [
            (slot, fitting)
            for slot, mappings in self._table
            if (fitting := [m for m in mappings if _possible_in(loop, m)])
        ]

    def _custom(
        self, mapping: SlotMapping, tracker: Tracker, run_custom: RunCustom, ran: set[str]
    ) -> list[Event]:
        action = mapping.action or ""
        if action in ran:
            return []
        ran.add(action)
        return [e for e in run_custom(action, tracker) if e["event"] in ("slot", "bot")]

    def _validated(
        self, events: list[Event], tracker: Tracker, run_custom: RunCustom
    ) -> list[Event]:
        slots = [event for event in events if event["event"] == "slot"]
        if not self._validates:
            return slots
        fork = tracker.fork()
        fork.apply(slots)
        answer = run_custom(names.VALIDATE_SLOTS, fork)
        valid = [event for event in answer if event["event"] in ("slot", "bot")]
        said = {event["name"] for event in valid if event["event"] == "slot"}
        return valid + [event for event in slots if event["name"] not in said]

    def _applies(self, slot: str, mapping: SlotMapping, tracker: Tracker) -> bool:
        return (
            self._intent_fits(mapping, tracker)
            and _conditions_hold(slot, mapping, tracker)
            and not self._ambiguous(slot, mapping, tracker)
        )

    def _intent_fits(self, mapping: SlotMapping, tracker: Tracker) -> bool:
        intent = tracker.intent
        if mapping.intents:
            return intent in mapping.intents
        if intent in mapping.not_intents:
            return False
        form = self._domain.forms.get(tracker.loop or "")
        if form is None or intent not in form.ignored_intents:
            return True
        loops = {condition.active_loop for condition in mapping.conditions}
        return bool(loops) and form.name not in loops

    def _ambiguous(self, slot: str, mapping: SlotMapping, tracker: Tracker) -> bool:
        """In a form, an entity that could fill two of its slots fills only the one asked."""
        form = self._domain.forms.get(tracker.loop or "")
        return (
            form is not None
            and mapping.type == "from_entity"
            and tracker.requested_slot != slot
            and slot in form.required_slots
            and mapping not in self._unique[form.name]
        )


def _unique_mappings(domain: Domain, form: str) -> list[SlotMapping]:
    every = [
        mapping
        for name in domain.forms[form].required_slots
        if name in domain.slots
        for mapping in domain.slots[name].mappings
        if mapping.type == "from_entity"
    ]
    return [mapping for mapping in every if every.count(mapping) == 1]


def _possible_in(loop: str | None, mapping: SlotMapping) -> bool:
    if not mapping.conditions or mapping.type == "from_trigger_intent":
        return True
    return any(condition.active_loop == loop for condition in mapping.conditions)


def _conditions_hold(slot: str, mapping: SlotMapping, tracker: Tracker) -> bool:
    if not mapping.conditions or mapping.type == "from_trigger_intent":
        return True
    if tracker.rejected and tracker.requested_slot == slot:
        return False
    for condition in mapping.conditions:
        if condition.active_loop is None:
            if tracker.loop is None:
                return True
        elif condition.active_loop == tracker.loop and condition.requested_slot in (
            None,
            tracker.requested_slot,
        ):
            return True
    return False


def _filled(slot: Slot, mapping: SlotMapping, tracker: Tracker) -> Event | None:
    values = _values(mapping, tracker)
    if not values:
        return None
    value = values if slot.type == "list" else values[-1]
    if value is None and tracker.slots[slot.name] is None:
        return None
    return {"event": "slot", "name": slot.name, "value": value}


def _values(mapping: SlotMapping, tracker: Tracker) -> list[Any]:
    if mapping.type == "from_entity":
        return tracker.values_of(mapping.entity or "", mapping.role, mapping.group)
    if mapping.type == "from_text":
        return [tracker.message.get("text")]
    if mapping.type == "from_intent" or _triggers(mapping, tracker):
        return [mapping.value]
    return []


def _triggers(mapping: SlotMapping, tracker: Tracker) -> bool:
    """from_trigger_intent: only as the form starts (its intent is checked before)."""
    if mapping.type != "from_trigger_intent" or tracker.loop is None:
        return False
    loops = [condition.active_loop for condition in mapping.conditions]
    return not loops or tracker.loop in loops
