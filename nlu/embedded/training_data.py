"""NLU training data in Rasa's YAML form: intents, synonyms, regexes and lookups."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from nlu.embedded import annotations
from nlu.embedded.annotations import Mark
from nlu.embedded.problems import Problems
from nlu.embedded.source import Node, read, yaml_files

_BAD_INTENT = re.compile(r"[@{}]|^/|/.*/")
_KINDS = ("intent", "synonym", "regex", "lookup")


@dataclass(frozen=True, slots=True)
class Example:
    """One training sentence; `intent` may be "retrieval/sub"."""

    intent: str
    text: str
    marks: tuple[Mark, ...]
    file: str
    line: int


@dataclass(slots=True)
class NluData:
    """All NLU data of a project, in file order."""

    examples: list[Example] = field(default_factory=list)
    synonyms: dict[str, str] = field(default_factory=dict)
    """Lower-case text -> canonical value."""
    regexes: list[tuple[str, str]] = field(default_factory=list)
    lookups: list[tuple[str, str]] = field(default_factory=list)
    places: dict[str, tuple[str, int]] = field(default_factory=dict)
    """Intent -> where it was first given examples."""

    def retrieval_intents(self) -> dict[str, list[str]]:
        """Retrieval intent -> its full names ("chitchat" -> ["chitchat/joke", …])."""
        found: dict[str, list[str]] = {}
        for name in self.places:
            base, _, sub = name.partition("/")
            if sub:
                found.setdefault(base, []).append(name)
        return found


def load_nlu(paths: list[Path]) -> NluData:
    """Read only the NLU data of files or folders, as from any Rasa project.

    Raises TrainingDataError.
    """
    problems = Problems()
    data = NluData()
    for root in paths:
        for path in yaml_files(root):
            document = read(path, str(path), problems)
            if document and (nlu := document.get("nlu")):
                add_nlu(nlu, data)
    problems.check()
    return data


def add_nlu(nlu: Node, data: NluData) -> None:
    """Add the entries of one file's `nlu:` key."""
    for entry in nlu.elements():
        if not isinstance(entry.value, dict):
            entry.problem("an nlu entry must be a mapping with 'intent', 'synonym', …")
            continue
        kinds = [kind for kind in _KINDS if kind in entry.value]
        if len(kinds) != 1:
            entry.problem(f"an nlu entry needs exactly one of {', '.join(_KINDS)}")
            continue
        _add_entry(kinds[0], entry, data)


def _add_entry(kind: str, entry: Node, data: NluData) -> None:
    name_node = entry.get(kind)
    name = name_node.text(f"the name of the {kind}") if name_node else None
    examples = entry.get("examples")
    if name is None or examples is None:
        if examples is None:
            entry.problem(f"this {kind} has no examples")
        return
    if kind == "intent":
        entry.only({"intent", "examples", "metadata"}, "an intent")
        _add_intent(name.strip(), entry, examples, data)
        return
    entry.only({kind, "examples"}, f"a {kind}")
    for line, text in _lines(examples):
        if kind == "synonym":
            data.synonyms[text.lower()] = name
        elif kind == "lookup":
            data.lookups.append((name, text))
        else:
            _add_regex(name, text, line, examples, data)


def _add_regex(name: str, pattern: str, line: int, node: Node, data: NluData) -> None:
    try:
        re.compile(pattern, re.IGNORECASE)
    except re.error as error:
        node.problems.add(node.file, line, f"regex '{name}' cannot be compiled: {error}")
    else:
        data.regexes.append((name, pattern))


def _add_intent(name: str, entry: Node, examples: Node, data: NluData) -> None:
    if _BAD_INTENT.search(name):
        entry.problem(f"intent name '{name}' must not hold '@', '{{', '}}' or more than one '/'")
        return
    data.places.setdefault(name, (entry.file, entry.line))
    listed = isinstance(examples.value, list)
    for line, text in _listed(examples) if listed else _lines(examples):
        try:
            plain, marks = annotations.parse(text)
        except annotations.AnnotationError as error:
            examples.problems.add(examples.file, line, str(error))
            continue
        data.examples.append(Example(name, plain, marks, examples.file, line))
        for mark in marks:
            if mark.value and mark.value != mark.text:
                data.synonyms.setdefault(mark.text.lower(), mark.value)


def _lines(node: Node) -> Iterator[tuple[int, str]]:
    """(line, text) of each "- text" line in a block of examples."""
    if not isinstance(node.value, str):
        node.problem("examples must be a block of lines starting with '- '")
        return
    block = "\n" in node.value or type(node.value) is not str
    for offset, raw in enumerate(str(node.value).splitlines()):
        line = raw.strip()
        if not line or line.startswith("#"):
            continue
        number = node.line + offset + (1 if block else 0)
        if not line.startswith("-"):
            node.problems.add(node.file, number, f"an example must start with '- ': {line[:60]!r}")
            continue
        text = line[1:].strip()
        if text:
            yield number, text


def _listed(node: Node) -> Iterator[tuple[int, str]]:
    """(line, text) of examples in the long form: `- text: |` with optional metadata."""
    for element in node.elements():
        element.only({"text", "metadata"}, "an example")
        text_node = element.get("text")
        text = text_node.text("the text of an example") if text_node else None
        if text is None:
            if text_node is None:
                element.problem("an example needs a 'text'")
            continue
        yield element.line, text.strip().removeprefix("- ").strip()
