"""What can be taken out of a stored mail: a file, or the HTML version with its pictures."""

from html import escape
from urllib.parse import quote

from channels.base import Attachment, Formatted, Media
from channels.email import body, mime
from channels.email.mime import Part
from channels.errors import Gone
from channels.fetching import within


def cut_out(raw: bytes, attachment: Attachment, most_bytes: int) -> Media:
    """An attachment's bytes. Raises TooLarge, or Gone if the mail has no such part."""
    part = _at(mime.parse(raw), attachment.reference) if raw else None
    if part is None:
        raise Gone("the mail has no such part")
    # Longer than what it holds, whatever its encoding: nothing large is decoded in vain.
    within(len(part.body) * 3 // 4 - 3, most_bytes)
    content = part.content()
    within(len(content), most_bytes)
    return Media(content, part.content_type, body.filename(part.named))


def formatted(raw: bytes) -> Formatted | None:
    """The HTML version; pictures by the Content-ID it shows them by (RFC 2392).

    Of a mail without one the text, quotations and signature too; None if there is none either.
    """
    mail = mime.parse(raw)
    content = body.read(mail)
    part = _at(mail, content.html or "")
    if part is None:
        return _as_typed(content.text)
    html = part.text()
    images = {key: part for part in mail.walk() if (key := _content_id(part)) and _is_image(part)}
    return Formatted(
        html,
        {
            key: Media(image.content(), image.content_type, body.filename(image.named))
            for key, image in images.items()
            if key in html or quote(key) in html
        },
    )


def _as_typed(text: str) -> Formatted | None:
    words = f'<div style="white-space: pre-wrap">{escape(text)}</div>'
    return Formatted(words) if text.strip() else None


def _at(mail: Part, place: str) -> Part | None:
    """The leaf at a place; None for a place that is none."""
    if not place.startswith(body.PLACE):
        return None
    part = mail.find(place.removeprefix(body.PLACE))
    return None if part is None or part.parts else part


def _is_image(part: Part) -> bool:
    return part.content_type.startswith("image/") and not part.parts


def _content_id(part: Part) -> str:
    return part.headers.get("content-id").strip().strip("<>").strip()
