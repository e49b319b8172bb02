"""C7 against Dovecot, the second real IMAP server: what pymap forgives it may not."""

import asyncio
from contextlib import aclosing
from pathlib import Path

import pytest

from channels.email.imap import Session
from channels.errors import Misconfigured
from tests.peers import dovecot_server
from tests.peers.dovecot_server import DovecotServer

pytestmark = [
    pytest.mark.anyio,
    pytest.mark.skipif(not dovecot_server.installed(), reason=dovecot_server.WITHOUT),
]


@pytest.fixture
def dovecot(certificate):
    file = Path(certificate[0])
    server = DovecotServer(file, file.with_name("key.pem"))
    try:
        server.start()
        server.create()
        yield server
    finally:
        server.remove()


@pytest.fixture
def reading(dovecot, new_channel):
    """The channel, reading Dovecot's folder."""

    def build(**keys):
        given = {"host": "127.0.0.1", "port": dovecot.port, "tls": "none",
                 "username": dovecot_server.USER, "password": dovecot_server.PASSWORD,
                 "folder": dovecot_server.FOLDER}  # fmt: skip
        return new_channel(imap=given | keys)

    return build


@pytest.fixture
def idle_seconds():
    return 60


@pytest.fixture
async def heard(reading, idle_seconds):
    """What one poller has given so far, with the cursor of the last: it reads all the while."""
    found: list = []
    cursors: list[str] = []

    async def read() -> None:
        async with aclosing(reading(idle_seconds=idle_seconds).poll(None)) as polled:
            async for events, cursor in polled:
                found.extend(each.text for each in events)
                cursors.append(cursor)

    async def until(*texts: str) -> str:
        async with asyncio.timeout(40):
            while found != list(texts) or not cursors:
                await asyncio.sleep(0.05)
        return cursors[-1]

    reader = asyncio.create_task(read())
    yield until
    reader.cancel()


async def test_c7_3_mail_is_heard_while_idle(dovecot, heard, new_mail):
    await heard()
    await asyncio.to_thread(dovecot.append, new_mail("satu\r\n"))
    await heard("satu")
    await asyncio.to_thread(dovecot.append, new_mail("dua\r\n"))
    await heard("satu", "dua")


async def test_c7_3_what_others_delete_meanwhile_moves_nothing(dovecot, heard, new_mail):
    for text in ("satu", "dua"):
        await asyncio.to_thread(dovecot.append, new_mail(f"{text}\r\n"))
    await heard("satu", "dua")
    await asyncio.to_thread(dovecot.expunge, 1)
    await asyncio.to_thread(dovecot.append, new_mail("tiga\r\n"))
    cursor = await heard("satu", "dua", "tiga")
    assert cursor.split(":")[1] == "3"


@pytest.mark.parametrize("idle_seconds", [1])
async def test_c7_1_a_folder_made_anew_is_read_from_its_beginning(dovecot, heard, new_mail):
    await asyncio.to_thread(dovecot.append, new_mail("satu\r\n"))
    before = await heard("satu")
    await asyncio.to_thread(dovecot.recreate)
    await asyncio.to_thread(dovecot.append, new_mail("dua\r\n"))
    # Dovecot does not tell who listens that the folder is gone: IDLE's renewal finds out.
    after = await heard("satu", "dua")
    assert after.partition(":")[0] != before.partition(":")[0]
    assert after.split(":")[1] == "1"


async def test_after_a_restart_reading_goes_on(dovecot, heard, new_mail):
    await asyncio.to_thread(dovecot.append, new_mail("satu\r\n"))
    await heard("satu")
    await asyncio.to_thread(dovecot.stop)
    await asyncio.to_thread(dovecot.start)
    await asyncio.to_thread(dovecot.append, new_mail("dua\r\n"))
    await heard("satu", "dua")


async def test_c7_4_the_cursor_says_what_was_stored(dovecot, reading, new_mail):
    for number in range(12):
        await asyncio.to_thread(dovecot.append, new_mail(f"{number}\r\n"))
    async with aclosing(reading().poll(None)) as polled:
        first, cursor = await anext(polled)
    # The step was never asked for again, so nothing counts as stored.
    assert not any("Seen" in each for each in await asyncio.to_thread(dovecot.flags))
    async with aclosing(reading().poll(cursor)) as polled:
        second, _ = await anext(polled)
    assert [each.text for each in (*first, *second)] == [str(number) for number in range(12)]


async def test_starttls_is_demanded_and_checked(dovecot, reading, certificate):
    session = Session(reading(tls="starttls", ca_file=certificate[0])._config.imap)
    await asyncio.to_thread(session.open)
    assert session.can_idle
    await asyncio.to_thread(session.close)
    with pytest.raises(Misconfigured, match="certificate"):
        await asyncio.to_thread(Session(reading(tls="starttls")._config.imap).open)


async def test_a_wrong_password_is_the_operators_to_mend(reading):
    with pytest.raises(Misconfigured, match="sign-in"):
        await asyncio.to_thread(Session(reading(password="wrong")._config.imap).open)


async def test_akrab_check_says_where_the_mailbox_stands(dovecot, reading, new_mail):
    await asyncio.to_thread(dovecot.append, new_mail())
    findings = await reading().check()
    [told] = [each.text for each in findings if "IMAP" in each.text]
    assert "read by IDLE" in told
    assert ":1)" in told
