"""Fetching the messages of channels that must be polled; one process at a time for each.

A process that ends gives its lease back. One that was killed cannot: on the same machine the next
one sees that it is gone and takes over at once, elsewhere its lease runs out within nine seconds.
"""

import asyncio
import time
from collections.abc import Callable
from datetime import timedelta

from bot import inbound, processes
from bot.app import App
from bot.logs import logger
from channels.base import Channel, Poller
from channels.errors import ChannelError
from crm_store import cursors, polling

log = logger("polling")
LEASE = timedelta(seconds=9)
RENEW_SECONDS = 3.0
AFTER_ERROR = 1.0
LONGEST_WAIT = 30.0


class Polling:
    """Polls one channel while it holds its lease; waits for the lease while another has it."""

    def __init__(self, app: App, channel: Channel, *, holder: str | None = None) -> None:
        self._app = app
        self._channel = channel
        self._holder = holder or processes.name()

    async def run(self, stopping: Callable[[], bool]) -> None:
        """Until told to stop or cancelled; the lease is given back."""
        try:
            while not stopping():
                if await self._hold():
                    await self._while_held()
                else:
                    await asyncio.sleep(RENEW_SECONDS)
        finally:
            await asyncio.shield(asyncio.to_thread(self._release))

    async def _while_held(self) -> None:
        """Poll, and renew the lease, until it is lost."""
        fetching = asyncio.create_task(self._fetch())
        try:
            while not fetching.done() and await self._hold():
                await asyncio.wait([fetching], timeout=RENEW_SECONDS)
            if fetching.done():  # a stray cancellation: run it anew
                log.error("fetching ended by itself", channel=self._channel.name)
                await asyncio.sleep(AFTER_ERROR)
            else:
                log.warning("another process polls now", channel=self._channel.name)
        finally:
            fetching.cancel()
            await asyncio.gather(fetching, return_exceptions=True)

    async def _fetch(self) -> None:
        """Fetch for ever; the cursor is stored with what it covers.

        What goes on failing is tried less and less often: a mailbox that refuses a password each
        second would soon refuse everybody from here.
        """
        wait = AFTER_ERROR
        while True:
            began = time.monotonic()
            try:
                await self._read()
            except ChannelError as error:
                # Its sentence says what an operator must do; a traceback would hide it.
                name, code = self._channel.name, error.code
                log.error("polling failed", channel=name, code=code, reason=str(error))
            except Exception as error:
                log.error("polling failed", channel=self._channel.name, exc_info=error)
            if time.monotonic() - began > LONGEST_WAIT:
                wait = AFTER_ERROR
            await asyncio.sleep(wait)
            wait = min(LONGEST_WAIT, 2 * wait)

    async def _read(self) -> None:
        channel = self._channel
        if not isinstance(channel, Poller):
            return
        with self._app.db.reading() as session:
            cursor = cursors.get(session, channel.name)
        async for events, reached in channel.poll(cursor):
            kept = inbound.Cursor(channel.name, reached)
            await inbound.accept(self._app, events, cursor=kept)
            inbound.acknowledge(channel, events)

    async def _hold(self) -> bool:
        try:
            return await asyncio.to_thread(self._hold_now)
        except Exception as error:
            log.error("no lease while the store fails", exc_info=error)
            return False

    def _hold_now(self) -> bool:
        with self._app.db.transaction() as session:
            channel = self._channel.name
            if polling.hold(session, channel, self._holder, LEASE):
                return True
            other = polling.holder(session, channel)
            if other is None or not processes.is_gone(other):
                return False
            log.info("taking over from a process that is gone", channel=channel)
            polling.release(session, channel, other)
            return polling.hold(session, channel, self._holder, LEASE)

    def _release(self) -> None:
        with self._app.db.transaction() as session:
            polling.release(session, self._channel.name, self._holder)
