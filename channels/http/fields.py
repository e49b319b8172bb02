"""Reading the other side's JSON: what is not of the expected kind is not there."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

LONGEST = 2000
LONGEST_KEY = 300
"""What is looked up by: a longer one fits no index, and two cut short would be one."""


def load(text: str | bytes) -> Mapping[str, Any]:
    """The JSON object in a text, an empty one if there is none."""
    try:
        told = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    return told if isinstance(told, dict) else {}


def needed(item: Mapping[str, Any], name: str) -> str:
    """The id or address called `name`. Raises ValueError if there is none, or one too long."""
    value = word(item, name)
    if not 0 < len(value) <= LONGEST_KEY:
        raise ValueError(f"{name} should have 1 to {LONGEST_KEY} characters")
    return value


def word(item: Mapping[str, Any], name: str) -> str:
    """The text or whole number called `name`; "" if there is none."""
    value = item.get(name)
    known = isinstance(value, str | int) and not isinstance(value, bool)
    return clean(str(value)).strip()[:LONGEST] if known else ""


def clean(text: str) -> str:
    """Without NUL and lone surrogates, which PostgreSQL and UTF-8 cannot hold."""
    return text.replace("\x00", "").encode("utf-8", "replace").decode()


def moment(value: object) -> datetime | None:
    """An RFC 3339 time, aware; None for anything else."""
    try:
        at = datetime.fromisoformat(value) if isinstance(value, str) else None
        return at.astimezone(UTC) if at and at.tzinfo else None
    except (ValueError, OverflowError):
        return None
