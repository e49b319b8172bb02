"""What `config.yml` may say about a Twilio channel."""

import pytest
from pydantic import ValidationError

from channels.base import ChannelKind
from channels.twilio import Config

WHATSAPP, SMS = ChannelKind.WHATSAPP, ChannelKind.SMS
SERVICE = {"messaging_service": "MG" + "b" * 32}


def config(**keys):
    given = {"type": "twilio", "account_sid": "AC" + "a" * 32, "auth_token": "secret-word"}
    return Config.model_validate(given | keys)


@pytest.mark.parametrize(
    ("keys", "kinds"),
    [
        ({"whatsapp": "+6281100000001"}, (WHATSAPP,)),
        ({"sms": "TOKOSINAR"}, (SMS,)),
        ({"sms": "2345", "whatsapp": "+6281100000001"}, (WHATSAPP, SMS)),
        (SERVICE, (SMS,)),
        ({**SERVICE, "kinds": ["whatsapp", "sms"]}, (WHATSAPP, SMS)),
    ],
)
def test_a_channel_serves_what_it_can_send(keys, kinds):
    assert config(**keys).channel_kinds() == kinds


@pytest.mark.parametrize(
    ("keys", "words"),
    [
        ({}, "needs whatsapp, sms or messaging_service"),
        ({"whatsapp": "0811"}, "should be a number such as"),
        ({"sms": "A NAME TOO LONG"}, "sender id of 1-11 characters"),
        ({"sms": "+62 811"}, "sender id of 1-11 characters"),
        ({"sms": "TOKO", "account_sid": "AC1"}, "32 hexadecimal digits"),
        ({"sms": "TOKO", "api_key": "SK" + "c" * 32}, "both api_key and api_secret"),
        ({"sms": "TOKO", "kinds": ["whatsapp"]}, "nothing sends it"),
        ({"sms": "TOKO", "quick_replies": {4: "HX" + "e" * 32}}, "1 to 3"),
        ({"sms": "TOKO", "validity_seconds": 36_001}, "less than or equal to 36000"),
        ({"sms": "TOKO", "api_url": "https://a.example/path"}, "String should match"),
        ({"sms": "TOKO", "unknown": 1}, "Extra inputs"),
    ],
)
def test_a_wrong_key_is_refused_in_words(keys, words):
    with pytest.raises(ValidationError, match=words) as caught:
        config(**keys)
    assert "secret-word" not in str(caught.value)


def test_secrets_are_not_printed():
    assert "secret-word" not in repr(config(sms="TOKO"))


def test_an_api_key_signs_in_and_the_token_still_checks_webhooks():
    chosen = config(sms="TOKO", api_key="SK" + "c" * 32, api_secret="key-word")
    assert chosen.credentials() == ("SK" + "c" * 32, "key-word")
    assert chosen.tokens() == ("secret-word",)


@pytest.mark.parametrize(
    ("keys", "overall"),
    [({"whatsapp": "+6281100000001"}, 80.0), ({"whatsapp": "+14155238886"}, 1 / 3),
     ({"sms": "TOKO"}, 10.0)],
)  # fmt: skip
def test_a5_7_a_sender_has_its_speed(new_channel, keys, overall):
    channel = new_channel(**({"whatsapp": None, "sms": None} | keys))
    assert channel.rates.overall == overall
    assert channel.rates.per_recipient <= 1
