"""Two engines on one story: where they do not do the same."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bot.stories.playing import Heard
from bot.stories.reading import Story

OWN = frozenset({"session_started_metadata", "complaint_number", "enrol_consent_message"})
"""Slots that hold an id or a time, which no two runs share, or are Rasa's own."""


@dataclass(frozen=True, slots=True)
class Difference:
    """One line of the table."""

    story: Story
    line: str
    what: str
    first: Any
    second: Any


def differences(story: Story, first: Sequence[Heard], second: Sequence[Heard]) -> list[Difference]:
    """Actions, slots, active form and replies that differ, line by line."""
    found: list[Difference] = []
    for one, other in zip(first, second, strict=True):
        for what, mine, theirs in _unlike(one, other):
            found.append(Difference(story, one.text, what, mine, theirs))
    return found


def table(found: Iterable[Difference], names: tuple[str, str]) -> str:
    """The differences as lines of text; says so if there are none."""
    lines = [
        f"{one.story.place} “{one.line}”: {one.what}\n    {names[0]}: {one.first}\n"
        f"    {names[1]}: {one.second}"
        for one in found
    ]
    return "\n".join(lines) or f"{names[0]} and {names[1]} agree"


def _unlike(one: Heard, other: Heard) -> Iterable[tuple[str, Any, Any]]:
    compared = (
        ("error", one.error, other.error),
        ("intent", _base(one.intent), _base(other.intent)),
        ("actions", one.actions, other.actions),
        ("form", one.active_loop, other.active_loop),
        ("replies", one.replies, other.replies),
    )
    yield from (each for each in compared if each[1] != each[2])
    yield from _slots(one.slots, other.slots)


def _slots(one: Mapping[str, Any], other: Mapping[str, Any]) -> Iterable[tuple[str, Any, Any]]:
    for name in sorted({*one, *other} - OWN):
        if one.get(name) != other.get(name):
            yield f"slot {name}", one.get(name), other.get(name)


def _base(intent: str) -> str:
    return intent.partition("/")[0]
