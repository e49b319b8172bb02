"""Reading conversation tests: Rasa's test stories and end-to-end tests, ours in `metadata`."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bot.errors import UserError
from bot.stories import steps
from bot.stories.belongings import ADDRESSES
from bot.stories.steps import Step
from nlu.embedded.problems import Problems
from nlu.embedded.source import Node, plain
from nlu.embedded.source import read as read_yaml

_LISTS = {"stories": "story", "test_cases": "test_case"}
"""Where tests stand -> what a test's name stands under."""
_NO_TESTS = {"version", "nlu"}
"""All that a file holds which Rasa keeps beside the tests to measure understanding with."""


@dataclass(frozen=True, slots=True)
class Story:
    """One conversation. `setup` is who writes and what they have, `expect` what must come true."""

    name: str
    place: str
    """File and line."""
    steps: tuple[Step, ...]
    setup: Mapping[str, Any] = field(default_factory=dict)
    expect: Mapping[str, Any] = field(default_factory=dict)

    @property
    def title(self) -> str:
        """File and name: what it is known by, wherever in the file it stands."""
        return f"{self.place.rpartition(':')[0]} {self.name}"

    @property
    def language(self) -> str:
        return str(self.setup.get("language", "id"))


class StoryError(UserError):
    """A test file cannot be read; the message says where, line by line."""


def read(paths: Iterable[Path]) -> list[Story]:
    """The stories of files, and of `test_*.yml` in folders.

    Raises StoryError with everything that is wrong.
    """
    problems = Problems()
    found = [story for path in paths for story in _of_path(path, problems)]
    if problems.found:
        raise StoryError("\n".join(str(one) for one in sorted(set(problems.found))))
    return found


def _of_path(path: Path, problems: Problems) -> list[Story]:
    if not path.exists():
        raise StoryError(f"{path}: there is no such file or folder")
    if path.is_file():
        return list(_read(path, problems))
    files = sorted([*path.rglob("test_*.yml"), *path.rglob("test_*.yaml")])
    found = [story for file in files for story in _read(file, problems, in_folder=True)]
    if not found and not problems.found:
        raise StoryError(f"{path}: no conversation tests in it (test_*.yml)")
    return found


def _read(path: Path, problems: Problems, *, in_folder: bool = False) -> Iterator[Story]:
    document = read_yaml(path, str(path), problems)
    if document is None:
        return
    keys = set(document.value) if isinstance(document.value, dict) else set()
    if in_folder and "nlu" in keys and keys <= _NO_TESTS:
        return
    if not keys & set(_LISTS):
        document.problem("no `stories` and no `test_cases` in it")
        return
    document.only({"version", *_LISTS}, "a file of tests")
    for key, name in _LISTS.items():
        listed = document.get(key)
        for element in listed.elements() if listed else ():
            if (story := _story(path, element, name)) is not None:
                yield story


def _story(path: Path, element: Node, kind: str) -> Story | None:
    if not isinstance(element.value, dict):
        element.problem(f"a test must be a mapping with `{kind}` and `steps`")
        return None
    element.only({kind, "steps", "metadata"}, f"a {kind}")
    name, listed = element.word(kind), element.get("steps")
    if not name or listed is None or not listed.value:
        element.problem(f"a test needs `{kind}` (its name) and `steps`")
        return None
    setup, expect = _told(element.get("metadata"))
    read_steps = steps.read(listed, all_actions=kind == "story")
    return Story(name, f"{path.name}:{element.line}", read_steps, setup, expect)


def _told(node: Node | None) -> tuple[dict[str, Any], dict[str, Any]]:
    """What is ours: who writes and what they have; what must be true afterwards."""
    if node is None or node.value is None:
        return {}, {}
    if not isinstance(node.value, dict):
        node.problem("`metadata` must be a mapping such as 'language: en'")
        return {}, {}
    _check_setup(node)
    setup = plain(node.value)
    expect = setup.pop("expect", None) or {}
    if not isinstance(expect, dict):
        node.problem("`expect` must be a mapping such as 'balance: 50'")
        return {}, {}
    return setup, expect


def _check_setup(node: Node) -> None:
    channel, given = node.get("channel"), node.get("given")
    if channel is not None and channel.value not in ADDRESSES:
        channel.problem(f"unknown channel {channel.value!r}; known: {', '.join(ADDRESSES)}")
    if given is not None:
        _check_given(given, {"member", "orders", "complaints", "other"})


def _check_given(given: Node, known: set[str]) -> None:
    given.only(known, "`given`")
    if not isinstance(given.value, dict):
        return
    orders, other = given.get("orders"), given.get("other")
    for order in orders.elements() if orders else ():
        if not isinstance(order.value, dict) or not order.word("number"):
            order.problem("an order needs its `number`")
    if other is not None:
        _check_given(other, known - {"other"})
