"""The steps of a conversation test: a line of the customer's, and what must follow it.

Rasa's test stories (`user`, `intent`, `action`, `slot_was_set`, `active_loop`) and the end-to-end
tests of Rasa Pro (`user`, `utter`, `bot`, `slot_was_set`, `slot_was_not_set`, `assertions`). What
is not understood is a problem with its line, never passed over.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from bot.stories.wanted import Wanted
from nlu.embedded import annotations
from nlu.embedded.annotations import AnnotationError
from nlu.embedded.source import Node, plain

_USER_KEYS = {"user", "intent", "entities", "assertions", "assertion_order_enabled"}
_NO_TEST = {
    "intent": "`intent` without `user`: a test needs the customer's own words",
    "checkpoint": "a test has no checkpoints; write the whole conversation",
    "or": "a test has no alternatives; write one test for each",
}


@dataclass(frozen=True, slots=True)
class Step:
    """What the customer says, and what must be so before the assistant listens again."""

    text: str
    intent: str
    actions: tuple[str, ...] | None = ()
    """All of them, in order; None if the test does not say."""
    wanted: tuple[Wanted, ...] = ()


@dataclass
class _Draft:
    text: str
    intent: str
    actions: list[str] = field(default_factory=list)
    wanted: dict[tuple[str, Any], Wanted] = field(default_factory=dict)
    """Of a slot or the form the last word counts, for it is looked at when the turn is over."""

    def want(self, kind: str, name: str = "", value: Any = None) -> None:
        key: tuple[str, Any] = ("slot" if kind == "set" else kind, name)
        if key[0] not in ("slot", "form"):
            key = (kind, object())  # each counts
        self.wanted.pop(key, None)
        self.wanted[key] = Wanted(kind, name, value)

    def do(self, action: str) -> None:
        """A further action, which may undo what slots have been set to until then."""
        self.actions.append(action)
        self.wanted = {key: one for key, one in self.wanted.items() if key[0] != "slot"}


def read(node: Node, *, all_actions: bool) -> tuple[Step, ...]:
    """The steps under `steps:`; with `all_actions` a turn may run no other than those written."""
    drafts: list[_Draft] = []
    before = len(node.problems.found)
    for element in node.elements():
        if not isinstance(element.value, dict):
            element.problem("a step must be a mapping such as 'user: hello'")
        elif "user" in element.value:
            drafts.append(_said(element))
        else:
            _follow(element, drafts, all_actions=all_actions)
    if not drafts and len(node.problems.found) == before:
        node.problem("the customer says nothing: there is no step with `user`")
    return tuple(
        Step(
            one.text,
            one.intent,
            tuple(one.actions) if all_actions else None,
            tuple(one.wanted.values()),
        )
        for one in drafts
    )


def _said(element: Node) -> _Draft:
    element.only(_USER_KEYS, "a step with `user`")
    given = element.get("user")
    text = given.text("`user`") if given else None
    try:
        shown = annotations.parse((text or "").strip())[0]
    except AnnotationError as error:
        element.problem(str(error))
        shown = ""
    draft = _Draft(shown, element.word("intent") or "")
    listed = element.get("assertions")
    for one in listed.elements() if listed else ():
        _assert(one, draft)
    return draft


def _follow(element: Node, drafts: list[_Draft], *, all_actions: bool) -> None:
    for key, why in _NO_TEST.items():
        if key in element.value:
            element.problem(why)
            return
    element.only(set(_FOLLOWING), "a step")
    for key, child in element.items():
        if not drafts:
            child.problem(f"`{key}` before the first `user`: the customer must speak first")
        elif key == "action" and all_actions:
            drafts[-1].do(_name(child))
        elif key in _FOLLOWING:
            _FOLLOWING[key](child, drafts[-1])


def _assert(element: Node, draft: _Draft) -> None:
    """One of Rasa Pro's assertions."""
    if not isinstance(element.value, dict):
        element.problem("an assertion must be a mapping such as 'action_executed: action_x'")
        return
    for key, child in element.items():
        if key == "action_executed":
            draft.want("action", _name(child))
        elif key == "bot_uttered":
            _uttered(child, draft)
        elif key in ("slot_was_set", "slot_was_not_set"):
            _asserted_slots(child, draft, set_to=key == "slot_was_set")
        else:
            child.problem(f"the assertion '{key}' is not supported")


def _uttered(node: Node, draft: _Draft) -> None:
    node.only({"utter_name", "text_matches"}, "`bot_uttered`")
    if name := node.word("utter_name"):
        draft.want("utter", name)
    if pattern := node.word("text_matches"):
        try:
            re.compile(pattern)
        except re.error as error:
            node.problem(f"`text_matches` cannot be compiled: {error}")
        else:
            draft.want("matches", pattern)


def _asserted_slots(node: Node, draft: _Draft, *, set_to: bool) -> None:
    for element in node.elements():
        element.only({"name", "value"}, "a slot")
        name = element.word("name") if isinstance(element.value, dict) else None
        if name is None:
            element.problem("a slot needs a `name`")
        elif "value" in element.value:
            draft.want("slot" if set_to else "unset", name, plain(element.value["value"]))
        else:
            draft.want("set" if set_to else "slot", name)


def _slots(node: Node) -> Iterator[tuple[str, bool, Any]]:
    """(name, whether a value is given, value) of `- name` and `- name: value`."""
    listed = [node] if isinstance(node.value, dict) else node.elements()
    for element in listed:
        if isinstance(element.value, dict):
            yield from ((name, True, plain(child.value)) for name, child in element.items())
        elif name := element.text("a slot"):
            yield name, False, None


def _set(node: Node, draft: _Draft) -> None:
    for name, given, value in _slots(node):
        draft.want("slot" if given else "set", name, value)


def _not_set(node: Node, draft: _Draft) -> None:
    for name, given, value in _slots(node):
        draft.want("unset" if given else "slot", name, value)


def _name(node: Node) -> str:
    return (node.text("a name") or "").strip()


def _said_by_bot(kind: str) -> Callable[[Node, _Draft], None]:
    def want(node: Node, draft: _Draft) -> None:
        draft.want(kind, _name(node))

    return want


def _form(node: Node, draft: _Draft) -> None:
    draft.want("form", value=None if node.value is None else _name(node))


_FOLLOWING: dict[str, Callable[[Node, _Draft], None]] = {
    "action": _said_by_bot("action"),
    "utter": _said_by_bot("utter"),
    "bot": _said_by_bot("bot"),
    "slot_was_set": _set,
    "slot_was_not_set": _not_set,
    "active_loop": _form,
}
