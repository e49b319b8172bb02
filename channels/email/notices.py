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
_LONGEST_TITLE = 60

_MAIL = (
    r"(?:e-?mails?|messages?|communication|transmission|pesan|surel|surat elektronik|mesej|e-?mel)"
)
_OPENING = re.compile(
    r"[\W_]*(?:(?:(?:confidential(?:ity)?|legal|privacy|important|e-?mail) )?"
    r"(?:notice|disclaimer|warning)"
    r"|penafian|perhatian|peringatan|(?:pernyataan|pemberitahuan|catatan) \w+)\W*[:!\-–—]"
    rf"|[\W_]*(?:(?:the )?(?:information|contents?)\b.{{0,40}}\b)?(?:in )?this {_MAIL}\b"
    rf"|[\W_]*(?:(?:informasi|isi|maklumat|kandungan)\b.{{0,40}})?{_MAIL}(?: \w+)? ini\b"
    r"|[\W_]*(?:segala|setiap|dilarang|unauthori[sz]ed|any)\b.{0,90}"
    rf"\b(?:this {_MAIL}|{_MAIL} ini)\b",
    re.IGNORECASE,
)
_TITLE = re.compile(
    r"[\W_]*(?:(?:strictly |private and )?confidential(?:ity)?(?: and privileged)?(?: notice)?"
    r"|(?:legal |e-?mail )?disclaimer|(?:important )?notice|penafian|(?:sangat )?rahasia"
    r"|pemberitahuan(?: penting| kerahasiaan)?|pernyataan(?: \w+){1,2}|peringatan|perhatian)[\W_]*",
    re.IGNORECASE,
)
_TITLED = re.compile(r"[\W_]*(?:confidential(?:ity)? notice|disclaimer|penafian)\b", re.IGNORECASE)
_ABOUT_MAIL = re.compile(rf"\b(?:this|the) {_MAIL}\b|\b{_MAIL}(?: \w+)? ini\b", re.IGNORECASE)
_SECRET = re.compile(
    r"\b(?:confidential|privileged|sole use|(?:solely|only|exclusively) for|rahasia|sulit"
    r"|(?:hanya|khusus) (?:di|untuk)|di(?:tujukan|peruntukkan|maksudkan) hanya)",
    re.IGNORECASE,
)
_MEANT_FOR = re.compile(
    r"\b(?:recipients?|addressees?|individual|entity|intended|penerima|pihak yang|yang dituju"
    r"|in error|karena ke(?:salahan|keliruan)|secara keliru)\b",
    re.IGNORECASE,
)
_MISTAKEN = re.compile(
    rf"\W*(?:(?:please (?:notify|inform|advise|tell) the sender\b.{{0,40}})?"
    rf"if you (?:have )?received? (?:this|it)(?: {_MAIL})? (?:in error|by mistake)"
    r"|if you are not (?:the|an) (?:intended|named) (?:recipient|addressee)"
    rf"|(?:jika|apabila|bila|kalau) anda (?:telah )?(?:menerima (?:{_MAIL} )?ini"
    r" (?:karena ke(?:salahan|keliruan)|secara (?:keliru|tidak sengaja)|tanpa sengaja)"
    r"|bukan(?:lah)? (?:orang|pihak|penerima) (?:yang )?(?:dituju|dimaksud(?:kan)?|sebenarnya)))\b",
    re.IGNORECASE,
)
_PERSONAL = re.compile(r"\b(?:saya|aku|gue|my|me)\b|\b(?-i:I)\b(?!\.)", re.IGNORECASE)
_SHORT = re.compile(
    r"[\W_]*(?:this (?:e-?mail|message)(?:,? (?:and|including) any (?:files|attachments)"
    r"(?: transmitted with it)?,?)? (?:is|are|may be|may contain|contains)"
    r" (?:strictly |legally )?(?:confidential|privileged)"
    r"(?: (?:and|or) (?:confidential|privileged))?(?: (?:information|material))?"
    r"|(?:any )?unauthori[sz]ed (?:review|use|disclosure|copying|distribution|access)\b.{0,80}"
    r"\bprohibited"
    r"|(?:e-?mail|surel|pesan) ini"
    r"(?: (?:beserta|dan|berikut) (?:semua |seluruh )?lampiran(?:nya)?)?"
    r" (?:(?:mungkin|dapat|bisa) )?"
    r"(?:bersifat|adalah|(?:berisi|mengandung|memuat) informasi(?: yang)?(?: bersifat)?)"
    r" rahasia)\W*",
    re.IGNORECASE,
)
_PRINTING = re.compile(
    r"\W*(?:please |mohon |harap |tolong |sila )?"
    r"(?:(?:consider|think of) (?:the|your|our) (?:environment|planet).{0,60}print"
    r"|think before (?:you )?print|(?:(?:per)?timbangkan|pikirkan) .{0,30}lingkungan.{0,60}cetak"
    rf"|(?:save (?:paper|(?:a )?trees?)\W+)?(?:do not|don['’]t) print this {_MAIL}\b"
    r"|go green\W+.{0,30}\bprint"
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
        end = _title(lines, above, at)
    return lines[:end]


def _title(lines: Sequence[str], above: int, at: int) -> int:
    """Where the notice's title stands above it, if it has one; else where it begins."""
    title = next((each for each in range(at - 1, above - 1, -1) if lines[each].strip()), at)
    short = len(lines[title]) <= _LONGEST_TITLE
    return title if title < at and short and _TITLE.fullmatch(lines[title]) else at


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
    if len(text) < _SHORTEST or not (_ABOUT_MAIL.search(text) and _SECRET.search(text)):
        return False
    return bool(_MEANT_FOR.search(text) or _TITLED.match(text))


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
