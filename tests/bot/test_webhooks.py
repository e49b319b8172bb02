"""The routes machines call, over HTTP, with friendly and with hostile bodies."""

import asyncio
import itertools
import json

import httpx
import pytest
from fastapi import FastAPI

from bot import webhooks
from crm_store import messages, troubles
from crm_store.troubles import Sender

KEY = "tests-only"
HOSTILE = {
    "100 kB": "x" * 100_000,
    "NUL": "ha\0lo",
    "right to left": "\u202eolah \u05e9\u05dc\u05d5\u05dd",
    "emoji": "\U0001f468\u200d\U0001f469\u200d\U0001f467" * 500,
    "lone surrogate": "\ud800",
    "SQL": "'; DROP TABLE messages; --",
    "template": "{{7*7}} {customer_name} ${jndi:ldap://x} %s",
    "HTML": "<script>alert(1)</script><img src=x onerror=alert(1)>",
    "command": '/restart{"a": 1}',
    "control": "".join(map(chr, range(1, 32))),
    "zalgo": "h" + "\u0301" * 5_000,
    "nothing": "   \n\t ",
}


class Client:
    """HTTP requests to a site in this process; an exception in it is a 500."""

    def __init__(self, web):
        self._transport = httpx.ASGITransport(app=web, raise_app_exceptions=False)

    def get(self, url):
        return asyncio.run(self._request("GET", url))

    def post(self, url, **options):
        return asyncio.run(self._request("POST", url, **options))

    async def _request(self, method, url, **options):
        base = "http://test.example"
        async with httpx.AsyncClient(transport=self._transport, base_url=base) as client:
            return await client.request(method, url, **options)


@pytest.fixture
def client(app):
    web = FastAPI()
    web.include_router(webhooks.routes(app))
    return Client(web)


@pytest.fixture
def post(client):
    def send(content, channel="wa", secret=KEY):
        if isinstance(content, dict):
            content = json.dumps({"events": [content]})
        headers = {"x-akrab-secret": secret}
        return client.post(f"/webhooks/{channel}", content=content, headers=headers)

    return send


def said(text, **fields):
    return {"type": "message", "id": "m1", "from": "+6281200000001", "text": text, **fields}


@pytest.mark.parametrize("path", ["wa/", "wa/status", "wa/status/"])
def test_a_slash_after_the_address_leads_nowhere_else(client, path):
    content = json.dumps({"events": [said("halo")]})
    answer = client.post(f"/webhooks/{path}", content=content, headers={"x-akrab-secret": KEY})
    assert answer.status_code == 200


def test_a_message_is_stored_before_the_answer(post, db):
    assert post(said("halo")).json() == {"ok": True}
    with db.reading() as session:
        assert messages.get(session, 1).text == "halo"


@pytest.mark.parametrize(
    ("content", "channel", "secret", "status"),
    [
        ("{}", "nobody", KEY, 404),
        ("{}", "../etc/passwd", KEY, 404),
        ("{}", "wa", "wrong", 403),
        ("not json", "wa", KEY, 400),
        (b"\xff\xfe\x00", "wa", KEY, 400),
        ("[" * 200_000, "wa", KEY, 400),
        ("x" * 25_000_001, "wa", KEY, 413),
        (said("halo", **{"from": ""}), "wa", KEY, 400),
    ],
)
def test_what_cannot_be_taken_is_clearly_refused(post, content, channel, secret, status):
    assert post(content, channel, secret).status_code == status


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE.keys())
def test_hostile_text_is_plain_text(post, converse, text):
    assert post(said(text)).status_code == 200
    assert len(converse("halo")) in (1, 2)


def test_hostile_fields_are_taken_or_refused(post):
    values = ([], {}, 7, None, "\0", "\ud800", "x" * 10_000, True, 1e308)
    keys = ("id", "from", "text", "name", "phone", "payload", "shared_phone")
    for number, (value, key) in enumerate(itertools.product(values, keys)):
        event = {**said("halo", id=f"n{number}"), key: value}
        assert post(event).status_code in (200, 400), event


def test_a_store_that_fails_makes_the_provider_try_again(post, app, monkeypatch):
    def broken(session, deliveries):
        raise OSError("disk full")

    monkeypatch.setattr("bot.inbound.store", broken)
    answer = post(said("halo"))
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "5")


def test_the_process_says_it_lives_and_is_ready(client):
    assert client.get("/healthz").text == "ok"
    assert client.get("/readyz").text == "ready"


def test_metrics_tell_what_was_received_and_what_waits(client, post):
    post(said("halo"))
    text = client.get("/metrics").text
    assert 'akrab_inbound_events_total{channel="wa",outcome="stored"}' in text
    assert 'akrab_messages_waiting{status="received"} 1.0' in text


def test_metrics_tell_which_channel_cannot_send_while_it_cannot(client, app):
    sender, line = Sender("wa", "whatsapp"), 'akrab_channel_troubles{channel="wa"'
    with app.db.transaction() as session:
        troubles.stop(session, sender, code="20003", said="the token is wrong")
    assert f'{line},kind="whatsapp",way="send"}} 1.0' in client.get("/metrics").text
    with app.db.transaction() as session:
        troubles.was_taken(session, sender)
    assert line not in client.get("/metrics").text


def test_a_stopped_channel_makes_nothing_unready(client, app):
    with app.db.transaction() as session:
        troubles.stop(session, Sender("wa", "whatsapp"), code=None, said="refused")
    assert client.get("/readyz").status_code == 200


def test_the_provider_signs_our_public_address(client, wa, monkeypatch):
    seen = []
    monkeypatch.setattr(wa, "authenticate", lambda request: seen.append(request.url))
    client.post("/webhooks/wa?a=%2F&b=", content="{}", headers={"host": "evil.example"})
    assert seen == ["https://toko-sinar.example/webhooks/wa?a=%2F&b="]
