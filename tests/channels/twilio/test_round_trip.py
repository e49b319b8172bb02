"""Over HTTP in both directions: what the server that plays Twilio posts, the channel takes."""

import random

import pytest
from aiohttp import web

from channels.base import InboundMessage, StatusUpdate, WebhookRequest
from channels.errors import InvalidSignature
from tests.peers.twilio_server import TwilioServer

pytestmark = pytest.mark.anyio


@pytest.fixture
async def events(shop, twilio):
    """What our web server took, while it listens where `twilio` posts to."""
    taken = []

    async def receive(request: web.Request) -> web.Response:
        url = f"https://toko-sinar.example{request.raw_path}"
        headers = {name.lower(): value for name, value in request.headers.items()}
        given = WebhookRequest(request.method, url, headers, await request.read())
        try:
            shop.authenticate(given)
        except InvalidSignature:
            return web.Response(status=403)
        taken.extend(shop.parse(given))
        answer = shop.answer(given)
        return web.Response(body=answer.body, content_type=answer.content_type)

    app = web.Application()
    app.router.add_post("/webhooks/shop", receive)
    app.router.add_post("/webhooks/shop/status", receive)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    twilio.webhooks_at = f"http://127.0.0.1:{runner.addresses[0][1]}"
    yield taken
    await runner.cleanup()


async def test_a_customer_writes_and_is_answered(shop, twilio, events, to_ana):
    await shop.setup("https://toko-sinar.example/webhooks/shop")
    assert await twilio.customer_writes("Halo & selamat pagi 👋") == 200
    [message] = events
    assert isinstance(message, InboundMessage)
    receipt = await shop.send(to_ana("Pagi, Ana!", to=message.sender.address))
    assert await twilio.report(receipt.provider_id, "sent", "delivered", "read") == [200] * 3
    assert [str(each.status) for each in events[1:]] == ["sent", "delivered", "read"]


async def test_an_sms_comes_to_the_number(shop, twilio, events):
    await shop.setup("https://toko-sinar.example/webhooks/shop")
    await twilio.customer_writes("Jam buka?", From="+6281200000002", WaId="", ProfileName="")
    [message] = events
    assert (message.sender.address, message.text) == ("+6281200000002", "Jam buka?")


async def test_reports_repeat_and_overtake_each_other(shop, twilio, events, to_ana):
    receipt = await shop.send(to_ana())
    answers = await twilio.report(
        receipt.provider_id, "sent", "delivered", "read", copies=3, shuffle=random.Random(7)
    )
    assert answers == [200] * 9
    assert all(isinstance(each, StatusUpdate) for each in events)
    assert {each.provider_id for each in events} == {receipt.provider_id}


async def test_another_accounts_token_is_turned_away(shop, twilio, events, to_ana):
    receipt = await shop.send(to_ana())
    impostor = TwilioServer(token="another", webhooks_at=twilio.webhooks_at)
    impostor.messages = twilio.messages
    assert await impostor.report(receipt.provider_id, "delivered") == [403]
    assert events == []
