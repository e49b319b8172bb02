"""Server-sent events: tells an open page that something changed, so that it asks anew."""

from collections.abc import AsyncIterator, Callable, Iterable

from fastapi.responses import StreamingResponse
from starlette.concurrency import run_in_threadpool

from bot.site.feed import Feed, Listener

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
    with feed.listener() as listener:
        while pulses:
            await _follow(listener, topics)
            yield news
            heard = await listener.next(PULSE)
            news = _said(heard)
            pulses -= not heard


async def _follow(listener: Listener, topics: Callable[[], Iterable[str]]) -> None:
    """Listen to the topics of now. Where they changed they are asked for once more: something may
    have begun between the question and the listening, whose news would be missed for ever."""
    while (wanted := frozenset(await run_in_threadpool(topics))) != listener.topics:
        listener.listen_to(wanted)


def _said(heard: Iterable[str]) -> str:
    kinds = sorted({topic.partition(":")[0] for topic in heard})
    return "".join(f"event: {kind}\ndata:\n\n" for kind in kinds) or ": still here\n\n"
