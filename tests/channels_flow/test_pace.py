"""How fast: one a second to a person on Telegram, replies ahead of bulk."""

import asyncio
import time

import pytest

from bot.delivery.pacing import Pace
from crm_store import consents, conversations, identities
from crm_store.models.kinds import Author
from tests.peers.telegram_server import ANA, BUDI, GROUP

pytestmark = pytest.mark.anyio
BULK = {"author": Author.SYSTEM, "priority": 5}


async def writes(stage, text, user=ANA):
    await stage.telegram.deliver(stage.telegram.happens(message=stage.telegram.said(text, user)))


async def test_b3_1_a_chat_gets_one_message_a_second(stage):
    started = time.monotonic()
    for text in ("satu", "dua", "tiga"):
        await writes(stage, text)
    await stage.rest()
    assert [sent["text"] for sent in stage.telegram.messages] == [
        "echo: satu", "echo: dua", "echo: tiga",
    ]  # fmt: skip
    # The third may leave two seconds after the first at the soonest; a busy machine only adds.
    assert stage.telegram.times[-1] - started > 1.9


async def test_b3_1_another_chat_does_not_wait(stage):
    for text, user in (("satu", ANA), ("dua", ANA), ("tiga", BUDI)):
        await writes(stage, text, user)
    await stage.rest()
    texts = [sent["text"] for sent in stage.telegram.messages]
    assert texts.index("echo: tiga") < texts.index("echo: dua")


async def test_b3_1_a_group_waits_for_its_twenty_a_minute(stage):
    pace, channel = Pace(stage.app), stage.app.channels["bot"]
    waits = [await pace._take(channel, str(GROUP), 1000.0) for _ in range(21)]
    assert waits[20] > 60


@pytest.fixture
def rates():
    return {"bot": {"overall": 4}, "toko": {"overall": 1000, "per_recipient": 1000}}


@pytest.fixture
def crowd(stage):
    """Thirty people who talked to the bot once and want offers."""
    people = [str(number) for number in range(5_200_000_000, 5_200_000_030)]
    stage.telegram.chats.update(map(int, people))
    with stage.app.db.transaction() as session:
        for address in people:
            identity = identities.resolve(session, kind="telegram", address=address)
            conversations.for_identity(session, identity, "bot")
            consents.record(
                session, identity.customer_id, purpose="marketing", channel="telegram",
                granted=True, wording="ya", wording_version="1", source_message_id=None,
                actor="customer",
            )  # fmt: skip
    return people


async def test_a_reply_goes_ahead_of_bulk_that_waits_for_its_rate(stage, crowd):
    """Thirty offers at four a second would keep Budi waiting for seven seconds."""
    for address in crowd:
        stage.queue("Promo!", address, "telegram", **BULK)
    await stage.until(lambda: len(stage.telegram.messages) >= 6)
    before = len(stage.telegram.messages)
    await writes(stage, "tolong", BUDI)
    texts = [one["text"] for one in stage.telegram.messages]
    while "echo: tolong" not in texts[before:]:
        await asyncio.sleep(0.01)
        texts = [one["text"] for one in stage.telegram.messages]
    # Behind them all it would be the thirty-first; what a slow machine lets by is no matter.
    assert texts.index("echo: tolong") < len(crowd) - 5


async def test_bulk_goes_out_all_the_same(stage, crowd):
    started = time.monotonic()
    for address in crowd[:12]:
        stage.queue("Promo!", address, "telegram", **BULK)
    await stage.rest()
    assert [one["text"] for one in stage.telegram.messages] == ["Promo!"] * 12
    assert stage.telegram.times[-1] - started > 1.8


async def test_a_worker_that_stops_leaves_nothing_half_sent(stage, crowd):
    for address in crowd:
        stage.queue("Promo!", address, "telegram", **BULK)
    await stage.until(lambda: len(stage.telegram.messages) >= 6)
    stage.worker.stop()
    await stage.until(lambda: stage.worker._outbound.idle)
    statuses = [stage.replies(address, "telegram")[0].status for address in crowd]
    assert statuses.count("sent") == len(stage.telegram.messages)
    assert set(statuses) == {"sent", "queued"}
