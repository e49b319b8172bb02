"""The channel that keeps what it sends."""

import asyncio
import json
from datetime import UTC, datetime, timedelta

import pytest
from pydantic import SecretStr

from channels.base import (
    Button,
    ChannelKind,
    DeliveryStatus,
    OutboundMessage,
    StatusUpdate,
    Template,
)
from channels.errors import RateLimited, Refused, WindowClosed
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


@pytest.fixture
def whatsapp():
    config = Config(kind=ChannelKind.WHATSAPP)
    return MemoryChannel("wa", config, public_url="https://toko-sinar.example")


def answer(text="Halo Ana", hours=0, **fields):
    wrote = datetime.now(UTC) - timedelta(hours=hours) if hours is not None else None
    return OutboundMessage(
        "7", ChannelKind.WHATSAPP, "+628120000001", text, last_inbound_at=wrote, **fields
    )


@pytest.mark.parametrize("hours", [24.1, 900, None])
def test_a6_1_playing_whatsapp_it_takes_no_free_text_outside_the_window(whatsapp, hours):
    asyncio.run(whatsapp.send(answer(hours=23.9)))
    with pytest.raises(WindowClosed):
        asyncio.run(whatsapp.send(answer(hours=hours)))
    assert len(whatsapp.sent) == 1


def test_a6_3_an_approved_template_goes_out_filled_in(whatsapp):
    values = {"1": "Ana", "2": "K-2026-000123"}
    asyncio.run(whatsapp.send(answer(hours=48, template=Template("kabar_keluhan", values))))
    assert whatsapp.sent[0].text.startswith("Halo Ana, ada kabar tentang keluhan K-2026-000123.")


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("kunjungan_teknisi", {"1": "Ana", "2": "besok"}),
        ("kabar_keluhan", {"1": "Ana"}),
        ("nobodys", {}),
    ],
)
def test_a6_4_others_and_incomplete_ones_do_not(whatsapp, name, values):
    with pytest.raises(Refused):
        asyncio.run(whatsapp.send(answer(hours=48, template=Template(name, values))))


@pytest.mark.parametrize(
    ("sender", "address", "told"),
    [
        ("TOKOSINAR", "+6281200000001", True),
        ("TOKOSINAR", "+6591234567", False),
        ("+6281100000002", "+6281200000001", False),
        ("", "+6281200000001", False),
    ],
)
def test_a9_1_whom_a_name_writes_to_in_indonesia_cannot_answer(sender, address, told):
    assert build(sender=sender).cannot_answer(ChannelKind.SMS, address) is told
