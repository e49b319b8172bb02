"""A Telegram deep link connects an account once; any other token is a plain /start."""

from datetime import timedelta

import pytest

from bot import linking
from crm_store import audit, identities, links
from crm_store.session import now
from tests.peers import telegram_server
from tests.peers.telegram_server import BUDI, GROUP

pytestmark = pytest.mark.anyio
TELEGRAM_ANA = str(telegram_server.ANA)
LINKED = "Akun terhubung. Ada yang bisa saya bantu?"


@pytest.fixture
async def ana(stage):
    """Ana is known from WhatsApp; gives her customer id."""
    await stage.twilio.customer_writes("halo")
    await stage.rest()
    return stage.identity().customer_id


@pytest.fixture
def token(stage, ana):
    with stage.app.db.transaction() as session:
        return linking.invitation(session, stage.app.channels, ana).partition("?start=")[2]


async def opens(stage, token, user=telegram_server.ANA, **keys):
    """Somebody opens the bot by a link; gives what the bot says to it."""
    before = len(stage.telegram.messages)
    said = stage.telegram.said(f"/start {token}", user, **keys)
    await stage.telegram.deliver(stage.telegram.happens(message=said))
    await stage.rest()
    return [sent["text"] for sent in stage.telegram.messages[before:]]


async def test_b2_3_an_invitation_is_a_deep_link(stage, ana):
    with stage.app.db.transaction() as session:
        url = linking.invitation(session, stage.app.channels, ana)
    assert url.startswith("https://t.me/tokosinarbot?start=")


async def test_b2_3_a_link_connects_telegram_to_its_customer(stage, ana, token):
    assert await opens(stage, token) == [LINKED]
    identity = stage.identity(TELEGRAM_ANA, "telegram")
    assert (identity.customer_id, identity.verified_by) == (ana, "code")
    assert [turn.text for turn in stage.engine.heard] == ["halo"]
    await stage.telegram.deliver(stage.telegram.happens(message=stage.telegram.said("poin")))
    await stage.rest()
    assert stage.engine.heard[-1].slots["verified"]


async def test_b2_3_the_same_update_again_says_it_once(stage, token):
    said = stage.telegram.said(f"/start {token}")
    update = stage.telegram.happens(message=said)
    for _ in range(3):
        await stage.telegram.deliver(update)
    await stage.rest()
    assert [sent["text"] for sent in stage.telegram.messages] == [LINKED]


async def test_b2_3_a_used_link_connects_nobody_else(stage, ana, token):
    await opens(stage, token)
    assert await opens(stage, token, BUDI) == ["echo: /start"]
    assert stage.identity(str(BUDI), "telegram").customer_id != ana


@pytest.mark.parametrize("age", [15, 600])
async def test_b2_3_an_expired_link_is_a_plain_start(stage, ana, age):
    with stage.app.db.transaction() as session:
        token = links.issue(session, ana, at=now() - timedelta(minutes=age, seconds=1))
    assert await opens(stage, token) == ["echo: /start"]
    assert stage.identity(TELEGRAM_ANA, "telegram").verified_by is None


@pytest.mark.parametrize("token", ["x", "a" * 32, "promo-lebaran"])
async def test_b2_3_a_made_up_token_is_a_plain_start(stage, ana, token):
    assert await opens(stage, token) == ["echo: /start"]
    assert stage.identity(TELEGRAM_ANA, "telegram").customer_id != ana


@pytest.mark.parametrize(
    ("said", "length"),
    [("/start@TokoSinarBot {token}", 19), ("@TokoSinarBot https://t.me/x?start={token} bisa?", 13)],
)
async def test_b2_3_a_link_that_a_group_has_seen_is_void(stage, ana, token, said, length):
    chat = {"id": GROUP, "type": "group", "title": "Keluarga"}
    kind = "bot_command" if said.startswith("/") else "mention"
    entities = [{"type": kind, "offset": 0, "length": length}]
    message = stage.telegram.said(said.format(token=token)) | {"chat": chat, "entities": entities}
    await stage.telegram.deliver(stage.telegram.happens(message=message))
    await stage.rest()
    assert stage.identity(str(GROUP), "telegram").customer_id != ana
    assert await opens(stage, token) == ["echo: /start"]
    assert stage.identity(TELEGRAM_ANA, "telegram").customer_id != ana


async def test_an_invitation_stands_in_the_audit_trail_without_its_token(stage, ana, token):
    with stage.app.db.reading() as session:
        [entry] = audit.of_subject(session, "customer", ana)
    assert (entry.actor, entry.action, entry.detail) == ("system", "invite", {"kind": "telegram"})


async def test_b2_3_another_known_person_is_not_joined_but_shown_to_staff(stage, ana, token):
    await opens(stage, links_of_budi(stage), BUDI)
    assert await opens(stage, token, BUDI) == ["echo: /start"]
    identity = stage.identity(str(BUDI), "telegram")
    assert identity.customer_id != ana
    with stage.app.db.reading() as session:
        [entry] = audit.of_subject(session, "identity", identity.id)
    assert entry.action == "code_conflict"


def links_of_budi(stage):
    """Budi wrote by SMS, so he is somebody; a link of his own for his Telegram."""
    with stage.app.db.transaction() as session:
        budi = identities.resolve(
            session, kind="sms", address="+6281200000002", phone="+6281200000002",
            verified_by="channel",
        )  # fmt: skip
        return links.issue(session, budi.customer_id)
