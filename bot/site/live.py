"""Server-sent events: tells an open page that something changed, so that it asks anew."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable

from fastapi.responses import StreamingResponse
from starlette.concurrency import run_in_threadpool

from bot.site.feed import Feed

PULSE = 15.0
PULSES = 16
HEADERS = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}


def stream(feed: Feed, topics: Callable[[], Iterable[str]]) -> StreamingResponse:
    """An answer without end that names the kind of topic (`inbox`, `conversation`) that changed.

    `topics` is asked again after each change: a first message makes a conversation, a merge gives
    it to another customer. `ready` is said first; the page then fetches what it may have missed.
    """
    return StreamingResponse(_events(feed, topics), 200, HEADERS, "text/event-stream")


async def _events(feed: Feed, topics: Callable[[], Iterable[str]]) -> AsyncIterator[str]:
    news = "retry: 1500\nevent: ready\ndata:\n\n"
    # Now and then the browser is made to start afresh, so that no forgotten page stays for ever.
    pulses = PULSES
    while pulses:
        wanted = frozenset(await run_in_threadpool(topics))
        listening = feed.listen(wanted, PULSE)
        waiting = asyncio.ensure_future(anext(listening))
        try:
            await asyncio.sleep(0)  # listen first, speak then: nothing falls in between
            if frozenset(await run_in_threadpool(topics)) != wanted:
                continue  # a conversation began meanwhile; its news would be missed for ever
            yield news
            heard = await waiting
        finally:
            waiting.cancel()
            await asyncio.gather(waiting, return_exceptions=True)
            await listening.aclose()  # type: ignore[attr-defined]
        news = _said(heard)
        pulses -= not heard


def _said(heard: Iterable[str]) -> str:
    kinds = sorted({topic.partition(":")[0] for topic in heard})
    return "".join(f"event: {kind}\ndata:\n\n" for kind in kinds) or ": still here\n\n"
