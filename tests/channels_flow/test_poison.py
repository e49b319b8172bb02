"""An event that the store refuses each time must neither be lost nor hold up those after it."""

import asyncio
from dataclasses import replace

import pytest
from pydantic import SecretStr

from bot.polling import Polling
from channels.base import ChannelKind, InboundMessage, Reachability, ReachState, Sender
from channels.memory import Config, MemoryChannel
from crm_store import cursors, lookups, messages

pytestmark = pytest.mark.anyio
NAME = "shop-tg"
POISON = {
    "an object that is no JSON": {"metadata": {"update": object()}},
    "words for a time": {"sent_at": "yesterday"},
}


def said(number, **fields):
    sender = fields.pop("sender", Sender(str(5100000000 + number)))
    given = {"text": f"pesan {number}", "raw": b"{}", **fields}
    return InboundMessage(NAME, ChannelKind.TELEGRAM, f"p{number}", sender, **given)


class Polled(MemoryChannel):
    """Gives one batch each time it is asked from the start, then waits."""

    def __init__(self, *batch):
        config = Config(kind=ChannelKind.TELEGRAM, secret=SecretStr("x"))
        super().__init__(NAME, config, public_url="")
        self.batch = batch

    async def poll(self, cursor):
        if cursor is None:
            yield self.batch, "17"
        await asyncio.Event().wait()


async def polled(stage, channel):
    polling = asyncio.create_task(Polling(stage.app, channel).run(lambda: False))
    await stage.until(lambda: cursor(stage) == "17", "the batch holds up all after it")
    polling.cancel()
    await asyncio.gather(polling, return_exceptions=True)


def cursor(stage):
    with stage.app.db.reading() as session:
        return cursors.get(session, NAME)


def kept(stage, number):
    with stage.app.db.reading() as session:
        found = lookups.conversation_at(session, "telegram", str(5100000000 + number))
        message = messages.thread(session, found.id)[0] if found else None
        return message and (message.text, bytes(messages.original(session, message.id).raw))


@pytest.mark.parametrize("odd", POISON.values(), ids=POISON)
async def test_a_message_that_cannot_be_stored_is_kept_as_it_came(stage, odd):
    await polled(stage, Polled(said(1), said(2, **odd), said(3)))
    assert kept(stage, 1) == ("pesan 1", b"{}")
    assert kept(stage, 2) == ("", b"{}")
    assert kept(stage, 3) == ("pesan 3", b"{}")


async def test_what_has_no_address_that_can_be_stored_is_left_out(stage):
    await polled(stage, Polled(said(1), said(2, sender=Sender("")), said(3)))
    assert kept(stage, 3)


async def test_what_is_no_message_and_cannot_be_stored_is_left_out(stage):
    blocked = Reachability(NAME, ChannelKind.TELEGRAM, "5100000001", ReachState.BLOCKED, "b1")
    odd = replace(blocked, at="yesterday")
    await polled(stage, Polled(said(1), odd, said(3)))
    assert kept(stage, 3)
