"""Provably not sent: sent again, once. Sent after all: never again. No telling: a person."""

from datetime import timedelta

import pytest

from bot import inbound
from bot.app import build
from bot.settings import Settings
from bot.worker import Worker
from channels.email import reconcile as by_mail
from channels.twilio import outbox, recall
from crm_store import lookups, messages
from crm_store.models.kinds import MessageStatus
from crm_store.session import Database
from tests.bot.conftest import ScriptedEngine
from tests.channels.email.conftest import imap, make, smtp  # noqa: F401
from tests.peers import telegram_server, twilio_server

pytestmark = pytest.mark.anyio
ANA = "ana@pelanggan.example"
WRITTEN = (
    f"From: {ANA}\r\nSubject: Kulkas\r\nMessage-ID: <m1@pelanggan.example>\r\n"
    "Date: Sat, 15 Jun 2024 14:59:00 +0700\r\n\r\nhalo\r\n"
).encode()


@pytest.fixture(autouse=True)
def at_once(monkeypatch):
    """Providers' lists are complete at once, which in life takes one to ten minutes."""
    monkeypatch.setattr(outbox, "SETTLED_SECONDS", 0.0)
    monkeypatch.setattr(recall, "SETTLED_SECONDS", 0.0)
    monkeypatch.setattr(by_mail, "SETTLED", timedelta(0))


async def sweep_again_and_again(stage):
    for _ in range(3):
        await stage.sweep()
        await stage.rest()


def posts(twilio):
    return [path for method, path, _ in twilio.requests if (method, path[-13:]) == POST]


POST = ("POST", "Messages.json")


@pytest.mark.parametrize("taken", [False, True], ids=["not taken", "taken"])
async def test_a5_8_what_twilio_has_not_got_is_sent_once(stage, taken):
    stage.twilio.faults.append(twilio_server.Fault(taken=taken, cut=True))
    await stage.twilio.customer_writes("halo")
    await stage.until(lambda: stage.replies() and stage.replies()[0].status == "unknown")
    await sweep_again_and_again(stage)
    [reply], [sent] = stage.replies(), stage.twilio.messages
    assert (reply.status, reply.provider_id) == (MessageStatus.SENT, sent["sid"])
    assert len(posts(stage.twilio)) == (1 if taken else 2)


async def test_what_came_after_it_is_not_overtaken_twice(stage):
    stage.twilio.faults.append(twilio_server.Fault(cut=True))
    await stage.twilio.customer_writes("satu")
    await stage.until(lambda: stage.replies() and stage.replies()[0].status == "unknown")
    await stage.twilio.customer_writes("dua")
    await sweep_again_and_again(stage)
    bodies = [sent["body"] for sent in stage.twilio.messages]
    assert sorted(bodies) == ["echo: dua", "echo: satu"]


@pytest.mark.parametrize("taken", [False, True], ids=["not taken", "taken"])
async def test_b3_4_telegram_cannot_tell_and_a_person_decides(stage, taken):
    fault = telegram_server.Fault(taken=taken, cut=True, method="sendmessage")
    stage.telegram.faults.append(fault)
    await stage.telegram.deliver(stage.telegram.happens(message=stage.telegram.said("halo")))
    await stage.until(lambda: not any(stage._counts().values()))
    await sweep_again_and_again(stage)
    [reply] = stage.replies(str(telegram_server.ANA), "telegram")
    assert (reply.status, bool(reply.error)) == (MessageStatus.UNKNOWN, True)
    assert len(stage.telegram.asked("sendMessage")) == 1


@pytest.fixture
async def mail(tmp_path, empty_store, smtp, imap):  # noqa: F811
    """A shop whose SMTP server files what it takes in the folder Sent; gives how to play it."""
    path = tmp_path / "akrab.db"
    path.write_bytes(empty_store.read_bytes())
    db = Database.open(f"sqlite:///{path}", synchronous="off")
    await imap.append(b"From: x\r\n\r\n", "Sent")
    server = {"host": "127.0.0.1", "tls": "none"}
    box = {**server, "port": imap.port, "username": "sari", "password": "right"}
    channel = make(
        smtp={**server, "port": smtp.port},
        imap={**box, "sent_folder": "Sent", "sent_is_complete": True},
    )
    settings = Settings.model_validate({"data": tmp_path, "web": {"secret_key": "x"}})
    app = build(settings, db=db, engine=ScriptedEngine(), channels={"shop": channel})
    worker = Worker(app)
    await inbound.accept(app, channel._parser.events(WRITTEN))
    yield app, worker
    await channel.close()
    app.close()


def answer(app):
    with app.db.reading() as session:
        talk = lookups.conversation_at(session, "email", ANA)
        return messages.thread(session, talk.id)[-1]


async def test_c8_2_a_mail_that_is_not_in_the_sent_folder_is_sent_once(mail, smtp):  # noqa: F811
    app, worker = mail
    smtp.cut, smtp.answers = "data", {"data": "451 not taken"}  # broken off before the end
    await worker.idle()
    assert (answer(app).status, smtp.received) == (MessageStatus.UNKNOWN, [])
    smtp.cut, smtp.answers = None, {}
    for _ in range(3):
        await worker._ask()
        await worker.idle()
    assert (answer(app).status, len(smtp.received)) == (MessageStatus.SENT, 1)


async def test_c8_2_a_mail_that_was_filed_is_not_sent_again(mail, smtp, imap):  # noqa: F811
    app, worker = mail
    smtp.cut = "answer"
    await worker.idle()
    assert answer(app).status == MessageStatus.UNKNOWN
    await imap.append(smtp.received[0].content, "Sent")
    smtp.cut = None
    for _ in range(3):
        await worker._ask()
        await worker.idle()
    assert (answer(app).status, len(smtp.received)) == (MessageStatus.SENT, 1)
