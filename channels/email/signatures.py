"""What stands below a text: signatures, footers, and what phones and mail programs advertise.

A closing ("Salam, Ana") is no signature: it says who is writing, and stays.
"""

import re
from collections.abc import Sequence

from channels.email import blocks, notices
from channels.email.quote_words import ADVERTISEMENT, DEVICE

_LONGEST_ADVERTISEMENT = 120
_LONGEST_FOOTER = 12
_LIST_RULE = 30
_MOST_READ = 5000
_MOST_ALONE = 10
_OUTLOOKS_RULE = 32
_LONGEST_CLOSING = 30
_LONGEST_SENTENCE = 500
_LONGEST_FRAME = 50
_SIGNED = re.compile(r"--\s?")
# Mailman's and older programs' line above a footer or a signature.
_RULE = re.compile(r"_{2,}")
_SEPARATOR = re.compile(r"[_-]{5,}")
_DASHED_NAME = re.compile(r"-{1,2} ?[A-Z]\w+(?: [A-Z][\w.]*){0,2}")
# Below a rule: where the list or the company is found, or what a notice says of the mail.
_WHERE = re.compile(
    r"https?://|www\.|\S@\S+\.\S|mailing list|\bmilis\b|disclaimer|penafian|confiden[ctz]|rahasia"
    r"|privileg|riservat|vertraulich|destinat|recipient|addressee|penerima|empfänger"
    r"|amtsgericht|handelsregister|registered (?:office|in|company)|scanned for|virus",
    re.IGNORECASE,
)
# What a person says there ends no text: the rule belongs to it.
_SPOKEN = re.compile(
    r"\b(?:saya|aku|gue|kami|kita|my|me|tolong|maaf|kak|pak|bu|ya|terima ?kasih|makasih|thanks?)\b"
    r"|\b(?-i:I)\b(?!\.)|\?\s*$",
    re.IGNORECASE | re.MULTILINE,
)
_EXCUSE = re.compile(
    r"\b(?:excuse|typos?|sorry|brevity|brief|maaf|salah ketik|autocorrect)\b", re.I
)
_FRAME = re.compile(r"[-=*#~+|]{3,}")
_LEFT_OVER = re.compile(r"[-_=~*#—ᐧ.\s]+")
_NAMED_LINK = re.compile(r"\[([^\[\]]{1,100})\]\(https?://[^\s()]*\)")
_LINK = re.compile(r"\[?\]?[<(]?https?://[^\s>)]*[>)]?")


def cut(lines: list[str], last_quote: int) -> list[str]:
    """Without what follows a signature line, and without the phone's advertisement.

    Answers below the last quotation keep what stands above them.
    """
    if not written(lines[last_quote:]):
        last_quote = 0
    alone = lines[:_MOST_ALONE]
    lines = notices.cut(lines[: _end(lines, last_quote)], last_quote)
    first = next((at for at, line in enumerate(lines) if line.strip()), 0)
    if lines and _advertises(lines[first]):
        lines = lines[first + 1 :]
    end = len(lines)
    while end and _is_left_over(lines[end - 1]) and not _is_frame(lines, end - 1):
        end -= 1
    return _without_name(lines[:end]) if end else _answer(alone)


def written(lines: Sequence[str]) -> bool:
    """Whether a person wrote any of these lines."""
    return any(line.strip() and not _is_advertisement(line) for line in lines)


def _end(lines: Sequence[str], last_quote: int) -> int:
    """Where a signature or a footer begins; answers further down keep what stands above them."""
    footer = _footer_from(lines)
    begun = False
    for at, line in enumerate(lines):
        if begun and _SIGNED.fullmatch(line) and not _goes_on(lines, at):
            return at
        if begun and at >= last_quote and _closes(lines, at, footer):
            return at
        begun = begun or written([line])
    return len(lines)


def _goes_on(lines: Sequence[str], at: int) -> bool:
    """Whether somebody speaks on below a gap: two dashes also divide a text."""
    below = next((line for line in lines[at + 1 : at + 5] if line.strip()), "")
    gap = at + 1 < len(lines) and not lines[at + 1].strip()
    return gap and bool(_SPOKEN.search(below[:_LONGEST_SENTENCE]))


def _footer_from(lines: Sequence[str]) -> int:
    """Below this line a rule has but a footer's few lines under it."""
    left = _LONGEST_FOOTER
    for at in range(len(lines) - 1, -1, -1):
        left -= bool(lines[at].strip())
        if left < 0:
            return at
    return 0


def _closes(lines: Sequence[str], at: int, footer: int) -> bool:
    """A rule above a short footer; an advertisement with a gap below it, and the lost history.

    A customer also draws a rule, above an address or a list: in doubt it is his.
    """
    rule = lines[at].strip()
    gap = at + 1 < len(lines) and not lines[at + 1].strip()
    if not _RULE.fullmatch(rule):
        return gap and _advertises(lines[at])
    if at < footer:
        return False
    below = "\n".join(lines[at + 1 :])[:_MOST_READ].strip()
    if _SPOKEN.search(below):
        return False
    if _names_again(lines[:at], below) or (len(rule) >= _OUTLOOKS_RULE and _is_from(below)):
        return True
    apart = len(rule) >= _LIST_RULE or not lines[at - 1].strip()
    return not below or (apart and bool(_WHERE.search(below)))


def _names_again(above: Sequence[str], below: str) -> bool:
    """Whether the name that closes the text stands below the rule in full: "Ana", "Ana Putri"."""
    closing = next((line.strip() for line in reversed(above) if line.strip()), "")
    name = closing.rpartition(" ")[2].strip(".,-")
    full = below.partition("\n")[0]
    short = len(closing) <= _LONGEST_CLOSING and name[:1].isupper() and len(name) >= 3
    return short and name in full.split()


def _is_from(below: str) -> bool:
    """Whether what stands below a rule begins like a block of header fields."""
    first = blocks.field(below.partition("\n")[0])
    return first is not None and first.name == "from"


def _without_name(lines: list[str]) -> list[str]:
    """Without "-Ana" at the very end, unless it is one of several points."""
    last = next((line.strip() for line in reversed(lines) if line.strip()), "")
    points = sum(1 for line in lines if line.lstrip().startswith("-"))
    if points != 1 or not _DASHED_NAME.fullmatch(last) or len(lines) < 3:
        return lines
    at = next(at for at in range(len(lines) - 1, -1, -1) if lines[at].strip())
    return lines[:at] if not lines[at - 1].strip() and written(lines[:at]) else lines


def _answer(lines: Sequence[str]) -> list[str]:
    """The line of a mail that says nothing else: "Dikirim dari HP, setuju"."""
    for line in lines:
        own, comma, more = line.partition(", ")
        if comma and _advertises(own) and not (_EXCUSE.search(more) or DEVICE.search(more)):
            return [line]
    return []


def _is_frame(lines: Sequence[str], at: int) -> bool:
    """Whether a line is a rule that also stands above: a table's, not a separator."""
    rule = lines[at].strip()
    return bool(_FRAME.fullmatch(rule)) and any(
        lines[above].lstrip().startswith(rule[:3])
        for above in range(max(0, at - _LONGEST_FRAME), at)
    )


def _is_left_over(line: str) -> bool:
    """Empty, an advertisement, or a separator whose text below was cut off."""
    return not line.strip() or bool(_LEFT_OVER.fullmatch(line)) or _is_advertisement(line)


def _is_advertisement(line: str) -> bool:
    """An advertisement, or Outlook's separator, left over once the block below it is cut off."""
    return bool(_SEPARATOR.fullmatch(line.strip(" \t()*"))) or _advertises(line)


def _advertises(line: str) -> bool:
    if len(line) > 4 * _LONGEST_ADVERTISEMENT:
        return False
    plain = _LINK.sub("<link>", _NAMED_LINK.sub(r"\1", line)).strip(" \t()*")
    return len(plain) <= _LONGEST_ADVERTISEMENT and bool(ADVERTISEMENT.fullmatch(plain))
