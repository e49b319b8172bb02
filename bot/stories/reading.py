"""Reading conversation tests: Rasa's test stories, with what is ours in `metadata`."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError

from bot.errors import UserError


@dataclass(frozen=True, slots=True)
class Step:
    """What the customer says, and what must be done before the assistant listens again."""

    text: str
    intent: str
    actions: tuple[str, ...] = ()


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
    """A test file cannot be read; the message says where."""


def read(paths: Iterable[Path]) -> list[Story]:
    """The stories of files, and of `test_*.yml` in folders. Raises StoryError."""
    return [story for path in paths for file in _files(path) for story in _read(file)]


def _files(path: Path) -> list[Path]:
    if not path.exists():
        raise StoryError(f"{path}: there is no such file or folder")
    return sorted(path.rglob("test_*.yml")) if path.is_dir() else [path]


def _read(path: Path) -> Iterator[Story]:
    try:
        raw = YAML(typ="rt").load(path.read_text(encoding="utf-8"))
    except MarkedYAMLError as error:
        raise StoryError(f"{path}: {error}") from error
    if not isinstance(raw, dict) or not isinstance(raw.get("stories"), list):
        raise StoryError(f"{path}: no `stories` in it")
    for story in raw["stories"]:
        yield _story(path, story)


def _story(path: Path, raw: Any) -> Story:
    place = f"{path.name}:{raw.lc.line + 1}"
    if not isinstance(raw, dict) or not raw.get("story") or not raw.get("steps"):
        raise StoryError(f"{place}: a story needs `story` (its name) and `steps`")
    metadata = _plain(raw.get("metadata") or {})
    expect = metadata.pop("expect", None) or {}
    return Story(str(raw["story"]), place, tuple(_steps(place, raw["steps"])), metadata, expect)


def _steps(place: str, raw: Iterable[Mapping[str, Any]]) -> Iterator[Step]:
    said: Step | None = None
    for step in raw:
        if "user" in step:
            if said:
                yield said
            said = Step(str(step["user"]).strip(), str(step.get("intent", "")))
        elif "action" in step and said:
            said = Step(said.text, said.intent, (*said.actions, str(step["action"])))
        elif "action" in step:
            raise StoryError(f"{place}: the customer must speak first")
    if said:
        yield said


def _plain(value: Any) -> Any:
    """Without the line numbers ruamel keeps."""
    if isinstance(value, Mapping):
        return {str(key): _plain(one) for key, one in value.items()}
    if isinstance(value, list):
        return [_plain(one) for one in value]
    return value
