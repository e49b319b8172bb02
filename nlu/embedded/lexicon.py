"""What entities are found by, as learned from the training data."""

from dataclasses import dataclass, field

Annotated = tuple[str, str, str | None, str | None, str]
"""(entity, text, role, group, the word before it)"""


@dataclass(frozen=True, slots=True)
class Lexicon:
    """Patterns, word lists, annotated values, synonyms; JSON-able."""

    regexes: tuple[tuple[str, str], ...] = ()
    lookups: tuple[tuple[str, str], ...] = ()
    values: tuple[Annotated, ...] = ()
    synonyms: dict[str, str] = field(default_factory=dict)
    """Lower-case text -> canonical value."""
