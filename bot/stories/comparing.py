"""Two engines on one story: where they do not do the same, and which of that is expected."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from bot.stories.playing import Heard
from bot.stories.reading import Story, StoryError

EXPECTED = "differences.yml"
"""In the folder of the stories: the first difference of each story that may differ, and why."""
BY_CHANCE = (
    (re.compile(r"\bVIP-\d{8}\b"), "VIP-…"),
    (re.compile(r"\b[0-9A-F]{10}\b"), "<voucher>"),
)
"""Card numbers and voucher codes are drawn by lot: no two runs share them."""
KEYS = ("story", "said", "embedded", "rasa", "why")
"""Of an entry: file and name of the story, the line, what each engine takes it to mean."""
Key = tuple[str, str, str, str]


@dataclass(frozen=True, slots=True)
class Difference:
    """One line of the table; `heard` is what each engine took the line to mean."""

    story: Story
    line: str
    what: str
    first: Any
    second: Any
    heard: tuple[str, str]

    @property
    def key(self) -> Key:
        """What it is known by in the file of those expected; line numbers move, names stay."""
        return (self.story.title, self.line, *self.heard)


@dataclass(frozen=True, slots=True)
class Verdict:
    """The stories' first differences, sorted by the file of those expected."""

    new: Sequence[Difference]
    expected: Sequence[tuple[Difference, str]]
    """With the reason."""
    gone: Sequence[str]
    """Titles of stories that are expected to differ and do not."""


def differences(story: Story, first: Sequence[Heard], second: Sequence[Heard]) -> list[Difference]:
    """Actions, slots, active form and replies that differ, line by line.

    Not what a line was taken to mean: if the same follows, the customer cannot tell.
    """
    found: list[Difference] = []
    for one, other in zip(first, second, strict=True):
        heard = (_base(one.intent), _base(other.intent))
        for what, mine, theirs in _unlike(one, other):
            found.append(Difference(story, one.text, what, mine, theirs, heard))
    return found


def judge(firsts: Iterable[Difference], expected: Mapping[Key, str]) -> Verdict:
    """Sort each story's first difference: what follows from it is not looked at."""
    found = list(firsts)
    seen = {one.key for one in found}
    return Verdict(
        new=[one for one in found if one.key not in expected],
        expected=[(one, expected[one.key]) for one in found if one.key in expected],
        gone=sorted({key[0] for key in expected if key not in seen}),
    )


def expected_in(paths: Iterable[Path]) -> dict[Key, str]:
    """The differences expected of the stories in some folders, with their reasons.

    Raises StoryError for a file that cannot be read.
    """
    found: dict[Key, str] = {}
    for path in paths:
        file = (path if path.is_dir() else path.parent) / EXPECTED
        if file.exists():
            for entry in _entries(file):
                story, said, mine, theirs, why = (str(entry[key]) for key in KEYS)
                found[story, said, mine, theirs] = why
    return found


def _entries(file: Path) -> Iterable[Mapping[str, Any]]:
    try:
        raw = YAML(typ="safe").load(file.read_text(encoding="utf-8"))
        listed = raw["differences"]
        for number, entry in enumerate(listed, 1):
            if lacking := [key for key in KEYS if not entry.get(key)]:
                raise StoryError(f"{file}: entry {number} has no {', '.join(lacking)}")
    except (YAMLError, KeyError, TypeError, AttributeError) as error:
        raise StoryError(f"{file}: not a list of `differences`: {error}") from error
    return list(listed)


def table(found: Iterable[Difference], names: tuple[str, str]) -> str:
    """The differences as lines of text; says so if there are none."""
    lines = [
        f"{one.story.place} {one.story.name} “{one.line}”: {one.what}\n"
        f"    {names[0]}, on {one.heard[0]}: {one.first}\n"
        f"    {names[1]}, on {one.heard[1]}: {one.second}"
        for one in found
    ]
    return "\n".join(lines) or f"{names[0]} and {names[1]} agree"


def report(verdict: Verdict, names: tuple[str, str]) -> str:
    """What differs and is not expected, in full; what is expected, a line each."""
    lines = [
        f"    {one.story.place} {one.story.name} “{one.line}”: {one.what}, for {names[0]} hears"
        f" {one.heard[0]}, {names[1]} {one.heard[1]} ({why})"
        for one, why in verdict.expected
    ]
    if verdict.expected:
        lines.insert(0, f"{len(verdict.expected)} stories differ as expected ({EXPECTED}):")
    if verdict.gone:
        lines.append(f"No longer different, take them out of {EXPECTED}:")
        lines += [f"    {title}" for title in verdict.gone]
    if verdict.new:
        lines.append(f"{len(verdict.new)} stories differ and should not:")
    if verdict.new or not lines:
        lines.append(table(verdict.new, names))
    return "\n".join(lines)


def _unlike(one: Heard, other: Heard) -> Iterable[tuple[str, Any, Any]]:
    compared = (
        ("error", one.error, other.error),
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
