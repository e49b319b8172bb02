"""Two engines on one story: where they do not do the same."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bot.stories.playing import Heard
from bot.stories.reading import Story

BY_CHANCE = (
    (re.compile(r"\bVIP-\d{8}\b"), "VIP-…"),
    (re.compile(r"\b[0-9A-F]{10}\b"), "<voucher>"),
)
"""Card numbers and voucher codes are drawn by lot: no two runs share them."""


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
        ("replies", _told(one), _told(other)),
    )
    yield from (each for each in compared if each[1] != each[2])
    yield from _slots(one.slots, other.slots)


def _slots(one: Mapping[str, Any], other: Mapping[str, Any]) -> Iterable[tuple[str, Any, Any]]:
    for name in sorted({*one, *other}):
        mine, theirs = _unlucky(one.get(name)), _unlucky(other.get(name))
        if mine != theirs:
            yield f"slot {name}", mine, theirs


def _told(heard: Heard) -> tuple[tuple[str | None, Any], ...]:
    return tuple((name, _unlucky(text)) for name, text in heard.replies)


def _unlucky(value: Any) -> Any:
    """Without what chance has put in."""
    if isinstance(value, str):
        for pattern, instead in BY_CHANCE:
            value = pattern.sub(instead, value)
    return value


def _base(intent: str) -> str:
    return intent.partition("/")[0]
