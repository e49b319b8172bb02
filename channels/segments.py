"""What an SMS costs: how many segments a text takes, and which characters made it expensive."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

# 3GPP TS 23.038, 6.2.1: the default alphabet, and the table behind the escape character.
_BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_EXTENDED = frozenset("\f^{}\\[~]|€")


class Encoding(StrEnum):
    """How the text travels; one character outside GSM-7 switches the whole message to UCS-2."""

    GSM7 = "GSM-7"
    UCS2 = "UCS-2"


# (units in a message that fits one segment, units in each segment of a longer one)
_ROOM = {Encoding.GSM7: (160, 153), Encoding.UCS2: (70, 67)}


@dataclass(frozen=True, slots=True)
class Segments:
    """The size of one text: units are septets (GSM-7) or 16-bit units (UCS-2)."""

    encoding: Encoding
    units: int
    count: int
    left: int
    """Units that still fit into the last segment."""
    costly: tuple[str, ...] = ()
    """The characters that are not in GSM-7, each once, in the order they appear."""


def measure(text: str) -> Segments:
    """Count the segments a text is sent and charged as (3GPP TS 23.038 and 23.040)."""
    costly = tuple(dict.fromkeys(char for char in text if not _in_gsm7(char)))
    encoding = Encoding.UCS2 if costly else Encoding.GSM7
    sizes = [_size(char, encoding) for char in text]
    units = sum(sizes)
    single, part = _ROOM[encoding]
    if units <= single:
        return Segments(encoding, units, 1 if units else 0, single - units, costly)
    count, left = _fill(sizes, part)
    return Segments(encoding, units, count, left, costly)


def _fill(sizes: Iterable[int], room: int) -> tuple[int, int]:
    """Put characters into segments; none is cut (an escape or a surrogate pair stays whole)."""
    count, left = 1, room
    for size in sizes:
        if size > left:
            count, left = count + 1, room
        left -= size
    return count, left


def _in_gsm7(char: str) -> bool:
    return char in _BASIC or char in _EXTENDED


def _size(char: str, encoding: Encoding) -> int:
    if encoding is Encoding.UCS2:
        return 2 if ord(char) > 0xFFFF else 1
    return 2 if char in _EXTENDED else 1
