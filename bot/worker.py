"""The loop: takes turns, sends, sweeps. Woken at once by this process, else every few seconds.

Runs in an event loop of `akrab serve` or alone in `akrab work`. What it is in the middle of when
the process dies is found again by the next sweep of any worker.
"""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Iterable, Sequence
from datetime import timedelta
from typing import Any

from bot import processes, turn
from bot.app import App
from bot.delivery import template_list
from bot.delivery.reconcile import Reconciliation
from bot.files import fetching
from bot.files.fetching import Fetcher
from bot.logs import logger
from bot.outbound import Outbound
from bot.polling import Polling
from bot.turns import actions
from channels.base import Poller
from crm_store import (
    action_runs,
    delivery,
    loyalty,
    messages,
    put_back,
    rates,
    reach,
    troubles,
    workers,
)
from crm_store.session import Session, now

log = logger("worker")
STOP_SECONDS = 10.0
AFTER_ERROR = 1.0
UPKEEP_SECONDS = 3600.0
KEEP_REPORTS = timedelta(days=7)


class EndedError(Exception):
    """A part of the worker ended by itself."""

    def __init__(self) -> None:
        super().__init__(self.__doc__)


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
        self._reconciliation = Reconciliation(app)
        self._fetcher = Fetcher(app)

    async def run(self) -> None:
        """Work until `stop`; then finish what is under way.

        Raises EndedError if a part of it ended by itself: whoever runs the process starts it anew.
        """
        await asyncio.to_thread(actions.load)
        await self._safely(self._begin)
        self._app.wake.turns = self._turns.set
        self._app.wake.sends = self._sends.set
        self._app.wake.files = self._files.set
        flow, beside = _tasks(self._flow()), _tasks(self._beside())
        ended, _ = await asyncio.wait(flow | beside, return_when=asyncio.FIRST_COMPLETED)
        by_itself = not self._stopping
        self.stop()
        await asyncio.wait(flow, timeout=STOP_SECONDS)  # longer only if the store is away
        await _cut(flow | beside)
        await self._finish()
        if by_itself:
            raise EndedError from _why(next(iter(ended)))

    def _flow(self) -> list[Coroutine[Any, Any, None]]:
        """What ends between two of its steps."""
        return [
            self._loop(self._turns, self._take_turns),
            self._loop(self._sends, self._send),
            self._loop(self._files, self._fetcher.step),
        ]

    def _beside(self) -> list[Coroutine[Any, Any, None]]:
        """What may be cut off anywhere: it waits for other people's servers."""
        seconds = self._app.settings.worker.sweep_seconds
        templates = template_list.Upkeep(self._app)
        return [
            self._every(seconds, self._sweep),
            self._every(seconds, self._ask),
            self._every(UPKEEP_SECONDS, self._keep_up),
            self._every(template_list.LOOK_SECONDS, templates.sync_due),
            *(
                Polling(self._app, channel).run(lambda: self._stopping)
                for channel in self._app.channels.values()
                if isinstance(channel, Poller)
            ),
        ]

    async def _finish(self) -> None:
        """Whatever fails here, the rest is done; the next worker finds what was not."""
        await self._app.thinking.drain(STOP_SECONDS)
        await self._safely(self._stop_fetching)
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
        while await self._has_work():
            await asyncio.sleep(0.001)

    async def _has_work(self) -> bool:
        over = self._app.thinking.over
        return (
            await self._take_turns()
            or await self._send()
            or not self._outbound.idle
            or await self._app.thinking.one_done()
            or await self._fetcher.step()
            # one that ended behind the look at the turns may have left something to do
            or self._app.thinking.over != over
        )

    async def _begin(self) -> bool:
        """What a worker that was killed left in the middle ends now, if nobody else is at work."""
        lost = await self._app.work.do(begin, self._name)
        if lost:
            log.warning("a killed worker left messages in the middle", message_ids=lost)
        return False

    async def _stop_fetching(self) -> bool:
        async with asyncio.timeout(STOP_SECONDS):
            await self._fetcher.stop()
        return False

    async def _end(self) -> bool:
        async with asyncio.timeout(STOP_SECONDS):
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
        claim = self._outbound.next_claim()
        taken = await turn.take(self._app, claim=claim)
        self._outbound.start(taken.claimed, claim)
        return taken.more

    async def _send(self) -> bool:
        return await self._outbound.send_waiting()

    async def _sweep(self) -> bool:
        """Find what a dead worker left in the middle."""
        lost = await self._app.work.do(sweep, self._name)
        if lost:
            log.warning("senders vanished", message_ids=lost)
            self._app.wake.sends()
        return False

    async def _ask(self) -> bool:
        """Ask providers about unknown outcomes, which may take them long."""
        await self._reconciliation.ask()
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


def _tasks(work: Iterable[Coroutine[Any, Any, None]]) -> set[asyncio.Task[None]]:
    return {asyncio.create_task(one) for one in work}


def _why(ended: asyncio.Task[None]) -> BaseException | None:
    return None if ended.cancelled() else ended.exception()


async def _cut(tasks: Iterable[asyncio.Task[None]]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


def begin(session: Session, names: Sequence[str]) -> list[list[int] | None]:
    """The lane's handler: a worker starts; see `workers.begin`."""
    troubles.try_now(session)
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
    put_back.mend(session)
    lost = messages.sweep_expired(session)
    troubles.tidy(session)
    delivery.forget_pending(session, now() - KEEP_REPORTS)
    action_runs.forget(session)
    rates.forget(session)
    reach.forget(session)
    return [lost for _ in names]


def expire_points(session: Session, tasks: Sequence[None]) -> list[int]:
    """The lane's handler: post every expiry that is due; how many."""
    expired = len(loyalty.expire_due(session))
    return [expired for _ in tasks]
