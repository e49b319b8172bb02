"""Turns under way in an engine elsewhere: each by itself, so that a slow one delays nobody else."""

import asyncio
from collections.abc import Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

from bot.logs import logger

log = logger("thinking")
T = TypeVar("T")


class Thinking:
    """The tasks of one process; used from the worker's event loop only."""

    def __init__(self, most: int) -> None:
        self._most = most
        self.over = 0
        """Turns that have come to an end so far."""
        self._tasks: set[asyncio.Task[None]] = set()
        # of its own: asyncio's default pool has so few threads that slow turns would fill it
        self._pool = ThreadPoolExecutor(most, "thinking")

    @property
    def room(self) -> int:
        """How many further turns may begin now."""
        return self._most - len(self._tasks)

    def start(self, turn: Coroutine[Any, Any, None]) -> None:
        """Begin a turn; what it raises is logged, and its lease brings the message back."""
        task = asyncio.get_running_loop().create_task(_logged(turn))
        self._tasks.add(task)
        task.add_done_callback(self._end)

    def _end(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        self.over += 1

    async def ask(self, question: Callable[..., T], *arguments: Any) -> T:
        """Ask in a thread: engines wait for their network."""
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._pool, question, *arguments)

    async def one_done(self) -> bool:
        """Wait until one of them is over; False if none is under way."""
        if not self._tasks:
            return False
        await asyncio.wait(self._tasks, return_when=asyncio.FIRST_COMPLETED)
        return True

    async def drain(self, seconds: float) -> None:
        """Let what is under way come to an end, at most so long."""
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=seconds)

    def close(self) -> None:
        """Begin nothing more; a thread still asking ends by its own time-out."""
        self._pool.shutdown(wait=False, cancel_futures=True)


async def _logged(turn: Coroutine[Any, Any, None]) -> None:
    try:
        await turn
    except Exception as error:  # the worker's loop: the turn is taken again
        log.error("a turn could not be kept", exc_info=error)
