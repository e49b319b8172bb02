"""The loop: takes turns, sends, sweeps. Woken at once by this process, else every few seconds.

Runs in an event loop of `akrab serve` or alone in `akrab work`. What it is in the middle of when
the process dies is found again by the next sweep of any worker.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from datetime import timedelta

from bot import processes, turn
from bot.app import App
from bot.delivery import reconcile, template_list
from bot.files import fetching
from bot.files.fetching import Fetcher
from bot.logs import logger
from bot.outbound import Outbound
from bot.polling import Polling
from bot.turns import actions
from channels.base import Poller
from crm_store import action_runs, delivery, loyalty, messages, rates, reach, workers
from crm_store.session import Session, now

log = logger("worker")
STOP_SECONDS = 10.0
AFTER_ERROR = 1.0
UPKEEP_SECONDS = 3600.0
KEEP_REPORTS = timedelta(days=7)


class Signal:
    """An event that any thread may set."""

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._event = asyncio.Event()

    def set(self) -> None:
        try:
            running = asyncio.get_running_loop()
        except RuntimeError:
            running = None
        if running is self._loop:
            self._event.set()
        elif not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._event.set)

    async def wait(self, seconds: float) -> None:
        """Until it is set, at most so long; then it is down again."""
        if not self._event.is_set():
            try:
                await asyncio.wait_for(self._event.wait(), seconds)
            except TimeoutError:
                return
        self._event.clear()


class Worker:
    """All background work of one process."""

    def __init__(self, app: App) -> None:
        self._app = app
        self._stopping = False
        self._turns = Signal()
        self._sends = Signal()
        self._files = Signal()
        self._name = processes.name()
        self._outbound = Outbound(app)
        self._fetcher = Fetcher(app)

    async def run(self) -> None:
        """Work until `stop`; then finish what is under way."""
        await asyncio.to_thread(actions.load)
        await self._safely(self._begin)
        self._app.wake.turns = self._turns.set
        self._app.wake.sends = self._sends.set
        self._app.wake.files = self._files.set
        loops = [
            self._loop(self._turns, self._take_turns),
            self._loop(self._sends, self._send),
            self._loop(self._files, self._fetcher.step),
            self._every(self._app.settings.worker.sweep_seconds, self._sweep),
            self._every(UPKEEP_SECONDS, self._keep_up),
            self._every(template_list.LOOK_SECONDS, template_list.Upkeep(self._app).sync_due),
        ]
        pollers = [
            asyncio.create_task(Polling(self._app, channel).run(lambda: self._stopping))
            for channel in self._app.channels.values()
            if isinstance(channel, Poller)
        ]
        await asyncio.gather(*loops)
        for poller in pollers:
            poller.cancel()
        await asyncio.gather(*pollers, return_exceptions=True)
        await self._app.thinking.drain(STOP_SECONDS)
        await self._fetcher.stop()
        await self._outbound.drain(STOP_SECONDS)
        await self._safely(self._end)

    def stop(self) -> None:
        """Ask `run` to come to an end; from any thread."""
        self._stopping = True
        self._turns.set()
        self._sends.set()
        self._files.set()

    async def idle(self) -> None:
        """Wait until everything received is answered and everything due is sent (tests, bench)."""
        while (
            await self._take_turns()
            or await self._send()
            or not self._outbound.idle
            or await self._app.thinking.one_done()
            or await self._fetcher.step()
        ):
            await asyncio.sleep(0.001)

    async def _begin(self) -> bool:
        """What a worker that was killed left in the middle ends now, if nobody else is at work."""
        lost = await self._app.work.do(begin, self._name)
        if lost:
            log.warning("a killed worker left messages in the middle", message_ids=lost)
        return False

    async def _end(self) -> bool:
        await self._app.work.do(end, self._name)
        return False

    async def _loop(self, signal: Signal, step: Callable[[], Awaitable[bool]]) -> None:
        seconds = self._app.settings.worker.sweep_seconds
        while not self._stopping:
            if not await self._safely(step):
                await signal.wait(seconds)

    async def _every(self, seconds: float, step: Callable[[], Awaitable[bool]]) -> None:
        while not self._stopping:
            await self._safely(step)
            waited = 0.0
            while waited < seconds and not self._stopping:
                await asyncio.sleep(min(0.2, seconds))
                waited += 0.2

    async def _safely(self, step: Callable[[], Awaitable[bool]]) -> bool:
        """One step; an error is logged and the loop goes on. Whether to go on at once."""
        try:
            return await step()
        except Exception as error:
            log.error("worker step failed", exc_info=error)
            await asyncio.sleep(AFTER_ERROR)
            return False

    async def _take_turns(self) -> bool:
        taken = await turn.take(self._app, claim=self._outbound.next_claim())
        self._outbound.start(taken.claimed)
        return taken.more

    async def _send(self) -> bool:
        return await self._outbound.send_waiting()

    async def _sweep(self) -> bool:
        """Find what a dead worker left in the middle; ask providers about unknown outcomes."""
        lost = await self._app.work.do(sweep, self._name)
        if lost:
            log.warning("senders vanished", message_ids=lost)
            self._app.wake.sends()
        await reconcile.ask(self._app)
        return False

    async def _keep_up(self) -> bool:
        """What the calendar brings: points expire, and files whose time is over are deleted."""
        expired = await self._app.work.do(expire_points, None)
        if expired:
            log.info("points expired", entries=expired)
        removed = await fetching.remove_old(self._app)
        if removed:
            log.info("files deleted", files=removed)
        return False


def begin(session: Session, names: Sequence[str]) -> list[list[int] | None]:
    """The lane's handler: a worker starts; see `workers.begin`."""
    return [workers.begin(session, name, processes.is_gone) for name in names]


def end(session: Session, names: Sequence[str]) -> list[None]:
    """The lane's handler: a worker has finished."""
    for name in names:
        workers.end(session, name)
    return [None for _ in names]


def sweep(session: Session, names: Sequence[str]) -> list[list[int]]:
    """The lane's handler: messages whose sender vanished become unknown; gives their ids."""
    for name in names:
        workers.seen(session, name)
    lost = messages.sweep_expired(session)
    delivery.forget_pending(session, now() - KEEP_REPORTS)
    action_runs.forget(session)
    rates.forget(session)
    reach.forget(session)
    return [lost for _ in names]


def expire_points(session: Session, tasks: Sequence[None]) -> list[int]:
    """The lane's handler: post every expiry that is due; how many."""
    expired = len(loyalty.expire_due(session))
    return [expired for _ in tasks]
