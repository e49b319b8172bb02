"""Fetching a file a customer sent: getFile, then the file itself, within limits."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from channels.base import Attachment
from channels.errors import ChannelError, Refused, Unreachable
from channels.telegram.client import Connection

if TYPE_CHECKING:
    import httpx

SECONDS = 30.0


@dataclass(frozen=True, slots=True)
class Media:
    """A downloaded file."""

    content: bytes
    content_type: str
    filename: str | None = None


class MediaError(ChannelError):
    """The file is too large, or Telegram no longer has it."""


async def fetch(connection: Connection, attachment: Attachment, *, most_bytes: int) -> Media:
    """Download by file id. Type and name are the message's: getFile does not keep them.

    Raises MediaError, Misconfigured (token refused), RateLimited or Unreachable (try again).
    """
    _within(attachment.size, most_bytes)
    try:
        file = await connection.call(lambda bot: bot.get_file(attachment.reference))
    except Refused as error:
        raise MediaError(str(error), code=error.code) from error
    _within(file.file_size, most_bytes)
    if not file.file_path:
        raise MediaError("Telegram gives no address for the file")
    # The library makes the path a URL, and would hold the whole file before its size is known.
    path = file.file_path.removeprefix(connection.file_url(""))
    content = await _download(connection.file_url(path), most_bytes)
    type_ = attachment.content_type or "application/octet-stream"
    return Media(content, type_, attachment.filename)


async def _download(url: str, most_bytes: int) -> bytes:
    import httpx

    try:
        async with (
            httpx.AsyncClient(timeout=SECONDS, follow_redirects=False) as client,
            client.stream("GET", url) as answer,
        ):
            return await _read(answer, most_bytes)
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        # Not chained: the URL has the token in it.
        raise Unreachable(f"the file cannot be fetched: {type(error).__name__}") from None


async def _read(answer: "httpx.Response", most_bytes: int) -> bytes:
    if answer.status_code in (400, 404, 410):
        raise MediaError("the file is no longer at Telegram")
    if not answer.is_success:
        raise Unreachable(f"Telegram answered {answer.status_code} for a file")
    content = bytearray()
    async for chunk in answer.aiter_bytes():
        content += chunk
        _within(len(content), most_bytes)
    return bytes(content)


def _within(size: int | None, most_bytes: int) -> None:
    if (size or 0) > most_bytes:
        raise MediaError(f"the file is larger than {most_bytes} bytes")
