"""Group commit: jobs handed in by many callers share one transaction and one disk write.

A lane is one thread with a queue. It takes what is waiting, runs it in one transaction and, once
that is committed, gives each caller its own result. If a job raises, everything is rolled back
and each job of that batch runs again in a transaction of its own, so only the guilty one fails.
A job must therefore do nothing but read and write the session it is given.
"""

import asyncio
import queue
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from crm_store.session import Database, Session

T = TypeVar("T")


@dataclass(slots=True)
class _Job(Generic[T]):
    run: Callable[[Session], T]
    future: Future[T]


class LaneClosedError(Exception):
    """The program is stopping; nothing more is written."""


class Lane:
    """Runs jobs in the order they came, at most `limit` in one transaction."""

    def __init__(self, db: Database, *, limit: int = 64) -> None:
        self._db = db
        self._limit = limit
        self._jobs: queue.SimpleQueue[_Job[Any] | None] = queue.SimpleQueue()
        self._lock = threading.Lock()
        self._closed = False
        self._thread = threading.Thread(target=self._serve, name="lane", daemon=True)
        self._thread.start()

    def submit(self, run: Callable[[Session], T]) -> Future[T]:
        """Hand in a job; the future is done once the job's transaction is committed."""
        job = _Job(run, Future[T]())
        with self._lock:
            if self._closed:
                raise LaneClosedError
            self._jobs.put(job)
        return job.future

    async def do(self, run: Callable[[Session], T]) -> T:
        """The result of a job, from async code."""
        return await asyncio.wrap_future(self.submit(run))

    def close(self) -> None:
        """Finish what was handed in, then stop."""
        with self._lock:
            if self._closed:
                return
            self._closed = True
            self._jobs.put(None)
        self._thread.join()

    def _serve(self) -> None:
        open_ = True
        while open_:
            batch, open_ = self._next_batch()
            if batch:
                self._settle(batch)

    def _next_batch(self) -> tuple[list[_Job[Any]], bool]:
        batch: list[_Job[Any]] = []
        job = self._jobs.get()
        while job is not None:
            if job.future.set_running_or_notify_cancel():
                batch.append(job)
            if len(batch) >= self._limit or self._jobs.empty():
                return batch, True
            job = self._jobs.get()
        return batch, False

    def _settle(self, batch: Sequence[_Job[Any]]) -> None:
        try:
            results = self._together(batch)
        except Exception as error:  # noqa: BLE001 - a worker's loop: the caller gets the error
            self._one_by_one(batch, error)
            return
        for job, result in zip(batch, results, strict=True):
            job.future.set_result(result)

    def _together(self, batch: Sequence[_Job[Any]]) -> list[Any]:
        with self._db.transaction() as session:
            return [job.run(session) for job in batch]

    def _one_by_one(self, batch: Sequence[_Job[Any]], error: Exception) -> None:
        if len(batch) == 1:
            batch[0].future.set_exception(error)
            return
        for job in batch:
            self._settle([job])
