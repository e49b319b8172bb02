"""Showing customers that an answer is being written, where their channel can.

The rule: only for an answer that takes a second or more, which is one by an engine in another
process or by a person. The embedded engine answers within milliseconds, and under a backlog a call
more for each message would only make it longer. On WhatsApp the sign also marks the message read.
"""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from bot.app import App
from bot.logs import logger
from channels.abilities import Typist
from channels.base import ChannelKind
from channels.errors import SendError
from crm_store import lookups
from crm_store.batch import Turn

log = logger("writing")
AFTER_SECONDS = 1.0
CALL_SECONDS = 5.0
REMEMBERED = 1_000
_shown: dict[int, float] = {}
"""When it was last shown for a member of staff, by conversation; each process its own."""


@asynccontextmanager
async def shown(app: App, turn: Turn) -> AsyncIterator[None]:
    """While the body runs: shown once it has taken a second, and again whenever it fades."""
    typist = typist_of(app, turn.channel, turn.kind)
    if typist is None:
        yield
        return
    showing = asyncio.create_task(_keep_showing(app, typist, turn.messages[-1].id))
    try:
        yield
    finally:
        showing.cancel()
        await asyncio.gather(showing, return_exceptions=True)


async def show(app: App, conversation_id: int) -> bool:
    """For a member of staff who is writing: call it at every key, it is shown when it has faded.

    False where the channel cannot, or where it still shows.
    """
    told = await asyncio.to_thread(_last_said, app, conversation_id)
    typist = typist_of(app, told.channel, told.kind) if told else None
    if typist is None or told is None or not told.provider_id:
        return False
    if not _has_faded(conversation_id, typist.typing_seconds):
        return False
    await _call(typist, told.provider_id)
    return True


def _has_faded(conversation_id: int, seconds: float) -> bool:
    at = time.monotonic()
    if at - _shown.get(conversation_id, at - seconds) < seconds:
        return False
    _shown.pop(conversation_id, None)
    _shown[conversation_id] = at
    if len(_shown) > REMEMBERED:
        del _shown[next(iter(_shown))]
    return True


def typist_of(app: App, channel: str, kind: str) -> Typist | None:
    """The channel, if it can show it; SMS shares its channel with WhatsApp but cannot."""
    found: object = app.channels.get(channel)
    if not isinstance(found, Typist) or kind == ChannelKind.SMS:
        return None
    return found if found.capabilities.typing else None


async def _keep_showing(app: App, typist: Typist, message_id: int) -> None:
    await asyncio.sleep(AFTER_SECONDS)
    provider_id = await asyncio.to_thread(_provider_id, app, message_id)
    while provider_id:
        await _call(typist, provider_id)
        await asyncio.sleep(typist.typing_seconds)


async def _call(typist: Typist, provider_id: str) -> None:
    """Best effort: a sign that is not shown is no harm."""
    try:
        async with asyncio.timeout(CALL_SECONDS):
            await typist.typing(provider_id)
    except (SendError, TimeoutError) as error:
        log.info("typing not shown", error=str(error))


def _provider_id(app: App, message_id: int) -> str | None:
    with app.db.reading() as session:
        return lookups.provider_id(session, message_id)


def _last_said(app: App, conversation_id: int) -> lookups.Said | None:
    with app.db.reading() as session:
        return lookups.last_said(session, conversation_id)
