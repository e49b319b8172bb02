"""Fetching a file a customer sent: getFile, then the file itself."""

from dataclasses import replace

from channels.base import Attachment, Media
from channels.errors import Gone, Refused
from channels.fetching import Place, fetch, origin, within
from channels.telegram.client import Connection


async def download(connection: Connection, attachment: Attachment, *, most_bytes: int) -> Media:
    """Download by file id. Type and name are the message's: getFile does not keep them.

    Raises TooLarge, Gone, Misconfigured (token refused), RateLimited or Unreachable.
    """
    within(attachment.size, most_bytes)
    try:
        file = await connection.call(lambda bot: bot.get_file(attachment.reference))
    except Refused as error:
        raise Gone(str(error), code=error.code) from error
    within(file.file_size, most_bytes)
    if not file.file_path:
        raise Gone("Telegram gives no address for the file")
    # The library makes the path a URL, and would hold the whole file before its size is known.
    url = connection.file_url(file.file_path.removeprefix(connection.file_url("")))
    server = origin(connection.file_url(""))
    place = Place("Telegram", lambda asked: origin(asked) == server)
    media = await fetch(place, url, most_bytes=most_bytes)
    return replace(
        media,
        content_type=attachment.content_type or media.content_type,
        filename=attachment.filename,
    )
