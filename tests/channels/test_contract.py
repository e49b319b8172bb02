"""What every channel promises, asked of each registered type; samples are in `conftest.py`."""

import subprocess
import sys

import pytest

from channels.base import Capabilities, Channel, InboundMessage, Limits, Rates
from channels.errors import InvalidSignature, MalformedRequest
from channels.registry import CHANNEL_TYPES

SAMPLED = sorted(CHANNEL_TYPES)
HOSTILE = [
    b"",
    b"\x00",
    b"null",
    b"[]",
    b"{}",
    b'{"events": 1}',
    b'{"events": [1]}',
    b'{"events": [{"type": "message"}]}',
    b'{"events": [{"type": "status", "id": 1, "status": "lost"}]}',
    b'{"id": [], "text": {"a": 1}}',
    b'{"status": "failed", "ids": ["1"]}',
    b'{"status": [], "ids": 7}',
    b"\xff\xfe" * 50,
    b"[" * 100_000,
    b"a=1&a=2&%00=%ff",
    b'"\\ud800"',
]
HEAVY = ("sklearn", "sanic", "telegram", "twilio", "aiosmtplib", "imap_tools", "sqlalchemy")


@pytest.mark.parametrize("type_", SAMPLED)
def test_a_channel_has_every_part_of_the_contract(type_, build_sample):
    channel = build_sample(type_)
    assert isinstance(channel, Channel)
    assert isinstance(channel.limits, Limits)
    assert isinstance(channel.capabilities, Capabilities)
    assert isinstance(channel.rates, Rates)
    assert channel.name == "shop"


@pytest.mark.parametrize("type_", SAMPLED)
def test_an_unsigned_request_is_refused(type_, build_sample, samples, post):
    channel = build_sample(type_)
    for body in samples[type_].messages:
        with pytest.raises(InvalidSignature):
            channel.authenticate(post(body))


@pytest.mark.parametrize("type_", SAMPLED)
@pytest.mark.parametrize("value", ["", "x", "Bearer x.y", "\u20ac", "a" * 10_000])
def test_a_wrong_signature_is_refused(type_, value, build_sample, samples, post):
    channel = build_sample(type_)
    body = samples[type_].messages[0]
    headers = dict.fromkeys(samples[type_].signed(channel, body), value)
    with pytest.raises(InvalidSignature):
        channel.authenticate(post(body, headers))


@pytest.mark.parametrize("type_", SAMPLED)
def test_a_signed_message_is_read(type_, build_sample, samples, post):
    channel = build_sample(type_)
    for body in samples[type_].messages:
        request = post(body, samples[type_].signed(channel, body))
        channel.authenticate(request)
        [event] = channel.parse(request)
        assert isinstance(event, InboundMessage)
        assert event.channel == "shop"
        assert event.kind in channel.kinds
        assert event.provider_id


@pytest.mark.parametrize("type_", SAMPLED)
def test_the_same_bytes_give_the_same_key(type_, build_sample, samples, post):
    channel = build_sample(type_)
    body = samples[type_].messages[0]
    request = post(body, samples[type_].signed(channel, body))
    [one], [other] = channel.parse(request), channel.parse(request)
    assert one.provider_id == other.provider_id


@pytest.mark.parametrize("type_", SAMPLED)
@pytest.mark.parametrize("body", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_bytes_are_malformed_or_mean_nothing(type_, body, build_sample, samples, post):
    channel = build_sample(type_)
    request = post(body, samples[type_].signed(channel, body))
    try:
        events = channel.parse(request)
    except MalformedRequest:
        return
    assert all(event.channel == "shop" for event in events)


@pytest.mark.parametrize("type_", SAMPLED)
def test_a_type_knows_its_own_name(type_):
    assert CHANNEL_TYPES[type_].config.model_fields["type"].annotation.__args__ == (type_,)


def test_loading_every_type_loads_no_provider_library():
    code = (
        "import sys; from channels.registry import CHANNEL_TYPES;"
        " [(one.config, one.build) for one in CHANNEL_TYPES.values()];"
        f" print([name for name in {HEAVY!r} if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
