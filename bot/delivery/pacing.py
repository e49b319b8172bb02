"""When a claimed message may go: its channel's rate, a stopped sender, a lease nearly over."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

from bot.app import App
from bot.delivery import claiming
from bot.delivery.claiming import ClaimTask
from bot.delivery.rates import Limiter, configured, limits
from bot.delivery.sending import BULK
from bot.delivery.stopping import Stopped
from bot.logs import logger
from channels.abilities import Rationer
from channels.base import Channel, Rates, Ration
from crm_store import rates
from crm_store.messages import Claimed
from crm_store.rates import Limit

log = logger("pacing")
LONGEST_WAIT = 2.0
"""Seconds a claimed message may wait for its rate; longer, and it goes back into the queue."""
AFTER_ERROR = 1.0


@dataclass(frozen=True, slots=True)
class Later:
    """A message may not go now but after so many seconds, and why."""

    seconds: float
    why: str


class Pace:
    """The rates of all channels: this process's own on SQLite, which has one worker, else those in
    the store, which all workers share."""

    def __init__(self, app: App) -> None:
        self._app = app
        self._limiters: dict[str, Limiter] = {}
        self._stopped = Stopped()
        self._shared = app.db.dialect == "postgresql"

    async def later(self, channel: Channel, message: Claimed, task: ClaimTask) -> Later | None:
        """None once the message may go, which may take a moment; it was claimed by `task`.

        Whatever goes wrong here, the message was not sent and can go back.
        """
        if left := self._stopped.left(message):
            return Later(left, "the sender is stopped")
        try:
            wait = await self._wait(channel, message)
        except asyncio.CancelledError:
            return Later(AFTER_ERROR, "the program stops")
        except Exception as error:
            log.error("no rate to be had", message_id=message.id, exc_info=error)
            return Later(AFTER_ERROR, "no rate to be had")
        if wait > 0:
            return Later(wait, "rate")
        if claiming.is_stale(task):  # by now another worker may have taken it for lost
            return Later(0.0, "held too long")
        return None

    def stop(self, message: Claimed) -> None:
        """The message's sender was refused: what waits to be sent with it does not go now."""
        self._stopped.stop(message)

    async def _wait(self, channel: Channel, message: Claimed) -> float:
        """0.0 once the message may go, else the seconds it would have to wait."""
        if message.priority < BULK:
            # Its place is taken ahead of time, so that bulk cannot slip in while it waits.
            wait = await self._take(channel, message.address, LONGEST_WAIT)
            if wait > LONGEST_WAIT:
                return wait
            await asyncio.sleep(wait)
            return 0.0
        waited = 0.0
        while (wait := await self._take(channel, message.address, 0.0)) > 0:
            if waited + wait > LONGEST_WAIT:
                return wait
            await asyncio.sleep(wait)
            waited += wait
        return 0.0

    async def _take(self, channel: Channel, address: str, longest: float) -> float:
        ration = _ration(channel, address)
        if self._shared:
            needed = limits(self._rates(channel), address, ration)
            return await asyncio.to_thread(self._take_shared, channel.name, needed, longest)
        limiter = self._limiters.get(channel.name)
        if limiter is None:
            limiter = self._limiters[channel.name] = Limiter(self._rates(channel))
        return limiter.take(address, longest=longest, ration=ration)

    def _take_shared(self, channel: str, needed: Sequence[Limit], longest: float) -> float:
        if not needed:
            return 0.0
        # Not in the worker's lane: its transactions are long, and all workers wait for these rows.
        with self._app.db.transaction() as session:
            return rates.take(session, channel, needed, longest=longest)

    def _rates(self, channel: Channel) -> Rates:
        return configured(channel.rates, self._app.settings.worker.rates.get(channel.name))


def _ration(channel: object, address: str) -> Ration | None:
    return channel.ration(address) if isinstance(channel, Rationer) else None
