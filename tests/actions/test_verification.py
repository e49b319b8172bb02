"""Proving who is writing by a one-time code."""

from collections.abc import Callable

import pytest

from actions.context import CodeWanted
from crm_store import identities
from tests.actions.player import OTHER_PHONE, Chat

BUDI = {"other": {"member": {"number": "VIP-12345674", "points": 900}}}


@pytest.fixture
def visitor(chat: Callable[..., Chat]) -> Chat:
    """Somebody on the web page, while Budi is a customer on WhatsApp."""
    return chat(channel="web", verified=False, name=None, given=BUDI)


@pytest.mark.parametrize("named", ["0812-0000-0099", "VIP 1234 5674"])
def test_the_code_goes_to_the_address_on_file_only(visitor: Chat, named: str) -> None:
    visitor.say("poin saya berapa")
    visitor.say(named)
    (sent,) = [one for one in visitor.played.requests if isinstance(one, CodeWanted)]
    assert (sent.kind, sent.address) == ("whatsapp", OTHER_PHONE)
    assert visitor.code() not in visitor.played.text


def test_known_and_unknown_addresses_sound_the_same(chat: Callable[..., Chat]) -> None:
    heard = []
    for kind, named in (("web", "0812-0000-0099"), ("email", "0812-0000-0777")):
        talk = chat(channel=kind, verified=False, name=None, given=BUDI)
        talk.say("cek poin saya")
        heard.append([reply.text for reply in talk.say(named).replies])
    assert heard[0] == heard[1]


def test_the_right_code_joins_the_visitor_to_the_customer(visitor: Chat) -> None:
    before = visitor.identity.customer_id
    visitor.say("poin saya berapa")
    visitor.say("0812-0000-0099")
    visitor.say(visitor.code())
    assert visitor.identity.customer_id != before
    assert visitor.identity.verified
    assert "900" in visitor.played.text


def test_a_code_works_once(visitor: Chat, chat: Callable[..., Chat]) -> None:
    visitor.say("poin saya berapa")
    visitor.say("0812-0000-0099")
    code = visitor.code()
    visitor.say(code)
    thief = chat(channel="email", verified=False, name=None)
    thief.say("poin saya berapa")
    thief.say("0812-0000-0099")
    thief.say(code)
    assert not thief.identity.verified
    assert "900" not in thief.played.text


def test_nobody_is_flooded_with_codes(visitor: Chat) -> None:
    heard = set()
    visitor.say("poin saya berapa")
    visitor.say("0812-0000-0099")
    for _ in range(8):
        heard.add(visitor.say("kirim ulang kode").replies[-1].text)
    sent = [one for one in visitor.played.requests if isinstance(one, CodeWanted)]
    assert (len(sent), len(heard)) == (5, 1)


def test_an_unverified_address_gets_no_code(chat: Callable[..., Chat]) -> None:
    talk = chat(channel="web", verified=False, name=None)
    identities.resolve(talk.session, kind="email", address="dewi@mail.example", name="Dewi")
    talk.say("poin saya berapa")
    talk.say("dewi@mail.example")
    assert not any(isinstance(one, CodeWanted) for one in talk.played.requests)
