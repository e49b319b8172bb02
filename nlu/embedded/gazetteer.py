"""Known values of entities found in a text: exactly, or nearly for longer words."""

import re
from collections.abc import Container, Iterable, Iterator
from typing import NamedTuple

from rapidfuzz import fuzz, process

from nlu.embedded.lexicon import Lexicon
from nlu.embedded.normalise import SLANG

_WORD = re.compile(r"[^\W_]+")
_SHORTEST_FUZZY = 5
"""Letters: shorter words are too easily mistaken for others."""
_LIKE = 88.0
"""Least likeness, in percent."""
_MOST_WORDS = 40
"""Words of a message that are compared for likeness."""


class Hit(NamedTuple):
    """A value found at `start:end`; `value` is as listed."""

    entity: str
    start: int
    end: int
    value: str
    exact: bool


class Gazetteer:
    """The values of lookups, annotated examples and synonyms."""

    def __init__(
        self, lexicon: Lexicon, entities: set[str], known: Container[str] = frozenset()
    ) -> None:
        """`known` words are spelt right: they are not slips for others."""
        self._known = known
        self._values: dict[tuple[str, ...], dict[str, str]] = {}
        """Words of a value -> {entity: value as listed}."""
        listed = [(entity, text) for entity, text in lexicon.lookups]
        listed += [(entity, text) for entity, text, *_ in lexicon.values]
        for entity, text in listed:
            if entity in entities:
                self._add(entity, text)
        self._add_synonyms(lexicon.synonyms)
        self._longest: dict[str, int] = {}
        """First word of a value -> the most words a value beginning with it has."""
        for key in self._values:
            self._longest[key[0]] = max(len(key), self._longest.get(key[0], 0))
        self._long: dict[str, list[str]] = {}
        """By first letter: people slip inside a word far more often than on its beginning."""
        for key in sorted(self._values):
            joined = " ".join(key)
            if len(joined) >= _SHORTEST_FUZZY and not any(map(str.isdigit, joined)):
                self._long.setdefault(joined[0], []).append(joined)

    def _add(self, entity: str, text: str) -> None:
        key = tuple(word[0] for word in _WORD.finditer(text.lower()))
        if key:
            self._values.setdefault(key, {}).setdefault(entity, text)

    def _add_synonyms(self, synonyms: dict[str, str]) -> None:
        """A synonym is another way to write a value of the same entity."""
        known = {
            value.lower(): entity for of in self._values.values() for entity, value in of.items()
        }
        for written, canonical in synonyms.items():
            if entity := known.get(canonical.lower()) or known.get(written):
                self._add(entity, written)

    def find(self, text: str) -> Iterator[Hit]:
        """Hits in lower-case text; longer ones first where they begin alike."""
        if not self._values:
            return
        words = list(_WORD.finditer(text))
        taken: set[int] = set()
        for start in range(len(words)):
            longest = self._longest.get(words[start][0], 0)
            for size in range(min(longest, len(words) - start), 0, -1):
                key = tuple(word[0] for word in words[start : start + size])
                if key in self._values:
                    taken.update(range(start, start + size))
                    yield from self._hits(key, words[start : start + size], exact=True)
                    break
        yield from self._alike(words, taken)

    def _hits(
        self, key: tuple[str, ...], words: list[re.Match[str]], *, exact: bool
    ) -> Iterable[Hit]:
        for entity, value in self._values[key].items():
            yield Hit(entity, words[0].start(), words[-1].end(), value, exact)

    def _alike(self, words: list[re.Match[str]], taken: set[int]) -> Iterator[Hit]:
        """Values written with a slip: one or two words that look like one of the list."""
        if not self._long:
            return
        said = [word[0] for word in words[: _MOST_WORDS + 1]]
        for index in range(min(len(words), _MOST_WORDS)):
            if index in taken:
                continue
            for size in (2, 1):
                span = said[index : index + size]
                if len(span) < size or (size == 2 and index + 1 in taken):
                    continue
                if span[0] in self._known and span[-1] in self._known:
                    continue
                key = self._nearest(" ".join(span))
                if key is not None:
                    taken.update(range(index, index + size))
                    yield from self._hits(key, words[index : index + size], exact=False)
                    break

    def _nearest(self, written: str) -> tuple[str, ...] | None:
        if len(written) < _SHORTEST_FUZZY or written in SLANG or any(map(str.isdigit, written)):
            return None
        like = self._long.get(written[0], ())
        found = process.extractOne(written, like, scorer=fuzz.ratio, score_cutoff=_LIKE)
        return tuple(found[0].split()) if found else None
