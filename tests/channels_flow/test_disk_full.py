"""The disk is full: nothing is acknowledged that is not stored, nothing is sent twice for it."""

import asyncio

import pytest
from sqlalchemy import event

from tests.peers.twilio_server import Fault

pytestmark = pytest.mark.anyio
LONG = "kulkas dua pintu " * 80
DEWI = {"From": "whatsapp:+6281200000009", "WaId": "6281200000009"}


class Disk:
    """What the store may use: all there is, or no page more than it has."""

    def __init__(self, db):
        self._full = False
        event.listen(db._writer, "checkout", self._limit)

    def _limit(self, connection, *_):
        pages = connection.execute("PRAGMA page_count").fetchone()[0] if self._full else 2**30
        connection.execute(f"PRAGMA max_page_count = {pages}")

    def fill(self):
        self._full = True

    def free(self):
        self._full = False


@pytest.fixture
def disk(stage):
    return Disk(stage.app.db)


async def fills_up(stage, disk):
    """Write until the store takes no more; gives the answers to each message."""
    disk.fill()
    answers = []
    for number in range(60):
        answers.append(await stage.twilio.customer_writes(f"{number} {LONG}"))
        if answers[-1] != 200:
            return answers
    raise AssertionError("it never was full")


async def test_what_is_not_stored_is_not_acknowledged_and_what_is_is_there(stage, disk):
    answers = await fills_up(stage, disk)
    assert answers[-1] == 503
    disk.free()
    said = [one.text.split()[0] for one in stage.said()]
    assert said == [str(number) for number, answer in enumerate(answers) if answer == 200]


async def test_what_is_sent_again_after_that_is_stored_and_answered(stage, disk):
    await fills_up(stage, disk)
    disk.free()
    assert await stage.twilio.customer_writes("halo", **DEWI) == 200
    await stage.rest()
    sent = [one["body"] for one in stage.twilio.messages]
    assert len(sent) == len(set(sent))
    assert "echo: halo" in sent


async def test_a_message_that_went_out_meanwhile_is_recorded_and_not_sent_again(stage, disk):
    held = asyncio.Event()
    stage.twilio.faults.append(Fault(taken=True, held=held))
    await stage.twilio.customer_writes("halo", **DEWI)
    await stage.until(lambda: stage.twilio.messages)
    await fills_up(stage, disk)
    held.set()
    outbound = stage.worker._outbound
    await stage.until(lambda: outbound._outcomes or outbound.idle)  # recorded, or cannot be
    disk.free()
    await stage.rest()
    sent = [one["body"] for one in stage.twilio.messages]
    assert sent.count("echo: halo") == 1
    assert stage.replies("+6281200000009")[0].status == "sent"
