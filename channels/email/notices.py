"""What a company's mail server or a virus scanner adds below a text: legal notices and the like.

A notice speaks of the mail itself and of whom it is meant for. "Pesan ini rahasia" alone is what
a customer may say; both together, at the end of a mail, are not.
"""

import re
from collections.abc import Sequence

_SHORTEST = 65
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
_MISTAKEN = re.compile(
    rf"\W*(?:if you (?:have )?received? this {_MAIL} (?:in error|by mistake)"
    rf"|(?:jika|apabila|bila|kalau) anda (?:menerima {_MAIL} ini (?:karena kesalahan|secara keliru)"
    r"|bukan(?:lah)? (?:orang|pihak|penerima) yang (?:dituju|dimaksud)))\b",
    re.IGNORECASE,
)
_PERSONAL = re.compile(r"\b(?:saya|aku|gue|my|me)\b|\b(?-i:I)\b(?!\.)", re.IGNORECASE)
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
    """Where the lowest notice begins, if no more than a footer stands below it.

    Where somebody speaks or asks below it, it is none; nor where text goes on around it.
    """
    below = 0
    for at in range(end - 1, above - 1, -1):
        below += bool(lines[at].strip())
        if below > _MOST_BELOW or lines[at].rstrip().endswith("?"):
            break
        if _is_notice(lines, at) and not (below > 1 and _is_amid(lines, at, end)):
            return at
        if _PERSONAL.search(lines[at][:_LONGEST]):
            break
    return None


def _is_notice(lines: Sequence[str], at: int) -> bool:
    line = lines[at].strip()
    if not line:
        return False
    if len(line) <= _LONGEST_LINE and (_PRINTING.fullmatch(line) or _SHORT.fullmatch(line)):
        return True
    if _SCANNED.match(line[: 3 * _LONGEST_LINE]):
        return True
    mistaken = bool(_MISTAKEN.match(line[:_LONGEST_LINE]))
    if not mistaken and not _OPENING.match(line[:_LONGEST_LINE]):
        return False
    text = _paragraph(lines, at)
    if _PERSONAL.search(text):
        return False
    return mistaken or _is_legal(text)


def _is_legal(text: str) -> bool:
    return len(text) >= _SHORTEST and bool(
        _ABOUT_MAIL.search(text) and _SECRET.search(text) and _MEANT_FOR.search(text)
    )


def _is_amid(lines: Sequence[str], at: int, end: int) -> bool:
    """Whether a text goes on above and below a notice, without a gap or a rule."""
    above = re.search(r"\w", lines[at - 1]) and not _is_notice(lines, at - 1)
    return bool(above) and at + 1 < end and bool(lines[at + 1].strip())


def _paragraph(lines: Sequence[str], at: int) -> str:
    """The lines from here to the next empty one, as one."""
    end = at
    while end < min(len(lines), at + _MOST_LINES) and lines[end].strip():
        end += 1
    return " ".join(line.strip() for line in lines[at:end])[:_LONGEST]
