"""What a mail says and what it carries: one body as text, the other parts by reference (C5.3)."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from channels import filenames
from channels.base import Attachment
from channels.email import headers, html_text
from channels.email.flowed import unflow
from channels.email.mime import Part

MOST_ATTACHMENTS = 100
PLACE = "part:"
_LONGEST_PLACEHOLDERS = 10_000
# A file inside the text, as Outlook of old sent them; it stays in the raw mail. Nothing is tried
# twice: two ways to read a line would be 2^n ways to read n of them, where no end follows.
_UUENCODED = re.compile(
    r"^begin [0-7]{3,4} ([^\n]{1,200})\n"
    r"(?:M[ -`]{20,61}+[^\n]?+\n)++(?:[ -`]{0,61}\n){0,4}end[ \t]*$",
    re.MULTILINE,
)
# What mail programs write in a plain text where the HTML version shows a picture.
_PLACEHOLDERS = re.compile(
    r"(?:\s|\ufffc|\[(?:image|cid|inline image|gambar)\b[^\[\]]{0,300}\]"
    r"|<image\d+\.[a-z]{3,4}>|<IMG_\d+\.[a-z]{3,4}>)+",
    re.IGNORECASE,
)
_SIGNATURES = frozenset(
    (
        "application/pgp-signature",
        "application/pkcs7-signature",
        "application/x-pkcs7-signature",
    )
)


@dataclass(frozen=True, slots=True)
class Body:
    """`text` as read, with its quotations; `html` is the place of the HTML version, if any."""

    text: str
    attachments: tuple[Attachment, ...] = ()
    html: str | None = None


def read(mail: Part) -> Body:
    """The body and the attachments. A place is `part:<path>` within the raw mail."""
    chosen = list(_chosen(mail))
    text = "\n\n".join(filter(None, (_text(part).strip("\n") for part in chosen)))
    leaves = list(_leaves(mail))
    html = next((_place(part) for part in leaves if _is_body(part, "text/html")), None)
    files = [part for part in leaves if part not in chosen and _is_file(part)]
    return Body(text, tuple(_attachment(part) for part in files[:MOST_ATTACHMENTS]), html)


def filename(given: str) -> str | None:
    """A name that is safe to show and to store; encoded words are decoded first."""
    return filenames.safe(headers.words(given))


def only_shows(text: str) -> bool:
    """Whether a text says nothing but where a picture stood."""
    return len(text) <= _LONGEST_PLACEHOLDERS and bool(_PLACEHOLDERS.fullmatch(text))


def _chosen(part: Part) -> Iterator[Part]:
    """The parts whose text is the body: one alternative, and the text parts of a mixture."""
    if part.content_type == "multipart/alternative":
        yield from _alternative(part.parts)
    elif part.content_type == "multipart/related":
        yield from _chosen(part.parts[0]) if part.parts else ()
    elif part.parts:
        yield from _mixture(part.parts)
    elif _is_body(part, "text/plain") or _is_body(part, "text/html"):
        yield part


def _alternative(parts: Sequence[Part]) -> list[Part]:
    """Plain text first; HTML if the plain one is empty."""
    versions = [list(_chosen(part)) for part in parts]
    versions.sort(key=lambda version: any(one.content_type == "text/html" for one in version))
    written = [version for version in versions if any(one.text().strip() for one in version)]
    return written[0] if written else []


def _mixture(parts: Sequence[Part]) -> list[Part]:
    """Apple Mail cuts its text around pictures: further plain parts belong to the body too."""
    first: list[Part] = []
    for part in parts:
        if not first:
            first = list(_chosen(part))
        elif _is_body(part, "text/plain") and first[-1].content_type == "text/plain":
            first.append(part)
    return first


def _is_body(part: Part, content_type: str) -> bool:
    return part.content_type == content_type and part.disposition != "attachment" and not part.named


def _text(part: Part) -> str:
    if part.content_type == "text/html":
        return html_text.text_of(part.text())
    if part.params.get("format", "").lower() == "flowed":
        return unflow(part.text(), delsp=part.params.get("delsp", "").lower() == "yes")
    return _UUENCODED.sub(r"[\1]", part.text())


def _leaves(mail: Part) -> Iterator[Part]:
    return (part for part in mail.walk() if not part.parts)


def _is_file(part: Part) -> bool:
    """Everything else that is no other version of the body and no signature of the mail."""
    if part.content_type in _SIGNATURES or part.content_type.startswith("multipart/"):
        return False
    return not (_is_body(part, "text/plain") or _is_body(part, "text/html"))


def _attachment(part: Part) -> Attachment:
    return Attachment(
        reference=_place(part),
        content_type=part.content_type[:100],
        filename=filename(part.named),
        size=_size(part),
    )


def _place(part: Part) -> str:
    return f"{PLACE}{part.path}"


def _size(part: Part) -> int:
    """Bytes once decoded, near enough without decoding megabytes."""
    if part.headers.get("content-transfer-encoding").lower().startswith("base64"):
        return len(part.body) * 3 // 4
    return len(part.body)
