"""The tree of a mail's parts, from any bytes, without raising and within limits.

The standard library's parser is not used for the tree: nested multiparts cost it a generator
and a boundary test per line and level, so a small mail keeps it busy for minutes (C5.1).
"""

import binascii
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from channels.email import headers
from channels.email.charsets import decode
from channels.email.headers import Headers

DEEPEST = 10
MOST_PARTS = 1000
# A boundary that the header does not name, or names wrongly: the line before a part's fields.
_DELIMITER_SNIFF = re.compile(
    rb"^--(\S[^\n]{0,199}?)[ \t]*\n(?=content-[a-z-]{1,40}[ \t]*:)", re.MULTILINE | re.IGNORECASE
)
_LOOSE_SNIFF = re.compile(rb"^--([^\s-][^\n]{0,199}?)[ \t]*$", re.MULTILINE)
_FIELD_LINE = re.compile(rb"[!-9;-~]{1,200}[ \t]*:")
_KNOWN_FIELD = re.compile(
    rb"(?:from|to|date|subject|message-id|in-reply-to|references|mime-version|content-type"
    rb"|content-transfer-encoding)[ \t]*:",
    re.IGNORECASE,
)
_BLANK_LINES = re.compile(rb"\A(?:[ \t]*\n)+")


@dataclass(frozen=True, slots=True)
class Part:
    """One node. `path` is "1", "1.2", …; the mail itself is "". `body` is not yet decoded."""

    path: str
    headers: Headers
    body: bytes
    content_type: str
    params: Mapping[str, str]
    disposition: str
    named: str
    """The file name as given, unsafe; "" if there is none."""
    parts: tuple["Part", ...] = ()

    def content(self) -> bytes:
        """The body with its transfer encoding undone."""
        encoding = self.headers.get("content-transfer-encoding").lower().partition(";")[0].strip()
        if encoding == "base64":
            return self.body if _not_base64(self.body) else headers.from_base64(self.body)
        if encoding == "quoted-printable":
            return binascii.a2b_qp(self.body)
        return self.body

    def text(self) -> str:
        """The content as text in the charset it claims, or one that fits."""
        return decode(self.content(), self.params.get("charset"))

    def walk(self) -> Iterator["Part"]:
        """This part and all below it, in the mail's order."""
        yield self
        for part in self.parts:
            yield from part.walk()

    def find(self, path: str) -> "Part | None":
        return next((part for part in self.walk() if part.path == path), None)


class _Budget:
    """How many more parts may be made of one mail."""

    def __init__(self) -> None:
        self.left = MOST_PARTS


def parse(raw: bytes) -> Part:
    """The mail as a tree. Anything at all gives one, if only a text part without headers."""
    unified = raw.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    return _part(_BLANK_LINES.sub(b"", unified, count=1), "", "text/plain", _Budget())


def _part(data: bytes, path: str, default: str, budget: _Budget) -> Part:
    budget.left -= 1
    block, body = _cut(data)
    fields = headers.read(block)
    content_type, params = headers.parameters(fields.get("content-type"))
    if not re.fullmatch(r"[!-.0-~]+/[!-.0-~]+", content_type):
        content_type = default
    disposition, more = headers.parameters(fields.get("content-disposition"))
    parts: tuple[Part, ...] = ()
    if content_type.startswith("multipart/"):
        parts = _parts(body, path, params.get("boundary", ""), content_type, budget)
        content_type, body = (content_type, b"") if parts else ("text/plain", body)
    named = more.get("filename") or params.get("name", "")
    return Part(path, fields, body, content_type, params, disposition, named, parts)


def _cut(data: bytes) -> tuple[bytes, bytes]:
    """Header block and body. A line that cannot be a header field begins the body."""
    if data.startswith((b"From ", b">From ")):
        data = data.partition(b"\n")[2]
    at = 0
    while at < len(data):
        end = data.find(b"\n", at)
        end = len(data) if end < 0 else end
        line = data[at:end]
        # A line of spaces alone may be a folded field's, and not the end of the header.
        if not line.strip() and (not line or not _goes_on(data, end + 1)):
            return data[:at], data[at:].partition(b"\n")[2]
        if not _is_field(line) and (at == 0 or not _goes_on(data, end + 1)):
            return data[:at], data[at:]
        at = end + 1
    return data, b""


def _is_field(line: bytes) -> bool:
    return line.startswith((b" ", b"\t")) or bool(_FIELD_LINE.match(line))


def _goes_on(data: bytes, at: int) -> bool:
    """Whether a known field follows at once: then a line was only broken without being folded."""
    for _ in range(3):
        end = data.find(b"\n", at)
        line = data[at : len(data) if end < 0 else end]
        if not line.strip() or end < 0:
            return False
        if _KNOWN_FIELD.match(line):
            return True
        at = end + 1
    return False


def _parts(
    body: bytes, path: str, boundary: str, content_type: str, budget: _Budget
) -> tuple[Part, ...]:
    if path.count(".") >= DEEPEST:
        return ()
    default = "message/rfc822" if content_type == "multipart/digest" else "text/plain"
    found: list[Part] = []
    for start, end in _spans(body, boundary.rstrip()):
        if budget.left <= 0:
            break
        below = f"{path}.{len(found) + 1}" if path else str(len(found) + 1)
        found.append(_part(body[start:end], below, default, budget))
    return tuple(found)


def _spans(body: bytes, boundary: str) -> list[tuple[int, int]]:
    """Where the children lie; a missing boundary is guessed, a missing end is the end."""
    mark = boundary.encode("utf-8", "replace")
    if not mark or b"--" + mark not in body:
        guess = _DELIMITER_SNIFF.search(body) or _LOOSE_SNIFF.search(body)
        if not guess:
            return []
        mark = guess[1]
    line = re.compile(rb"^--" + re.escape(mark) + rb"(--)?[ \t]*(?:\n|\Z)", re.MULTILINE)
    spans: list[tuple[int, int]] = []
    start: int | None = None
    for match in line.finditer(body):
        if start is not None:
            spans.append((start, max(start, match.start() - 1)))
        start = None if match[1] else match.end()
        if match[1] or len(spans) >= MOST_PARTS:
            break
    if start is not None:
        spans.append((start, len(body)))
    return spans


def _not_base64(body: bytes) -> bool:
    """Text that only claims to be base64: most of its lines hold other characters."""
    lines = [line.strip() for line in body[:20_000].splitlines() if line.strip()][:200]
    odd = sum(1 for line in lines if not re.fullmatch(rb"[A-Za-z0-9+/=]+", line))
    return bool(lines) and odd * 2 > len(lines)
