"""Header fields: unfolded, decoded without raising, and the few structures we read from them."""

import base64
import binascii
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from email.message import Message
from email.utils import collapse_rfc2231_value, getaddresses, parsedate_to_datetime

from channels.email.charsets import decode, tidy

MOST_FIELDS = 1000
LONGEST_VALUE = 16_000
LONGEST_ADDRESS = 320

_FIELD = re.compile(r"([!-9;-~]{1,200})[ \t]*:(.*)", re.DOTALL)
_WORD = re.compile(r"=\?([^?\s]{1,60})\?([bq])\?([^?]*)\?=", re.IGNORECASE)
_BETWEEN_WORDS = re.compile(r"(\?=)\s+(?==\?[^?\s]{1,60}\?[bq]\?)", re.IGNORECASE)
_ID = re.compile(r"<([^<>\s]{1,990})>")
_ADDRESS = re.compile(r"[^\s<>\"(),:;@\\]{1,128}@[^\s<>\"(),:;@\\]{1,255}")
# `victim@a.example <writer@b.example>` and `Ana @ Kantor <…>` are one mailbox each; the library
# sees two, or none.
_NAMED_LIKE_ADDRESS = re.compile(
    r"(^|,)\s*([^\s<>\"(),:;@][^<>\"(),:;@]{0,200}@[^<>\"(),:;]{0,200}?)\s*(?=<)"
)
# Quotation marks that say nothing (RFC 5322 3.4.1): the local part needs none.
_QUOTED_IN_VAIN = re.compile(r"\"([\w!#$%&'*+/=?^`{|}~.-]{1,64})\"(?=@)", re.ASCII)
_PLACE = re.compile(r"=w(\d{1,5})=")
_ODD = (ValueError, LookupError, TypeError, AttributeError, OverflowError, RecursionError)


@dataclass(frozen=True, slots=True)
class Headers:
    """Fields in order, names in lower case, values unfolded but not decoded."""

    fields: tuple[tuple[str, str], ...] = ()

    def __iter__(self) -> Iterator[tuple[str, str]]:
        return iter(self.fields)

    def all(self, name: str) -> list[str]:
        return [value for field, value in self.fields if field == name]

    def get(self, name: str) -> str:
        """The first value, "" if there is none."""
        return next((value for field, value in self.fields if field == name), "")

    def text(self, name: str) -> str:
        """The first value with its encoded words decoded, on one line."""
        return words(self.get(name))

    def __contains__(self, name: object) -> bool:
        return any(field == name for field, _ in self.fields)


@dataclass(frozen=True, slots=True)
class Mailbox:
    """One address with its display name; `address` is in lower case."""

    name: str
    address: str

    @property
    def domain(self) -> str:
        return self.address.rpartition("@")[2]


def read(block: bytes) -> Headers:
    """The fields of a header block with LF line ends. Lines that are no field are left out."""
    fields: list[tuple[str, str]] = []
    for line in re.split(rb"\n(?![ \t])", block, maxsplit=MOST_FIELDS)[:MOST_FIELDS]:
        text = _characters(line[: LONGEST_VALUE * 2])
        match = _FIELD.match(text)
        if match:
            value = " ".join(filter(None, map(str.strip, match[2].split("\n"))))
            fields.append((match[1].lower(), value[:LONGEST_VALUE]))
    return Headers(tuple(fields))


def words(value: str) -> str:
    """Decode RFC 2047 words; CR, LF and other controls never come out of them."""
    joined = _joined(_BETWEEN_WORDS.sub(r"\1", value))
    return re.sub(r"\s+", " ", tidy(_WORD.sub(_word, joined))).strip()


def ids(value: str) -> list[str]:
    """Message ids with their angle brackets; phrases around them are left out (C1.2)."""
    return [f"<{found}>" for found in _ID.findall(value)]


def first_id(value: str) -> str | None:
    """A Message-ID field's id; one without brackets is given them."""
    found = ids(value)
    if found:
        return found[0]
    bare = value.strip()
    return f"<{bare}>" if re.fullmatch(r"[^\s<>]{1,990}", bare) else None


def mailboxes(values: Sequence[str]) -> list[Mailbox]:
    """Every usable address of some fields. Names are decoded only after the addresses are read."""
    found: list[Mailbox] = []
    for value in values:
        found += _parsed(value) or _scraped(value)
    return found


def date(value: str) -> datetime | None:
    """A Date field in UTC; None if it is none or lies outside 1990-2100."""
    try:
        moment = parsedate_to_datetime(value)
        moment = moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except _ODD:
        return None
    return moment if 1990 <= moment.year <= 2100 else None


def parameters(value: str) -> tuple[str, Mapping[str, str]]:
    """A field such as Content-Type: its value in lower case and its parameters (RFC 2231)."""
    message = Message()
    try:
        message["Content-Type"] = value[:8000]
        pairs = message.get_params([], unquote=True)
        named = {key.lower(): collapse_rfc2231_value(given) for key, given in pairs[1:]}
        return pairs[0][0].strip().lower() if pairs else "", named
    except _ODD:
        return value.partition(";")[0].strip().lower(), {}


def _characters(line: bytes) -> str:
    """NUL goes at once: ids, dates and diagnostics are stored as they are, and none may have it."""
    if b"\x1b$" in line and line.isascii():
        return tidy(line.decode("iso2022_jp_ext", "replace"))
    try:
        return tidy(line.decode("utf-8"))
    except UnicodeDecodeError:
        return tidy(line.decode("cp1252", "replace"))


def _joined(value: str) -> str:
    """Neighbouring words of one charset and encoding become one: characters may be split."""
    pattern = re.compile(
        r"=\?([^?\s]{1,60})\?(b)\?([^?=]*)={0,2}\?==\?\1\?\2\?([^?]*)\?=", re.IGNORECASE
    )
    for _ in range(100):
        match = pattern.search(value)
        # Base64 can only be glued where the first piece ends on a full group.
        if not match or len(match[3]) % 4:
            return value
        value = (
            f"{value[: match.start()]}=?{match[1]}?b?{match[3]}{match[4]}?={value[match.end() :]}"
        )
    return value


def _word(match: re.Match[str]) -> str:
    charset = match[1].partition("*")[0]
    if match[2].lower() == "q":
        # Characters that should have been encoded, and were not, are already read.
        return "".join(
            run if not run.isascii() else decode(_from_q(run), charset)
            for run in re.split(r"([^\x00-\x7f]+)", match[3])
        )
    return decode(from_base64(match[3].encode("utf-8", "replace")), charset)


def _from_q(run: str) -> bytes:
    return binascii.a2b_qp(run.encode().replace(b"_", b"=20"))


def from_base64(data: bytes) -> bytes:
    """Decode what can be decoded: junk is skipped, missing padding is no error."""
    pieces = []
    for run in re.sub(rb"[^A-Za-z0-9+/=]", b"", data).split(b"="):
        whole = run[: len(run) - 1] if len(run) % 4 == 1 else run
        pieces.append(base64.b64decode(whole + b"=" * (-len(whole) % 4)))
    return b"".join(pieces)


def _parsed(value: str) -> list[Mailbox]:
    """Encoded words stand aside meanwhile: their letters may be read as punctuation."""
    kept: list[str] = []

    def aside(match: re.Match[str]) -> str:
        kept.append(match[0])
        return f"=w{len(kept) - 1}="

    plain = _QUOTED_IN_VAIN.sub(r"\1", _WORD.sub(aside, value))
    plain = _NAMED_LIKE_ADDRESS.sub(r'\1"\2" ', plain)
    try:
        pairs = getaddresses([plain])
    except _ODD:
        return []
    found = ((_restored(kept, name), _restored(kept, address)) for name, address in pairs)
    return [
        Mailbox(name[:200], address.lower())
        for name, address in found
        if len(address) <= LONGEST_ADDRESS and _ADDRESS.fullmatch(address)
    ]


def _restored(kept: Sequence[str], text: str) -> str:
    return words(_PLACE.sub(lambda at: _back(kept, at), text)) if "=w" in text else words(text)


def _back(kept: Sequence[str], place: re.Match[str]) -> str:
    number = int(place[1])
    return kept[number] if number < len(kept) else ""


def _scraped(value: str) -> list[Mailbox]:
    """For fields the library gives up on: the last address in angle brackets, else the first."""
    in_brackets = re.findall(r"<\s*([^<>\s]{3,320})\s*>", value)
    candidates = [*reversed(in_brackets), *_ADDRESS.findall(words(value))[:1]]
    for candidate in candidates:
        if len(candidate) <= LONGEST_ADDRESS and _ADDRESS.fullmatch(candidate):
            return [Mailbox("", candidate.lower())]
    return []
