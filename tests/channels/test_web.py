"""The web chat: visitors are who their signed token says."""

import json

import pytest
from pydantic import SecretStr

from channels.base import DeliveryStatus, MessageKind
from channels.errors import InvalidSignature, MalformedRequest
from channels.web import Config, WebChannel


@pytest.fixture
def chat() -> WebChannel:
    return WebChannel("web", Config(secret=SecretStr("s")), public_url="https://toko-sinar.example")


@pytest.fixture
def ana(chat, post):
    token = chat.new_token()

    def request(**body):
        return post(json.dumps(body).encode(), {"authorization": f"Bearer {token}"})

    return request


def test_a_token_names_its_visitor(chat):
    token = chat.new_token()
    assert token.startswith(chat.visitor(token))


def test_a_token_survives_a_restart(chat):
    again = WebChannel("web", Config(secret=SecretStr("s")), public_url="")
    assert again.visitor(chat.new_token())


def test_another_visitors_name_needs_another_signature(chat):
    visitor, _, signature = chat.new_token().partition(".")
    with pytest.raises(InvalidSignature):
        chat.visitor(f"{visitor}x.{signature}")


def test_two_visitors_may_use_the_same_message_id(chat, ana, post):
    budi = post(b'{"id": "1"}', {"authorization": f"Bearer {chat.new_token()}"})
    [one], [other] = chat.parse(ana(id="1")), chat.parse(budi)
    assert one.provider_id != other.provider_id


def test_a_pressed_button_is_a_payload(chat, ana):
    [event] = chat.parse(ana(id="1", payload="/affirm", text="Ya"))
    assert (event.message_kind, event.payload, event.text) == (MessageKind.BUTTON, "/affirm", "Ya")


def test_the_page_confirms_what_it_showed(chat, ana):
    events = chat.parse(ana(status="delivered", ids=["4", "5"]))
    assert [(event.provider_id, event.status) for event in events] == [
        ("4", DeliveryStatus.DELIVERED),
        ("5", DeliveryStatus.DELIVERED),
    ]


def test_a_page_cannot_say_that_a_message_failed(chat, ana):
    with pytest.raises(MalformedRequest):
        chat.parse(ana(status="failed", ids=["4"]))
