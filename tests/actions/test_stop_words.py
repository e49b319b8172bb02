"""Indonesian words to stop, which Twilio does not know, and what only sounds like them (A8.3)."""

from collections.abc import Callable
from pathlib import Path

import pytest
from ruamel.yaml import YAML

from actions import stop_words
from crm_store import consents
from nlu.embedded.engine import EmbeddedEngine
from tests.actions.player import Chat

ROOT = Path(__file__).parents[2]
WRITTEN = ("nlu/assistant/data/nlu/id/profile.yml", "nlu/assistant/data/nlu/en/consent.yml",
           "tests/nlu/heldout/id.yml", "tests/nlu/heldout/en.yml")  # fmt: skip
STOPS = ["STOP", "Stop.", "BERHENTI", "Berhenti!", "UNREG", "unreg promo", "unsub", "STOPALL",
         "stop promo", "OPTOUT", "jangan kirim lagi", "berhenti berlangganan"]  # fmt: skip
GOES_ON = ["stop kontak", "ada stop kontak?", "saya mau beli stop kontak", "AC berhenti sendiri",
           "kulkasnya berhenti dingin", "mesin cuci berhenti berputar", "batal",
           "berhenti langganan koran?"]  # fmt: skip
CLEAR = ["tolong berhenti kirim pesan", "unsubscribe me please", "berhenti langganan",
         "stop 🙏", "stop ya min", "\"stop\"", "/stop", "salah nomor, jangan sms saya lagi",
         "stop it please", "wrong number, stop texting me",
         "stop kirim pesan sekarang", "berhenti mengirim pesan hari ini juga",
         "jangan kirim pesan lagi", "batal langganan",
         "cancel my subscription",
         "nonaktifkan promosi", "bosen dikirimi promo terus", "gausah kirim promo"]  # fmt: skip
OTHER_THINGS = ["lampu stop", "stop lamp", "ada lampu stop motor", "stop, salah pesan", "stop kran",
                "stop dulu, saya salah kirim", "stop order", "stop pengiriman pesanan saya",
                "non stop", "one stop shop", "saya berhenti kerja", "stop joking", "stop watch",
                "stop saya mau tanya", "jangan kirim dulu pesanannya", "berhenti ngomong",
                "stop kirim barangnya dulu", "tolong jangan kirim hari ini",
                "jangan berhenti kirim promo ya", "promo sudah berhenti?",
                "kapan promo berhenti?"]  # fmt: skip


@pytest.mark.parametrize("text", STOPS)
def test_a8_3_who_wants_no_more_messages_is_understood(engine: EmbeddedEngine, text: str) -> None:
    assert engine.parse(text).intent.name == "stop_messages"


@pytest.mark.parametrize("text", GOES_ON)
def test_a8_3_a_power_socket_is_no_wish_to_stop(engine: EmbeddedEngine, text: str) -> None:
    assert engine.parse(text).intent.name != "stop_messages"


def refused(talk: Chat) -> bool:
    """Whether promotions were refused."""
    found = consents.of_customer(talk.session, talk.identity.customer_id)
    return any(one.purpose == "marketing" and not one.granted for one in found)


@pytest.mark.parametrize("text", [*STOPS, *CLEAR])
def test_a8_1_a_clear_wish_ends_promotions(chat: Callable[..., Chat], text: str) -> None:
    talk = chat()
    talk.say(text)
    assert refused(talk)


@pytest.mark.parametrize("text", [*GOES_ON, *OTHER_THINGS])
def test_a8_1_what_only_holds_the_word_ends_nothing(chat: Callable[..., Chat], text: str) -> None:
    talk = chat()
    assert talk.say(text).replies
    assert not refused(talk)


def test_a8_1_every_example_of_the_assistant_is_clear() -> None:
    files = [YAML(typ="safe").load((ROOT / name).read_text(encoding="utf-8")) for name in WRITTEN]
    said = [
        line.removeprefix("- ").strip()
        for file in files
        for one in file["nlu"]
        if one.get("intent") == "stop_messages"
        for line in one["examples"].splitlines()
    ]
    assert len(said) > 100
    assert [text for text in said if stop_words.means_another_thing(text)] == []


@pytest.mark.parametrize(
    "text",
    [
        "why don't I get your promos any more",
        "berhenti langganan koran",
        "jangan berhenti promonya",
    ],
)
def test_a8_1_the_list_of_another_or_the_opposite_ends_nothing(text: str) -> None:
    assert not stop_words.ends_the_list(text)


@pytest.mark.parametrize(
    "text",
    ["stop ngirim2 dong", "jangan ngechat saya lagi", "stop calling me", "stop harassing me",
     "berhenti mengirimi saya info", "jangan telepon saya lagi", "stop sms ini", "do not call"],
)  # fmt: skip
def test_a8_1_nobody_who_speaks_of_messages_is_overheard(text: str) -> None:
    assert not stop_words.means_another_thing(text)


@pytest.mark.parametrize(
    "text", ["nonaktifkan promosi", "bosen dikirimi promo terus", "don't contact me again"]
)
def test_no_consent_is_taken_from_words_that_refuse_it(
    chat: Callable[..., Chat], text: str
) -> None:
    talk = chat()
    talk.say(text)
    found = consents.of_customer(talk.session, talk.identity.customer_id)
    assert not any(one.granted for one in found if one.purpose == "marketing")


@pytest.mark.parametrize("word", ["jangan ", "don't x ", "kirim", "promo sudah "])
def test_a_text_made_to_keep_everybody_waiting_does_not(word: str) -> None:
    """Read whole, it would take hours."""
    stop_words.means_another_thing("stop " + word * 100_000)
    assert not stop_words.refuses("kirim promo " + word * 100_000)
