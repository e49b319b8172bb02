"""Indonesian words to stop, which Twilio does not know, and what only sounds like them (A8.3)."""

import pytest

from nlu.embedded.engine import EmbeddedEngine

STOPS = ["STOP", "Stop.", "BERHENTI", "Berhenti!", "UNREG", "unreg promo", "unsub", "STOPALL",
         "stop promo", "OPTOUT", "jangan kirim lagi", "berhenti berlangganan"]  # fmt: skip
GOES_ON = ["stop kontak", "ada stop kontak?", "saya mau beli stop kontak", "AC berhenti sendiri",
           "kulkasnya berhenti dingin", "mesin cuci berhenti berputar", "batal",
           "berhenti langganan koran?"]  # fmt: skip


@pytest.mark.parametrize("text", STOPS)
def test_a8_3_who_wants_no_more_messages_is_understood(engine: EmbeddedEngine, text: str) -> None:
    assert engine.parse(text).intent.name == "stop_messages"


@pytest.mark.parametrize("text", GOES_ON)
def test_a8_3_a_power_socket_is_no_wish_to_stop(engine: EmbeddedEngine, text: str) -> None:
    assert engine.parse(text).intent.name != "stop_messages"
