"""The thread that talks to an IMAP server, and how it waits for news without hurry or delay."""

import asyncio
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial
from typing import Any, TypeVar

from channels.email.config import Imap
from channels.email.imap import Session

SLICE = 0.5
"""Seconds the thread waits at a time, so that it ends soon after it is told to."""
BRISK_SECONDS = 1.0
MOST_IN_VAIN = 5
"""So often news may come within `BRISK_SECONDS` without a mail before we listen less."""

T = TypeVar("T")


class SessionThread:
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


class Idle:
    """Waiting for news on one connection."""

    def __init__(self, imap: Imap, thread: SessionThread) -> None:
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
