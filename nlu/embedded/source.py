"""YAML files read with line numbers, so that a problem can say where it is."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.constructor import DuplicateKeyError
from ruamel.yaml.error import MarkedYAMLError, YAMLError

from nlu.embedded.problems import Problems

SUFFIXES = {".yml", ".yaml"}
DEEPEST, LARGEST = 60, 500_000
"""How deep values of one file may stand within each other, and how many they may be."""


@dataclass(frozen=True, slots=True)
class Node:
    """A value in a YAML file, with its file and line (from 1)."""

    value: Any
    file: str
    line: int
    problems: Problems

    def problem(self, text: str) -> None:
        self.problems.add(self.file, self.line, text)

    def _child(self, value: Any, key: Any) -> "Node":
        return Node(value, self.file, _line(self.value, key, self.line), self.problems)

    def get(self, key: str) -> "Node | None":
        """The child under `key`; None if it is missing (a null child is a Node)."""
        if isinstance(self.value, dict) and key in self.value:
            return self._child(self.value[key], key)
        return None

    def items(self) -> Iterator[tuple[str, "Node"]]:
        """Children of a mapping; anything but a mapping is a problem."""
        if self.value is None:
            return
        if not isinstance(self.value, dict):
            self.problem(f"expected a mapping of keys to values, found {_kind(self.value)}")
            return
        for key, value in self.value.items():
            yield str(key), self._child(value, key)

    def elements(self) -> Iterator["Node"]:
        """Children of a list; anything but a list is a problem."""
        if self.value is None:
            return
        if not isinstance(self.value, list):
            self.problem(f"expected a list, found {_kind(self.value)}")
            return
        for index, value in enumerate(self.value):
            yield self._child(value, index)

    def text(self, what: str) -> str | None:
        """The value as text; None, and a problem, if it is not text or empty."""
        if isinstance(self.value, str) and self.value.strip():
            return str(self.value)
        self.problem(f"{what} must be a text, found {_kind(self.value)}")
        return None

    def word(self, key: str) -> str | None:
        """The name under `key`, also one that YAML takes for a number; None if there is none."""
        child = self.get(key)
        if child is None or child.value is None:
            return None
        if isinstance(child.value, int | float) and not isinstance(child.value, bool):
            return str(child.value)
        return child.text(f"'{key}'")

    def number(self, key: str, default: float) -> float:
        """The number under `key`; anything else is a problem."""
        value = plain(self.value).get(key, default) if isinstance(self.value, dict) else default
        if isinstance(value, int | float) and not isinstance(value, bool):
            return float(value)
        self.problem(f"'{key}' must be a number, found {_kind(value)}")
        return default

    def only(self, allowed: set[str], what: str) -> None:
        """Every key that is not allowed is a problem: nothing is silently ignored."""
        for key, child in self.items():
            if key not in allowed:
                known = ", ".join(sorted(allowed))
                child.problem(f"unknown key '{key}' in {what}; known keys: {known}")


def plain(value: Any) -> Any:
    """The YAML value without line marks: plain dicts, lists and scalars."""
    if isinstance(value, dict):
        return {str(key): plain(child) for key, child in value.items()}
    if isinstance(value, list):
        return [plain(child) for child in value]
    if isinstance(value, bool) or value is None:
        return value
    for kind in (int, float, str):
        if isinstance(value, kind):
            return kind(value)
    return str(value)


def yaml_files(root: Path) -> list[Path]:
    """The YAML files of a file or folder tree, in a stable order."""
    if root.is_file():
        return [root]
    return sorted(path for path in root.rglob("*") if path.is_file() and path.suffix in SUFFIXES)


def read(path: Path, name: str, problems: Problems) -> Node | None:
    """Read one file; None, and a problem, if it is not YAML."""
    try:
        value = YAML(typ="rt").load(path.read_text("utf-8"))
    except DuplicateKeyError as error:
        problems.add(name, _mark_line(error), "the same key stands twice in one mapping")
    except MarkedYAMLError as error:
        problems.add(name, _mark_line(error), f"not valid YAML: {error.problem}")
    except (YAMLError, UnicodeDecodeError) as error:
        problems.add(name, 1, f"not a readable YAML file: {error}")
    except OSError as error:
        problems.add(name, 1, f"cannot be read: {error.strerror or error}")
    except RecursionError:
        problems.add(name, 1, "nested too deeply")
    else:
        if why := _unwieldy(value):
            problems.add(name, 1, why)
            return None
        return Node(value, name, 1, problems)
    return None


def _unwieldy(value: Any) -> str | None:
    """Why a file is not looked at further: aliases can make a few lines hold a million values."""
    waiting, seen = [(value, 0)], 0
    while waiting:
        one, depth = waiting.pop()
        seen += 1
        if depth > DEEPEST:
            return "nested too deeply"
        if seen > LARGEST:
            return f"holds more than {LARGEST:,} values"
        if isinstance(one, dict):
            waiting += [(child, depth + 1) for child in one.values()]
        elif isinstance(one, list):
            waiting += [(child, depth + 1) for child in one]
    return None


def _mark_line(error: MarkedYAMLError) -> int:
    mark = error.problem_mark or error.context_mark
    return int(mark.line) + 1 if mark else 1


def _line(parent: Any, key: Any, default: int) -> int:
    marks = getattr(parent, "lc", None)
    if marks is None or not marks.data or key not in marks.data:
        return default
    return int(marks.data[key][0]) + 1


def _kind(value: Any) -> str:
    if value is None:
        return "nothing"
    if isinstance(value, dict):
        return "a mapping"
    if isinstance(value, list):
        return "a list"
    return repr(plain(value))
