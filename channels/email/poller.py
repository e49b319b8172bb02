"""Reading a mailbox for ever: IDLE where there is one, cursor and mail committed together (C7)."""

import asyncio
import logging
from collections import Counter
from collections.abc import AsyncGenerator, Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import aclosing
from dataclasses import dataclass
from functools import partial
from typing import Any, TypeVar

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
STEADY_SECONDS = 60.0
"""A connection that lasted so long was a good one: after it the first pause is enough."""
MOST_BYTES = 20_000_000
"""Of mail in memory; a single mail may be larger."""
WHOLE_TRIES = 5
"""So often a mail is asked for that the server refuses or breaks off at; then its header."""
HEAD_TRIES = 2
BRISK_SECONDS = 1.0
MOST_IN_VAIN = 5
"""So often news may come within `BRISK_SECONDS` without a mail before we listen less."""

Found = tuple[Sequence[Event], str]
Batch = tuple[tuple[Event, ...], int]
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Position:
    """Everything up to `uid` of the mailbox generation `validity` has been stored.

    Without a generation nothing was read yet; 0 is that of a server that names none.
    """

    validity: int | None = None
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
        self._refusals: Counter[str] = Counter()

    async def poll(self, cursor: str | None) -> AsyncGenerator[Found, None]:
        """For ever. Trouble with the server is logged and waited out, longer each time.

        (A refused sign-in tried every second would get the account locked.)
        """
        self._position = Position.read(cursor)
        clock = asyncio.get_running_loop().time
        pause = FIRST_PAUSE
        while True:
            started = clock()
            try:
                async with aclosing(self._connected()) as mails:
                    async for found in mails:
                        pause = FIRST_PAUSE
                        yield found
            except ChannelError as error:
                if clock() - started >= STEADY_SECONDS:
                    pause = FIRST_PAUSE
                log.warning("mailbox: %s; again in %.0f s", error, pause)
            await asyncio.sleep(pause)
            pause = min(LONGEST_PAUSE, pause * 2)

    async def _connected(self) -> AsyncGenerator[Found, None]:
        """One connection, in one thread, until it breaks."""
        thread = _Thread(Session(self._imap))
        session = thread.session
        idle = _Idle(self._imap, thread)
        try:
            await thread.do(session.open)
            while True:
                if await thread.do(partial(self._is_another, session)):
                    async with aclosing(self._resynced(thread)) as mails:
                        async for found in mails:
                            yield found
                while uids := await thread.do(lambda: session.after(self._position.uid)):
                    idle.fruitful()
                    async with aclosing(self._read(thread, uids)) as mails:
                        async for found in mails:
                            yield found
                await idle.wait()
                # Of a folder deleted and made anew a server need not tell who has it open
                # (Dovecot does not): it shows the old one until it is selected again.
                await thread.do(partial(session.select, self._imap.folder))
        finally:
            thread.end()

    def _is_another(self, session: Session) -> bool:
        """Whether the UIDs we know are not this folder's, which was selected just now.

        Also if ours was never given out there: the folder was restored from a copy, or made anew
        by a server that names all generations alike.
        """
        if session.validity != self._position.validity:
            return True
        known = self._position.uid
        return session.next_uid is not None and session.next_uid <= known and not session.has(known)

    async def _resynced(self, thread: "_Thread") -> AsyncGenerator[Found, None]:
        """A new mailbox generation: all UIDs we know are void (RFC 9051 2.3.1.1).

        What is read again is known by its content and stored once. Until the first of it is
        stored the old position stands: a connection that breaks starts this over.
        """
        session = thread.session
        if self._position.validity is not None:
            log.warning("the mailbox was numbered anew (%d): reading again", session.validity)
        newest = await thread.do(session.newest)
        uids = await thread.do(lambda: session.since(self._imap.history_days))
        async with aclosing(self._read(thread, uids)) as mails:
            async for found in mails:
                yield found
        # The rest is older than we want to read.
        self._position = Position(session.validity, max([newest, *uids]))
        yield (), str(self._position)

    async def _read(self, thread: "_Thread", uids: Sequence[int]) -> AsyncGenerator[Found, None]:
        left = list(uids)
        while left:
            events, last = await thread.do(partial(self._batch, thread.session, left))
            reached = Position(thread.session.validity, last)
            yield events, str(reached)
            self._position = reached
            if self._imap.mark_seen:
                stored = [uid for uid in left if uid <= last]
                await thread.do(partial(thread.session.mark_seen, stored))
            left = [uid for uid in left if uid > last]

    def _batch(self, session: Session, uids: Sequence[int]) -> Batch:
        """What the next mails mean and the last one's UID; one that fails ends it before itself."""
        found: list[Event] = []
        size = last = 0
        for uid in uids[:AT_ONCE]:
            try:
                raw, events = self._mail(session, uid)
            except ChannelError:
                if not last:
                    raise
                break
            found += events
            last = uid
            size += raw
            if size >= MOST_BYTES:
                break
        return tuple(found), last

    def _mail(self, session: Session, uid: int) -> tuple[int, tuple[Event, ...]]:
        """A mail's size and meaning. One that is refused again and again holds up no other: then
        its header is enough, and at last a note that it is there."""
        place = f"{self._imap.folder}:{session.validity}:{uid}"
        refused = self._refusals[place]
        self._refusals[place] += 1
        if refused >= WHOLE_TRIES + HEAD_TRIES:
            log.error("mail %s cannot be fetched: only that it is there is on record", place)
            raw, events = b"", self._parser.unread(place)
        else:
            head_only = refused >= WHOLE_TRIES
            fetched = session.fetch(uid, head_only=head_only)
            if head_only:
                log.error("mail %s cannot be fetched: only its header is on record", place)
            raw = fetched or b""
            events = self._parsed(fetched, place, head_only=head_only)
        del self._refusals[place]
        return len(raw), events

    def _parsed(self, raw: bytes | None, place: str, *, head_only: bool) -> tuple[Event, ...]:
        if raw is None:
            log.info("mail %s was taken away before it was read", place)
            return ()
        return self._parser.events(raw, place, incomplete=head_only)


class _Idle:
    """Waiting for news on one connection."""

    def __init__(self, imap: Imap, thread: "_Thread") -> None:
        self._imap = imap
        self._thread = thread
        self._in_vain = 0

    def fruitful(self) -> None:
        """The news was mail."""
        self._in_vain = 0

    async def wait(self) -> None:
        """Until the server has something to say, or it is time to look again.

        A server that goes on speaking of other things is heard less and less often.
        """
        if self._in_vain >= MOST_IN_VAIN:
            more = min(10, self._in_vain - MOST_IN_VAIN)
            await asyncio.sleep(min(self._imap.poll_seconds, 2.0**more))
        session = self._thread.session
        if not session.can_idle or not await self._thread.do(session.start_idle):
            await asyncio.sleep(self._imap.poll_seconds)
            return
        waited = 0.0
        while waited < self._imap.idle_seconds:
            slice_ = min(SLICE, self._imap.idle_seconds - waited)
            if await self._thread.do(partial(session.hear, slice_)):
                break
            waited += slice_
        self._in_vain = self._in_vain + 1 if waited < BRISK_SECONDS else 0
        await self._thread.do(session.stop_idle)


class _Thread:
    """A session and the one thread that may touch it."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self._pool = ThreadPoolExecutor(1, thread_name_prefix="imap")
        self._under_way: Future[Any] | None = None

    async def do(self, step: Callable[[], T]) -> T:
        under_way = self._under_way = self._pool.submit(step)
        return await asyncio.wrap_future(under_way)

    def end(self) -> None:
        """Sign out once the step under way is over; nobody waits for it."""
        if self._under_way is not None and not self._under_way.done() and not self.session.idling:
            # It may wait for a server that is gone. (IDLE is waited for in slices.)
            self.session.abandon()
        self._pool.submit(self.session.close)
        self._pool.shutdown(wait=False)
