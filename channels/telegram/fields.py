"""Reading JSON that may be anything: what is not of the expected kind is not there.

The library's own objects raise KeyError, TypeError or OverflowError on fields that are missing
or odd, and an update that cannot be read blocks its chat for a day. So only what we use is read,
each field by itself.
"""

import json
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

Object = Mapping[str, Any]
EMPTY: Object = {}
_LATEST = 253_402_300_799  # the last second a datetime can hold
_LARGEST = 2**53  # ids have up to 52 bits


def load(body: bytes) -> Any:
    """The JSON in a request's body. Raises ValueError or RecursionError."""
    return json.loads(body)


def obj(data: Object, name: str) -> Object:
    """The object called `name`, an empty one if there is none."""
    value = data.get(name)
    return value if isinstance(value, dict) else EMPTY


def objects(data: Object, name: str) -> Iterator[Object]:
    """The objects in the list called `name`."""
    value = data.get(name)
    for each in value if isinstance(value, list) else ():
        if isinstance(each, dict):
            yield each


def text(data: Object, name: str) -> str:
    """The text called `name`, "" if there is none; without what no database takes."""
    value = data.get(name)
    return clean(value) if isinstance(value, str) else ""


def number(data: Object, name: str) -> int | None:
    """The whole number called `name`."""
    value = data.get(name)
    if not isinstance(value, int) or isinstance(value, bool):
        return None
    return value if -_LARGEST < value < _LARGEST else None


def decimal(data: Object, name: str) -> float | None:
    """The number called `name`; no infinity, no NaN."""
    value = data.get(name)
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return float(value) if -1e9 < value < 1e9 else None


def moment(data: Object, name: str) -> datetime | None:
    """The Unix time called `name`, aware; 0 means that there is none."""
    seconds = number(data, name)
    if seconds is None or not 0 < seconds <= _LATEST:
        return None
    return datetime.fromtimestamp(seconds, UTC)


def clean(value: str) -> str:
    """Without NUL and lone surrogates, which PostgreSQL and UTF-8 cannot hold."""
    return value.replace("\x00", "").encode("utf-8", "replace").decode()


def units(value: str) -> int:
    """The length as Telegram counts it: UTF-16 code units, two for an emoji."""
    return len(value.encode("utf-16-le", "surrogatepass")) // 2


def cut(value: str, offset: int, length: int) -> tuple[str, str, str]:
    """The text before, in and after an entity, whose offsets are UTF-16 code units."""
    encoded = value.encode("utf-16-le", "surrogatepass")
    start, end = 2 * max(0, offset), 2 * max(0, offset + length)
    parts = (encoded[:start], encoded[start:end], encoded[end:])
    before, inside, after = (part.decode("utf-16-le", "replace") for part in parts)
    return before, inside, after
