"""Fetching a file a customer sent: only from Twilio, within limits, credentials kept at home."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urljoin, urlsplit

from channels.errors import ChannelError, MalformedRequest, Misconfigured, Unreachable

if TYPE_CHECKING:
    import httpx

HOST = "api.twilio.com"
_REDIRECTED_TO = (".twilio.com", ".twiliocdn.com", ".amazonaws.com")
_TYPES = ("image/", "audio/", "video/", "text/", "application/")
_MOST_REDIRECTS = 3


@dataclass(frozen=True, slots=True)
class Media:
    """A downloaded file."""

    content: bytes
    content_type: str


class MediaError(ChannelError):
    """The file is too large, of a type we do not take, or at a host we do not fetch from."""


async def fetch(
    url: str, credentials: tuple[str, str], *, most_bytes: int, timeout: float = 30.0
) -> Media:
    """Download `MediaUrl<n>` of a webhook.

    Raises MediaError, Misconfigured (credentials refused), or Unreachable (try again later).
    """
    # Loaded at first use: start-up stays light.
    import httpx

    if not _is_twilio(url):
        raise MediaError("media is fetched only from https://api.twilio.com")
    async with httpx.AsyncClient(timeout=timeout, follow_redirects=False) as client:
        try:
            return await _follow(client, url, credentials, most_bytes)
        except httpx.HTTPError as error:
            raise Unreachable(f"media cannot be fetched: {type(error).__name__}") from error
        except (httpx.InvalidURL, ValueError) as error:
            raise MediaError("the media URL is not one") from error


async def _follow(
    client: "httpx.AsyncClient", url: str, credentials: tuple[str, str], most_bytes: int
) -> Media:
    for _ in range(_MOST_REDIRECTS + 1):
        # Only the first host may see the credentials; storage hosts have them in the URL.
        auth = credentials if _is_twilio(url) else None
        async with client.stream("GET", url, auth=auth) as answer:
            if not answer.is_redirect:
                _must_be_well(answer)
                return await _read(answer, most_bytes)
            url = urljoin(url, answer.headers.get("location", ""))
            if not _is_storage(url):
                raise MediaError("Twilio redirected to a host we do not fetch from")
    raise MediaError("too many redirects")


async def _read(answer: "httpx.Response", most_bytes: int) -> Media:
    content_type = _type_of(answer.headers)
    if int(answer.headers.get("content-length") or 0) > most_bytes:
        raise MediaError(f"the file is larger than {most_bytes} bytes")
    content = bytearray()
    async for chunk in answer.aiter_bytes():
        content += chunk
        if len(content) > most_bytes:
            raise MediaError(f"the file is larger than {most_bytes} bytes")
    return Media(bytes(content), content_type)


def _must_be_well(answer: "httpx.Response") -> None:
    if answer.status_code in (401, 403):
        raise Misconfigured("Twilio refused the credentials for media", code="20003")
    if answer.status_code in (404, 410):
        raise MediaError("the file is no longer at Twilio")
    if not answer.is_success:
        raise Unreachable(f"Twilio answered {answer.status_code} for a media file")


def _type_of(headers: Mapping[str, str]) -> str:
    content_type = headers.get("content-type", "").partition(";")[0].strip().lower()
    if not content_type.startswith(_TYPES):
        raise MediaError(f"files of type {content_type[:80]!r} are not taken")
    return content_type


def _is_twilio(url: str) -> bool:
    return _https_host(url) == HOST


def _is_storage(url: str) -> bool:
    return _https_host(url).endswith(_REDIRECTED_TO)


def _https_host(url: str) -> str:
    try:
        parts = urlsplit(url)
        plain = parts.scheme == "https" and parts.port in (None, 443)
    except ValueError as error:
        raise MalformedRequest("the media URL is not one") from error
    return (parts.hostname or "") if plain else ""
