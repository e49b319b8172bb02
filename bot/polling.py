"""Fetching the messages of channels that must be polled; one process at a time for each.

A process that ends gives its lease back. One that was killed cannot: on the same machine the next
one sees that it is gone and takes over at once, elsewhere its lease runs out within nine seconds.
"""

import asyncio
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import timedelta

from bot import inbound, processes
from bot.app import App
from bot.hearing import Hearing
from bot.logs import logger
from channels.base import Channel, Event, InboundMessage, MessageKind, Poller, Sender, StatusUpdate
from channels.errors import ChannelError
from crm_store import cursors, polling
from crm_store.session import Unfit

log = logger("polling")
LEASE = timedelta(seconds=9)
RENEW_SECONDS = 3.0
AFTER_ERROR = 1.0
LONGEST_WAIT = 30.0
NEVER_KEPT = (*inbound.ODD_INPUT, OverflowError, *Unfit)
"""What the store says to an event that it would refuse again, however often it is read."""


class Polling:
    """Polls one channel while it holds its lease; waits for the lease while another has it."""

    def __init__(self, app: App, channel: Channel, *, holder: str | None = None) -> None:
        self._app = app
        self._channel = channel
        self._holder = holder or processes.name()
        self._hearing = Hearing(channel)

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
        self._hearing = Hearing(self._channel)
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
            await self._keep(events, inbound.Cursor(channel.name, reached))
            inbound.acknowledge(channel, events)

    async def _keep(self, events: Sequence[Event], cursor: inbound.Cursor) -> None:
        """Store what came. One event that cannot be stored must not hold up all after it."""
        try:
            await inbound.accept(self._app, events, cursor=cursor)
        except NEVER_KEPT:
            for event in events:
                await self._keep_alone(event)
            await inbound.accept(self._app, (), cursor=cursor)

    async def _keep_alone(self, event: Event) -> None:
        try:
            await inbound.accept(self._app, [event])
        except NEVER_KEPT as error:
            told = {"channel": event.channel, "event_id": _id_of(event), "exc_info": error}
            log.error("an event cannot be stored as it is", **told)
            await self._keep_original(event)

    async def _keep_original(self, event: Event) -> None:
        """Of a message at least who sent it and the provider's own bytes, for a person to see."""
        if not isinstance(event, InboundMessage):
            return
        sender = Sender(event.sender.address)
        bare = InboundMessage(
            event.channel,
            event.kind,
            event.provider_id,
            sender,
            message_kind=MessageKind.OTHER,
            automatic=True,
            raw=event.raw,
            raw_type=event.raw_type,
        )
        with suppress(*NEVER_KEPT):
            await inbound.accept(self._app, [bare])

    async def _hold(self) -> bool:
        try:
            held = await asyncio.to_thread(self._hold_now)
        except Exception as error:
            log.error("no lease while the store fails", exc_info=error)
            return False
        if held and self._hearing.kept():
            self._app.feed.publish("inbox")
        return held

    def _hold_now(self) -> bool:
        with self._app.db.transaction() as session:
            channel = self._channel.name
            if polling.hold(session, channel, self._holder, LEASE):
                self._hearing.keep(session)
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


def _id_of(event: Event) -> str:
    if isinstance(event, InboundMessage | StatusUpdate):
        return event.provider_id
    return event.event_id
