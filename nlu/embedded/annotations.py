"""Entity marks in training examples, in Rasa's four written forms.

`[text](entity)`, `[text](entity:value)`, `[text]{"entity": …, "role": …, "group": …, "value": …}`
and `[text][{…}, {…}]`, as in Rasa 3.6.
"""

import json
import re
from dataclasses import dataclass
from typing import Any

_ANNOTATION = re.compile(
    r"\[(?P<text>[^\]]+?)\]"
    r"(?:\((?P<entity>[^:)]+?)(?::(?P<value>[^)]+))?\)"
    r"|(?P<single>\{[^}]+?\})"
    r"|\[(?P<many>\{.*?\})\])"
)
_ONE_OF_MANY = re.compile(r"\{[^}]+?\}")
_KEYS = {"entity", "role", "group", "value"}


@dataclass(frozen=True, slots=True)
class Mark:
    """An annotated piece of an example: offsets into the plain text."""

    entity: str
    start: int
    end: int
    text: str
    value: str | None = None
    role: str | None = None
    group: str | None = None


class AnnotationError(ValueError):
    """An entity annotation is not written as Rasa's grammar has it."""


def parse(example: str) -> tuple[str, tuple[Mark, ...]]:
    """The plain text of an example and its marks. Raises AnnotationError."""
    if "[" not in example:
        return example, ()
    pieces: list[str] = []
    marks: list[Mark] = []
    position = length = 0
    for match in _ANNOTATION.finditer(example):
        before = example[position : match.start()]
        text = match["text"]
        start = length + len(before)
        marks.extend(_marks(match, start, text))
        pieces += [before, text]
        length = start + len(text)
        position = match.end()
    pieces.append(example[position:])
    return "".join(pieces), tuple(marks)


def _marks(match: re.Match[str], start: int, text: str) -> list[Mark]:
    end = start + len(text)
    if match["entity"]:
        return [Mark(match["entity"].strip(), start, end, text, match["value"])]
    dicts = [match["single"]] if match["single"] else _ONE_OF_MANY.findall(match["many"])
    return [Mark(start=start, end=end, text=text, **_fields(written)) for written in dicts]


def _fields(written: str) -> dict[str, Any]:
    try:
        fields = json.loads(written)
    except json.JSONDecodeError as error:
        raise AnnotationError(f"the entity mark {written} is not JSON: {error.msg}") from error
    if not isinstance(fields.get("entity"), str):
        raise AnnotationError(f"the entity mark {written} does not name an entity")
    if unknown := set(fields) - _KEYS:
        raise AnnotationError(f"the entity mark {written} has unknown keys: {', '.join(unknown)}")
    given = {key: str(value) for key, value in fields.items() if value is not None}
    return dict(given)
