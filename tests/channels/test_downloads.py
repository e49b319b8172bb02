"""What every channel promises of a customer's file: had within limits, or which kind of no."""

import gzip
import tracemalloc
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import httpx
import pytest
import respx

from channels.abilities import Downloader
from channels.base import Attachment, Channel, Media
from channels.errors import (
    ForeignHost,
    Gone,
    MediaError,
    Misconfigured,
    TooLarge,
    Unreachable,
)
from channels.registry import CHANNEL_TYPES

pytestmark = pytest.mark.anyio
CONTENT = b"photo" * 20
TOKEN = "700000001:" + "A" * 35
TELEGRAM = "https://api.telegram.org"
MAIL = b"Content-Type: image/jpeg\r\nContent-Transfer-Encoding: 8bit\r\n\r\n"
FOREIGN = "https://evil.example/photo"


@dataclass(frozen=True)
class Kept:
    """Where a type of channel has a file: how to ask for it, and what answers over HTTP."""

    attachment: Attachment
    at: str = ""
    """The file's URL, "" if it is not fetched over HTTP."""
    checks_hosts: bool = False
    original: Callable[[bytes], bytes] = lambda content: b""


KEPT = {
    "email": Kept(Attachment("part:"), original=lambda content: MAIL + content),
    "http": Kept(Attachment("https://gateway.example/1"), "https://gateway.example/1", True),
    "memory": Kept(Attachment("photo")),
    "telegram": Kept(Attachment("AgAC-1"), f"{TELEGRAM}/file/bot{TOKEN}/photos/1.jpg"),
    "twilio": Kept(
        Attachment("https://api.twilio.com/Media/ME1"), "https://api.twilio.com/Media/ME1", True
    ),
}
FETCHED = [name for name, kept in KEPT.items() if kept.at]


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
def web():
    with respx.mock(assert_all_called=False) as router:
        found = {"file_id": "AgAC-1", "file_unique_id": "u1", "file_path": "photos/1.jpg"}
        ok = {"ok": True, "result": found}
        router.post(f"{TELEGRAM}/bot{TOKEN}/getFile").respond(200, json=ok)
        yield router


def hold(web: Any, type_: str, channel: Channel, answer: httpx.Response) -> bytes:
    """The provider answers like this; gives the message the file came with."""
    kept = KEPT[type_]
    if kept.at:
        web.get(kept.at).mock(return_value=answer)
    elif type_ == "memory" and answer.status_code == 200:
        channel.files["photo"] = Media(answer.content)  # type: ignore[attr-defined]
    return kept.original(answer.content) if answer.status_code == 200 else b""


def test_every_channel_that_takes_files_is_asked_here():
    assert set(KEPT) == set(CHANNEL_TYPES) - {"web"}


@pytest.mark.parametrize("type_", KEPT)
async def test_a_file_is_had_as_it_is(type_, build_sample, web):
    channel = build_sample(type_)
    original = hold(web, type_, channel, httpx.Response(200, content=CONTENT))
    assert isinstance(channel, Downloader)
    media = await channel.download(KEPT[type_].attachment, original=original)
    assert media.content == CONTENT


@pytest.mark.parametrize("type_", KEPT)
async def test_a_file_beyond_the_limit_is_too_large(type_, build_sample, web):
    channel = build_sample(type_)
    original = hold(web, type_, channel, httpx.Response(200, content=CONTENT))
    with pytest.raises(TooLarge):
        await channel.download(KEPT[type_].attachment, original=original, most_bytes=99)
    media = await channel.download(KEPT[type_].attachment, original=original, most_bytes=100)
    assert media.content == CONTENT


@pytest.mark.parametrize("type_", KEPT)
async def test_a_file_that_is_not_there_is_gone(type_, build_sample, web):
    channel = build_sample(type_)
    original = hold(web, type_, channel, httpx.Response(404))
    with pytest.raises(Gone):
        await channel.download(KEPT[type_].attachment, original=original)


@pytest.mark.parametrize("type_", FETCHED)
async def test_a_file_without_end_is_left_at_the_limit(type_, build_sample, web):
    taken = 0

    async def endless():
        nonlocal taken
        while True:
            taken += 1000
            yield b"x" * 1000

    channel = build_sample(type_)
    web.get(KEPT[type_].at).mock(return_value=httpx.Response(200, stream=Endless(endless())))
    with pytest.raises(TooLarge):
        await channel.download(KEPT[type_].attachment, most_bytes=5000)
    assert taken < 100_000


@pytest.mark.parametrize("packing", ["gzip", "deflate"])
@pytest.mark.parametrize("type_", FETCHED)
async def test_a_file_compressed_unasked_is_had_all_the_same(type_, packing, build_sample, web):
    body = gzip.compress(CONTENT) if packing == "gzip" else zlib.compress(CONTENT)
    web.get(KEPT[type_].at).mock(return_value=packed(body, packing))
    media = await build_sample(type_).download(KEPT[type_].attachment)
    assert media.content == CONTENT


@pytest.mark.parametrize("type_", FETCHED)
async def test_a_small_file_that_unpacks_to_a_huge_one_is_never_unpacked_whole(
    type_, build_sample, web
):
    web.get(KEPT[type_].at).mock(return_value=packed(gzip.compress(b"\0" * 50_000_000), "gzip"))
    channel, asked = build_sample(type_), KEPT[type_].attachment
    tracemalloc.start()
    try:
        with pytest.raises(TooLarge):
            await channel.download(asked, most_bytes=5000)
        assert tracemalloc.get_traced_memory()[1] < 10_000_000
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("packing", ["gzip, gzip", "br", "zstd", "gzip"])
@pytest.mark.parametrize("type_", FETCHED)
async def test_other_compression_than_that_is_refused(type_, packing, build_sample, web):
    web.get(KEPT[type_].at).mock(return_value=packed(b"\x1f\x8bno", packing))
    with pytest.raises(MediaError):
        await build_sample(type_).download(KEPT[type_].attachment)


def packed(body: bytes, packing: str) -> httpx.Response:
    """An answer as it comes over the wire: not yet unpacked."""

    async def pieces():
        yield body

    return httpx.Response(200, headers={"content-encoding": packing}, stream=Endless(pieces()))


@pytest.mark.parametrize("type_", FETCHED)
@pytest.mark.parametrize(("status", "kind"), [(500, Unreachable), (503, Unreachable),
                                              (401, Misconfigured), (410, Gone)])  # fmt: skip
async def test_whether_to_try_again_is_told_apart(type_, status, kind, build_sample, web):
    channel = build_sample(type_)
    hold(web, type_, channel, httpx.Response(status))
    with pytest.raises(kind):
        await channel.download(KEPT[type_].attachment)


@pytest.mark.parametrize("type_", FETCHED)
@pytest.mark.parametrize("error", [httpx.ConnectError, httpx.ReadTimeout, httpx.ReadError])
async def test_a_broken_connection_may_be_tried_again(type_, error, build_sample, web):
    channel = build_sample(type_)
    web.get(KEPT[type_].at).mock(side_effect=error("no"))
    with pytest.raises(Unreachable) as told:
        await channel.download(KEPT[type_].attachment)
    assert TOKEN not in str(told.value)
    assert told.value.__cause__ is None


@pytest.mark.parametrize("type_", [name for name in FETCHED if KEPT[name].checks_hosts])
async def test_nothing_is_fetched_from_a_foreign_host(type_, build_sample, web):
    evil = web.get(FOREIGN).respond(200, content=CONTENT)
    channel = build_sample(type_)
    with pytest.raises(ForeignHost):
        await channel.download(Attachment(FOREIGN))
    assert not evil.called


@pytest.mark.parametrize("type_", FETCHED)
async def test_a_redirect_leads_to_no_foreign_host(type_, build_sample, web):
    evil = web.get(FOREIGN).respond(200, content=CONTENT)
    channel = build_sample(type_)
    hold(web, type_, channel, httpx.Response(302, headers={"location": FOREIGN}))
    with pytest.raises(ForeignHost):
        await channel.download(KEPT[type_].attachment)
    assert not evil.called


class Endless(httpx.AsyncByteStream):
    """A body that comes piece by piece."""

    def __init__(self, pieces: Any) -> None:
        self._pieces = pieces

    def __aiter__(self) -> Any:
        return self._pieces
