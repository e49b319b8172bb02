"""The new text of a mail: quoted history and signatures cut off, inline answers kept.

Wordings are those of Gmail, Outlook, Apple Mail, Yahoo, Thunderbird and Samsung in Indonesian and
English. A line counts as the head of a quotation only with an address or a full date in it:
"Pada hari Senin saya menulis …" and "Dari: Jakarta" are ordinary text (C6.2).
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

DIVIDER = "-----Original Message-----"
"""Stands where a reply's history begins; also what Outlook writes."""
LONGEST = 200_000
LONGEST_HEAD = 600
_WRAPPED_OVER = 5

_MONTH = r"(?:jan|feb|mar|apr|mei|may|jun|jul|agu|aug|sep|okt|oct|nov|nop|des|dec)[a-z]{0,7}\.?"
_DATE = (
    rf"(?:\d{{1,2}}(?:st|nd|rd|th)?[ .,/-]{{1,2}}{_MONTH}[ .,/-]{{1,2}}(?:19|20)\d\d"
    rf"|{_MONTH} \d{{1,2}}(?:st|nd|rd|th)?,? (?:19|20)\d\d"
    r"|\d{1,2}[/.-]\d{1,2}[/.-](?:\d{4}|\d\d)|(?:19|20)\d\d[-/.]\d{1,2}[-/.]\d{1,2})"
)
_TIME = r"\d{1,2}[.:]\d\d"
_AT = r"[^\s<>@]+@[^\s<>@]+\.[^\s<>@]+"
_PROOF = re.compile(rf"{_AT}|{_DATE}[^\n]*?{_TIME}|{_TIME}[^\n]*?{_DATE}", re.IGNORECASE)
_DATED = re.compile(_DATE, re.IGNORECASE)
_ADDRESSED = re.compile(_AT)

_WROTE = r"(?:menulis|menuliskan|tulis|berkata|mengirim|wrote|writes|said|sent)"
_ATTRIBUTION = re.compile(
    rf"(?:---+ )?(?:pada|tanggal|di|on|at|el|le|am|op)\b.{{4,400}}?\b{_WROTE} ?:", re.IGNORECASE
)
# Old Gmail ("2024-06-15 14:59 GMT+07:00 Ana <a@b>:") and "Ana <a@b> menulis:".
_BARE = re.compile(
    rf"(?:{_DATE}.{{0,80}}<{_AT}>|.{{0,120}}<{_AT}>.{{0,80}}\b{_WROTE}"
    rf"|.{{0,120}}\b{_WROTE}\b.{{0,30}}{_DATE}.{{0,30}}) ?:",
    re.IGNORECASE,
)
_SOMEBODY = re.compile(
    r"\b(?:saya|aku|kami|kita|anda|kamu|dia|mereka|i|we|you|he|she|they)\s+"
    rf"(?:sudah |telah |pernah |have |had )?{_WROTE} ?:?$",
    re.IGNORECASE,
)
_DIVIDERS = re.compile(
    r"[-_ ]*[-_]{2,} ?(?:original message|pesan asli|original appointment|reply message"
    r"|original mail|pesan sebelumnya) ?[-_]{2,}[-_ ]*",
    re.IGNORECASE,
)
_FORWARDS = re.compile(
    r"(?:-{3,} ?(?:forwarded message|pesan (?:yang )?(?:di)?terus(?:kan|an)"
    r"|forwarded by .{1,80}) ?-{3,}"
    r"|(?:begin forwarded message|mulai (?:pesan terusan|meneruskan pesan)|awal pesan terusan) ?:)",
    re.IGNORECASE,
)
_FIELD = re.compile(
    r"[*_ ]*(?P<name>from|dari|sent|dikirim|terkirim|date|tanggal|to|kepada|ke|untuk|cc|tembusan"
    r"|subject|subjek|perihal|hal|judul|importance|reply-to|balas ke)[*_ ]*:[*_ ]*(?P<value>.*)",
    re.IGNORECASE,
)
_FROM = frozenset({"from", "dari"})
_SIGNED = re.compile(r"--\s?")
_DEVICE = re.compile(
    r"[-\s*_]*(?:(?:di|ter)kirim (?:dari|melalui|menggunakan|lewat|dengan)"
    r"|sent (?:from|via|with|using)|dapatkan outlook|get outlook|unduh outlook)\b"
    r".{0,30}(?:iphone|ipad|ios|android|samsung|galaxy|xiaomi|redmi|oppo|vivo|realme|huawei"
    r"|blackberry|nokia|yahoo|gmail|outlook|windows|thunderbird|ponsel|hp\b|handphone|phone|tablet"
    r"|mobile|smartphone|proton|aqua ?mail|spark|bluemail|nine).{0,60}",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Cut:
    """`text` is what is new; `quoted` says that something was cut off."""

    text: str
    quoted: bool


def new_text(body: str) -> Cut:
    """What the sender wrote in this mail. A mail that only forwards another is kept whole."""
    lines = [line.rstrip("\n") for line in body[:LONGEST].split("\n")]
    kept: list[str] = []
    quoted = False
    at = 0
    while at < len(lines):
        ends_here, length, forward = _boundary(lines, at)
        if forward and not _written(kept):
            return Cut(_trimmed(lines), quoted=False)
        if ends_here:
            quoted = True
            break
        quoted = quoted or length > 0
        if length == 0:
            kept.append(lines[at])
        at += max(1, length)
    return Cut(_trimmed(_unsigned(kept)), quoted)


def _boundary(lines: Sequence[str], at: int) -> tuple[bool, int, bool]:
    """(all that follows is history, lines to leave out here, it is a forwarded mail)."""
    line = lines[at].strip()
    if not line:
        return False, 0, False
    if line.startswith(">"):
        return False, 1, False
    if len(line) > LONGEST_HEAD:
        return False, 0, False
    if _FORWARDS.fullmatch(line):
        return True, 0, True
    if _DIVIDERS.fullmatch(line) or _is_header_block(lines, at):
        return True, 0, False
    length = _attribution(lines, at)
    if not length:
        return False, 0, False
    return not _quotes_follow(lines, at + length), length, False


def _attribution(lines: Sequence[str], at: int) -> int:
    """How many lines the head of a quotation takes, however it is wrapped; 0 if it is none."""
    joined = ""
    for count, line in enumerate(lines[at : at + _WRAPPED_OVER], 1):
        if not line.strip() or line.lstrip().startswith(">"):
            return 0
        joined = f"{joined} {line.strip()}".strip()
        if len(joined) > LONGEST_HEAD:
            return 0
        if joined.endswith(":") and _is_attribution(joined):
            return count
        if count == 1 and not _may_begin(joined):
            return 0
    return 0


def _may_begin(line: str) -> bool:
    """Whether an attribution that is wrapped could begin with this line."""
    return bool(
        re.match(r"(?:-{2,} ?)?(?:pada|tanggal|on)\b", line, re.IGNORECASE)
        or _DATED.match(line)
        or _ADDRESSED.search(line)
    )


def _is_attribution(line: str) -> bool:
    if len(line) > LONGEST_HEAD or not _PROOF.search(line) or _SOMEBODY.search(line):
        return False
    return bool(_ATTRIBUTION.fullmatch(line) or _BARE.fullmatch(line))


def _quotes_follow(lines: Sequence[str], at: int) -> bool:
    """Whether the quotation's lines carry ">", so that what stands between them is an answer."""
    following = next((line for line in lines[at:] if line.strip()), "")
    return following.lstrip().startswith(">")


def _is_header_block(lines: Sequence[str], at: int) -> bool:
    """Outlook's and Yahoo's block: Dari/From first, then at least two more fields, with proof."""
    first = _FIELD.fullmatch(lines[at].strip())
    if not first or first["name"].lower() not in _FROM:
        return False
    block = _block(lines, at)
    names = {match["name"].lower() for match in block}
    proven = any(_PROOF.search(match["value"]) for match in block)
    dated = any(_DATED.search(match["value"]) for match in block)
    return len(names) >= 3 and (proven or dated)


def _block(lines: Sequence[str], at: int) -> list[re.Match[str]]:
    """The fields of a block; their values may be wrapped over a further line."""
    found: list[re.Match[str]] = []
    misses = 0
    for line in lines[at : at + 14]:
        if len(line) > LONGEST_HEAD:
            break
        match = _FIELD.fullmatch(line.strip())
        if match:
            found.append(match)
        elif line.strip():
            misses += 1
        if misses > 2:
            break
    return found


def _unsigned(lines: list[str]) -> list[str]:
    """Without what follows the signature line, and without the phone's advertisement."""
    for at, line in enumerate(lines):
        if _SIGNED.fullmatch(line) and _written(lines[:at]):
            lines = lines[:at]
            break
    while lines and (not lines[-1].strip() or _is_advertisement(lines[-1])):
        lines = lines[:-1]
    return lines


def _is_advertisement(line: str) -> bool:
    plain = re.sub(r"<https?://[^\s>]*>|\(https?://[^\s)]*\)", "", line).strip()
    # Outlook's separator, left over once the block below it is cut off.
    if re.fullmatch(r"[_-]{5,}", plain):
        return True
    return len(plain) <= 100 and bool(_DEVICE.fullmatch(plain))


def _written(lines: Sequence[str]) -> bool:
    return any(line.strip() and not _is_advertisement(line) for line in lines)


def _trimmed(lines: Sequence[str]) -> str:
    text = "\n".join(line.rstrip() for line in lines)
    return re.sub(r"\n{3,}", "\n\n", text).strip()
