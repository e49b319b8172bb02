"""Waiting for a channel's rate: replies keep their place, bulk takes what is left over."""

import asyncio
from collections.abc import Sequence

from bot.app import App
from bot.delivery.rates import Limiter, configured, limits
from bot.delivery.sending import BULK
from channels.abilities import Rationer
from channels.base import Channel, Rates, Ration
from crm_store import rates
from crm_store.messages import Claimed
from crm_store.rates import Limit

LONGEST_WAIT = 2.0
"""Seconds a claimed message may wait for its rate; longer, and it goes back into the queue."""


class Pace:
    """The rates of all channels: this process's own on SQLite, which has one worker, else those in
    the store, which all workers share."""

    def __init__(self, app: App) -> None:
        self._app = app
        self._limiters: dict[str, Limiter] = {}
        self._shared = app.db.dialect == "postgresql"

    async def wait(self, channel: Channel, message: Claimed) -> float:
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
