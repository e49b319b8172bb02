"""A value found in a text by a normaliser."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class Found:
    """Offsets into the original text, and what the piece means."""

    start: int
    end: int
    value: int | str


Finder = Callable[[str, date], list[Found]]
"""Finds values in lower-case text (same offsets as the original); the date is today."""
