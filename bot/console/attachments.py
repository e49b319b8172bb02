"""Files in a conversation, and mail as it was formatted: each only for who may read it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from fastapi import APIRouter, Response
from fastapi.responses import FileResponse, HTMLResponse

from bot.console.access import RecordId, SignedIn, Visit, readable
from bot.files import kinds, letters
from bot.files.fetching import store_of
from bot.site.request import PageError
from channels.abilities import Formatter
from channels.base import Formatted
from crm_store import attachments, audit, messages
from crm_store.models import Attachment, Message
from crm_store.models.kinds import FileState
from crm_store.session import Session

HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "sandbox; default-src 'none'; frame-ancestors 'none'",
    "Cross-Origin-Resource-Policy": "same-origin",
}
_REASONS = {
    "too_large": "too large",
    "type": "a type that is not kept",
    "harmful": "it may be a program",
    "empty": "there is nothing in it",
    "host": "it is not where this channel keeps its files",
    "gone": "no longer at the provider",
    "unreachable": "it could not be fetched",
}
_ICONS = {"image": "image", "audio": "sound", "video": "film"}
router = APIRouter(prefix="/console")


@dataclass(frozen=True, slots=True)
class Shown:
    """A file as the thread draws it; `words` say why there is nothing to open, if so."""

    id: int
    name: str
    state: str
    icon: str
    size: str
    words: str
    is_image: bool
    is_sound: bool


@router.get("/attachments/{attachment_id}")
def show_file(visit: SignedIn, attachment_id: RecordId) -> Response:
    """A picture or a sound to be shown, any other file to be saved; that is put on record."""
    with visit.app.db.reading() as session:
        file = attachments.get(session, attachment_id)
        _readable(session, visit, file.message_id if file else 0)
    path = store_of(visit.app).find(file.digest) if file and file.digest else None
    if file is None or file.state != FileState.STORED or path is None:
        raise _not_found("This file is not kept here.")
    inline = file.content_type in kinds.IMAGES | kinds.SOUNDS
    if not inline:
        with visit.app.db.transaction() as session:
            audit.add(session, visit.actor, "download", "attachment", file.id)
    return FileResponse(
        path,
        media_type=_served_type(file),
        filename=_name(file),
        content_disposition_type="inline" if inline else "attachment",
        headers=HEADERS,
    )


@router.get("/messages/{message_id}/formatted")
def show_formatted(visit: SignedIn, message_id: RecordId) -> Response:
    """A mail with its own formatting, for a sandboxed frame."""
    with visit.app.db.reading() as session:
        _readable(session, visit, message_id)
        message = messages.get(session, message_id)
        original = attachments.original(session, message_id)
    letter = _formatted(visit.app.channels.get(message.channel), original)
    if letter is None:
        raise _not_found("This message has no formatting of its own.")
    title = str(message.content.get("metadata", {}).get("subject", "")) or "Message"
    try:
        html = letters.page(letter, title=title, language=visit.app.settings.company.language)
    except letters.TooDeepError as error:
        raise PageError(422, "Cannot be shown", str(error), "/console") from None
    return HTMLResponse(html, headers={**HEADERS, "Content-Security-Policy": letters.POLICY})


def shown(session: Session, said: Sequence[Message]) -> Mapping[int, list[Shown]]:
    """The files of these messages by message id."""
    found = attachments.of_messages(session, said)
    return {message_id: [_shown(file) for file in files] for message_id, files in found.items()}


def _readable(session: Session, visit: Visit, message_id: int) -> None:
    """Raises PageError with 404 or 403 unless the visit may read the message's conversation."""
    conversation_id = attachments.conversation_of(session, message_id)
    if conversation_id is None:
        raise _not_found("There is nothing here.")
    readable(session, visit, conversation_id)


def _formatted(channel: object, original: bytes) -> Formatted | None:
    return channel.formatted(original) if isinstance(channel, Formatter) else None


def _not_found(text: str) -> PageError:
    return PageError(404, "Not found", text, "/console")


def _shown(file: Attachment) -> Shown:
    type_ = file.content_type or file.claimed_type or ""
    there = file.content_type if file.state == FileState.STORED else None
    size = file.size or file.claimed_size
    return Shown(
        id=file.id,
        name=_name(file),
        state=file.state.value,
        icon=_ICONS.get(type_.partition("/")[0], "doc"),
        size=size_text(size) if size else "",
        words=_words(file),
        is_image=there in kinds.IMAGES,
        is_sound=there in kinds.SOUNDS,
    )


def _words(file: Attachment) -> str:
    """Why there is nothing to open, if so."""
    if file.state == FileState.WAITING:
        return (
            "being fetched"
            if file.attempts <= 1
            else "could not be fetched yet, will be tried again"
        )
    reason = _REASONS.get(file.reason or "", file.reason or "")
    if file.state == FileState.REFUSED:
        return f"refused: {reason}"
    if file.state == FileState.FAILED:
        return f"not there: {reason}"
    return "deleted: files are not kept for ever" if file.state == FileState.REMOVED else ""


def _name(file: Attachment) -> str:
    return file.filename or f"file-{file.id}"


def _served_type(file: Attachment) -> str:
    """What a browser would read as a page is served as mere bytes, even to be saved."""
    type_ = file.content_type or kinds.UNKNOWN
    return kinds.UNKNOWN if type_ == kinds.MARKUP else type_


def size_text(size: int) -> str:
    """Bytes for people: 900 B, 12 KB, 3.4 MB."""
    if size < 1000:
        return f"{size} B"
    if size < 1_000_000:
        return f"{size / 1000:.0f} KB"
    return f"{size / 1_000_000:.1f} MB"
