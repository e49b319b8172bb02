"""Reading a mailbox for ever: IDLE where there is one, cursor and mail committed together (C7)."""

import asyncio
import logging
from collections.abc import AsyncGenerator, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import aclosing
from dataclasses import dataclass
from functools import partial
from typing import TypeVar

from channels.base import Event
from channels.email.config import Imap
from channels.email.imap import Session
from channels.email.parse import Parser
from channels.errors import ChannelError

log = logging.getLogger(__name__)

AT_ONCE = 10
"""Mails per yield, and so per transaction."""
SLICE = 0.5
"""Seconds the thread waits at a time, so that it ends soon after it is told to."""
FIRST_PAUSE = 1.0
LONGEST_PAUSE = 300.0

Found = tuple[Sequence[Event], str]
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Position:
    """Everything up to `uid` of the mailbox generation `validity` has been stored."""

    validity: int = 0
    uid: int = 0

    @classmethod
    def read(cls, cursor: str | None) -> "Position":
        validity, _, uid = (cursor or "").partition(":")
        if validity.isdecimal() and uid.isdecimal():
            return cls(int(validity), int(uid))
        return cls()

    def __str__(self) -> str:
        return f"{self.validity}:{self.uid}"


class MailboxReader:
    """Polls one mailbox. Yields (events, cursor); by the next step both have been committed."""

    def __init__(self, imap: Imap, parser: Parser) -> None:
        self._imap = imap
        self._parser = parser
        self._position = Position()

    async def poll(self, cursor: str | None) -> AsyncGenerator[Found, None]:
        """For ever. Trouble with the server is logged and waited out, longer each time.

        (A refused sign-in tried every second would get the account locked.)
        """
        self._position = Position.read(cursor)
        pause = FIRST_PAUSE
        while True:
            try:
                async with aclosing(self._connected()) as mails:
                    async for found in mails:
                        pause = FIRST_PAUSE
                        yield found
            except ChannelError as error:
                log.warning("mailbox: %s; again in %.0f s", error, pause)
            await asyncio.sleep(pause)
            pause = min(LONGEST_PAUSE, pause * 2)

    async def _connected(self) -> AsyncGenerator[Found, None]:
        """One connection, in one thread, until it breaks."""
        thread = _Thread(Session(self._imap))
        session = thread.session
        try:
            await thread.do(session.open)
            while True:
                if session.validity != self._position.validity:
                    async with aclosing(self._resynced(thread)) as mails:
                        async for found in mails:
                            yield found
                uids = await thread.do(lambda: session.after(self._position.uid))
                async with aclosing(self._read(thread, uids)) as mails:
                    async for found in mails:
                        yield found
                if not uids:
                    await self._wait(thread)
                    # Of a folder deleted and made anew a server need not tell who has it open
                    # (Dovecot does not): it shows the old one until it is selected again.
                    await thread.do(partial(session.select, self._imap.folder))
        finally:
            thread.end()

    async def _resynced(self, thread: "_Thread") -> AsyncGenerator[Found, None]:
        """A new mailbox generation: all UIDs we know are void (RFC 9051 2.3.1.1).

        What is read again is known by its content and stored once.
        """
        session = thread.session
        if self._position.validity:
            log.warning("UIDVALIDITY changed to %d: reading again", session.validity)
        newest = session.next_uid - 1
        uids = await thread.do(lambda: session.since(self._imap.history_days))
        self._position = Position(session.validity, 0)
        async with aclosing(self._read(thread, uids)) as mails:
            async for found in mails:
                yield found
        # The rest is older than we want to read.
        self._position = Position(session.validity, max(newest, self._position.uid))
        yield (), str(self._position)

    async def _read(self, thread: "_Thread", uids: Sequence[int]) -> AsyncGenerator[Found, None]:
        for start in range(0, len(uids), AT_ONCE):
            some = uids[start : start + AT_ONCE]
            events = await thread.do(partial(self._events, thread.session, some))
            reached = Position(thread.session.validity, some[-1])
            yield events, str(reached)
            self._position = reached
            if self._imap.mark_seen:
                await thread.do(partial(thread.session.mark_seen, some))

    def _events(self, session: Session, uids: Sequence[int]) -> tuple[Event, ...]:
        found: list[Event] = []
        for uid in uids:
            raw = session.fetch(uid)
            if raw is not None:
                place = f"{self._imap.folder}:{session.validity}:{uid}"
                found += self._parser.events(raw, place)
        return tuple(found)

    async def _wait(self, thread: "_Thread") -> None:
        """Until the server has something to say, or it is time to look again."""
        if not thread.session.can_idle:
            await asyncio.sleep(self._imap.poll_seconds)
            return
        await thread.do(thread.session.start_idle)
        waited = 0.0
        while waited < self._imap.idle_seconds:
            slice_ = min(SLICE, self._imap.idle_seconds - waited)
            if await thread.do(partial(thread.session.hear, slice_)):
                break
            waited += slice_
        await thread.do(thread.session.stop_idle)


class _Thread:
    """A session and the one thread that may touch it."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self._pool = ThreadPoolExecutor(1, thread_name_prefix="imap")

    async def do(self, step: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._pool, step)

    def end(self) -> None:
        """Sign out once the step under way is over; nobody waits for it."""
        self._pool.submit(self.session.close)
        self._pool.shutdown(wait=False)
