"""How much a text looks like Indonesian or English: py3langid's model, cut down to the two.

Whole it knows 142 languages, takes a second and 110 MB to load and keeps 55. What two languages
need of it is 2 MB; training puts that into the model file, and py3langid still does the judging,
so the answers are its own.

py3langid walks over the bytes of a text as a search machine does (Aho and Corasick 1975). Its
table holds the next state for each state and byte; here only the steps that lead deeper are held,
and for each state the one to fall back to when there is none.
"""

from array import array
from bisect import bisect_left
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

LANGUAGES = ("en", "id")
_NAME = "likeness_"
"""Before the names of the arrays in the model file."""

Arrays = Mapping[str, NDArray[Any]]


@dataclass(frozen=True, slots=True)
class Likeness:
    """The two languages' part of the model."""

    arrays: Arrays
    """`steps`: state << 8 | byte of each step that leads deeper, rising; the n-th leads to state
    n + 1, and state 0 is the beginning. By state: `fallback` and `feature` (-1: none). By feature:
    `weights`, a column a language; `prior`, a number a language."""

    def named(self) -> dict[str, NDArray[Any]]:
        """As they stand among others in a file."""
        return {f"{_NAME}{name}": found for name, found in self.arrays.items()}

    @classmethod
    def among(cls, arrays: Arrays) -> "Likeness":
        """Out of a file's arrays."""
        own = {name: found for name, found in arrays.items() if name.startswith(_NAME)}
        return cls({name.removeprefix(_NAME): found for name, found in own.items()})


class Judge:
    """py3langid with a small model; for one thread at a time."""

    def __init__(self, likeness: Likeness) -> None:
        from py3langid.langid import LanguageIdentifier

        arrays = likeness.arrays
        states = len(arrays["feature"])
        self._identifier = LanguageIdentifier(
            arrays["weights"],
            arrays["prior"],
            list(LANGUAGES),
            _Walk(arrays["steps"], arrays["fallback"]),
            array("i", arrays["feature"].tobytes()),
            norm_probs=True,
            tk_row=range(states),
        )

    def __call__(self, text: str) -> tuple[str, float]:
        """The likelier language and its probability."""
        language, probability = self._identifier.classify(text)
        return str(language), float(probability)


class _Walk:
    """Where each step leads, looked up as in py3langid's own table."""

    def __init__(self, steps: NDArray[Any], fallback: NDArray[Any]) -> None:
        self._steps = array("I", steps.tobytes())
        self._fallback = array("I", fallback.tobytes())

    def __getitem__(self, step: int) -> int:
        """The state that `state << 8 | byte` leads to."""
        while True:
            place = bisect_left(self._steps, step)
            if place < len(self._steps) and self._steps[place] == step:
                return place + 1
            if step < 256:
                return 0
            step = self._fallback[step >> 8] << 8 | step & 255


@cache
def cut_down() -> Likeness:
    """Made of py3langid's own model, which takes a second or two."""
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    whole = LanguageIdentifier.from_model_file(MODEL_FILE)
    whole.set_languages(list(LANGUAGES))
    assert tuple(whole.nb_classes) == LANGUAGES
    rows = np.frombuffer(whole.tk_nextmove, f"u{whole.tk_nextmove.itemsize}").reshape(-1, 256)
    states, steps, fallback = _deeper(rows, np.asarray(whole.tk_row))
    number = np.empty(len(states), np.uint32)
    number[states] = np.arange(len(states))
    return Likeness(
        {
            "steps": number[steps >> 8] << 8 | (steps & 255).astype(np.uint32),
            "fallback": number[fallback[states]],
            "feature": np.asarray(whole.tk_output, np.int32)[states],
            "weights": np.ascontiguousarray(whole.nb_ptc),
            "prior": np.ascontiguousarray(whole.nb_pc),
        }
    )


def _deeper(
    rows: NDArray[Any], row_of: NDArray[Any]
) -> tuple[NDArray[Any], NDArray[Any], NDArray[Any]]:
    """All states as they are reached, the step that first reaches each but the beginning, and for
    each (by its own number) the one to fall back to.

    A row holds the next state for each byte; states that fall back to each other share rows.
    """
    seen = np.zeros(len(row_of), bool)
    seen[0] = True
    fallback = np.zeros(len(row_of), np.int64)
    level = np.zeros(1, np.int64)
    states, steps = [level], []
    while len(level):
        reached = rows[row_of[level]].ravel().astype(np.int64)
        new = np.flatnonzero(~seen[reached])
        parent, byte = level[new >> 8], new & 255
        level = reached[new]
        seen[level] = True
        if len(states) > 1:  # a single byte falls back to the beginning
            fallback[level] = rows[row_of[fallback[parent]], byte]
        states.append(level)
        steps.append(parent << 8 | byte)
    return np.concatenate(states), np.concatenate(steps), fallback
