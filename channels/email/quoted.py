"""The new text of a mail: quoted history and signatures cut off, inline answers kept.

What a quotation's head looks like is in `attribution`, the words of many languages in
`quote_words`. Text that only resembles a head ("Dari: Jakarta") is ordinary text (C6.2).
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from channels.email import attribution
from channels.email.quote_words import (
    ADVERTISEMENT,
    DIVIDER_LINE,
    FORWARD_LINE,
    LABELS,
)

DIVIDER = "-----Original Message-----"
"""Stands where a reply's history begins; also what Outlook writes."""
LONGEST = 5_000_000
_LONGEST_ADVERTISEMENT = 120
_LONGEST_FOOTER = 12
_MOST_FIELDS = 14
_LONGEST_LABEL = 30
_RULES = "-_=—*[#"
_AROUND_LABEL = ">*_| \t\u00a0"

_SIGNED = re.compile(r"--\s?")
# Mailman's and older programs' line above a footer or a signature.
_RULE = re.compile(r"_{2,}")
_DASHED_NAME = re.compile(r"-{1,2} ?[A-Z]\w+(?: [A-Z][\w.]*){0,2}")
_LEFT_OVER = re.compile(r"[-_=~*#—ᐧ.\s]+")
_LINK = re.compile(r"\[?\]?[<(]?https?://[^\s>)]*[>)]?")
_REPLY_ABOVE = re.compile(
    r"\W*(?:please )?(?:type your |write your |add your )?repl(?:y|ies)(?: \w+){0,2} above\b.{0,60}"
    r"|\W*(?:mohon |silakan )?(?:tulis balasan|balas) (?:anda )?di atas (?:baris|garis) ini\W*",
    re.IGNORECASE,
)
# Marks of direction and zero-width spaces that programs put around names and dates.
_INVISIBLE = dict.fromkeys(
    [0x200B, 0x200E, 0x200F, 0xFEFF, *range(0x202A, 0x202F), *range(0x2066, 0x206A)]
)


@dataclass(frozen=True, slots=True)
class Cut:
    """`text` is what is new; `quoted` says that something was cut off."""

    text: str
    quoted: bool


@dataclass(frozen=True, slots=True)
class _Boundary:
    """What stands at a line: `lines` of a quotation, or the end of all that is new."""

    lines: int = 0
    ends: bool = False
    forward: bool = False


_NONE = _Boundary()


def new_text(body: str) -> Cut:
    """What the sender wrote in this mail. A mail that only forwards another is kept whole."""
    lines = body[:LONGEST].translate(_INVISIBLE).split("\n")
    kept: list[str] = []
    quoted = started = False
    last_quote = at = 0
    while at < len(lines):
        found = _boundary(lines, at, started=started)
        if found.forward and not started:
            return Cut(_trimmed(lines), quoted=False)
        if found.ends:
            quoted = True
            break
        if found.lines:
            quoted, last_quote = True, len(kept)
        else:
            kept.append(lines[at])
            started = started or _written(lines[at : at + 1])
        at += max(1, found.lines)
    return Cut(_trimmed(_unsigned(kept, last_quote)), quoted)


def _boundary(lines: Sequence[str], at: int, *, started: bool) -> _Boundary:
    """What stands at this line; `started` says that something was written above it."""
    line = lines[at].strip()
    if not line or len(line) > attribution.LONGEST_HEAD:
        return _NONE
    if line.startswith(">") or _is_wrapped_quote(lines, at):
        return _Boundary(lines=1)
    if not line.strip(_RULES):
        return _NONE
    ruled = line[0] in _RULES or line[-1] in ":：" or "above" in line or "atas" in line
    if ruled and FORWARD_LINE.fullmatch(line[: 2 * _LONGEST_ADVERTISEMENT]):
        return _Boundary(ends=True, forward=True)
    if (ruled and _divides(line)) or _is_header_block(lines, at, started=started):
        return _Boundary(ends=True)
    length = attribution.length(lines, at)
    if not length:
        return _NONE
    # With nothing above it, what is below it must be the answer: the quotation lost its marks.
    inline = not started or _quotes_follow(lines, at + length)
    return _Boundary(lines=length) if inline else _Boundary(ends=True)


def _is_wrapped_quote(lines: Sequence[str], at: int) -> bool:
    """The end of a quoted line that some program broke without marking the rest."""
    if not 0 < at < len(lines) - 1 or not (lines[at][:1].islower() and len(lines[at]) <= 45):
        return False
    above, below = lines[at - 1].rstrip(), lines[at + 1]
    between = above.startswith(">") and below.startswith(">")
    return between and len(above) >= 60 and above[-1].isalnum()


def _divides(line: str) -> bool:
    found = DIVIDER_LINE.fullmatch(line[: 2 * _LONGEST_ADVERTISEMENT])
    if found:
        return not found["rest"] or _field(found["rest"]) is not None
    return len(line) <= _LONGEST_ADVERTISEMENT and bool(_REPLY_ABOVE.fullmatch(line))


def _quotes_follow(lines: Sequence[str], at: int) -> bool:
    """Whether the quotation's lines carry ">", so that what stands between them is an answer."""
    following = next((line for line in lines[at : at + 50] if line.strip()), "")
    return following.lstrip().startswith(">")


def _is_header_block(lines: Sequence[str], at: int, *, started: bool) -> bool:
    """Outlook's and Yahoo's block of header fields, in any order.

    "Dari: … Tanggal: … Hal: …" also heads letters and notes, so three fields that begin with From
    need an address or, below a text, a date with the time; two, or another order, need both.
    """
    first = _field(lines[at])
    if first is None or first[0] == "other":
        return False
    block = _block(lines, at)
    names = {name for name, _ in block} - {"other"}
    addressed = any(attribution.address_in(value) for name, value in block if name != "subject")
    stamps = [value for name, value in block if name == "sent" and attribution.DATE.search(value)]
    timed = any(attribution.TIME.search(value) for value in stamps)
    if first[0] == "from" and len(names) >= 3:
        return addressed or (started and timed)
    return len(names) >= 2 and addressed and timed


def _block(lines: Sequence[str], at: int) -> list[tuple[str, str]]:
    """The fields of a block; their values may be wrapped over a further line."""
    found: list[tuple[str, str]] = []
    misses = 0
    for line in lines[at : at + _MOST_FIELDS]:
        if len(line) > attribution.LONGEST_HEAD:
            break
        field = _field(line)
        if field:
            found.append(field)
        elif line.strip():
            misses += 1
        if misses > 2 or (not line.strip() and len(found) > 1):
            break
    return found


def _field(line: str) -> tuple[str, str] | None:
    """(canonical name, value) of a line such as "*Dari:* Ana <…>"; None if it is no field."""
    before, colon, value = line.partition(":")
    if not colon or len(before) > _LONGEST_LABEL:
        before, colon, value = line.partition("：")
    if not colon or len(before) > _LONGEST_LABEL:
        return None
    label = LABELS.get(before.strip(_AROUND_LABEL).lower())
    return (label, value.strip(_AROUND_LABEL)) if label else None


def _unsigned(lines: list[str], last_quote: int) -> list[str]:
    """Without what follows a signature line, and without the phone's advertisement."""
    lines = lines[: _end(lines, last_quote)]
    first = next((at for at, line in enumerate(lines) if line.strip()), 0)
    if lines and _is_advertisement(lines[first]):
        lines = lines[first + 1 :]
    end = len(lines)
    while end and _is_left_over(lines[end - 1]):
        end -= 1
    return _without_name(lines[:end])


def _end(lines: Sequence[str], last_quote: int) -> int:
    """Where a signature or a footer begins; answers further down keep what stands above them."""
    footer = _footer_from(lines)
    written = False
    for at, line in enumerate(lines):
        if written and _SIGNED.fullmatch(line):
            return at
        if written and at >= last_quote and _closes(lines, at, footer):
            return at
        written = written or _written([line])
    return len(lines)


def _footer_from(lines: Sequence[str]) -> int:
    """Below this line a rule has but a footer's few lines under it."""
    left = _LONGEST_FOOTER
    for at in range(len(lines) - 1, -1, -1):
        left -= bool(lines[at].strip())
        if left < 0:
            return at
    return 0


def _closes(lines: Sequence[str], at: int, footer: int) -> bool:
    """A rule above a short footer; an advertisement with a gap below it, and the lost history."""
    if _RULE.fullmatch(lines[at].strip()):
        return at >= footer
    gap = at + 1 < len(lines) and not lines[at + 1].strip()
    return gap and _is_advertisement(lines[at])


def _without_name(lines: list[str]) -> list[str]:
    """Without "-Ana" at the very end, unless it is one of several points."""
    last = next((line.strip() for line in reversed(lines) if line.strip()), "")
    points = sum(1 for line in lines if line.lstrip().startswith("-"))
    if points != 1 or not _DASHED_NAME.fullmatch(last) or len(lines) < 3:
        return lines
    at = next(at for at in range(len(lines) - 1, -1, -1) if lines[at].strip())
    return lines[:at] if not lines[at - 1].strip() and _written(lines[:at]) else lines


def _is_left_over(line: str) -> bool:
    """Empty, an advertisement, or a separator whose text below was cut off."""
    return not line.strip() or bool(_LEFT_OVER.fullmatch(line)) or _is_advertisement(line)


def _is_advertisement(line: str) -> bool:
    if len(line) > 4 * _LONGEST_ADVERTISEMENT:
        return False
    plain = _LINK.sub("<link>", line).strip(" \t()*")
    if plain == "<link>" or re.fullmatch(r"[_-]{5,}", plain):
        # Outlook's separator, left over once the block below it is cut off.
        return plain != "<link>"
    return len(plain) <= _LONGEST_ADVERTISEMENT and bool(ADVERTISEMENT.fullmatch(plain))


def _written(lines: Sequence[str]) -> bool:
    return any(line.strip() and not _is_advertisement(line) for line in lines)


def _trimmed(lines: Sequence[str]) -> str:
    text = "\n".join(line.rstrip() for line in lines)
    return re.sub(r"\n{3,}", "\n\n", text).strip()
