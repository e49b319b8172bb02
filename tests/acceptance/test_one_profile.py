"""Ana on WhatsApp, Telegram and email: one profile, one card, one case."""

from collections.abc import Callable

import pytest

from bot.app import App
from channels.base import ChannelKind, Sender
from crm_store import customers, identities, touchpoints
from crm_store.profile import Profile

Say = Callable[..., list[str]]
PHONE = "+6281200000001"


def profile_of(app: App, kind: str, address: str) -> Profile:
    with app.db.transaction() as session:
        identity = identities.resolve(session, kind=kind, address=address)
        return customers.profile(session, identity.customer_id)


@pytest.fixture
def story(say: Say, ana: dict[str, Sender]) -> dict[str, list[str]]:
    """Everything Ana writes, and what she is answered."""
    whatsapp, telegram, email = ChannelKind.WHATSAPP, ChannelKind.TELEGRAM, ChannelKind.EMAIL
    return {
        "join": say("mau daftar member", ana["whatsapp"], whatsapp),
        "agree": say("ya", ana["whatsapp"], whatsapp),
        "stranger": say("poin saya berapa", ana["telegram"], telegram),
        "contact": say("", ana["telegram"], telegram, PHONE),
        "balance": say("poin saya berapa", ana["telegram"], telegram),
        "fridge": say("my fridge is broken", ana["email"], email),
    }


def test_all_channels_are_one_customer(app: App, story: dict[str, list[str]]) -> None:
    found = {
        profile_of(app, kind, address).customer.id
        for kind, address in (
            ("whatsapp", PHONE),
            ("telegram", "555000111"),
            ("email", "ana@surat.example"),
        )
    }
    assert len(found) == 1


def test_she_has_one_card_and_one_case(app: App, story: dict[str, list[str]]) -> None:
    profile = profile_of(app, "whatsapp", PHONE)
    assert profile.member is not None
    assert [case.product for case in profile.open_complaints] == ["kulkas"]


def test_a_stranger_on_telegram_learns_nothing(story: dict[str, list[str]]) -> None:
    assert "VIP-" not in " ".join(story["stranger"])


def test_the_balance_is_told_once_the_phone_is_proved(story: dict[str, list[str]]) -> None:
    assert "0" in " ".join(story["balance"])


def test_english_mail_is_answered_in_english(story: dict[str, list[str]]) -> None:
    assert "sorry" in " ".join(story["fridge"]).lower()


def test_the_touchpoints_stand_in_order(app: App, story: dict[str, list[str]]) -> None:
    customer = profile_of(app, "whatsapp", PHONE).customer.id
    with app.db.reading() as session:
        newest = touchpoints.of_customer(session, customer, 40)
    told = [(touch.channel, touch.kind.value) for touch in reversed(newest)]
    wanted = [
        ("whatsapp", "message_in"),
        ("whatsapp", "message_out"),
        ("telegram", "message_in"),
        ("telegram", "message_out"),
        ("email", "message_in"),
        ("email", "message_out"),
    ]
    positions = [told.index(step) for step in wanted]
    assert positions == sorted(positions)


def test_a_forged_mail_may_complain_but_learns_nothing(
    app: App, say: Say, ana: dict[str, Sender]
) -> None:
    said = " ".join(say("show me my profile", ana["forged"], ChannelKind.EMAIL))
    assert "+62" not in said
    assert "Permata" not in said
