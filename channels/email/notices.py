"""What a company's mail server or a virus scanner adds below a text: legal notices and the like.

A notice speaks of the mail itself and of whom it is meant for. "Pesan ini rahasia" alone is what
a customer may say; both together, at the end of a mail, are not.
"""

import re
from collections.abc import Sequence

_SHORTEST = 80
_LONGEST = 1200
_MOST_LINES = 8
_MOST_BELOW = 25
_LONGEST_LINE = 160

_MAIL = (
    r"(?:e-?mails?|messages?|communication|transmission|pesan|surel|surat elektronik|mesej|e-?mel)"
)
_OPENING = re.compile(
    r"[\W_]*(?:(?:(?:confidentiality|legal|privacy|important|e-?mail) )?"
    r"(?:notice|disclaimer|warning)"
    r"|penafian|perhatian|peringatan|(?:pernyataan|pemberitahuan|catatan) \w+)\W*[:\-–—]"
    rf"|[\W_]*(?:(?:the )?(?:information|contents?)\b.{{0,40}}\b)?(?:in )?this {_MAIL}\b"
    rf"|[\W_]*(?:(?:informasi|isi|maklumat|kandungan)\b.{{0,40}})?{_MAIL} ini\b",
    re.IGNORECASE,
)
_ABOUT_MAIL = re.compile(rf"\b(?:this|the) {_MAIL}\b|\b{_MAIL} ini\b", re.IGNORECASE)
_SECRET = re.compile(
    r"\b(?:confidential|privileged|sole use|(?:solely|only|exclusively) for|rahasia|sulit"
    r"|(?:hanya|khusus) (?:di|untuk)|di(?:tujukan|peruntukkan|maksudkan) hanya)",
    re.IGNORECASE,
)
_MEANT_FOR = re.compile(
    r"\b(?:recipients?|addressees?|individual|entity|intended|penerima|pihak yang|yang dituju)\b",
    re.IGNORECASE,
)
_PERSONAL = re.compile(r"\b(?:saya|aku|gue|i|my|me)\b", re.IGNORECASE)
_SHORT = re.compile(
    r"[\W_]*(?:this (?:e-?mail|message) is (?:strictly )?confidential"
    r"|(?:e-?mail|surel|pesan) ini bersifat rahasia)\W*",
    re.IGNORECASE,
)
_PRINTING = re.compile(
    r"\W*(?:please |mohon |harap |tolong |sila )?"
    r"(?:(?:consider|think of) (?:the|your|our) (?:environment|planet).{0,60}print"
    r"|think before (?:you )?print|(?:(?:per)?timbangkan|pikirkan) .{0,30}lingkungan.{0,60}cetak"
    rf"|(?:save (?:paper|trees?)\W+)?(?:do not|don't) print this {_MAIL}\b"
    rf"|(?:hemat kertas\W+)?jangan (?:men)?cetak {_MAIL} ini\b)\w*.{{0,60}}",
    re.IGNORECASE,
)
_SCANNED = re.compile(
    r"\W*(?:virus[- ]?free|bebas (?:dari )?virus|no virus(?:es)? (?:found|detected)"
    r"|(?:this|e-?mail|pesan) .{0,40}(?:checked|scanned|diperiksa|dipindai))\b.{0,60}"
    r"\b(?:avast|avg|antivirus|anti-virus|mailscanner|kaspersky|mcafee|norton|eset)\b"
    r".{0,80}"
    r"|<?https?://(?:www\.)?(?:avast|avg)\.\S{0,40}/sig-email\S{0,300}",
    re.IGNORECASE,
)


def cut(lines: list[str], last_quote: int) -> list[str]:
    """Without the notice that stands below a text, and all below it.

    Answers below the last quotation keep what stands above them.
    """
    first = next((at for at, line in enumerate(lines) if re.search(r"\w", line)), 0)
    above = max(last_quote, first + 1)
    end = len(lines)
    while (at := _last(lines, above, end)) is not None:
        end = at
    return lines[:end]


def _last(lines: Sequence[str], above: int, end: int) -> int | None:
    """Where the lowest notice begins, if no more than a footer stands below it."""
    below = 0
    for at in range(end - 1, above - 1, -1):
        below += bool(lines[at].strip())
        if below > _MOST_BELOW:
            break
        if _is_notice(lines, at):
            return at
    return None


def _is_notice(lines: Sequence[str], at: int) -> bool:
    line = lines[at].strip()
    if not line:
        return False
    if len(line) <= _LONGEST_LINE and (_PRINTING.fullmatch(line) or _SHORT.fullmatch(line)):
        return True
    if _SCANNED.match(line[: 3 * _LONGEST_LINE]):
        return True
    if not _OPENING.match(line[:_LONGEST_LINE]):
        return False
    text = _paragraph(lines, at)
    if len(text) < _SHORTEST or _PERSONAL.search(text):
        return False
    return bool(_ABOUT_MAIL.search(text) and _SECRET.search(text) and _MEANT_FOR.search(text))


def _paragraph(lines: Sequence[str], at: int) -> str:
    """The lines from here to the next empty one, as one."""
    end = at
    while end < min(len(lines), at + _MOST_LINES) and lines[end].strip():
        end += 1
    return " ".join(line.strip() for line in lines[at:end])[:_LONGEST]
