"""A name for a file that came from outside: safe to show, to store and to offer for saving."""

import re
import unicodedata
from dataclasses import replace

from channels.base import Attachment

LONGEST = 120
_ENDING = 10
# Characters that turn the direction of a name around, so that "exe.jpg" hides an "gpj.exe".
_BIDI = re.compile("[\u061c\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]")
# What Windows takes for a device, whatever the ending.
_DEVICE = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\.|$)", re.IGNORECASE)


def safe(given: str | None) -> str | None:
    """The last part of a path without controls, reversed text or reserved characters.

    None if nothing is left of it.
    """
    name = _BIDI.sub("", given or "").replace("\\", "/").rpartition("/")[2]
    name = "".join(char for char in name if unicodedata.category(char)[0] != "C")
    name = re.sub(r"[<>:\"|?*]", "_", name).strip(" .")
    stem, dot, ending = name.rpartition(".")
    if len(name) > LONGEST:
        kept = stem[: LONGEST - _ENDING - 2]
        name = f"{kept}{dot}{ending[:_ENDING]}" if stem else name[:LONGEST]
    return f"_{name}" if _DEVICE.match(name) else name or None


def renamed(attachment: Attachment) -> Attachment:
    """The same attachment under a safe name."""
    return replace(attachment, filename=safe(attachment.filename))
