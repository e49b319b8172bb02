"""Whatever a signed body holds: events, or MalformedRequest; never anything else."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr

from channels.base import InboundMessage, WebhookRequest
from channels.errors import InvalidSignature, MalformedRequest
from channels.http import Config, HttpChannel, signature

SECRET = "sixteen-or-more-characters"
CHANNEL = HttpChannel(
    "app",
    Config(url="https://gateway.example/send", secret=SECRET, vouches_for_phones=True),
    public_url="https://toko-sinar.example",
)
NAMES = ["type", "id", "from", "text", "payload", "attachments", "url", "status", "state", "at",
         "address", "reason", "sent_at", "phone", "name", "language", "reply_to"]  # fmt: skip
LEAVES = (
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20)
    | st.sampled_from(["message", "status", "reach", "delivered", "blocked", "\x00", "\ud800",
                       "0001-01-01T00:00:00+07:00", "9999-12-31T23:59:59-07:00", 10**400])
)  # fmt: skip
ANYTHING = st.recursive(
    LEAVES,
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(NAMES), inner, max_size=6)
    ),
    max_leaves=20,
)


def take(body: bytes) -> None:
    headers = {"x-akrab-signature": signature(SecretStr(SECRET), body)}
    request = WebhookRequest("POST", "https://toko-sinar.example/webhooks/app", headers, body)
    CHANNEL.authenticate(request)
    try:
        events = CHANNEL.parse(request)
    except MalformedRequest:
        return
    for event in events:
        repr(event).encode()
        if isinstance(event, InboundMessage):
            assert "\x00" not in event.text + event.sender.address + event.provider_id


@given(st.binary(max_size=200))
def test_any_signed_bytes_are_read_or_malformed(body):
    take(body)


@given(st.lists(ANYTHING, max_size=3))
def test_any_signed_events_are_read_or_malformed(events):
    take(json.dumps({"events": events}).encode())


@given(st.dictionaries(st.sampled_from(NAMES), ANYTHING))
def test_a_message_with_anything_in_its_fields_is_read_or_malformed(fields):
    message = {"type": "message", "id": "1", "from": {"id": "ana"}, "text": "halo"}
    take(json.dumps({"events": [message | fields]}).encode())


@pytest.mark.parametrize("at", ["0001-01-01T00:00:00+07:00", "9999-12-31T23:59:59-07:00"])
def test_a_time_outside_the_calendar_is_none(at):
    message = {"type": "message", "id": "1", "from": {"id": "ana"}, "sent_at": at}
    body = json.dumps({"events": [message]}).encode()
    [event] = CHANNEL.parse(WebhookRequest("POST", "", {}, body))
    assert event.sent_at is None


@given(st.text(max_size=90))
def test_any_header_is_refused(header):
    request = WebhookRequest("POST", "", {"x-akrab-signature": header}, b"{}")
    with pytest.raises(InvalidSignature):
        CHANNEL.authenticate(request)
