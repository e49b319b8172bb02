"""Fetching what a customer sent (A6.8)."""

import httpx
import pytest
import respx

from channels.base import Attachment
from channels.errors import ForeignHost, Gone, MediaError, Misconfigured, TooLarge, Unreachable

pytestmark = pytest.mark.anyio

URL = "https://api.twilio.com/2010-04-01/Accounts/AC1/Messages/MM1/Media/ME1"
STORE = "https://mms.twiliocdn.com/AC1/photo?signature=x"
JPEG = {"content-type": "image/jpeg"}


@pytest.fixture
def web():
    with respx.mock(assert_all_called=False) as router:
        yield router


@pytest.fixture
def get(new_channel):
    """Download as the channel does, a thousand bytes at most."""
    channel = new_channel()

    def ask(url=URL):
        return channel.download(Attachment(url), most_bytes=1000)

    return ask


async def test_a6_8_a_file_is_fetched_with_our_credentials(web, get):
    route = web.get(URL).respond(200, headers=JPEG, content=b"photo")
    media = await get()
    assert (media.content, media.content_type) == (b"photo", "image/jpeg")
    assert route.calls[0].request.headers["authorization"].startswith("Basic ")


async def test_a6_8_the_storage_host_never_sees_them(web, get):
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
async def test_a6_8_nothing_is_fetched_from_elsewhere(web, get, url):
    with pytest.raises(ForeignHost):
        await get(url)
    assert not web.calls


@pytest.mark.parametrize(
    "where",
    ["https://evil.example/x", "http://mms.twiliocdn.com/x", "https://127.0.0.1/", "", "//"],
)
async def test_a6_8_a_redirect_elsewhere_is_not_followed(web, get, where):
    web.get(URL).respond(302, headers={"location": where})
    evil = web.route(host__regex="evil|127").respond(200, headers=JPEG)
    with pytest.raises(MediaError):
        await get()
    assert not evil.called


async def test_redirects_end(web, get):
    web.get(URL).respond(302, headers={"location": STORE})
    web.get(STORE).respond(302, headers={"location": STORE})
    with pytest.raises(MediaError, match="redirects"):
        await get()


@pytest.mark.parametrize("announced", [True, False])
async def test_a6_8_a_file_too_large_is_left(web, get, announced):
    async def parts():
        for _ in range(3):
            yield b"x" * 400

    content = b"x" * 1200 if announced else parts()
    web.get(URL).mock(return_value=httpx.Response(200, headers=JPEG, content=content))
    with pytest.raises(TooLarge, match="larger than 1000"):
        await get()


@pytest.mark.parametrize(
    ("status", "error"),
    [
        (401, Misconfigured),
        (404, Gone),
        (410, Gone),
        (500, Unreachable),
        (429, Unreachable),
    ],
)
async def test_an_answer_that_is_no_file_is_told_apart(web, get, status, error):
    web.get(URL).respond(status)
    with pytest.raises(error):
        await get()


@pytest.mark.parametrize(
    "error", [httpx.ConnectError, httpx.ReadTimeout, httpx.RemoteProtocolError]
)
async def test_a_broken_connection_may_be_tried_again(web, get, error):
    web.get(URL).mock(side_effect=error("no"))
    with pytest.raises(Unreachable):
        await get()


async def test_the_channel_fetches_with_its_own_limits(web, new_channel):
    web.get(URL).respond(200, headers=JPEG, content=b"x" * 11)
    with pytest.raises(TooLarge, match="larger than 10 bytes"):
        await new_channel(media_bytes=10).download(Attachment(URL))


async def test_the_server_that_plays_twilio_is_twilio_too(web, new_channel):
    channel = new_channel(api_url="http://127.0.0.1:4010")
    web.get("http://127.0.0.1:4010/Media/ME1").respond(200, headers=JPEG, content=b"photo")
    media = await channel.download(Attachment("http://127.0.0.1:4010/Media/ME1"))
    assert media.content == b"photo"
    with pytest.raises(ForeignHost):
        await channel.download(Attachment("http://127.0.0.1:4011/Media/ME1"))
