"""Group commit: what many callers hand in shares one transaction and one disk write.

A lane is one thread with a queue. It takes what is waiting, gives each handler all items meant
for it, in one transaction, and once that is committed gives each caller its own result. If a
handler raises, everything is rolled back and each item runs again in a transaction of its own, so
that only the guilty one fails. A handler must therefore do nothing but read and write the
session it is given.
"""

import asyncio
import queue
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, TypeVar

from crm_store.session import Database, Session

Item = TypeVar("Item")
T = TypeVar("T")
Handler = Callable[[Session, Sequence[Item]], Sequence[T]]
"""Takes the items handed in together, gives one result for each, in order."""


@dataclass(frozen=True, slots=True)
class _Job:
    handler: Handler[Any, Any]
    item: Any
    future: Future[Any] | asyncio.Future[Any]
    loop: asyncio.AbstractEventLoop | None = None
    last: bool = False

    def begin(self) -> bool:
        """False if the caller has given up meanwhile."""
        if isinstance(self.future, Future):
            return self.future.set_running_or_notify_cancel()
        return not self.future.cancelled()


class LaneClosedError(Exception):
    """The program is stopping; nothing more is written."""

    def __init__(self) -> None:
        super().__init__(self.__doc__)


class Lane:
    """Works off what is handed in, at most `limit` items in one transaction."""

    def __init__(self, db: Database, *, limit: int = 64) -> None:
        self._db = db
        self._limit = limit
        self._jobs: queue.SimpleQueue[_Job | None] = queue.SimpleQueue()
        self._lock = threading.Lock()
        self._closed = False
        self._thread = threading.Thread(target=self._serve, name="lane", daemon=True)
        self._thread.start()

    def submit(self, handler: Handler[Item, T], item: Item) -> Future[T]:
        """Hand in one item; the future is done once the item's transaction is committed.

        Raises LaneClosedError.
        """
        future = Future[T]()
        self._put(_Job(handler, item, future))
        return future

    async def do(self, handler: Handler[Item, T], item: Item, *, last: bool = False) -> T:
        """`submit` and wait, from async code. `last`: after the others of its transaction, so
        that it sees what they wrote."""
        loop = asyncio.get_running_loop()
        future: asyncio.Future[T] = loop.create_future()
        self._put(_Job(handler, item, future, loop, last))
        return await future

    def _put(self, job: _Job) -> None:
        with self._lock:
            if self._closed:
                raise LaneClosedError
            self._jobs.put(job)

    def close(self) -> None:
        """Finish what was handed in, then stop."""
        with self._lock:
            if self._closed:
                return
            self._closed = True
            self._jobs.put(None)
        self._thread.join()

    def _serve(self) -> None:
        still_open = True
        while still_open:
            jobs, still_open = self._next_jobs()
            if jobs:
                self._settle(jobs)

    def _next_jobs(self) -> tuple[list[_Job], bool]:
        jobs: list[_Job] = []
        job = self._jobs.get()
        while job is not None:
            if job.begin():
                jobs.append(job)
            if len(jobs) >= self._limit or self._jobs.empty():
                return jobs, True
            job = self._jobs.get()
        return jobs, False

    def _settle(self, jobs: Sequence[_Job]) -> None:
        try:
            done = self._together(jobs)
        except BaseException as error:  # noqa: BLE001 - the worker's loop: the caller gets the error
            self._one_by_one(jobs, _tellable(error))
            return
        _tell(done)

    def _together(self, jobs: Sequence[_Job]) -> list[tuple[_Job, Any]]:
        groups: dict[Handler[Any, Any], list[_Job]] = {}
        for job in sorted(jobs, key=lambda job: job.last):
            groups.setdefault(job.handler, []).append(job)
        done: list[tuple[_Job, Any]] = []
        with self._db.transaction() as session:
            for handler, group in groups.items():
                results = handler(session, [job.item for job in group])
                done.extend(zip(group, results, strict=True))
        return done

    def _one_by_one(self, jobs: Sequence[_Job], error: Exception) -> None:
        if len(jobs) == 1:
            _tell([(jobs[0], error)])
            return
        for job in jobs:
            self._settle([job])


def _tellable(error: BaseException) -> Exception:
    """What a future takes. Were anything else to end this thread, all callers would wait forever:
    a panic in a library written in Rust, for one, is no Exception."""
    if isinstance(error, Exception) and not isinstance(error, StopIteration):
        return error
    told = RuntimeError(f"a handler ended with {error!r}")
    told.__cause__ = error
    return told


def _tell(done: Sequence[tuple[_Job, Any]]) -> None:
    """Give results (or the error) to the callers; each event loop is woken only once."""
    by_loop: dict[asyncio.AbstractEventLoop | None, list[tuple[_Job, Any]]] = {}
    for job, result in done:
        by_loop.setdefault(job.loop, []).append((job, result))
    for loop, results in by_loop.items():
        if loop is None:
            _resolve(results)
        else:
            # A loop that has ended has no callers left; what they wanted is committed.
            with suppress(RuntimeError):
                loop.call_soon_threadsafe(_resolve, results)


def _resolve(results: Sequence[tuple[_Job, Any]]) -> None:
    for job, result in results:
        if job.future.done():
            continue
        if isinstance(result, Exception):
            job.future.set_exception(result)
        else:
            job.future.set_result(result)
