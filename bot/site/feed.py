"""Live pages in this process: who is interested in a topic hears that something changed there.

A topic is `conversation:<id>`, `customer:<id>` or `inbox`. Nothing is kept: the store is the
truth, a listener reads it again when it hears its topic (or after `timeout`, for changes made by
another process).
"""

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Iterable


class Feed:
    """Publish from any thread; listen from any event loop."""

    def __init__(self) -> None:
        self._listeners: dict[str, set[_Listener]] = defaultdict(set)

    def publish(self, *topics: str) -> None:
        """Tell everybody who listens to one of the topics."""
        if not self._listeners:
            return
        for topic in topics:
            for listener in tuple(self._listeners.get(topic, ())):
                listener.hear(topic)

    async def listen(
        self, topics: Iterable[str], timeout: float = 15.0
    ) -> AsyncIterator[frozenset[str]]:
        """Yield the topics heard since the last time; an empty set after `timeout` seconds."""
        wanted = tuple(topics)
        listener = _Listener(asyncio.get_running_loop())
        for topic in wanted:
            self._listeners[topic].add(listener)
        try:
            while True:
                yield await listener.next(timeout)
        finally:
            self._leave(wanted, listener)

    def _leave(self, topics: Iterable[str], listener: "_Listener") -> None:
        for topic in topics:
            self._listeners[topic].discard(listener)
            if not self._listeners[topic]:
                del self._listeners[topic]


class _Listener:
    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._heard: set[str] = set()
        self._event = asyncio.Event()

    def hear(self, topic: str) -> None:
        if not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._note, topic)

    def _note(self, topic: str) -> None:
        self._heard.add(topic)
        self._event.set()

    async def next(self, timeout: float) -> frozenset[str]:
        try:
            await asyncio.wait_for(self._event.wait(), timeout)
        except TimeoutError:
            return frozenset()
        heard, self._heard = frozenset(self._heard), set()
        self._event.clear()
        return heard
