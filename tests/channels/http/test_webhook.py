"""What the other side posts: signed, fresh, and read field by field."""

import time
from datetime import UTC, datetime

import pytest
from pydantic import ValidationError

from channels.base import Attachment, DeliveryStatus, MessageKind, ReachState
from channels.errors import InvalidSignature, MalformedRequest

HALO = {"type": "message", "id": "1", "from": {"id": "ana", "name": "Ana"}, "text": "halo"}


@pytest.mark.parametrize("age", [0, 250, -250])
def test_a_fresh_signature_is_taken(make, webhook, age):
    make().authenticate(webhook(HALO, at=time.time() - age))


@pytest.mark.parametrize("age", [310, -310, 10**9])
def test_an_old_or_future_signature_is_refused(make, webhook, age):
    with pytest.raises(InvalidSignature):
        make().authenticate(webhook(HALO, at=max(0, time.time() - age)))


def test_the_window_is_configurable(make, webhook):
    make(window_seconds=900).authenticate(webhook(HALO, at=time.time() - 600))


def test_another_body_needs_another_signature(make, webhook):
    with pytest.raises(InvalidSignature):
        make().authenticate(webhook(HALO, body=b'{"events": []}'))


def test_the_time_is_part_of_what_is_signed(make, webhook):
    request = webhook(HALO, at=time.time() - 600)
    header = request.headers["x-akrab-signature"]
    request.headers["x-akrab-signature"] = f"t={int(time.time())},{header.partition(',')[2]}"
    with pytest.raises(InvalidSignature):
        make().authenticate(request)


def test_two_secrets_count_during_a_rotation(make, webhook):
    old = "the-secret-before-this-one"
    make(other_secret=old).authenticate(webhook(HALO, secret=old))
    with pytest.raises(InvalidSignature):
        make().authenticate(webhook(HALO, secret=old))


def test_a_short_secret_is_refused_at_start(make):
    with pytest.raises(ValidationError):
        make(secret="short")


def test_a_message_is_read(make, webhook):
    extra = {"sent_at": "2026-05-12T15:30:00+07:00", "reply_to": "m7", "payload": "/greet"}
    [event] = make().parse(webhook(HALO | extra))
    assert (event.provider_id, event.sender.address, event.text) == ("1", "ana", "halo")
    assert (event.message_kind, event.payload) == (MessageKind.BUTTON, "/greet")
    assert (event.reply_to, event.sent_at) == ("m7", datetime(2026, 5, 12, 8, 30, tzinfo=UTC))


def test_files_are_kept_by_reference(make, webhook):
    files = [{"url": "https://gateway.example/1.jpg", "filename": "1.jpg"}, {"url": "file:///x"}]
    [event] = make().parse(webhook(HALO | {"attachments": files}))
    assert event.attachments == (Attachment("https://gateway.example/1.jpg", None, "1.jpg"),)


@pytest.mark.parametrize(("vouches", "phone"), [(True, "+6281200000001"), (False, None)])
def test_a_phone_counts_only_if_the_other_side_vouches_for_it(make, webhook, vouches, phone):
    who = {"id": "ana", "phone": "0812-0000-0001"}
    [event] = make(vouches_for_phones=vouches).parse(webhook(HALO | {"from": who}))
    assert event.sender.phone == phone
    assert (event.sender.verified_by is not None) == vouches


def test_a_delivery_report_comes_by_the_same_webhook(make, webhook):
    report = {"type": "status", "id": "p1", "status": "failed", "code": "9", "error": "no credit"}
    [event] = make().parse(webhook(report))
    assert (event.provider_id, event.status) == ("p1", DeliveryStatus.FAILED)
    assert (event.error_code, event.error) == ("9", "no credit")


def test_a_block_is_told(make, webhook):
    [event] = make().parse(
        webhook({"type": "reach", "id": "r", "address": "a", "state": "blocked"})
    )
    assert (event.address, event.state) == ("a", ReachState.BLOCKED)


@pytest.mark.parametrize("event", [{"type": "typing"}, {"type": "status", "status": "lost"}])
def test_words_we_do_not_know_are_ignored(make, webhook, event):
    assert make().parse(webhook(event, HALO))[0].text == "halo"


@pytest.mark.parametrize(
    "event",
    [
        HALO | {"id": ""},
        HALO | {"id": "x" * 301},
        HALO | {"from": {"id": "y" * 301}},
        HALO | {"from": {}},
        HALO | {"from": None},
        {"id": 1},
        7,
    ],
)
def test_an_event_that_lacks_its_key_is_malformed(make, webhook, event):
    with pytest.raises(MalformedRequest):
        make().parse(webhook(HALO, event))


@pytest.mark.parametrize(
    ("keys", "words"),
    [({"url": "ftp://x"}, "https://bridge.example/send"), ({"secret": "short"}, "16 characters")],
)
def test_a_wrong_key_is_refused_in_words(make, keys, words):
    with pytest.raises(ValidationError, match=words):
        make(**keys)
