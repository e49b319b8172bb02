"""Live pages in this process: who is interested in a topic hears that something changed there.

A topic is `conversation:<id>`, `customer:<id>` or `inbox`. Nothing is kept: the store is the
truth, a listener reads it again when it hears its topic (or after `timeout`, for changes made by
another process).
"""

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Iterable, Iterator
from contextlib import contextmanager, suppress


class Feed:
    """Publish from any thread; listen from any event loop."""

    def __init__(self) -> None:
        self._listeners: dict[str, set[Listener]] = defaultdict(set)

    def publish(self, *topics: str) -> None:
        """Tell everybody who listens to one of the topics."""
        if not self._listeners:
            return
        for topic in topics:
            for listener in tuple(self._listeners.get(topic, ())):
                listener.hear(topic)

    @contextmanager
    def listener(self) -> "Iterator[Listener]":
        """One that listens, to nothing yet, until the block is left."""
        listener = Listener(self._listeners)
        try:
            yield listener
        finally:
            listener.listen_to(())

    async def listen(
        self, topics: Iterable[str], timeout: float = 15.0
    ) -> AsyncIterator[frozenset[str]]:
        """Yield the topics heard since the last time; an empty set after `timeout` seconds."""
        with self.listener() as listener:
            listener.listen_to(topics)
            while True:
                yield await listener.next(timeout)


class Listener:
    """Keeps what it hears until it is asked; used in the event loop that made it."""

    def __init__(self, listeners: "dict[str, set[Listener]]") -> None:
        self._listeners = listeners
        self._loop = asyncio.get_running_loop()
        self._heard: set[str] = set()
        self._event = asyncio.Event()
        self.topics: frozenset[str] | None = None

    def listen_to(self, topics: Iterable[str]) -> None:
        """To these topics from now on, and no others."""
        wanted, before = frozenset(topics), self.topics or frozenset()
        for topic in wanted - before:
            self._listeners[topic].add(self)
        for topic in before - wanted:
            self._listeners[topic].discard(self)
            if not self._listeners[topic]:
                del self._listeners[topic]
        self.topics = wanted

    def hear(self, topic: str) -> None:
        """From any thread; a loop that has ended has nobody left to tell."""
        with suppress(RuntimeError):
            self._loop.call_soon_threadsafe(self._note, topic)

    async def next(self, timeout: float) -> frozenset[str]:
        """What was heard since the last time, waited for at most so many seconds."""
        try:
            await asyncio.wait_for(self._event.wait(), timeout)
        except TimeoutError:
            return frozenset()
        heard, self._heard = frozenset(self._heard), set()
        self._event.clear()
        return heard

    def _note(self, topic: str) -> None:
        self._heard.add(topic)
        self._event.set()
