"""What a test asks of the turn that follows a line, beside its actions; compared with the turn."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Wanted:
    """One thing that must be so once the assistant listens again.

    `kind`: "utter" (a response of that name is said), "bot" (a text is said), "matches" (a text
    fits a pattern), "action" (has run), "slot" (has a value), "set", "unset", "form" (is active).
    """

    kind: str
    name: str = ""
    value: Any = None


SAID = ("utter", "bot", "matches")
"""Must come in the order in which they are written; more may be said in between."""
Replies = Sequence[tuple[str | None, str]]


def lacking(
    wanted: Iterable[Wanted],
    replies: Replies,
    actions: Sequence[str],
    slots: Mapping[str, Any],
    form: str | None,
) -> list[str]:
    """What is not so, each as a sentence; empty if all is well."""
    said = [one for one in wanted if one.kind in SAID]
    found = _unsaid(said, replies)
    for one in wanted:
        if one.kind not in SAID and (text := _wrong(one, actions, slots, form)):
            found.append(text)
    return found


def _unsaid(said: Iterable[Wanted], replies: Replies) -> list[str]:
    rest = list(replies)
    for one in said:
        at = next((n for n, reply in enumerate(rest) if _fits(one, *reply)), None)
        if at is None:
            told = [text if one.kind != "utter" else name for name, text in replies]
            return [f"nothing said is {one.name!r} there, but {told}"]
        del rest[: at + 1]
    return []


def _fits(one: Wanted, name: str | None, text: str) -> bool:
    if one.kind == "utter":
        return name == one.name
    if one.kind == "matches":
        return re.search(one.name, text) is not None
    return text.split() == one.name.split()


def _wrong(
    one: Wanted, actions: Sequence[str], slots: Mapping[str, Any], form: str | None
) -> str | None:
    if one.kind == "action":
        return None if one.name in actions else f"did {list(actions)}, not {one.name}"
    if one.kind == "form":
        return None if form == one.value else f"active_loop: {form}, expected {one.value}"
    got = slots.get(one.name)
    if one.kind == "set":
        return None if got is not None else f"slot {one.name} is not set"
    if one.kind == "unset":
        return None if got != one.value or got is None else f"slot {one.name} is {got!r}"
    return None if _alike(got, one.value) else f"slot {one.name}: {got!r}, expected {one.value!r}"


def _alike(got: Any, wanted: Any) -> bool:
    """YAML takes some texts for numbers."""
    scalars = isinstance(got, str | int | float) and isinstance(wanted, str | int | float)
    return bool(got == wanted or (scalars and str(got) == str(wanted)))
