"""Whatever bytes come: an event, nothing, or a ChannelError; never anything else."""

import json
from hashlib import sha256
from urllib.parse import urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st
from twilio.request_validator import RequestValidator

from channels.base import InboundMessage, WebhookRequest
from channels.errors import ChannelError, InvalidSignature, MalformedRequest
from channels.twilio import Config, TwilioChannel
from channels.twilio.fields import read

CHANNEL = TwilioChannel(
    "shop",
    Config(account_sid="AC" + "a" * 32, auth_token="t", sms="+6281100000002"),
    public_url="https://toko-sinar.example",
)
URL = "https://toko-sinar.example/webhooks/shop"
KINDS = ["application/x-www-form-urlencoded", "application/json", "text/plain", "", "a/b; c=\udcff"]
NAMES = [
    "MessageSid", "SmsSid", "From", "To", "Body", "WaId", "ExternalUserId", "MessageStatus",
    "SmsStatus", "ErrorCode", "NumMedia", "MediaUrl0", "MediaContentType0", "Latitude",
    "Longitude", "OptOutType", "ButtonPayload", "ProfileName", "ReferralBody", "AccountSid",
]  # fmt: skip
VALUES = st.one_of(
    st.text(max_size=40),
    st.sampled_from(["received", "delivered", "failed", "SM1", "+6281200000002", "whatsapp:", "²",
                     "whatsapp:ID.1", "STOP", "21610", "\x00", "\ud800", "9" * 5000]),
)  # fmt: skip
BODIES = [
    b"", b"\x00", b"%", b"%zz=%zz", b"a" * 100_000, b"&" * 50_000, b"=" * 50_000, b"a=1&" * 2000,
    b"\xff\xfe", b"[]", b"null", b"[" * 100_000, b'{"a":' * 50_000, b'{"a": 1e999}',
    b"1" * 10_000, b'{"Body": "\\ud800"}', b'"\\ud800"', b'{"SmsStatus": "received"}',
    b"SmsStatus=received&MessageSid=SM1&From=%00", b"MessageStatus=%ff&MessageSid=SM1",
]  # fmt: skip


def survive(request: WebhookRequest) -> None:
    try:
        events = CHANNEL.parse(request)
    except ChannelError:
        return
    for event in events:
        assert event.channel == "shop"
        text = json.dumps([repr(event), getattr(event, "text", "")], ensure_ascii=False)
        text.encode("utf-8")
        assert "\x00" not in getattr(event, "text", "")


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("body", BODIES, ids=range(len(BODIES)))
@pytest.mark.parametrize("url", [URL, f"{URL}/status", "https://[", "http://x:port/", ""])
def test_hostile_bodies_end_in_events_or_a_channel_error(kind, body, url):
    request = WebhookRequest("POST", url, {"content-type": kind, "x-twilio-signature": "x"}, body)
    with pytest.raises(InvalidSignature):
        CHANNEL.authenticate(request)
    survive(request)


@given(st.binary(max_size=300), st.sampled_from(KINDS), st.sampled_from(["GET", "POST", "PUT"]))
def test_any_bytes_end_in_events_or_a_channel_error(body, kind, method):
    survive(WebhookRequest(method, URL, {"content-type": kind}, body))


@given(st.dictionaries(st.sampled_from(NAMES), VALUES), st.booleans())
def test_any_fields_end_in_events_or_a_channel_error(fields, status):
    url = f"{URL}/status" if status else URL
    body = json.dumps(fields).encode()
    survive(WebhookRequest("POST", url, {"content-type": "application/json"}, body))


@given(st.recursive(st.none() | st.booleans() | st.floats() | st.text(), lambda inner: (
    st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(NAMES), inner, max_size=4)
)))  # fmt: skip
def test_any_json_ends_in_events_or_a_channel_error(data):
    body = json.dumps(data).encode()
    survive(WebhookRequest("POST", URL, {"content-type": "application/json"}, body))


def as_twilio(body: bytes, kind: str, *, query: str = "") -> WebhookRequest:
    """A request that Twilio itself could have signed: as a form, or by its hash as JSON."""
    hashed = f"bodySHA256={sha256(body).hexdigest()}"
    url = f"{URL}?{hashed if kind == KINDS[1] else query}".rstrip("?")
    unsigned = WebhookRequest("POST", url, {"content-type": kind}, body)
    try:
        form = read(unsigned) if kind == KINDS[0] else {}
    except MalformedRequest:
        form = {}
    signature = RequestValidator("t").compute_signature(url, form)
    return WebhookRequest(
        "POST", url, {"content-type": kind, "x-twilio-signature": signature}, body
    )


def take(request: WebhookRequest) -> None:
    """As the web edge does: checked, then read."""
    try:
        CHANNEL.authenticate(request)
        events = CHANNEL.parse(request)
    except (InvalidSignature, MalformedRequest):
        return
    for event in events:
        "\n".join([repr(event), getattr(event, "text", "")]).encode()
        assert not isinstance(event, InboundMessage) or 0 < len(event.sender.address) <= 320


@given(st.binary(max_size=300), st.sampled_from(KINDS[:2]), st.text("ab=&%?/#", max_size=9))
def test_any_signed_bytes_are_read_or_refused_as_one_of_two(body, kind, query):
    take(as_twilio(body, kind, query=query))


@given(st.lists(st.tuples(st.sampled_from(NAMES), VALUES), max_size=9))
def test_any_signed_form_is_read_or_refused_as_one_of_two(pairs):
    """Fields may come twice, hold NUL, half a character or a megabyte."""
    take(as_twilio(urlencode(pairs, errors="replace").encode(), KINDS[0]))


@given(st.dictionaries(st.sampled_from(NAMES), VALUES | st.integers() | st.none()))
def test_any_signed_json_is_read_or_refused_as_one_of_two(fields):
    take(as_twilio(json.dumps(fields).encode(), KINDS[1]))


@pytest.mark.parametrize("body", BODIES, ids=range(len(BODIES)))
@pytest.mark.parametrize("kind", KINDS[:2])
def test_each_hostile_body_is_no_better_for_being_signed(kind, body):
    take(as_twilio(body, kind))


def test_a_signed_megabyte_is_read_whole():
    request = as_twilio(b"MessageSid=SM1&From=%2B6281200000001&Body=" + b"a" * 2**20, KINDS[0])
    CHANNEL.authenticate(request)
    [message] = CHANNEL.parse(request)
    assert len(message.text) == 2**20


def test_an_event_stream_is_refused_not_half_read():
    """Twilio's Event Streams post lists of CloudEvents; the messaging webhook is what we read."""
    event = {"specversion": "1.0", "type": "com.twilio.messaging.inbound-message.received",
             "data": {"messageSid": "SM1", "from": "+6281200000001", "body": "halo"}}  # fmt: skip
    request = as_twilio(json.dumps([event]).encode(), KINDS[1])
    with pytest.raises(InvalidSignature):
        CHANNEL.authenticate(request)
