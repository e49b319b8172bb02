"""The webhook's secret and its answer, what is configured, what start-up costs (B1)."""

import subprocess
import sys

import pytest
from pydantic import ValidationError

from channels.abilities import Acknowledger, Configurable, Reconciler
from channels.base import Poller, Rates
from channels.errors import InvalidSignature
from channels.telegram import Config
from tests.peers.telegram_server import TOKEN, TelegramServer

HEADER = "x-telegram-bot-api-secret-token"


def test_b1_1_a_request_with_our_secret_is_telegrams(channel, webhook):
    channel.authenticate(webhook({}))


@pytest.mark.parametrize("given", ["", "a-secret_Token-", "A-SECRET_TOKEN-1", "\u20ac", "\udcff"])
def test_b1_1_any_other_secret_is_refused(channel, webhook, given):
    with pytest.raises(InvalidSignature):
        channel.authenticate(webhook({}, **{HEADER: given}))


def test_b1_1_a_request_without_the_header_is_refused(channel, webhook):
    request = webhook({})
    del request.headers[HEADER]
    with pytest.raises(InvalidSignature):
        channel.authenticate(request)


@pytest.mark.parametrize("given", ["", "anything"])
def test_b1_9_without_a_secret_of_our_own_everything_is_refused(new_channel, webhook, given):
    with pytest.raises(InvalidSignature):
        new_channel(secret=None).authenticate(webhook({}, **{HEADER: given}))


@pytest.mark.parametrize(
    "kind", ["application/json", "application/json; charset=utf-8", "text/plain", ""]
)
def test_b1_9_any_content_type_is_read(channel, webhook, recorded, kind):
    request = webhook(recorded("text"), **{"content-type": kind})
    channel.authenticate(request)
    assert len(channel.parse(request)) == 1


def test_b1_2_b1_6_the_answer_is_an_empty_200(channel, webhook):
    answer = channel.answer(webhook({}))
    assert (answer.status, answer.body) == (200, b"")


@pytest.mark.parametrize(
    "keys",
    [
        {"token": "secret"},
        {"token": ""},
        {"secret": "has spaces"},
        {"secret": "x" * 257},
        {"secret": ""},
        {"username": "@"},
        {"mode": "push"},
        {"max_connections": 101},
        {"poll_seconds": 0},
        {"api_url": "https://api.telegram.org/bot"},
    ],
)
def test_b1_1_what_telegram_would_refuse_is_refused_at_start(keys):
    with pytest.raises(ValidationError) as refused:
        Config.model_validate({"token": TOKEN} | keys)
    assert "secret" not in str(refused.value) or "has spaces" not in str(refused.value)


def test_the_token_is_not_shown(new_channel):
    assert TOKEN not in repr(Config(token=TOKEN))


def test_b3_1_the_rates_are_telegrams(channel):
    assert channel.rates == Rates(overall=30.0, per_recipient=1.0)


def test_only_polling_mode_is_polled(new_channel):
    webhook, polling = new_channel(), new_channel(mode="polling")
    assert (isinstance(webhook, Poller), isinstance(polling, Poller)) == (False, True)
    for channel in (webhook, polling):
        assert isinstance(channel, Acknowledger)
        assert isinstance(channel, Configurable)
        assert not isinstance(channel, Reconciler)


@pytest.mark.parametrize("mode", ["webhook", "polling"])
def test_building_a_channel_loads_no_library(mode):
    code = (
        "import sys; from channels.registry import CHANNEL_TYPES, build;"
        f" c = CHANNEL_TYPES['telegram'].config(token={TOKEN!r}, mode={mode!r}, secret='s');"
        " build('shop', c, public_url='https://toko-sinar.example');"
        " print([name for name in ('telegram', 'httpx') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


@pytest.mark.anyio
async def test_b1_2_the_peer_repeats_an_update_until_it_is_told_2xx(recorded):
    """So that tests of the whole product may rely on it."""
    from aiohttp import web

    answers = iter([503, 200])

    async def receive(request: web.Request) -> web.Response:
        assert request.headers[HEADER] == "s"
        return web.Response(status=next(answers))

    app = web.Application()
    app.router.add_post("/webhooks/shop", receive)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    telegram = TelegramServer(webhooks_at=f"http://127.0.0.1:{runner.addresses[0][1]}")
    telegram.webhook["url"], telegram.secret = "https://toko-sinar.example/webhooks/shop", "s"
    assert await telegram.deliver(recorded("text"), tries=3) == [503, 200]
    await runner.cleanup()


def test_b1_9_the_secret_is_compared_in_constant_time(channel, webhook, recorded, monkeypatch):
    compared = []
    monkeypatch.setattr("hmac.compare_digest", lambda *pair: not compared.append(pair))
    channel.authenticate(webhook(recorded("text")))
    assert compared == [(b"a-secret_Token-1", b"a-secret_Token-1")]
