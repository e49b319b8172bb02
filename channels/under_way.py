"""Requests that go on to their own end although whoever asked has been cancelled.

httpx's pool (httpcore 1.0.9) can lose a connection for good when a request is cancelled between two
of its steps. Answers that come while "typing…" is being shown, and programs that stop, cancel some;
after weeks no connection would be left, and each request would fail with PoolTimeout.
"""

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

T = TypeVar("T")


class UnderWay:
    """The requests of one pool that have begun and not ended."""

    def __init__(self) -> None:
        self._tasks: set[asyncio.Task[Any]] = set()

    def __len__(self) -> int:
        return len(self._tasks)

    async def finish(self, request: Coroutine[Any, Any, T]) -> T:
        """Make a request. If the caller is cancelled, the request itself still comes to its end;
        it must therefore have a time limit of its own."""
        task = asyncio.create_task(request)
        self._tasks.add(task)
        task.add_done_callback(self._ended)
        return await asyncio.shield(task)

    async def end(self) -> None:
        """Cancel what is left: the pool is about to be closed."""
        left = tuple(self._tasks)
        for task in left:
            task.cancel()
        await asyncio.gather(*left, return_exceptions=True)

    def _ended(self, task: asyncio.Task[Any]) -> None:
        self._tasks.discard(task)
        if not task.cancelled():
            task.exception()  # whoever asked may be gone; then nobody else looks at it
