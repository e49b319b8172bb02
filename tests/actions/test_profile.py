"""One's own profile, consents and data."""

from collections.abc import Callable

import pytest

from actions.context import PersonWanted
from crm_store import audit, consents, customers, identities
from tests.actions.acting import Scene
from tests.actions.player import Chat


def test_the_profile_masks_addresses(scene: Callable[..., Scene]) -> None:
    acted = scene().act("action_my_profile")
    assert acted.values["utter_my_profile.addresses"] == "whatsapp +62*******0001"


def test_a_new_address_is_linked_only_with_its_code(chat: Callable[..., Chat]) -> None:
    talk = chat()
    talk.say("ganti email saya")
    talk.say("ana.baru@mail.example")
    assert _addresses(talk) == ["+6281200000001"]
    talk.say(talk.code())
    assert _addresses(talk) == ["+6281200000001", "ana.baru@mail.example"]


def test_an_address_of_another_customer_goes_to_staff(chat: Callable[..., Chat]) -> None:
    talk = chat(given={"other": {}})
    identities.resolve(
        talk.session,
        kind="sms",
        address="+6281200000099",
        phone="+6281200000099",
        verified_by="channel",
    )
    talk.say("nomor hp saya ganti jadi 0812-0000-0099")
    talk.say(talk.code())
    assert isinstance(talk.played.requests[-1], PersonWanted)
    assert _addresses(talk) == ["+6281200000001"]


def test_stop_holds_on_every_channel(scene: Callable[..., Scene]) -> None:
    stage = scene("STOP")
    stage.act("action_stop_messages")
    session, customer_id = stage.chat.session, stage.chat.identity.customer_id
    channels = ("whatsapp", "sms", "telegram", "email")
    assert not any(consents.allowed(session, customer_id, "marketing", one) for one in channels)


def test_start_holds_on_its_own_channel_only(scene: Callable[..., Scene]) -> None:
    stage = scene("MULAI")
    stage.act("action_start_messages")
    session, customer_id = stage.chat.session, stage.chat.identity.customer_id
    assert consents.allowed(session, customer_id, "marketing", "whatsapp")
    assert not consents.allowed(session, customer_id, "marketing", "email")


@pytest.mark.parametrize("text", ["/start", "/start@TokoSinarBot", "/start promo-9", " /restart"])
def test_opening_a_telegram_bot_or_a_command_agrees_to_nothing(
    scene: Callable[..., Scene], text: str
) -> None:
    stage = scene(text)
    stage.act("action_start_messages")
    assert consents.of_customer(stage.chat.session, stage.chat.identity.customer_id) == []


def test_the_words_of_the_customer_are_the_evidence(scene: Callable[..., Scene]) -> None:
    stage = scene("jangan kirim promo lagi")
    stage.act("action_stop_messages")
    (one,) = consents.of_customer(stage.chat.session, stage.chat.identity.customer_id)
    assert (one.wording, one.source_message_id) == ("jangan kirim promo lagi", stage.message_id)


def test_joining_records_the_wording_that_was_agreed_to(chat: Callable[..., Chat]) -> None:
    talk = chat()
    asked = talk.say("mau daftar member").replies[-1].text
    talk.say("ya setuju")
    (one,) = consents.of_customer(talk.session, talk.identity.customer_id)
    assert (one.purpose, one.wording) == ("loyalty", asked)


@pytest.mark.parametrize(
    ("action", "slots", "entry"),
    [
        ("action_my_data", {}, "data_access_request"),
        ("action_submit_delete", {"delete_confirm": True}, "data_deletion_request"),
    ],
)
def test_data_requests_are_audited_and_handed_to_staff(
    scene: Callable[..., Scene], action: str, slots: dict[str, object], entry: str
) -> None:
    stage = scene("data saya")
    acted = stage.act(action, slots=slots)
    customer_id = stage.chat.identity.customer_id
    entries = audit.of_subject(stage.chat.session, "customer", str(customer_id))
    assert [one.action for one in entries] == [entry]
    assert isinstance(acted.requests[0], PersonWanted)


@pytest.mark.parametrize(("asked", "language"), [("en", "en"), ("id", "id"), (None, "en")])
def test_the_language_asked_for_or_the_other_one(
    scene: Callable[..., Scene], asked: str | None, language: str
) -> None:
    stage = scene("bahasa")
    acted = stage.act("action_change_language", entities=[("language", asked)] if asked else [])
    customer = customers.get(stage.chat.session, stage.chat.identity.customer_id)
    assert (acted.slots["language"], customer.language) == (language, language)


def _addresses(talk: Chat) -> list[str]:
    known = identities.of_customer(talk.session, talk.identity.customer_id)
    return [one.address for one in known if one.verified]
