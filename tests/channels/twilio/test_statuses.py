"""Delivery reports (A5.5, A5.6, A7 in callbacks)."""

import logging

import pytest

from channels.base import DeliveryStatus, ReachState, StatusUpdate
from channels.twilio.statuses import STATUSES

URL = "https://toko-sinar.example/webhooks/shop/status"
# The whole enumeration of Twilio's Message resource; received and receiving are inbound.
ENUM = """accepted scheduled queued sending sent delivered undelivered failed canceled read
    partially_delivered receiving received"""

SENT, DELIVERED = DeliveryStatus.SENT, DeliveryStatus.DELIVERED
READ, FAILED = DeliveryStatus.READ, DeliveryStatus.FAILED
REPORTS = [
    ("status-sent", SENT, None, None),
    ("status-delivered", DELIVERED, None, None),
    ("status-whatsapp-read", READ, None, None),
    ("status-undelivered-30005", FAILED, "30005", ReachState.DEAD),
    ("status-filtered-30007", FAILED, "30007", None),
    ("status-opted-out-21610", FAILED, "21610", ReachState.OPTED_OUT),
    ("status-whatsapp-window-63016", FAILED, "63016", None),
    ("status-failed-without-code", FAILED, None, None),
]


@pytest.fixture
def read(channel, recorded, signed):
    def events(name, url=URL, **changes):
        request = signed(recorded(name) | changes, url)
        channel.authenticate(request)
        return channel.parse(request)

    return events


def test_a5_5_every_word_of_the_enumeration_has_a_fate():
    assert set(STATUSES) == set(ENUM.split())


@pytest.mark.parametrize(("name", "status", "code", "reach"), REPORTS)
def test_a_recorded_report_is_read(read, recorded, name, status, code, reach):
    [update] = read(name)
    assert isinstance(update, StatusUpdate)
    assert (update.status, update.error_code, update.reach) == (status, code, reach)
    assert update.provider_id == recorded(name)["MessageSid"]


@pytest.mark.parametrize("word", ["accepted", "scheduled", "queued", "sending"])
def test_a5_5_words_from_inside_twilio_are_no_news(read, word):
    assert read("status-sent", MessageStatus=word) == ()


def test_an_unknown_word_is_logged_and_ignored(read, caplog):
    with caplog.at_level(logging.WARNING):
        assert read("status-unknown-word") == ()
    assert "teleported" in caplog.text


def test_a_failure_says_why_in_words(read):
    [update] = read("status-filtered-30007")
    assert "filtered as spam" in update.error


def test_a_failure_with_an_unknown_code_keeps_twilios_words(read):
    [update] = read("status-whatsapp-window-63016", ErrorCode="63999")
    assert "outside the allowed window" in update.error


@pytest.mark.parametrize("code", ["0", "", "none", "²", "-1"])
def test_an_odd_error_code_is_none(read, code):
    [update] = read("status-failed-without-code", ErrorCode=code)
    assert update.error_code is None


def test_a3_4_a_delivered_report_carries_no_error(read):
    [update] = read("status-delivered", ErrorCode="30005")
    assert (update.error_code, update.error, update.reach) == (None, None, None)


def test_a5_6_the_time_without_a_zone_is_not_used(read):
    [update] = read("status-delivered")
    assert update.at is None


def test_the_recipient_is_without_twilios_prefix(read):
    [update] = read("status-whatsapp-read")
    assert update.recipient == "+6281200000001"


def test_a_report_at_the_message_path_is_still_a_report(read):
    [update] = read("status-delivered", url=URL.removesuffix("/status"))
    assert isinstance(update, StatusUpdate)


def test_the_path_decides_where_the_fields_do_not(channel, recorded, signed):
    fields = recorded("status-sent")
    del fields["MessageStatus"], fields["SmsStatus"]
    assert channel.parse(signed(fields, URL)) == ()


@pytest.mark.parametrize("name", ["status-delivered", "whatsapp-text"])
def test_a4_1_the_answer_is_empty_twiml(channel, recorded, signed, name):
    answer = channel.answer(signed(recorded(name), URL))
    assert (answer.status, answer.content_type) == (200, "text/xml")
    assert answer.body.endswith(b"<Response/>")


def test_a6_5_a_message_that_stays_at_sent_says_nothing_of_the_address(read):
    """Somebody who blocked us looks like this for ever; so does a phone that is off."""
    [update] = read("status-sent")
    assert (update.status, update.reach, update.error) == (DeliveryStatus.SENT, None, None)
