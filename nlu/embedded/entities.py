"""Entities of a message: normalisers, patterns, word lists and annotated values, merged.

Where finds overlap, the surer kind wins (a normaliser before a regex, a regex before a word list,
a list before a likeness), then the longer one. The same words may be two entities only if the
lists say so for exactly the same span.
"""

import re
from collections.abc import Container, Iterable
from datetime import date
from typing import NamedTuple

from nlu.embedded.amounts import find_amounts
from nlu.embedded.choices import find_channels, find_languages
from nlu.embedded.dates import find_dates
from nlu.embedded.domain import Domain
from nlu.embedded.found import Finder
from nlu.embedded.gazetteer import Gazetteer, Hit
from nlu.embedded.identifiers import (
    find_cards,
    find_codes,
    find_complaints,
    find_emails,
    find_orders,
    find_phones,
)
from nlu.embedded.lexicon import Lexicon
from nlu.embedded.roles import Roles
from nlu.types import Entity

LONGEST_TEXT = 2_000

NORMALISERS: dict[str, Finder] = {
    "email": find_emails,
    "order_number": find_orders,
    "complaint_number": find_complaints,
    "card_number": find_cards,
    "phone": find_phones,
    "date": find_dates,
    "amount": find_amounts,
    "code": find_codes,
    "language": find_languages,
    "channel": find_channels,
}
"""Entity name -> what finds and normalises it; the earlier ones are the surer ones."""

_CLOSED = {*NORMALISERS} - {"language", "channel"}
"""Entities whose annotated examples teach nothing new: their shape is known."""


class _Candidate(NamedTuple):
    rank: int
    entity: str
    start: int
    end: int
    value: int | str
    extractor: str


class EntityFinder:
    """Finds a domain's entities."""

    def __init__(
        self, domain: Domain, lexicon: Lexicon, known: Container[str] = frozenset()
    ) -> None:
        """`known` words are never taken for misspelt values."""
        self._normalisers = [
            (rank, name, finder)
            for rank, (name, finder) in enumerate(NORMALISERS.items())
            if name in domain.entities
        ]
        self._patterns = [
            (name, re.compile(pattern, re.IGNORECASE))
            for name, pattern in lexicon.regexes
            if name in domain.entities and name not in _CLOSED
        ]
        self._gazetteer = Gazetteer(lexicon, set(domain.entities) - _CLOSED, known)
        self._roles = Roles(domain, lexicon)
        self._synonyms = lexicon.synonyms

    def find(self, text: str, today: date) -> tuple[Entity, ...]:
        """The entities of a text, in order of place; offsets are those of `text`."""
        shown = text[:LONGEST_TEXT]
        lowered = _lower(shown)
        candidates = [
            *self._normalised(lowered, today),
            *self._matched(shown),
            *self._listed(self._gazetteer.find(lowered)),
        ]
        chosen = _choose(candidates)
        return tuple(
            Entity(
                each.entity,
                self._canonical(each),
                each.start,
                each.end,
                shown[each.start : each.end],
                *self._roles.of(each.entity, lowered, each.start, each.end),
                extractor=each.extractor,
            )
            for each in chosen
        )

    def _normalised(self, lowered: str, today: date) -> Iterable[_Candidate]:
        for rank, name, finder in self._normalisers:
            for found in finder(lowered, today):
                yield _Candidate(rank, name, found.start, found.end, found.value, "normaliser")

    def _matched(self, text: str) -> Iterable[_Candidate]:
        for name, pattern in self._patterns:
            for match in pattern.finditer(text):
                if match.end() > match.start():
                    yield _Candidate(20, name, match.start(), match.end(), match[0], "regex")

    def _listed(self, hits: Iterable[Hit]) -> Iterable[_Candidate]:
        for hit in hits:
            if self._has_pattern(hit):
                continue
            rank = 30 if hit.exact else 40
            yield _Candidate(rank, hit.entity, hit.start, hit.end, hit.value, "gazetteer")

    def _has_pattern(self, hit: Hit) -> bool:
        """A pattern for the same words knows better: it looks at those around, as in "no hp"."""
        return hit.exact and any(
            entity == hit.entity and pattern.fullmatch(hit.value)
            for entity, pattern in self._patterns
        )

    def _canonical(self, each: _Candidate) -> int | str:
        if each.extractor == "normaliser" or not isinstance(each.value, str):
            return each.value
        return self._synonyms.get(each.value.lower(), each.value)


def _lower(text: str) -> str:
    """Lower case with the same offsets: some letters would otherwise grow."""
    lowered = text.lower()
    if len(lowered) == len(text):
        return lowered
    return "".join(c if len(c.lower()) != 1 else c.lower() for c in text)


def _choose(candidates: list[_Candidate]) -> list[_Candidate]:
    """The surest candidates that do not overlap."""
    order = sorted(candidates, key=lambda each: (each.rank, each.start - each.end, each.start))
    chosen: list[_Candidate] = []
    for each in order:
        if all(_compatible(each, other) for other in chosen):
            chosen.append(each)
    return sorted(chosen, key=lambda each: (each.start, each.rank))


def _compatible(each: _Candidate, other: _Candidate) -> bool:
    if each.end <= other.start or other.end <= each.start:
        return True
    same_span = (each.start, each.end) == (other.start, other.end)
    return same_span and each.entity != other.entity and min(each.rank, other.rank) >= 20
