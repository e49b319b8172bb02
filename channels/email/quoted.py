"""The new text of a mail: quoted history and signatures cut off, inline answers kept.

What a quotation's head looks like is in `attribution` and `blocks`, the words of many languages
in `quote_words`. Text that only resembles a head ("Dari: Jakarta") is ordinary text (C6.2).
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from channels.email import attribution, blocks, signatures
from channels.email.quote_words import (
    ANSWERED,
    BANNER,
    DIVIDER_LINE,
    DIVIDES_WITHIN,
    EARLIER,
    FORWARD_LINE,
    FORWARDED,
    THIS_LINE,
)

DIVIDER = "-----Original Message-----"
"""Stands where a reply's history begins; also what Outlook writes."""
LONGEST = 5_000_000
# Programs that made their text out of HTML, and not well.
_ESCAPED_MARKS = re.compile(r"^(?:&gt; ?)+", re.MULTILINE)
_LONGEST_LINE = 240
_LONGEST_BANNER = 500
_RULES = "-_=—*[#"

_REPLY_ABOVE = re.compile(
    r"\W*(?:please )?(?:type your |write your |add your )?repl(?:y|ies)(?: \w+){0,2} above\b.{0,60}"
    r"|\W*(?:mohon |silakan )?(?:tulis balasan|balas) (?:anda )?di atas (?:baris|garis) ini\W*",
    re.IGNORECASE,
)
_ONLY_LINK = re.compile(r"\W{0,3}https?://\S{1,500}\W{0,5}")
_OPEN_LINK = re.compile(r"[(<]https?://[^\s)>]+$")
# Usenet's way to quote: the writer's initials before the mark.
_INITIALS = re.compile(r"[A-Z]{1,3}>(?: |$)")
# Marks of direction and zero-width spaces that programs put around names and dates.
_INVISIBLE = dict.fromkeys(
    [0x200B, 0x200E, 0x200F, 0xFEFF, *range(0x202A, 0x202F), *range(0x2060, 0x206A)]
)


@dataclass(frozen=True, slots=True)
class Cut:
    """`text` is what is new; `quoted` says that something was cut off."""

    text: str
    quoted: bool


@dataclass(frozen=True, slots=True)
class _Boundary:
    """What stands at a line: `lines` of a quotation, or the end of all that is new.

    `whole` says that a mail with nothing above this line only passes on what is below it;
    `before` is new text on the quotation's first line.
    """

    lines: int = 0
    ends: bool = False
    whole: bool = False
    before: str = ""


_NONE = _Boundary()


def passed_on(subject: str, *, answers: bool) -> bool | None:
    """What a header says: true for "Fwd: …", false for an answer, None where it is a new mail."""
    if FORWARDED.match(subject):
        return True
    return False if answers or ANSWERED.match(subject) else None


def new_text(body: str, *, forwarded: bool | None = None, fresh: bool = False) -> Cut:
    """What the sender wrote in this mail. A mail that only forwards another is kept whole.

    `forwarded` is what `passed_on` makes of the header. `fresh` says that the mail answers none:
    without a head above them, lines with ">" are a list in it, or what somebody set in.
    """
    body = _ESCAPED_MARKS.sub(lambda marks: ">" * marks[0].count("&"), body[:LONGEST])
    lines = _without_banner(body.translate(_INVISIBLE).split("\n"))
    kept: list[str] = []
    quoted = started = headed = False
    last_quote = at = 0
    while at < len(lines):
        found = _boundary(lines, at, started=started)
        if found.whole and not started and forwarded is not False:
            return Cut(_trimmed(lines), quoted=False)
        if found.before:
            kept.append(found.before)
        headed = headed or found.ends or bool(found.lines and not _is_marked(lines[at]))
        if found.ends:
            quoted = True
            break
        if found.lines:
            quoted, last_quote = True, len(kept)
        else:
            kept.append(lines[at])
        started = started or signatures.written(kept[-1:])
        at += max(1, found.lines)
    if fresh and not headed:
        return Cut(_trimmed(signatures.cut(lines, 0)), quoted=False)
    text = _trimmed(signatures.cut(kept, last_quote))
    return Cut(_trimmed(lines), quoted=False) if forwarded and not text else Cut(text, quoted)


def _is_marked(line: str) -> bool:
    return line.lstrip().startswith(">")


def _boundary(lines: Sequence[str], at: int, *, started: bool) -> _Boundary:
    """What stands at this line; `started` says that something was written above it."""
    line = lines[at].strip()
    if line.startswith(">"):
        # Everything below our own "reply above this line" is what we sent.
        ends = started and _replies_above(line.lstrip("> "))
        return _Boundary(lines=1, ends=ends)
    if not line or len(line) > attribution.LONGEST_HEAD:
        return _NONE
    if _is_part_of_quote(lines, at):
        return _Boundary(lines=1)
    if not line.strip(_RULES):
        return _Boundary(ends=True) if started and _titled(lines, at + 1) else _NONE
    found = _divider(lines, at, started) or _block(lines, at, started)
    return found or _head(lines, at, started)


def _titled(lines: Sequence[str], at: int) -> bool:
    """Whether below a rule stands the title of the history, or a head that tells only the day."""
    line = lines[at].strip() if at < len(lines) else ""
    if not line or len(line) > _LONGEST_LINE:
        return False
    return bool(EARLIER.fullmatch(line)) or attribution.is_dated(line)


def _divider(lines: Sequence[str], at: int, started: bool) -> _Boundary | None:
    """A line that stands between a text and what it answers or passes on."""
    line = lines[at].strip()
    if "---" in line[1:_LONGEST_LINE] and line[0] not in _RULES:
        glued = DIVIDES_WITHIN.search(line, 0, _LONGEST_LINE)
        return _Boundary(ends=True, before=line[: glued.start()]) if glued else None
    if line[0] not in _RULES and line[-1] not in ":：":
        # The line to reply above divides nothing if it is the first.
        return _Boundary(ends=True) if started and _says_reply_above(line) else None
    forward = bool(FORWARD_LINE.fullmatch(line[:_LONGEST_LINE]))
    if not forward and not _divides(line) and not (started and _replies_above(line)):
        return None
    # Where what follows carries marks, text without them is new.
    marked = forward and _quotes_follow(lines, at + 1)
    return _Boundary(lines=int(marked), ends=not marked, whole=forward)


def _block(lines: Sequence[str], at: int, started: bool) -> _Boundary | None:
    """With nothing above it, it may be what Outlook forwards."""
    return _Boundary(ends=True, whole=True) if blocks.stands(lines, at, started=started) else None


def _head(lines: Sequence[str], at: int, started: bool) -> _Boundary:
    before, head = attribution.apart(lines[at])
    window = [head, *lines[at + 1 : at + 1 + 2 * attribution.WRAPPED_OVER]]
    length = attribution.length(window, 0) or attribution.marked_length(window)
    if not length:
        return _NONE
    # With nothing above it, what is below it must be the answer: the quotation lost its marks.
    inline = not (started or before) or _quotes_follow(lines, at + length)
    return _Boundary(lines=length, ends=not inline, before=before)


def _is_part_of_quote(lines: Sequence[str], at: int) -> bool:
    """A quoted line that lost its mark, or that bears another one."""
    line = lines[at]
    if _INITIALS.match(line):
        return any(_INITIALS.match(near) for near in lines[max(0, at - 1) : at + 2] if near != line)
    if not 0 < at < len(lines) - 1:
        return False
    above, below = lines[at - 1].rstrip(), lines[at + 1]
    if not (above.startswith(">") and below.startswith(">")):
        return False
    if _ONLY_LINK.fullmatch(line.strip()) or (
        _OPEN_LINK.search(above[-_LONGEST_LINE:]) and " " not in line.strip()
    ):
        return True
    # Some program broke a long line without marking the rest.
    broken = len(above) >= 60 and (above[-1].isalnum() or above[-1] in ",(-")
    return broken and line[:1].islower() and len(line) <= 60


def _says_reply_above(line: str) -> bool:
    return ("above" in line or "atas" in line or "ABOVE" in line) and _replies_above(line)


def _replies_above(line: str) -> bool:
    if len(line) > _LONGEST_LINE // 2:
        return False
    ruled = line[:2].strip(_RULES) == "" and THIS_LINE.search(line)
    return bool(ruled) or bool(_REPLY_ABOVE.fullmatch(line))


def _divides(line: str) -> bool:
    found = DIVIDER_LINE.fullmatch(line[:_LONGEST_LINE])
    if found is None:
        return False
    return not found["rest"] or blocks.field(found["rest"]) is not None


def _quotes_follow(lines: Sequence[str], at: int) -> bool:
    """Whether the quotation's lines carry ">", so that what stands between them is an answer."""
    following = next((line for line in lines[at : at + 50] if line.strip()), "")
    return following.lstrip().startswith(">")


def _without_banner(lines: list[str]) -> list[str]:
    """Without the warning that a mail server puts above what comes from outside."""
    start = next((at for at, line in enumerate(lines) if line.strip()), len(lines))
    end = next((at for at in range(start, len(lines)) if not lines[at].strip()), len(lines))
    paragraph = " ".join(line.strip() for line in lines[start:end][:8])
    if end == len(lines) or end - start > 8 or len(paragraph) > _LONGEST_BANNER:
        return lines
    return lines[end:] if BANNER.match(paragraph) else lines


def _trimmed(lines: Sequence[str]) -> str:
    text = "\n".join(line.rstrip() for line in lines)
    return re.sub(r"\n{3,}", "\n\n", text).strip()
