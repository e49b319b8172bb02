"""Ten thousand messages from one sender, and more of them until somebody else is served."""

import asyncio
from itertools import count

import pytest

from bot import inbound
from bot.worker import Worker
from crm_store import lookups

FLOOD = 10_000
PART = 500
ANA, BUDI = "+6281200000001", "+6281200000002"


@pytest.mark.timeout(600)
def test_a_flood_does_not_keep_others_waiting(app, message, wa, db):
    def served():
        return any(sent.to == BUDI for sent in wa.sent)

    async def flood():
        for at in count(0, PART):
            await inbound.accept(app, [message(f"pesan {one}") for one in range(at, at + PART)])
            if at >= FLOOD and served():
                return

    async def run():
        worker = Worker(app)
        working = asyncio.create_task(worker.run())
        flooding = asyncio.create_task(flood())
        await asyncio.sleep(0)  # the flood goes first
        await inbound.accept(app, [message("halo", sender=BUDI)])
        await flooding
        worker.stop()
        await working

    asyncio.run(run())
    assert served()
    assert sum(sent.to != BUDI for sent in wa.sent) <= 14
    with db.reading() as session:
        ana = lookups.conversation_at(session, "whatsapp", ANA)
        assert ana is not None
        assert ana.owner == "queue"
