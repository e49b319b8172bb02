"""A promotion by mail, from the queue to the click that ends it, through real servers."""

import email
import email.policy
import re

import httpx
import pytest

from bot import inbound
from bot.app import build
from bot.settings import Settings
from bot.web import create_web
from bot.worker import Worker
from channels.base import WebhookRequest
from crm_store import consents, lookups, messages
from crm_store.models.kinds import Author, MessageStatus
from crm_store.session import Database
from tests.bot.conftest import ScriptedEngine
from tests.channels.email.conftest import make, smtp  # noqa: F401
from tests.channels_flow.conftest import PUBLIC_URL

pytestmark = pytest.mark.anyio
ANA = "ana@pelanggan.example"
OFFER = {"author": Author.SYSTEM, "priority": 5, "content": {"marketing": True}}


@pytest.fixture
async def shop(tmp_path, empty_store, smtp):  # noqa: F811
    """A shop that sends through the SMTP server of this test; Ana wants its offers."""
    path = tmp_path / "akrab.db"
    path.write_bytes(empty_store.read_bytes())
    db = Database.open(f"sqlite:///{path}", synchronous="off")
    channel = make(smtp={"host": "127.0.0.1", "port": smtp.port, "tls": "none"})
    web = {"secret_key": "x", "public_url": PUBLIC_URL}
    settings = Settings.model_validate({"data": tmp_path, "web": web})
    app = build(settings, db=db, engine=ScriptedEngine(), channels={"shop": channel})
    await comes(app, f"From: {ANA}\r\nSubject: Halo\r\n\r\nhalo\r\n")
    with db.transaction() as session:
        consents.record(session, 1, purpose="marketing", granted=True, wording="mau")
    await Worker(app).idle()
    smtp.received.clear()
    yield app
    await channel.close()
    app.close()


async def comes(app, raw):
    request = WebhookRequest("POST", "", {}, raw.encode())
    await inbound.accept(app, app.channels["shop"].parse(request))


async def offer(app, text="Promo gajian!"):
    """Queue a promotion and let it be sent; gives how it stands."""
    with app.db.transaction() as session:
        talk = lookups.conversation_at(session, "email", ANA)
        message_id = messages.queue(session, talk, text=text, **OFFER).id
    await Worker(app).idle()
    with app.db.reading() as session:
        return messages.get(session, message_id)


def sent(smtp):  # noqa: F811
    [envelope] = smtp.received
    return email.message_from_bytes(envelope.content, policy=email.policy.default)


def links(mail):
    """The places in List-Unsubscribe: the page, the address."""
    return re.findall(r"<([^>]+)>", mail["List-Unsubscribe"])


async def test_c9_1_the_mail_names_the_page_and_the_address(shop, smtp):  # noqa: F811
    await offer(shop)
    mail = sent(smtp)
    page, address = links(mail)
    assert page.startswith(f"{PUBLIC_URL}/unsubscribe/")
    assert address.startswith("mailto:halo+u-")
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert page in mail.get_body(("plain",)).get_content()


async def test_c9_1_a_click_in_the_mail_program_ends_offers(shop, smtp):  # noqa: F811
    await offer(shop)
    transport = httpx.ASGITransport(app=create_web(shop))
    async with httpx.AsyncClient(transport=transport) as client:
        answer = await client.post(links(sent(smtp))[0], data={"List-Unsubscribe": "One-Click"})
    assert answer.status_code == 200
    assert (await offer(shop)).status == MessageStatus.DROPPED
    assert len(smtp.received) == 1


async def test_rfc2369_a_mail_to_its_address_ends_offers(shop, smtp):  # noqa: F811
    await offer(shop)
    to = links(sent(smtp))[1].removeprefix("mailto:").partition("?")[0]
    await comes(shop, f"From: {ANA}\r\nTo: {to}\r\nSubject: unsubscribe\r\n\r\n\r\n")
    assert (await offer(shop)).status == MessageStatus.DROPPED
    assert len(smtp.received) == 1


async def test_an_answer_names_neither(shop, smtp):  # noqa: F811
    await comes(shop, f"From: {ANA}\r\nSubject: Stok\r\n\r\nada kulkas?\r\n")
    await Worker(shop).idle()
    assert "List-Unsubscribe" not in sent(smtp)
