"""A customer's file is fetched from the other side, or from where it says its files are."""

import pytest
import respx
from pydantic import SecretStr

from channels.base import Attachment
from channels.errors import ForeignHost
from channels.http import signature

pytestmark = pytest.mark.anyio
HERE = "https://gateway.example/files/1?token=x"
THERE = "https://files.example/1"


@pytest.fixture
def web():
    with respx.mock(assert_all_called=False) as router:
        yield router


def signed_with(request):
    return request.headers.get("x-akrab-signature", "")


async def test_the_other_side_knows_our_request_by_its_signature(web, make, secret):
    route = web.get(HERE).respond(200, content=b"photo")
    assert (await make().download(Attachment(HERE))).content == b"photo"
    given = signed_with(route.calls[0].request)
    seconds = int(given.partition(",")[0].removeprefix("t="))
    assert given == signature(SecretStr(secret), b"token=x", at=seconds)


async def test_a_named_host_gives_files_and_sees_no_signature(web, make):
    route = web.get(THERE).respond(200, content=b"photo")
    media = await make(file_hosts=["Files.example"]).download(Attachment(THERE))
    assert (media.content, signed_with(route.calls[0].request)) == (b"photo", "")


async def test_a_redirect_to_a_named_host_takes_no_signature_along(web, make):
    web.get(HERE).respond(302, headers={"location": THERE})
    route = web.get(THERE).respond(200, content=b"photo")
    assert (await make(file_hosts=["files.example"]).download(Attachment(HERE))).content == b"photo"
    assert signed_with(route.calls[0].request) == ""


@pytest.mark.parametrize(
    "url",
    [
        THERE,
        "http://gateway.example/1",
        "https://gateway.example:8443/1",
        "https://gateway.example@evil.example/1",
        "https://gateway.example.evil.example/1",
        "http://169.254.169.254/latest",
        "file:///etc/passwd",
        "",
    ],
)
async def test_nothing_is_fetched_from_elsewhere(web, make, url):
    with pytest.raises(ForeignHost):
        await make().download(Attachment(url))
    assert not web.calls
