"""kill -9 while the provider has the message but has not answered: found, never sent again."""

import asyncio
import time

import pytest

from crm_store import lookups, messages
from crm_store.models import Attachment
from crm_store.session import Database
from tests.attachments.conftest import PNG, png
from tests.channels_flow.conftest import ANA, PUBLIC_URL, settings
from tests.faults.conftest import ENGINE, Nursery, Server
from tests.peers import telegram_server, twilio_server
from tests.peers.telegram_server import TelegramServer
from tests.peers.twilio_server import TwilioServer

pytestmark = [pytest.mark.anyio, pytest.mark.slow]
LEASE = 1200.0
"""Nobody waits for it to run out: the server started next sees that the one before is gone."""
HELD = 300
"""Seconds a provider keeps its answer back: for as long as a test can take."""


async def eventually(shop, look):
    """What `look` gives once that is true."""
    end = time.monotonic() + 120
    while not (found := look()):
        assert time.monotonic() < end, shop.log()
        await asyncio.sleep(0.005)
    return found


async def all_stored(shop, count):
    """Wait until every file is kept; gives what is known of them."""
    db = Database.open(shop.database)

    def stored():
        with db.reading() as session:
            found = session.query(Attachment).all()
        return found if [one.state for one in found] == ["stored"] * count else None

    found = await eventually(shop, stored)
    db.close()
    return found


async def test_a6_8_a_file_being_fetched_at_a_kill_is_fetched_again(shop, peers):
    twilio, _ = peers
    twilio.file_faults.append(twilio_server.Fault(slow=HELD))
    assert await twilio.customer_sends(PNG, "image/png") == 200
    await killed_while_sending(shop, lambda: twilio.asked_for_files)
    [file] = await all_stored(shop, 1)
    kept = shop.folder / "attachments" / file.digest[:2] / file.digest
    assert (file.attempts, twilio.asked_for_files, kept.read_bytes()) == (2, 2, PNG)


async def test_of_many_files_a_kill_loses_none(shop, peers):
    twilio, _ = peers
    photos = [png(number, 1) for number in range(1, 21)]
    twilio.file_faults.extend([twilio_server.Fault(slow=0.05)] * 40)
    for photo in photos:
        assert await twilio.customer_sends(photo, "image/png") == 200
    await killed_while_sending(shop, lambda: twilio.asked_for_files >= 9)
    found = await all_stored(shop, 20)
    kept = {path.read_bytes() for path in shop.folder.glob("attachments/*/[0-9a-f]*")}
    assert kept == set(photos)
    assert max(one.attempts for one in found) <= 2


SENT = ("POST", "Messages.json")


class SlowList(TwilioServer):
    """Says which messages there are when it may, so that `unknown` can be seen before."""

    def __init__(self):
        super().__init__()
        self.may_tell = asyncio.Event()

    async def _list(self, request):
        await self.may_tell.wait()
        return await super()._list(request)


LOADED = """
from importlib import import_module
from channels.telegram import TelegramChannel
from channels.twilio import TwilioChannel, outbox, recall
for name in (*TelegramChannel.libraries, *TwilioChannel.libraries):
    import_module(name)
outbox.SETTLED_SECONDS = recall.SETTLED_SECONDS = 0.0
"""
"""The nursery loads what a start would load slowly, and half a lease is all a send gets."""


class Shop(Server):
    """`akrab serve` with both channels connected to the peers."""

    def __init__(self, folder, nursery, twilio, telegram):
        self._peers = (twilio.url, telegram.url)
        super().__init__(folder, nursery)
        twilio.webhooks_at = telegram.webhooks_at = self.url

    def _config(self):
        given = settings(self.folder, *self._peers, sweep_seconds=0.2, lease_seconds=LEASE)
        for channel in given["channels"].values():
            channel["timeout_seconds"] = 60
        return {**given, "database": {"url": self.database}}


@pytest.fixture
async def peers():
    async with SlowList() as twilio, TelegramServer() as telegram:
        hook = f"{PUBLIC_URL}/webhooks"
        twilio.sender["webhook"]["callback_url"] = f"{hook}/toko"
        telegram.webhook["url"], telegram.secret = f"{hook}/bot", "telegram-secret"
        yield twilio, telegram


@pytest.fixture(scope="module")
def nursery(tmp_path_factory):
    opened = Nursery(tmp_path_factory.mktemp("nursery"), ENGINE + LOADED)
    yield opened
    opened.close()


@pytest.fixture
async def shop(tmp_path, nursery, peers):
    server = await asyncio.to_thread(Shop, tmp_path, nursery, *peers)
    await asyncio.to_thread(server.start)
    yield server
    await asyncio.to_thread(server.stop)


async def killed_while_sending(shop, taken):
    """Kill as soon as the provider has the message, whose answer is on its way; start again."""
    await eventually(shop, taken)
    await asyncio.to_thread(shop.kill)
    await asyncio.to_thread(shop.start)


def posts(twilio):
    return [path for method, path, _ in twilio.requests if (method, path[-13:]) == SENT]


async def becomes(shop, kind, address, status):
    """Wait for the reply to have this status; gives the reply."""
    db = Database.open(shop.database)

    def there():
        with db.reading() as session:
            talk = lookups.conversation_at(session, kind, address)
            [_, reply] = messages.thread(session, talk.id)
        return reply if reply.status == status else None

    reply = await eventually(shop, there)
    db.close()
    return reply


async def told_what_was_sent(shop, twilio):
    """Unknown until Twilio tells; gives the reply."""
    await becomes(shop, "whatsapp", ANA, "unknown")
    twilio.may_tell.set()
    return await becomes(shop, "whatsapp", ANA, "sent")


async def test_a5_8_after_a_kill_twilio_is_asked_and_saw_it_once(shop, peers):
    twilio, _ = peers
    twilio.faults.append(twilio_server.Fault(taken=True, slow=HELD))
    assert await twilio.customer_writes("halo") == 200
    await killed_while_sending(shop, lambda: twilio.messages)
    reply = await told_what_was_sent(shop, twilio)
    assert reply.provider_id == twilio.messages[0]["sid"]
    assert len(twilio.messages) == len(posts(twilio)) == 1


async def test_a5_8_what_twilio_never_took_is_sent_after_the_kill_and_once(shop, peers):
    twilio, _ = peers
    twilio.faults.append(twilio_server.Fault(slow=HELD))
    assert await twilio.customer_writes("halo") == 200
    await killed_while_sending(shop, lambda: posts(twilio))
    reply = await told_what_was_sent(shop, twilio)
    assert [sent["sid"] for sent in twilio.messages] == [reply.provider_id]
    assert len(posts(twilio)) == 2


async def test_b3_4_after_a_kill_telegram_is_not_asked_again_and_staff_sees_it(shop, peers):
    _, telegram = peers
    fault = telegram_server.Fault(taken=True, slow=HELD, method="sendmessage")
    telegram.faults.append(fault)
    await telegram.deliver(telegram.happens(message=telegram.said("halo")))
    await killed_while_sending(shop, lambda: telegram.messages)
    address = str(telegram_server.ANA)
    reply = await becomes(shop, "telegram", address, "unknown")
    await asyncio.sleep(1.0)
    assert (await becomes(shop, "telegram", address, "unknown")).error == "sender vanished"
    assert reply.provider_id is None
    assert len(telegram.asked("sendMessage")) == len(telegram.messages) == 1
