"""WhatsApp's 24-hour window (A6.1)."""

from datetime import UTC, datetime, timedelta

import pytest

from channels import window

NOON = datetime(2026, 5, 12, 12, tzinfo=UTC)
DAY = timedelta(hours=24)
INSTANT = timedelta(microseconds=1)


@pytest.mark.parametrize(
    ("ago", "open_"),
    [(timedelta(), True), (DAY - INSTANT, True), (DAY, False), (timedelta(days=9), False)],
)
def test_a6_1_it_is_open_for_a_day_after_the_last_message(ago, open_):
    assert window.is_open("whatsapp", NOON - ago, NOON) is open_


def test_a6_1_it_was_never_open_for_whom_has_never_written():
    assert not window.is_open("whatsapp", None, NOON)
    assert window.closes_at("whatsapp", None) is None


def test_it_closes_a_day_after_the_last_message():
    assert window.closes_at("whatsapp", NOON) == NOON + DAY


@pytest.mark.parametrize("kind", ["sms", "telegram", "email", "web", "line", "http"])
@pytest.mark.parametrize("last", [None, NOON - timedelta(days=30)])
def test_other_kinds_have_none(kind, last):
    assert not window.has_window(kind)
    assert window.is_open(kind, last, NOON)
    assert window.closes_at(kind, last) is None
