"""C7: a real mailbox is read once, whatever happens in between."""

import asyncio
from contextlib import aclosing, suppress
from datetime import UTC, datetime, timedelta

import pytest
from pymap.backend.dict.mailbox import MailboxData

from channels.email.imap import Session
from channels.email.poller import Position
from channels.errors import Misconfigured, Unreachable

pytestmark = pytest.mark.anyio


async def take(channel, cursor=None, *, mails=1, seconds=10.0):
    """The first `mails` messages, and the cursor that goes with the last."""
    found = []
    async with asyncio.timeout(seconds), aclosing(channel.poll(cursor)) as polled:
        async for events, reached in polled:
            found += events
            if len(found) >= mails:
                return found, reached


@pytest.fixture
async def idled(monkeypatch):
    """A queue of the times that the server waits for news to tell: all before was read.

    What comes between the client's IDLE and then pymap never tells.
    """
    begun, update = asyncio.Queue(), MailboxData.update_selected
    loop = asyncio.get_running_loop()

    async def counted(mailbox, selected, *, wait_on=None):
        if wait_on is not None:
            loop.call_soon(begun.put_nowait, mailbox)  # once it waits
        return await update(mailbox, selected, wait_on=wait_on)

    monkeypatch.setattr(MailboxData, "update_selected", counted)
    return begun


async def settle(channel, idled):
    """Let the poller run until it listens; the cursors it gave."""
    cursors = []
    async with asyncio.timeout(30), aclosing(channel.poll(None)) as polled:
        while True:
            found, listens = asyncio.ensure_future(anext(polled)), asyncio.create_task(idled.get())
            await asyncio.wait((found, listens), return_when=asyncio.FIRST_COMPLETED)
            listens.cancel()
            if not found.done():
                found.cancel()
                with suppress(asyncio.CancelledError):
                    await found
                return cursors
            cursors.append(found.result()[1])


async def validity(imap) -> int:
    return (await imap.box()).uid_validity


def place(cursor) -> str:
    """Where a cursor stands, without the day."""
    return ":".join(cursor.split(":")[:2])


async def test_c7_1_what_lies_in_the_mailbox_is_read_with_its_cursor(imap, from_mailbox, new_mail):
    uid = await imap.append(new_mail())
    [event], cursor = await take(from_mailbox())
    assert event.text == "Halo"
    assert place(cursor) == f"{await validity(imap)}:{uid}"
    assert event.metadata["transport"] == f"INBOX:{place(cursor)}"


async def test_c7_3_new_mail_is_heard_through_idle(imap, from_mailbox, new_mail, idled):
    channel = from_mailbox(idle_seconds=60)
    waiting = asyncio.create_task(take(channel, seconds=30.0))
    await asyncio.wait_for(idled.get(), 20)
    await imap.append(new_mail())
    [event], _ = await waiting  # for less than `idle_seconds`
    assert event.text == "Halo"


async def test_c7_3_idle_is_renewed(imap, from_mailbox, monkeypatch):
    begun, start = asyncio.Queue(), Session.start_idle
    loop = asyncio.get_running_loop()

    def counted(session):
        loop.call_soon_threadsafe(begun.put_nowait, session)
        return start(session)

    monkeypatch.setattr(Session, "start_idle", counted)
    polling = asyncio.create_task(take(from_mailbox(idle_seconds=0.2), seconds=30))
    first = await asyncio.wait_for(begun.get(), 10)
    assert await asyncio.wait_for(begun.get(), 10) is first
    polling.cancel()


@pytest.mark.parametrize("imap", ["without idle"], indirect=True)
async def test_c7_3_without_idle_the_mailbox_is_looked_at(
    imap, from_mailbox, new_mail, monkeypatch
):
    monkeypatch.setattr(Session, "start_idle", lambda self: pytest.fail("IDLE is not known"))
    channel = from_mailbox(poll_seconds=0.1)
    waiting = asyncio.create_task(take(channel))
    await asyncio.sleep(0.5)
    await imap.append(new_mail())
    [event], _ = await waiting
    assert event.text == "Halo"


async def test_c7_2_the_last_mail_is_not_read_again(imap, from_mailbox, new_mail, idled):
    await imap.append(new_mail())
    _, cursor = await take(from_mailbox())
    waiting = asyncio.create_task(take(from_mailbox(), cursor, seconds=30))
    await asyncio.wait_for(idled.get(), 20)  # it has looked, and the last mail was there
    await imap.append(new_mail("lagi"))
    [event], _ = await waiting
    assert event.text == "lagi"


async def test_c7_4_a_cursor_that_was_not_stored_gives_the_mail_again(imap, from_mailbox, new_mail):
    await imap.append(new_mail())
    [first], _ = await take(from_mailbox())
    [again], _ = await take(from_mailbox())
    assert first.provider_id == again.provider_id


async def test_c7_4_seen_is_set_only_once_the_mail_is_stored(imap, from_mailbox, new_mail):
    uid = await imap.append(new_mail())
    async with aclosing(from_mailbox().poll(None)) as polled:
        await anext(polled)
        assert await imap.seen() == []
        await anext(polled)
        assert await imap.seen() == [uid]


async def test_c7_4_mail_that_a_person_read_is_read_all_the_same(imap, from_mailbox, new_mail):
    uid = await imap.append(new_mail())
    channel = from_mailbox(mark_seen=False)
    session = Session(channel._config.imap)
    await asyncio.to_thread(session.open)
    await asyncio.to_thread(session.mark_seen, [uid])
    await asyncio.to_thread(session.close)
    [event], _ = await take(channel)
    assert event.text == "Halo"


async def test_c7_1_after_a_new_uidvalidity_everything_is_read_again(imap, from_mailbox, new_mail):
    await imap.append(new_mail())
    [event], cursor = await take(from_mailbox(), "12345:99999")
    assert event.text == "Halo"
    assert cursor.startswith(f"{await validity(imap)}:")


async def test_old_mail_is_not_read_at_the_first_start(imap, from_mailbox, new_mail, idled):
    old = datetime.now(UTC) - timedelta(days=30)
    uid = await imap.append(new_mail(), at=old)
    [cursor] = await settle(from_mailbox(), idled)
    assert place(cursor) == f"{await validity(imap)}:{uid}"
    [event], _ = await take(from_mailbox(history_days=None))
    assert event.text == "Halo"


async def test_many_mails_come_in_order_and_in_batches(imap, from_mailbox, new_mail):
    for number in range(23):
        await imap.append(new_mail(f"nomor {number}\r\n"))
    events, _ = await take(from_mailbox(), mails=23, seconds=30)
    assert [each.text for each in events] == [f"nomor {number}" for number in range(23)]


async def test_an_empty_mailbox_still_gives_a_cursor(imap, from_mailbox, idled):
    cursors = await settle(from_mailbox(), idled)
    assert [each.partition(":")[0] for each in cursors] == [str(await validity(imap))]


async def test_a_mail_that_is_too_large_is_cut_and_read(imap, from_mailbox, new_mail):
    await imap.append(new_mail("halo " * 10_000))
    [event], _ = await take(from_mailbox(largest=10_000))
    assert len(event.raw) == 10_000
    assert event.text.startswith("halo halo")


async def test_after_a_lost_connection_reading_goes_on(imap, from_mailbox, new_mail):
    waiting = asyncio.create_task(take(from_mailbox(), mails=1, seconds=30))
    await imap.stop()
    await asyncio.sleep(0.3)
    await imap.start()
    await imap.append(new_mail())
    [event], _ = await waiting
    assert event.text == "Halo"


async def test_without_imap_nothing_is_polled(new_channel):
    with pytest.raises(TimeoutError):
        await take(new_channel(), seconds=0.3)


@pytest.mark.parametrize("cursor", [None, "", "x", "1", "1:x", "-1:2", "²:³", "1:2:3"])
def test_a_cursor_that_says_nothing_is_the_beginning(cursor):
    assert Position.read(cursor) == Position()


async def test_a_wrong_password_or_folder_is_the_operators_to_mend(imap, from_mailbox):
    for keys in ({"password": "wrong"}, {"folder": "Nope"}):
        session = Session(from_mailbox(**keys)._config.imap)
        with pytest.raises(Misconfigured):
            await asyncio.to_thread(session.open)
        await asyncio.to_thread(session.close)


async def test_no_server_is_unreachable(imap, from_mailbox):
    session = Session(from_mailbox(port=9)._config.imap)
    with pytest.raises(Unreachable):
        await asyncio.to_thread(session.open)
