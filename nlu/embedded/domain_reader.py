"""Reads Rasa's domain keys out of YAML files into one Domain, with every problem found."""

from typing import Any

from nlu.embedded import names
from nlu.embedded.domain import (
    SLOT_TYPES,
    Condition,
    Domain,
    EntityKind,
    Form,
    IntentRule,
    Session,
    Slot,
    SlotMapping,
)
from nlu.embedded.source import Node, plain

_SLOT_KEYS = {
    "type",
    "values",
    "min_value",
    "max_value",
    "initial_value",
    "influence_conversation",
    "mappings",
}
_MAPPING_KEYS = {
    "type",
    "entity",
    "role",
    "group",
    "intent",
    "not_intent",
    "value",
    "action",
    "conditions",
}
_MAPPING_NEEDS = {
    "from_entity": "entity",
    "from_intent": "value",
    "from_trigger_intent": "value",
    "from_text": None,
    "custom": None,
}
_RESPONSE_KEYS = {
    "text",
    "image",
    "custom",
    "buttons",
    "button_type",
    "quick_replies",
    "attachment",
    "elements",
    "channel",
    "condition",
    "metadata",
    "id",
}
_CONTENT_KEYS = ("text", "image", "custom", "buttons", "attachment", "elements", "quick_replies")


class DomainReader:
    """Collects the domain keys of any number of files into `domain`."""

    def __init__(self) -> None:
        self.domain = Domain()
        self.places: dict[tuple[str, str], tuple[str, int]] = {}
        """(kind, name) -> where it stands, for problems found later."""

    def read(self, key: str, node: Node) -> None:
        """Read one top-level domain key."""
        getattr(self, f"_read_{key}")(node)

    def _first(self, kind: str, name: str, node: Node) -> bool:
        """Remember where a name stands; a second one of the same name is a problem."""
        earlier = self.places.setdefault((kind, name), (node.file, node.line))
        if earlier == (node.file, node.line):
            return True
        node.problem(f"{kind} '{name}' is already declared at {earlier[0]}:{earlier[1]}")
        return False

    def _read_intents(self, node: Node) -> None:
        for element in node.elements():
            for name, options in _named(element, "an intent"):
                if self._first("intent", name, element):
                    self.domain.intents[name] = _intent_rule(options)

    def _read_entities(self, node: Node) -> None:
        for element in node.elements():
            for name, options in _named(element, "an entity"):
                if self._first("entity", name, element):
                    self.domain.entities[name] = _entity_kind(options)

    def _read_actions(self, node: Node) -> None:
        for element in node.elements():
            for name, options in _named(element, "an action"):
                if options:
                    options.only({"send_domain"}, "an action")
                if self._first("action", name, element):
                    self.domain.actions.append(name)

    def _read_slots(self, node: Node) -> None:
        for name, child in node.items():
            if self._first("slot", name, child):
                self.domain.slots[name] = _slot(name, child)

    def _read_forms(self, node: Node) -> None:
        for name, child in node.items():
            if not self._first("form", name, child):
                continue
            child.only({"required_slots", "ignored_intents"}, "a form")
            required = child.get("required_slots")
            if required is None:
                child.problem(f"form '{name}' has no required_slots")
            self.domain.forms[name] = Form(
                name, _texts(required), _texts(child.get("ignored_intents"))
            )

    def _read_responses(self, node: Node) -> None:
        for name, child in node.items():
            if not self._first("response", name, child):
                continue
            if not name.startswith(names.UTTER):
                child.problem(f"response '{name}' must start with '{names.UTTER}'")
            variants = [_response(name, variant) for variant in child.elements()]
            if not variants:
                child.problem(f"response '{name}' has no variants")
            self.domain.responses[name] = variants

    def _read_session_config(self, node: Node) -> None:
        node.only({"session_expiration_time", "carry_over_slots_to_new_session"}, "session_config")
        value = node.value if isinstance(node.value, dict) else {}
        minutes = node.number("session_expiration_time", 60.0)
        if minutes < 0:
            node.problem("session_expiration_time must be a number of minutes, 0 for never")
        carry = bool(value.get("carry_over_slots_to_new_session", True))
        self.domain.session = Session(minutes, carry)

    def _read_config(self, node: Node) -> None:
        node.only({"store_entities_as_slots"}, "config")
        if isinstance(node.value, dict):
            self.domain.entities_fill_slots = bool(node.value.get("store_entities_as_slots", True))


DOMAIN_KEYS = ("intents", "entities", "actions", "slots", "forms", "responses", "session_config")


def _named(element: Node, what: str) -> list[tuple[str, Node | None]]:
    """A list entry that is a name, or a name with options."""
    if isinstance(element.value, dict):
        return [(name, child) for name, child in element.items()]
    text = element.text(f"the name of {what}")
    return [(text.strip(), None)] if text else []


def _texts(node: Node | None) -> tuple[str, ...]:
    """One text or a list of texts."""
    if node is None or node.value is None:
        return ()
    if isinstance(node.value, list):
        found = [_name_in(element) for element in node.elements()]
        return tuple(text for text in found if text)
    text = node.text("a name")
    return (text,) if text else ()


def _name_in(node: Node) -> str | None:
    """A name of a list; Rasa's own examples have groups 1 and 2."""
    if isinstance(node.value, int) and not isinstance(node.value, bool):
        return str(node.value)
    return node.text("a name")


def _intent_rule(options: Node | None) -> IntentRule:
    if options is None:
        return IntentRule()
    options.only({"use_entities", "ignore_entities"}, "an intent")
    use = options.get("use_entities")
    used: frozenset[str] | None = None
    if use is not None and use.value is not True:
        used = frozenset(_texts(use)) if use.value else frozenset()
    ignored = options.get("ignore_entities")
    return IntentRule(
        used, frozenset(_texts(ignored)) if ignored and ignored.value else frozenset()
    )


def _entity_kind(options: Node | None) -> EntityKind:
    if options is None:
        return EntityKind()
    options.only({"roles", "groups", "influence_conversation"}, "an entity")
    value = options.value if isinstance(options.value, dict) else {}
    return EntityKind(
        _texts(options.get("roles")),
        _texts(options.get("groups")),
        bool(value.get("influence_conversation", True)),
    )


def _slot(name: str, node: Node) -> Slot:
    node.only(_SLOT_KEYS, f"slot '{name}'")
    value: dict[str, Any] = plain(node.value) if isinstance(node.value, dict) else {}
    kind = str(value.get("type"))
    if kind not in SLOT_TYPES:
        node.problem(f"slot '{name}' has type {kind!r}; supported: {', '.join(SLOT_TYPES)}")
        kind = "any"
    low, high = node.number("min_value", 0.0), node.number("max_value", 1.0)
    if kind == "float" and low >= high:
        node.problem(f"slot '{name}': min_value must be below max_value")
        low, high = 0.0, 1.0
    influences = bool(value.get("influence_conversation", kind != "any"))
    if kind == "any" and influences:
        node.problem(f"slot '{name}' of type any cannot influence the conversation")
    return Slot(
        name,
        kind,
        tuple(_mappings(name, node)),
        value.get("initial_value"),
        influences and kind != "any",
        tuple(_options(node.get("values"))),
        low,
        high,
    )


def _options(node: Node | None) -> list[str]:
    """A categorical slot's values; YAML may take some for numbers or truth values."""
    listed = node.elements() if node else ()
    return [str(plain(one.value)).lower() for one in listed if one.value is not None]


def _mappings(name: str, node: Node) -> list[SlotMapping]:
    listed = node.get("mappings")
    if listed is None or not listed.value:
        node.problem(f"slot '{name}' has no mappings (use '- type: custom' if code sets it)")
        return []
    found = [_mapping(name, element) for element in listed.elements()]
    return [mapping for mapping in found if mapping]


def _mapping(slot: str, node: Node) -> SlotMapping | None:
    node.only(_MAPPING_KEYS, f"a mapping of slot '{slot}'")
    value: dict[str, Any] = plain(node.value) if isinstance(node.value, dict) else {}
    kind = str(value.get("type"))
    if kind not in _MAPPING_NEEDS:
        known = ", ".join(_MAPPING_NEEDS)
        node.problem(f"slot '{slot}': unknown mapping type {kind!r}; known: {known}")
        return None
    needed = _MAPPING_NEEDS[kind]
    if needed and value.get(needed) is None:
        node.problem(f"slot '{slot}': a {kind} mapping needs '{needed}'")
        return None
    return SlotMapping(
        kind,
        node.word("entity"),
        node.word("role"),
        node.word("group"),
        frozenset(_texts(node.get("intent"))),
        frozenset(_texts(node.get("not_intent"))),
        value.get("value"),
        node.word("action"),
        tuple(_conditions(slot, node)),
    )


def _conditions(slot: str, node: Node) -> list[Condition]:
    listed = node.get("conditions")
    found = []
    for element in listed.elements() if listed else ():
        element.only({"active_loop", "requested_slot"}, f"a condition of slot '{slot}'")
        if isinstance(element.value, dict):
            found.append(Condition(element.word("active_loop"), element.word("requested_slot")))
    return found


def _response(name: str, node: Node) -> dict[str, Any]:
    node.only(_RESPONSE_KEYS, f"response '{name}'")
    value: dict[str, Any] = plain(node.value) if isinstance(node.value, dict) else {}
    if not any(value.get(key) for key in _CONTENT_KEYS):
        node.problem(f"a variant of '{name}' needs one of {', '.join(_CONTENT_KEYS)}")
    condition = node.get("condition")
    for element in condition.elements() if condition else ():
        element.only({"type", "name", "value"}, f"a condition of '{name}'")
        if element.word("type") != "slot" or not element.word("name"):
            element.problem(f"a condition of '{name}' needs 'type: slot', 'name' and 'value'")
        elif element.get("value") is None:
            element.problem(f"a condition of '{name}' has no 'value'; null means not set")
    buttons = node.get("buttons")
    for element in buttons.elements() if buttons else ():
        if not isinstance(element.value, dict) or "title" not in element.value:
            element.problem(f"a button of '{name}' needs a title")
    return value
