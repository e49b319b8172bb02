"""C7.3: a server may tell of new mail at any moment, and tells it once (RFC 9051 5.2)."""

import asyncio
from contextlib import aclosing

import pytest

pytestmark = pytest.mark.anyio


class TellsOnce:
    """An IMAP server with one mail that comes at the moment a test names; IDLE says nothing."""

    def __init__(self, moment: str) -> None:
        self._moment = moment
        self._arrived = False
        self.fetched = asyncio.Event()

    async def __call__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"* OK ready\r\n")
        while line := await reader.readline():
            tag, _, said = line.decode().strip().partition(" ")
            writer.write(b"".join(self._answer(tag, said.upper())))
            if "BODY.PEEK" in said.upper():
                self.fetched.set()
        writer.close()

    def _answer(self, tag: str, said: str) -> list[bytes]:
        done = f"{tag} OK done\r\n".encode()
        if said.startswith("CAPABILITY"):
            return [b"* CAPABILITY IMAP4rev1 IDLE\r\n", done]
        if said.startswith("SELECT"):
            return [b"* 0 EXISTS\r\n* OK [UIDVALIDITY 7] x\r\n* OK [UIDNEXT 1] x\r\n", done]
        if said.startswith("UID SEARCH UID"):
            found = b"* SEARCH 1\r\n" if self._arrived else b"* SEARCH\r\n"
            return [found, self._news("search"), done]
        if said.startswith("UID SEARCH"):
            return [b"* SEARCH\r\n", done]
        if said.startswith("UID FETCH"):
            return [b"* 1 FETCH (UID 1 BODY[]<0> {18}\r\nSubject: x\r\n\r\nHalo)\r\n", done]
        if said.startswith("IDLE"):
            self._tag = tag
            return [self._news("idle"), b"+ idling\r\n"]
        if tag == "DONE":
            return [f"{self._tag} OK done\r\n".encode()]
        return [done]

    def _news(self, moment: str) -> bytes:
        if moment != self._moment or self._arrived:
            return b""
        self._arrived = True
        return b"* 1 EXISTS\r\n"


@pytest.mark.parametrize("moment", ["search", "idle"])
async def test_c7_3_news_between_the_search_and_idle_is_heard(moment, new_channel):
    told = TellsOnce(moment)
    server = await asyncio.start_server(told, "127.0.0.1", 0)
    keys = {"host": "127.0.0.1", "port": server.sockets[0].getsockname()[1], "tls": "none",
            "username": "sari", "password": "right", "idle_seconds": 900}  # fmt: skip

    async def read() -> None:
        async with aclosing(new_channel(imap=keys).poll(None)) as polled:
            async for _ in polled:
                pass

    reading = asyncio.create_task(read())
    async with asyncio.timeout(30):
        await told.fetched.wait()
    reading.cancel()
    server.close()
