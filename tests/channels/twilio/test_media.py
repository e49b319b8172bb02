"""Fetching what a customer sent (CONTRACTS A6.8)."""

import httpx
import pytest
import respx

from channels.base import Attachment
from channels.errors import ChannelError, Misconfigured, Unreachable
from channels.twilio.media import MediaError, fetch

pytestmark = pytest.mark.anyio

URL = "https://api.twilio.com/2010-04-01/Accounts/AC1/Messages/MM1/Media/ME1"
STORE = "https://mms.twiliocdn.com/AC1/photo?signature=x"
WHO = ("AC1", "word")
JPEG = {"content-type": "image/jpeg"}


@pytest.fixture
def web():
    with respx.mock(assert_all_called=False) as router:
        yield router


def get(url=URL, **keys):
    return fetch(url, WHO, **({"most_bytes": 1000} | keys))


async def test_a6_8_a_file_is_fetched_with_our_credentials(web):
    route = web.get(URL).respond(200, headers=JPEG, content=b"photo")
    media = await get()
    assert (media.content, media.content_type) == (b"photo", "image/jpeg")
    assert route.calls[0].request.headers["authorization"].startswith("Basic ")


async def test_a6_8_the_storage_host_never_sees_them(web):
    web.get(URL).respond(307, headers={"location": STORE})
    store = web.get(STORE).respond(200, headers=JPEG, content=b"photo")
    assert (await get()).content == b"photo"
    assert "authorization" not in store.calls[0].request.headers


@pytest.mark.parametrize(
    "url",
    [
        "https://evil.example/x",
        "http://api.twilio.com/x",
        "https://api.twilio.com.evil.example/x",
        "https://api.twilio.com:8443/x",
        "https://api.twilio.com@evil.example/x",
        "https://169.254.169.254/latest",
        "file:///etc/passwd",
        "https://[",
        "https://x:port/",
        "",
    ],
)
async def test_a6_8_nothing_is_fetched_from_elsewhere(web, url):
    with pytest.raises(ChannelError):
        await get(url)
    assert not web.calls


@pytest.mark.parametrize(
    "where",
    ["https://evil.example/x", "http://mms.twiliocdn.com/x", "https://127.0.0.1/", "", "//"],
)
async def test_a6_8_a_redirect_elsewhere_is_not_followed(web, where):
    web.get(URL).respond(302, headers={"location": where})
    evil = web.route(host__regex="evil|127").respond(200, headers=JPEG)
    with pytest.raises(ChannelError):
        await get()
    assert not evil.called


async def test_redirects_end(web):
    web.get(URL).respond(302, headers={"location": STORE})
    web.get(STORE).respond(302, headers={"location": STORE})
    with pytest.raises(MediaError, match="redirects"):
        await get()


@pytest.mark.parametrize("announced", [True, False])
async def test_a6_8_a_file_too_large_is_left(web, announced):
    async def parts():
        for _ in range(3):
            yield b"x" * 400

    content = b"x" * 1200 if announced else parts()
    web.get(URL).mock(return_value=httpx.Response(200, headers=JPEG, content=content))
    with pytest.raises(MediaError, match="larger than 1000"):
        await get()


@pytest.mark.parametrize("kind", ["", "multipart/mixed", "x-world/x-3dmf"])
async def test_a6_8_types_we_do_not_take_are_left(web, kind):
    web.get(URL).respond(200, headers={"content-type": kind}, content=b"x")
    with pytest.raises(MediaError, match="not taken"):
        await get()


@pytest.mark.parametrize(
    ("status", "error"),
    [
        (401, Misconfigured),
        (404, MediaError),
        (410, MediaError),
        (500, Unreachable),
        (429, Unreachable),
    ],
)
async def test_an_answer_that_is_no_file_is_told_apart(web, status, error):
    web.get(URL).respond(status)
    with pytest.raises(error):
        await get()


@pytest.mark.parametrize(
    "error", [httpx.ConnectError, httpx.ReadTimeout, httpx.RemoteProtocolError]
)
async def test_a_broken_connection_may_be_tried_again(web, error):
    web.get(URL).mock(side_effect=error("no"))
    with pytest.raises(Unreachable):
        await get()


async def test_the_channel_fetches_with_its_own_limits(web, new_channel):
    web.get(URL).respond(200, headers=JPEG, content=b"x" * 11)
    with pytest.raises(MediaError, match="larger than 10 bytes"):
        await new_channel(media_bytes=10).download(Attachment(URL))
