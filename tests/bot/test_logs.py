"""Nothing secret and nobody's number in the logs."""

import io
import sys

import pytest
import structlog
from pydantic import SecretStr

from bot.logs import hide_personal, redact, set_up


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("sent to +62 812-0000-0001", "sent to <phone>"),
        ("0812 0000 0001 wrote", "<phone> wrote"),
        ("ana@toko-sinar.example wrote", "<email> wrote"),
        ("card VIP-12345678", "card <card>"),
        ("vip 1234 5678", "<card>"),
        ("paid with 4111 1111 1111 1111", "paid with <card>"),
        ("order TS-204815 in 2026", "order TS-204815 in 2026"),
        ("message 42 took 0.125 s", "message 42 took 0.125 s"),
    ],
)
def test_numbers_and_addresses_of_people_are_hidden(text, shown):
    assert hide_personal(text) == shown


@pytest.mark.parametrize("key", ["secret", "auth_token", "password", "Authorization", "cookie"])
def test_values_of_secret_keys_are_hidden(key):
    assert redact(None, "info", {key: "hush"}) == {key: "***"}


def test_a_secret_value_is_hidden_under_any_key():
    assert redact(None, "info", {"x": SecretStr("hush")}) == {"x": "***"}


def test_a_log_that_cannot_be_written_stops_nothing(monkeypatch, capsys):
    monkeypatch.setattr(structlog, "configure", lambda **given: made.update(given))
    made = {}
    set_up("info", "json")
    printed = made["logger_factory"]()
    broken = io.StringIO()
    broken.close()
    with monkeypatch.context() as patched:
        patched.setattr(sys, "stderr", broken)
        printed.msg("lost")
    printed.msg("said")
    assert capsys.readouterr().err == "said\n"


def test_message_ids_stay():
    event = {"event": "turn failed", "message_id": 42, "timestamp": "2026-11-22T06:00:00Z"}
    assert redact(None, "info", dict(event)) == event
