"""Ten thousand messages from one sender, while others are served."""

import asyncio
import time

import pytest

from bot import inbound
from bot.worker import Worker
from crm_store import conversations

FLOOD = 10_000
BUDI = "+6281200000002"


@pytest.mark.timeout(120)
def test_a_flood_does_not_keep_others_waiting(app, message, wa, db):
    async def run():
        worker = Worker(app)
        working = asyncio.create_task(worker.run())
        flood = [
            [message(f"pesan {one}") for one in range(at, at + 500)] for at in range(0, FLOOD, 500)
        ]
        await inbound.accept(app, flood[0])
        started = time.perf_counter()
        flooding = asyncio.gather(*(inbound.accept(app, part) for part in flood[1:]))
        await inbound.accept(app, [message("halo", sender=BUDI)])
        while not any(sent.to == BUDI for sent in wa.sent):
            await asyncio.sleep(0.01)
        waited = time.perf_counter() - started
        await flooding
        worker.stop()
        await working
        return waited

    assert asyncio.run(run()) < 20
    assert sum(sent.to != BUDI for sent in wa.sent) <= 14
    with db.reading() as session:
        assert conversations.get(session, 1).owner == "queue"
