"""Whatever bytes come: an event, nothing, or a ChannelError; never anything else."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from channels.base import WebhookRequest
from channels.errors import ChannelError, InvalidSignature
from channels.twilio import Config, TwilioChannel

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
