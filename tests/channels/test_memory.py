"""The channel that keeps what it sends."""

import asyncio
import json

import pytest
from pydantic import SecretStr

from channels.base import Button, ChannelKind, DeliveryStatus, OutboundMessage, StatusUpdate
from channels.errors import RateLimited
from channels.memory import Config, MemoryChannel


def build(**config):
    config = Config(kind=ChannelKind.SMS, secret=SecretStr("s"), **config)
    return MemoryChannel("sms", config, public_url="https://toko-sinar.example")


def reply(text="Halo Ana", **fields):
    return OutboundMessage("7", ChannelKind.SMS, "+628120000001", text, **fields)


def test_what_is_sent_is_kept():
    channel = build()
    receipt = asyncio.run(channel.send(reply()))
    assert [message.text for message in channel.sent] == ["Halo Ana"]
    assert (receipt.provider_id, receipt.status) == ("7", DeliveryStatus.DELIVERED)


def test_it_shows_what_the_kind_it_plays_can_show():
    channel = build()
    asyncio.run(channel.send(reply("Lanjut?", buttons=(Button("Ya", "/affirm"),))))
    assert channel.sent[0].text == "Lanjut?\n\n1. Ya"


def test_a_prepared_failure_is_raised_once():
    channel = build()
    channel.failures.append(RateLimited())
    with pytest.raises(RateLimited):
        asyncio.run(channel.send(reply()))
    asyncio.run(channel.send(reply()))
    assert len(channel.sent) == 1


def test_a_sink_gets_a_line_for_each_message(tmp_path):
    sink = tmp_path / "sent.jsonl"
    asyncio.run(build(sink=sink).send(reply()))
    assert json.loads(sink.read_text())["id"] == "7"


def test_a_vouched_phone_makes_the_sender_verified(post):
    body = {"type": "message", "id": 1, "from": "u1", "phone": "+628120000001"}
    [event] = build().parse(post(json.dumps({"events": [body]}).encode()))
    assert (event.sender.phone, event.sender.verified_by) == ("+628120000001", "channel")


def test_a_delivery_report_is_read(post):
    [event] = build().parse(post(b'{"events": [{"type": "status", "id": "7", "status": "read"}]}'))
    assert event == StatusUpdate("sms", "7", DeliveryStatus.READ)


def test_an_unknown_kind_of_event_means_nothing(post):
    assert build().parse(post(b'{"events": [{"type": "typing"}]}')) == ()


def test_without_a_secret_nobody_may_post(post):
    channel = MemoryChannel("sms", Config(), public_url="https://toko-sinar.example")
    with pytest.raises(Exception, match="signature or secret"):
        channel.authenticate(post(b"{}", {"x-akrab-secret": ""}))
