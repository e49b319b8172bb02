"""kill -9 at random moments: what was acknowledged is stored once, answered once, never lost.

`AKRAB_KILLS` says how often in all (default 200); each start of the process is killed at a random
moment while clients write. After the last start everything must come to rest.
"""

import asyncio
import json
import os
import random
from collections import Counter

import httpx
import pytest

from crm_store import lookups, messages
from crm_store.session import Database

KILLS = int(os.environ.get("AKRAB_KILLS", "200"))
CLIENTS = 4
MOST_ACKNOWLEDGED = 12
HEADERS = {"x-akrab-secret": "faults-only"}


class Client:
    """Writes as one customer, one message after another; repeats what was not acknowledged."""

    def __init__(self, url, number):
        self.url = f"{url}/webhooks/sms"
        self.address = f"+62812000000{number}"
        self.acknowledged = []
        self.next = 1

    async def write(self, stop):
        async with httpx.AsyncClient(timeout=30, verify=False) as http:  # no TLS to load
            while not stop.is_set():
                provider_id = f"{self.address}:{self.next}"
                if await self._post(http, provider_id):
                    self.acknowledged.append(provider_id)
                    self.next += 1
                else:
                    await asyncio.sleep(0.01)

    async def _post(self, http, provider_id):
        event = {"type": "message", "id": provider_id, "from": self.address, "text": provider_id}
        try:
            body = {"events": [event]}
            answer = await http.post(self.url, json=body, headers=HEADERS)
        except httpx.TransportError:
            return False
        return answer.status_code == 200


async def write_until_killed(server, clients, rng):
    """The moment depends on work done, not on time alone, so that a slow machine works too."""
    stop = asyncio.Event()
    enough = total(clients) + rng.randint(0, MOST_ACKNOWLEDGED)
    writing = [asyncio.create_task(client.write(stop)) for client in clients]
    for _ in range(6000):
        if total(clients) >= enough:
            break
        await asyncio.sleep(0.005)
    await asyncio.sleep(rng.uniform(0.0, 0.03))
    await asyncio.to_thread(server.kill)
    stop.set()
    await asyncio.gather(*writing)


def total(clients):
    return sum(len(client.acknowledged) for client in clients)


async def come_to_rest(db):
    """Nothing received waits for a turn, nothing queued for sending, no lease is open."""
    for _ in range(3000):
        with db.reading() as session:
            if not any(lookups.message_counts(session).values()):
                return
        await asyncio.sleep(0.1)
    raise AssertionError("it did not come to rest")


async def kill_again_and_again(server, clients, db):
    rng = random.Random(2026)
    for _ in range(KILLS):
        await asyncio.to_thread(server.start)
        await write_until_killed(server, clients, rng)
    await asyncio.to_thread(server.start)
    await come_to_rest(db)


@pytest.fixture
def history(server):
    """Everything said, by conversation, after the last kill and a quiet minute."""
    clients = [Client(server.url, number) for number in range(CLIENTS)]
    db = Database.open(server.database)
    asyncio.run(kill_again_and_again(server, clients, db))
    with db.reading() as session:
        begun = [lookups.conversation_at(session, "sms", client.address) for client in clients]
        held = [(one, messages.thread(session, one.id, limit=100_000)) for one in begun if one]
    db.close()
    return clients, held


@pytest.mark.slow
@pytest.mark.timeout(1800)
def test_nothing_acknowledged_is_lost_or_answered_twice(history, server):
    clients, held = history
    said = [message for _, thread in held for message in thread if message.direction == "in"]
    replies = [message for _, thread in held for message in thread if message.direction == "out"]
    acknowledged = [one for client in clients for one in client.acknowledged]
    assert len(acknowledged) >= KILLS

    stored = Counter(message.provider_id for message in said)
    assert set(acknowledged) <= set(stored)
    assert set(stored.values()) == {1}
    assert {message.status for message in said} == {"handled"}

    answers = Counter(message.in_reply_to_id for message in replies)
    assert answers == Counter(message.id for message in said)
    for conversation, thread in held:
        turns = json.loads(conversation.dialogue_state)[0]["turns"]
        assert turns == sum(message.direction == "in" for message in thread)

    arrived = Counter(server.sent())
    assert set(arrived.values()) <= {1}
    for reply in replies:
        assert reply.status in ("delivered", "unknown"), reply.id
        assert reply.status == "unknown" or arrived[str(reply.id)] == 1
