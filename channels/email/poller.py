"""Reading a mailbox for ever: IDLE where there is one, cursor and mail committed together (C7)."""

import asyncio
import logging
import re
from collections import Counter
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import partial

from channels.base import Event
from channels.email.config import Imap
from channels.email.imap import Session
from channels.email.parse import Parser
from channels.email.waiting import Idle, SessionThread
from channels.errors import ChannelError

log = logging.getLogger(__name__)

AT_ONCE = 10
"""Mails per yield, and so per transaction."""
FIRST_PAUSE = 1.0
LONGEST_PAUSE = 300.0
STEADY_SECONDS = 60.0
"""A connection that lasted so long was a good one: after it the first pause is enough."""
MOST_BYTES = 20_000_000
"""Of mail in memory; a single mail may be larger."""
WHOLE_TRIES = 5
"""So often a mail is asked for that the server refuses or breaks off at; then its header."""
HEAD_TRIES = 2

Found = tuple[Sequence[Event], str]
Batch = tuple[tuple[Event, ...], int]


@dataclass(frozen=True, slots=True)
class Position:
    """Everything up to `uid` of the mailbox generation `validity` has been stored.

    Without a generation nothing was read yet; 0 is that of a server that names none. `day` (UTC)
    is when that was: what arrived before it has been stored under whatever number.
    """

    validity: int | None = None
    uid: int = 0
    day: date | None = None

    @classmethod
    def read(cls, cursor: str | None) -> "Position":
        found = re.fullmatch(r"([0-9]+):([0-9]+)(?::(\d{4}-\d\d-\d\d))?", cursor or "")
        if found is None:
            return cls()
        try:
            day = date.fromisoformat(found[3]) if found[3] else None
        except ValueError:
            day = None
        return cls(int(found[1]), int(found[2]), day)

    @classmethod
    def today(cls, validity: int, uid: int) -> "Position":
        return cls(validity, uid, _today())

    def __str__(self) -> str:
        return f"{self.validity}:{self.uid}" + (f":{self.day}" if self.day else "")


def _to_nobody(_: str | None) -> None:
    return None


class MailboxReader:
    """Polls one mailbox. Yields (events, cursor); by the next step both have been committed.

    `tell` hears why the mailbox cannot be read, and None whenever it was.
    """

    def __init__(
        self, imap: Imap, parser: Parser, *, tell: Callable[[str | None], None] = _to_nobody
    ) -> None:
        self._imap = imap
        self._parser = parser
        self._tell = tell
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
                        self._tell(None)
                        yield found
            except ChannelError as error:
                self._tell(str(error))
                if clock() - started >= STEADY_SECONDS:
                    pause = FIRST_PAUSE
                log.warning("mailbox: %s; again in %.0f s", error, pause)
            await asyncio.sleep(pause)
            pause = min(LONGEST_PAUSE, pause * 2)

    async def _connected(self) -> AsyncGenerator[Found, None]:
        """One connection, in one thread, until it breaks."""
        thread = SessionThread(Session(self._imap))
        session = thread.session
        idle = Idle(self._imap, thread)
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
                self._tell(None)
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

    async def _resynced(self, thread: SessionThread) -> AsyncGenerator[Found, None]:
        """A new mailbox generation: all UIDs we know are void (RFC 9051 2.3.1.1).

        What is read again is known by its content and stored once. Until the first of it is
        stored the old position stands: a connection that breaks starts this over.
        """
        session = thread.session
        if self._position.validity is not None:
            log.warning("the mailbox was numbered anew (%d): reading again", session.validity)
        newest = await thread.do(session.newest)
        uids = await thread.do(partial(session.since, self._first_day()))
        async with aclosing(self._read(thread, uids)) as mails:
            async for found in mails:
                yield found
        # The rest is older than we want to read.
        self._position = Position.today(session.validity, max([newest, *uids]))
        yield (), str(self._position)

    def _first_day(self) -> date | None:
        """From when on to read, of a folder whose numbers we do not know: `history_days`, and
        whatever came since we last read; a day more, since servers count days by their own zone."""
        if self._imap.history_days is None:
            return None
        first = _today() - timedelta(days=self._imap.history_days)
        last = self._position.day
        return min(first, last - timedelta(days=1)) if last else first

    async def _read(
        self, thread: SessionThread, uids: Sequence[int]
    ) -> AsyncGenerator[Found, None]:
        left = list(uids)
        while left:
            events, last = await thread.do(partial(self._batch, thread.session, left))
            reached = Position.today(thread.session.validity, last)
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


def _today() -> date:
    return datetime.now(UTC).date()
