"""The assistant's domain: intents, entities, slots, responses, forms, actions, session."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from nlu.embedded import names

Features = tuple[float, ...] | str
SLOT_TYPES = ("text", "bool", "categorical", "float", "list", "any")


@dataclass(frozen=True, slots=True)
class Condition:
    """When a mapping applies: in a form (or in none), perhaps while a slot is asked."""

    active_loop: str | None
    requested_slot: str | None = None


@dataclass(frozen=True, slots=True)
class SlotMapping:
    """How a slot is filled from a message."""

    type: str
    entity: str | None = None
    role: str | None = None
    group: str | None = None
    intents: frozenset[str] = frozenset()
    not_intents: frozenset[str] = frozenset()
    value: Any = None
    action: str | None = None
    conditions: tuple[Condition, ...] = ()


@dataclass(frozen=True, slots=True)
class Slot:
    name: str
    type: str
    mappings: tuple[SlotMapping, ...] = ()
    initial_value: Any = None
    influences: bool = True
    values: tuple[str, ...] = ()
    min_value: float = 0.0
    max_value: float = 1.0

    def stored(self, value: Any) -> Any:
        """The value as the slot keeps it: a list slot wraps single values."""
        if self.type == "list" and value and not isinstance(value, list | str):
            return [value]
        if self.type == "list" and isinstance(value, str) and value not in ("", names.NOT_SET):
            return [value]
        return value

    def features(self, value: Any) -> Features | None:
        """What rules see of the value, as Rasa 3.6 featurises it; None if nothing."""
        if not self.influences or self.type == "any":
            return None
        if value == names.NOT_SET:
            return names.NOT_SET
        found = _FEATURES[self.type](self, value)
        return found if any(found) else None


def _text(_slot: Slot, value: Any) -> tuple[float, ...]:
    return (1.0 if value is not None else 0.0,)


def _list(_slot: Slot, value: Any) -> tuple[float, ...]:
    return (1.0 if value else 0.0,)


def _bool(_slot: Slot, value: Any) -> tuple[float, ...]:
    if isinstance(value, str):
        known = {"true": 1.0, "false": 0.0}
        if value.isnumeric():
            return (1.0, float(float(value) == 1.0))
        found = known.get(value.strip().lower())
        return (0.0, 0.0) if found is None else (1.0, found)
    if isinstance(value, int | float):
        return (1.0, float(value == 1.0))
    return (0.0, 0.0)


def _float(slot: Slot, value: Any) -> tuple[float, ...]:
    try:
        number = float(value)
    except (TypeError, ValueError):
        return (0.0, 0.0)
    capped = max(slot.min_value, min(slot.max_value, number))
    return (1.0, (capped - slot.min_value) / (slot.max_value - slot.min_value))


def _categorical(slot: Slot, value: Any) -> tuple[float, ...]:
    known = (*slot.values, "__other__")
    if value is None:
        return (0.0,) * len(known)
    lowered = str(value).lower()
    chosen = lowered if lowered in known else "__other__"
    return tuple(1.0 if option == chosen else 0.0 for option in known)


_FEATURES = {
    "text": _text,
    "list": _list,
    "bool": _bool,
    "float": _float,
    "categorical": _categorical,
}


@dataclass(frozen=True, slots=True)
class Form:
    name: str
    required_slots: tuple[str, ...]
    ignored_intents: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class IntentRule:
    """Which entities of an intent rules may see (use_entities, ignore_entities)."""

    use_entities: frozenset[str] | None = None
    """None: all of the domain's entities."""
    ignore_entities: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class EntityKind:
    roles: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()
    influences: bool = True


@dataclass(frozen=True, slots=True)
class Session:
    expiration_minutes: float = 60.0
    """0 means a session never ends by itself."""
    carry_over_slots: bool = True


@dataclass(slots=True)
class Domain:
    """Everything the assistant declares. Built by `domain_reader`; do not change it after."""

    intents: dict[str, IntentRule] = field(default_factory=dict)
    entities: dict[str, EntityKind] = field(default_factory=dict)
    slots: dict[str, Slot] = field(default_factory=dict)
    responses: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    forms: dict[str, Form] = field(default_factory=dict)
    actions: list[str] = field(default_factory=list)
    """Actions declared by the author, without responses and forms."""
    session: Session = field(default_factory=Session)
    entities_fill_slots: bool = True
    """store_entities_as_slots: entities named in a rule's steps set slots there."""

    def knows_intent(self, name: str) -> bool:
        return name in self.intents or name in names.DEFAULT_INTENTS

    def retrieval_actions(self) -> set[str]:
        """Actions such as utter_chitchat whose responses are utter_chitchat/…"""
        return {name.partition("/")[0] for name in self.responses if "/" in name}

    def action_names(self) -> set[str]:
        return {
            *names.DEFAULT_ACTIONS,
            *self.actions,
            *self.responses,
            *self.retrieval_actions(),
            *self.forms,
        }

    def visible_entities(
        self, intent: str | None, entities: list[Mapping[str, Any]]
    ) -> tuple[str, ...]:
        """The entity labels (with "entity#role", "entity#group") rules see, sorted."""
        labels: set[str] = set()
        for entity in entities:
            if self._hidden(intent, entity["entity"]):
                continue
            labels.add(entity["entity"])
            for key in ("role", "group"):
                if entity.get(key):
                    labels.add(f"{entity['entity']}#{entity[key]}")
        return tuple(sorted(labels))

    def _hidden(self, intent: str | None, entity: str) -> bool:
        kind = self.entities.get(entity)
        rule = self.intents.get(intent or "") or IntentRule()
        if kind is None or entity in rule.ignore_entities:
            return True
        if rule.use_entities is None:
            return not kind.influences
        return entity not in rule.use_entities

    def as_rasa(self) -> dict[str, Any]:
        """The parts of Rasa's domain JSON that actions (rasa_sdk) read."""
        return {
            "intents": list(self.intents),
            "entities": list(self.entities),
            "slots": {
                slot.name: {
                    "type": slot.type,
                    "initial_value": slot.initial_value,
                    "influence_conversation": slot.influences,
                    "mappings": [_mapping_json(mapping) for mapping in slot.mappings],
                }
                for slot in self.slots.values()
            },
            "responses": self.responses,
            "actions": list(self.actions),
            "forms": {
                form.name: {"required_slots": list(form.required_slots)}
                for form in self.forms.values()
            },
        }


def _mapping_json(mapping: SlotMapping) -> dict[str, Any]:
    pairs = {
        "type": mapping.type,
        "entity": mapping.entity,
        "role": mapping.role,
        "group": mapping.group,
        "intent": sorted(mapping.intents),
        "not_intent": sorted(mapping.not_intents),
        "value": mapping.value,
        "action": mapping.action,
        "conditions": [
            {"active_loop": condition.active_loop, "requested_slot": condition.requested_slot}
            for condition in mapping.conditions
        ],
    }
    return {key: value for key, value in pairs.items() if value not in (None, [])}
