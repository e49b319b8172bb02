"""Rules as written: read from YAML into steps, `or` expanded into alternatives."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product
from math import prod
from typing import Any

from nlu.embedded.source import Node, plain

_RULE_KEYS = {
    "rule",
    "steps",
    "condition",
    "conversation_start",
    "wait_for_user_input",
    "metadata",
}
MOST_ALTERNATIVES = 500
"""Of one rule: its `or` steps multiply."""


@dataclass(frozen=True, slots=True)
class Step:
    """One event of a rule: kind "user", "action", "loop" or "slot"."""

    kind: str
    name: str | None
    """The intent, action, form (None: no form) or slot."""
    value: Any = None
    by_name: bool = False
    """A slot step that gives only the slot's name: "set to something"."""
    entities: tuple[tuple[str, str, str | None, str | None], ...] = ()
    """Entities of a user step: (entity, value, role, group)."""
    line: int = 0


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule without `or`: a rule with alternatives becomes several."""

    name: str
    file: str
    line: int
    conditions: tuple[Step, ...]
    steps: tuple[Step, ...]
    conversation_start: bool = False
    wait_for_user_input: bool = True

    def all_steps(self) -> Iterator[Step]:
        yield from self.conditions
        yield from self.steps


def read_rules(node: Node) -> list[Rule]:
    """The rules of one file's `rules:` key."""
    found: list[Rule] = []
    for entry in node.elements():
        name_node = entry.get("rule")
        name = name_node.text("the name of a rule") if name_node else None
        if name is None:
            if name_node is None:
                entry.problem("a rule needs a 'rule' key with its name")
            continue
        entry.only(_RULE_KEYS, f"rule '{name}'")
        found += _alternatives(name, entry)
    return found


def _alternatives(name: str, entry: Node) -> list[Rule]:
    conditions = _options(name, entry.get("condition"), in_condition=True)
    steps = _options(name, entry.get("steps"))
    if not steps:
        entry.problem(f"rule '{name}' has no steps")
        return []
    if (many := prod(len(options) for options in steps)) > MOST_ALTERNATIVES:
        entry.problem(f"rule '{name}' has {many:,} alternatives; at most {MOST_ALTERNATIVES}")
        return []
    value = plain(entry.value)
    return [
        Rule(
            name,
            entry.file,
            entry.line,
            tuple(step for options in conditions for step in options),
            chosen,
            value.get("conversation_start") is True,
            value.get("wait_for_user_input") is not False,
        )
        for chosen in product(*steps)
    ]


def _options(name: str, node: Node | None, *, in_condition: bool = False) -> list[list[Step]]:
    """For each step its alternatives (one, unless it is an `or`)."""
    found: list[list[Step]] = []
    for element in node.elements() if node else ():
        if not isinstance(element.value, dict):
            element.problem(f"a step of rule '{name}' must be a mapping such as 'intent: greet'")
            continue
        if in_condition and not {"active_loop", "slot_was_set"} & set(element.value):
            element.problem("a rule's condition may hold only 'active_loop' and 'slot_was_set'")
            continue
        found += _step(name, element)
    return found


def _step(name: str, element: Node) -> list[list[Step]]:
    keys = set(element.value)
    for key, why in _REFUSED.items():
        if key in keys:
            element.problem(f"rule '{name}': '{key}' steps are not supported: {why}")
            return []
    if "intent" in keys:
        step = _user(element)
        return [[step]] if step else []
    if "or" in keys:
        return _or(name, element)
    if "action" in keys:
        action = _text(element, "action")
        return [[Step("action", action, line=element.line)]] if action else []
    if "active_loop" in keys:
        loop = element.value["active_loop"]
        return [[Step("loop", None if loop is None else str(loop), line=element.line)]]
    if "slot_was_set" in keys:
        return [[step] for step in _slots(element)]
    element.problem(f"rule '{name}': unknown step with keys {', '.join(sorted(map(str, keys)))}")
    return []


_REFUSED = {
    "checkpoint": "rules have no checkpoints",
    "user": "end-to-end training is not; use 'intent'",
    "bot": "end-to-end training is not; use 'action'",
}


def _or(name: str, element: Node) -> list[list[Step]]:
    listed = element.get("or")
    options: list[Step] = []
    for child in listed.elements() if listed else ():
        keys = set(child.value) if isinstance(child.value, dict) else set()
        if "intent" in keys and "user" not in keys:
            step = _user(child)
            options += [step] if step else []
        elif "slot_was_set" in keys:
            options += _slots(child)
        else:
            child.problem(f"rule '{name}': 'or' may hold only 'intent' and 'slot_was_set'")
    return [options] if options else []


def _text(element: Node, key: str) -> str | None:
    child = element.get(key)
    text = child.text(f"'{key}'") if child else None
    return text.strip() if text else None


def _user(element: Node) -> Step | None:
    intent = _text(element, "intent")
    if intent is None:
        return None
    element.only({"intent", "entities"}, "an intent step")
    intent = intent.removeprefix("/")
    if "/" in intent:
        element.problem(f"a rule names the retrieval intent, not '{intent}'")
    listed = element.get("entities")
    entities = [_entity(child) for child in listed.elements()] if listed else []
    return Step(
        "user", intent, entities=tuple(e for e in entities if e is not None), line=element.line
    )


def _entity(node: Node) -> tuple[str, str, str | None, str | None] | None:
    if isinstance(node.value, str):
        return (str(node.value), "", None, None)
    if not isinstance(node.value, dict) or not node.value:
        node.problem("an entity of a step is a name or 'name: value'")
        return None
    fields: dict[str, Any] = plain(node.value)
    role, group = node.word("role"), node.word("group")
    if "value" in fields and "entity" in fields:
        return (str(fields["entity"]), str(fields["value"]), role, group)
    named = [(name, value) for name, value in fields.items() if name not in ("role", "group")]
    if not named:
        node.problem("an entity of a step is a name or 'name: value'")
        return None
    name, value = named[0]
    return (name, str(value), role, group)


def _slots(element: Node) -> list[Step]:
    listed = element.get("slot_was_set")
    found: list[Step] = []
    for child in listed.elements() if listed else ():
        if isinstance(child.value, dict):
            found += [
                Step("slot", key, plain(value.value), line=child.line)
                for key, value in child.items()
            ]
        elif (name := child.text("a slot")) is not None:
            found.append(Step("slot", name, by_name=True, line=child.line))
    return found
