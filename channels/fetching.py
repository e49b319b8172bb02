"""Fetching a file over HTTP: from known hosts only, no more bytes than asked, no secrets told."""

import logging
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING
from urllib.parse import urljoin

from channels.base import Media
from channels.errors import ForeignHost, Gone, MediaError, Misconfigured, TooLarge, Unreachable

if TYPE_CHECKING:
    import ssl

    import httpx

SECONDS = 30.0
MOST_REDIRECTS = 3
_PORTS = {"http": 80, "https": 443}
_GONE = (400, 404, 410)
_UNPACKED, _EITHER = ("gzip", "x-gzip", "deflate"), zlib.MAX_WBITS | 32  # either header
_OURS = (401, 403)


def nowhere(url: str) -> bool:
    """No address at all."""
    return False


@dataclass(frozen=True, slots=True)
class Place:
    """Where a provider keeps files.

    `holds` says whether a URL is the provider's own: only these see `auth` (user, password) and
    `headers`. `lends` says where else it may redirect to, such as its storage.
    """

    provider: str
    holds: Callable[[str], bool]
    lends: Callable[[str], bool] = nowhere
    auth: tuple[str, str] | None = None
    headers: Mapping[str, str] = field(default_factory=dict)


async def fetch(place: Place, url: str, *, most_bytes: int) -> Media:
    """Download a file.

    Raises TooLarge, ForeignHost, Gone, MediaError (redirects without end, odd compression),
    Misconfigured (credentials refused) or Unreachable (try again later).
    """
    # Loaded at first use: start-up stays light.
    import httpx

    # It logs each URL, and a URL may be as good as a key.
    logging.getLogger("httpx").setLevel(logging.WARNING)
    if not place.holds(url):
        raise ForeignHost
    async with httpx.AsyncClient(timeout=SECONDS, verify=_authorities()) as client:
        try:
            return await _follow(client, place, url, most_bytes)
        except (httpx.HTTPError, httpx.InvalidURL, ValueError) as error:
            # Not chained: the URL may have a token in it.
            said = f"a file at {place.provider} cannot be fetched: {type(error).__name__}"
            raise Unreachable(said) from None


@cache
def _authorities() -> "ssl.SSLContext":
    """Read once: that takes longer than most downloads."""
    import httpx

    return httpx.create_ssl_context()


async def _follow(client: "httpx.AsyncClient", place: Place, url: str, most_bytes: int) -> Media:
    for _ in range(MOST_REDIRECTS + 1):
        own = place.holds(url)
        auth, headers = (place.auth, place.headers) if own else (None, {})
        # A compressed answer could be a small one of many gigabytes.
        asked = {**headers, "accept-encoding": "identity"}
        async with client.stream("GET", url, auth=auth, headers=asked) as answer:
            if not answer.is_redirect:
                _must_be_well(answer, place.provider)
                return Media(await _read(answer, most_bytes), _type_of(answer))
            url = urljoin(url, answer.headers.get("location", ""))
            if not (place.holds(url) or place.lends(url)):
                raise ForeignHost(f"{place.provider} redirected to a host we do not fetch from")
    raise MediaError("too many redirects")


def within(size: int | None, most_bytes: int) -> None:
    """Raises TooLarge for a size, if one is known, that is larger than allowed."""
    if (size or 0) > most_bytes:
        raise TooLarge(f"the file is larger than {most_bytes} bytes")


def origin(url: str) -> str:
    """Scheme, host and port of a URL, "" if it is none; read by what makes the request."""
    import httpx

    try:
        read = httpx.URL(url)
    except (httpx.InvalidURL, ValueError):
        return ""
    return f"{read.scheme}://{read.host}:{read.port or _PORTS.get(read.scheme, 0)}"


async def _read(answer: "httpx.Response", most_bytes: int) -> bytes:
    announced = answer.headers.get("content-length", "")
    within(int(announced) if announced.isdecimal() else None, most_bytes)
    unpack, content = _unpacker(answer), bytearray()
    try:
        async for chunk in answer.aiter_raw():
            content += unpack(chunk, most_bytes + 1 - len(content))
            within(len(content), most_bytes)
    except zlib.error as error:
        raise MediaError("the file is not compressed as it says") from error
    return bytes(content)


def _unpacker(answer: "httpx.Response") -> Callable[[bytes, int], bytes]:
    """What unpacks a piece into so many bytes at most, for who compresses unasked.

    The library's own decoders unpack a piece whole, which may be a thousand times its size, and as
    often as the answer says that it was packed.
    """
    packed = answer.headers.get("content-encoding", "").strip().lower()
    if packed in ("", "identity"):
        return lambda piece, room: piece
    if packed not in _UNPACKED:
        raise MediaError("the file is compressed in a way that was not asked for")
    return zlib.decompressobj(_EITHER).decompress


def _must_be_well(answer: "httpx.Response", provider: str) -> None:
    status = answer.status_code
    if status in _OURS:
        raise Misconfigured(f"{provider} refused our credentials for a file", code=str(status))
    if status in _GONE:
        raise Gone(f"the file is no longer at {provider}", code=str(status))
    if not answer.is_success:
        raise Unreachable(f"{provider} answered {status} for a file", code=str(status))


def _type_of(answer: "httpx.Response") -> str | None:
    return answer.headers.get("content-type", "").partition(";")[0].strip().lower() or None
