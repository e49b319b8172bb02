"""Whatever comes: events, nothing, or a ChannelError; never anything else."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from channels.base import InboundMessage, WebhookRequest
from channels.errors import ChannelError
from channels.telegram import Config, TelegramChannel

CHANNEL = TelegramChannel(
    "shop",
    Config(token="700000001:" + "A" * 35, secret="s", username="TokoSinarBot"),
    public_url="https://toko-sinar.example",
)
RECORDED = [json.loads(p.read_text()) for p in sorted(Path(__file__).parent.glob("payloads/*"))]
WORDS = sorted({word for each in RECORDED for word in json.dumps(each).split('"')[1::2]})
LEAVES = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=20),
    st.sampled_from([*WORDS, "private", "group", "\ud800", "\x00", 2**53, -(2**63), 10**400]),
)  # fmt: skip
ANYTHING = st.recursive(
    LEAVES,
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(WORDS), inner, max_size=5)
    ),
    max_leaves=30,
)


def survive(body: bytes) -> None:
    request = WebhookRequest("POST", "https://toko-sinar.example/webhooks/shop", {}, body)
    try:
        events = CHANNEL.parse(request)
    except ChannelError:
        return
    for event in events:
        assert event.channel == "shop"
        if isinstance(event, InboundMessage):
            assert 0 < len(event.sender.address) <= 320
            json.dumps([event.text, dict(event.metadata), dict(event.thread)]).encode()
            "\n".join([event.text, repr(event.sender), event.provider_id]).encode()
            assert "\x00" not in event.text


def paths(data, at=()):
    """Every place in a JSON value."""
    yield at
    pairs = data.items() if isinstance(data, dict) else ()
    for key, value in enumerate(data) if isinstance(data, list) else pairs:
        yield from paths(value, (*at, key))


def changed(data, path, value):
    """A copy with another value at a place."""
    if not path:
        return value
    copy = data.copy()
    copy[path[0]] = changed(copy[path[0]], path[1:], value)
    return copy


@given(st.binary(max_size=300))
def test_any_bytes_end_in_events_or_a_channel_error(body):
    survive(body)


@given(st.sampled_from(["message", "edited_message", "callback_query", "my_chat_member"]), ANYTHING)
def test_any_json_ends_in_events_or_a_channel_error(kind, data):
    survive(json.dumps({"update_id": 1, kind: data}).encode())


@given(st.sampled_from(RECORDED), st.data())
def test_a_recorded_update_with_anything_in_one_place_survives(update, data):
    path = data.draw(st.sampled_from(list(paths(update))[1:]))
    survive(json.dumps(changed(update, path, data.draw(ANYTHING))).encode())


@pytest.mark.parametrize("odd", [None, [], {}, "x", -1, 2**60, 1e300, True, [[]], [{}], "\ud800"])
def test_b1_4_no_odd_field_makes_an_update_that_is_refused(odd):
    """Refused, it would come again for a day and hold up its chat."""
    for update in RECORDED:
        for path in list(paths(update))[1:]:
            body = json.dumps(changed(update, path, odd)).encode()
            CHANNEL.parse(WebhookRequest("POST", "https://toko-sinar.example/", {}, body))
            survive(body)


@pytest.mark.parametrize(
    "body",
    [b"9" * 5000, b'{"update_id": NaN, "message": {"message_id": Infinity}}', b'{"a":' * 50_000,
     b'{"message": {"date": 1e400}}', b"\xef\xbb\xbf{}", b'{"message": "\\ud800"}'],
)  # fmt: skip
def test_odd_json_survives(body):
    survive(body)


def test_a_press_with_an_endless_id_is_ignored_not_refused():
    press = next(each for each in RECORDED if "callback_query" in each)
    endless = changed(press, ("callback_query", "id"), "9" * 5000)
    request = WebhookRequest(
        "POST", "https://toko-sinar.example/", {}, json.dumps(endless).encode()
    )
    assert CHANNEL.parse(request) == ()
