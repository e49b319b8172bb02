"""The block of header fields that Outlook and Yahoo put above what is answered, in any order.

"Dari: … Tanggal: … Hal: …" also heads letters, notes and parcels: a block needs a date or an
address besides its labels (C6.2), or all four of Outlook's fields in Outlook's order.
"""

import re
from collections.abc import Sequence
from typing import NamedTuple

from channels.email import attribution
from channels.email.quote_words import LABELS, SENT_LABELS

AROUND_LABEL = ">*_| \t\u00a0"
_MOST_FIELDS = 14
_LONGEST_LABEL = 30
_LONGEST_NAME = 4
_OUTLOOK = ["from", "sent", "to", "subject"]
_COLON = re.compile("[:：]")
# No letter or parcel says who it is from in these words.
_UNMISTAKABLE = frozenset(
    "发件人|寄件者|寄件人|發件人|差出人|送信者|보낸사람|보낸이|보낸 사람".split("|")
)
_DAY = re.compile(
    r"\W*(?:mon|tues?|wednes|thurs?|fri|satur|sun)(?:day)?\b|\W*(?:senin|selasa|rabu|kamis|jumat"
    r"|sabtu|minggu)\b",
    re.IGNORECASE,
)
# A further label within a line, where a program lost the line breaks.
_WITHIN = re.compile(r"\s\*?([^\W\d_]{2,14}(?: [^\W\d_]{1,10})?)\*?\s?[:：]\*?\s")


class Field(NamedTuple):
    """A line such as "*Dari:* Ana <…>": its canonical name, its value, the label as written."""

    name: str
    value: str
    label: str


def stands(lines: Sequence[str], at: int, *, started: bool) -> bool:
    """Whether a block begins at this line; `started` says that a text stands above it."""
    first = field(lines[at])
    if first is None or first.name == "other":
        return False
    block = _block(lines, at)
    if started and first.name == "from" and _is_from(first, block):
        return True
    names = {each.name for each in block} - {"other"}
    addressed = any(attribution.address_in(each.value) for each in block if each.name != "subject")
    timed = any(_timed(each.value) for each in block if each.name == "sent")
    if first.name == "from" and len(names) >= 3:
        sent = len(names) > 3 or any(each.label in SENT_LABELS for each in block)
        return addressed or (started and timed and sent)
    return len(names) >= 2 and addressed and timed


def field(line: str) -> Field | None:
    """None if the line is no header field."""
    found = _COLON.search(line, 0, _LONGEST_LABEL + 1)
    if found is None:
        return None
    before, value = line[: found.start()], line[found.end() :]
    label = before.strip(AROUND_LABEL).lower()
    name = LABELS.get(label)
    return Field(name, value.strip(AROUND_LABEL), label) if name else None


def _is_from(first: Field, block: Sequence[Field]) -> bool:
    """Whether the fields after "From:" show that a program wrote it, below a text."""
    if first.label in _UNMISTAKABLE and (len(block) > 1 or attribution.address_in(first.value)):
        return True
    return _is_outlooks(block) or _is_one_line(first.value)


def _is_outlooks(block: Sequence[Field]) -> bool:
    """ "From: … Sent: …": only Outlook says when it was sent right after who sent it."""
    if len(block) < 2 or block[1].label not in SENT_LABELS:
        return False
    if attribution.address_in(block[0].value):
        return True
    names = [each.name for each in block if each.name not in ("cc", "other")]
    if names[:4] == _OUTLOOK:
        return _is_name(block[0].value)
    if block[0].label == "from" and block[1].label == "sent" and _DAY.match(block[1].value):
        return True
    return "subject" in names and bool(attribution.DATE.search(block[1].value))


def _is_name(value: str) -> bool:
    """Whether somebody could be called so: "From: the beginning, I thought …" goes on."""
    words = len(value.split())
    return words <= _LONGEST_NAME or (
        words <= 2 * _LONGEST_NAME and not value.endswith((".", ",", "!", "?"))
    )


def _is_one_line(value: str) -> bool:
    """The whole block as one line: what follows "From:" tells an address, a date and a time."""
    labels = {LABELS.get(match[1].lower()) for match in _WITHIN.finditer(value)}
    return "sent" in labels and _timed(value) and bool(attribution.address_in(value))


def _timed(value: str) -> bool:
    return bool(attribution.DATE.search(value) and attribution.TIME.search(value))


def _block(lines: Sequence[str], at: int) -> list[Field]:
    """The fields of a block; their values may be wrapped over a further line.

    An empty line ends it, unless a program put one below each field.
    """
    found: list[Field] = []
    misses = 0
    spaced = at + 1 < len(lines) and not lines[at + 1].strip()
    for line in lines[at : at + _MOST_FIELDS]:
        if len(line) > attribution.LONGEST_HEAD or _is_over(line, found, spaced):
            break
        each = field(line)
        if each and each.name == "from" and any(other.name == "from" for other in found):
            break
        if each:
            found.append(each)
        misses += each is None and bool(line.strip())
        if misses > (0 if spaced else 2):
            break
    return found


def _is_over(line: str, found: Sequence[Field], spaced: bool) -> bool:
    if line.strip():
        return False
    return not spaced or (len(found) > 1 and found[0].name != "from")
