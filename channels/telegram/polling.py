"""Long polling: for an installation that Telegram cannot call."""

import asyncio
import logging
from collections.abc import AsyncIterator, Sequence
from typing import Any

from channels.base import Event
from channels.errors import Misconfigured, RateLimited, SendError
from channels.telegram import parse
from channels.telegram.channel import TelegramChannel
from channels.telegram.client import ODD_ANSWER
from channels.telegram.config import Config

log = logging.getLogger(__name__)
FIRST_WAIT = 1.0
LONGEST_WAIT = 60.0


class PollingTelegram(TelegramChannel):
    """One bot whose messages we fetch; only one process may do that."""

    def __init__(self, name: str, config: Config, *, public_url: str) -> None:
        super().__init__(name, config, public_url=public_url)
        self._failures = 0
        self.trouble: str | None = None

    async def poll(self, cursor: str | None) -> AsyncIterator[tuple[Sequence[Event], str]]:
        """Yield the events of each batch with the next offset, for ever.

        Asking with an offset is what tells Telegram that all before it is stored. Once that is
        told, the offset is forgotten (cursor "0"): after a week of silence update ids start
        anywhere, also below it. Raises Misconfigured if another process polls or a webhook is
        set; being asked again after that, it waits before it tries.
        """
        if self._failures:
            await asyncio.sleep(self._wait())
        offset = _offset(cursor)
        while True:
            updates = await self._updates(offset)
            if updates:
                offset = _after(updates)
                yield self._events(updates), str(offset)
            elif offset:
                offset = 0
                yield (), "0"

    def _events(self, updates: Sequence[Any]) -> Sequence[Event]:
        return tuple(event for each in updates for event in self._events_of(each))

    def _events_of(self, update: Any) -> Sequence[Event]:
        """What an update says; one that cannot be read must not hold up all after it."""
        try:
            return parse.update_events(self._reader, update)
        except ODD_ANSWER as error:
            log.error("update %s cannot be read", update.get("update_id"), exc_info=error)
            return ()

    async def _updates(self, offset: int) -> Sequence[Any]:
        """The next batch, () if nothing came in time; waits out what may pass."""
        while True:
            try:
                batch = await self._get_updates(offset)
            except SendError as error:
                self._failures += 1
                self.trouble = str(error)
                if isinstance(error, Misconfigured):
                    raise
                log.warning("polling %s: %s", self.name, error)
                await asyncio.sleep(self._wait(error))
                continue
            self._failures, self.trouble = 0, None
            return batch

    async def _get_updates(self, offset: int) -> Sequence[Any]:
        """Raw updates: `Bot.get_updates` loses the whole batch over one that it cannot read."""
        seconds = self._config.poll_seconds
        options = {
            "offset": offset or None,
            "timeout": seconds,
            "allowed_updates": list(parse.ALLOWED),
        }
        batch: Any = await self._connection.call(
            # In lower case (the Bot API takes any), or the library asks to use the method.
            lambda bot: bot.do_api_request(
                "getupdates",
                api_kwargs=options,
                read_timeout=seconds + self._config.timeout_seconds,
            ),
            held=float(seconds),
        )
        if not isinstance(batch, list) or not all(isinstance(each, dict) for each in batch):
            raise Misconfigured("what answers at api_url is not the Bot API")
        return batch

    def _wait(self, error: SendError | None = None) -> float:
        if isinstance(error, RateLimited):
            return error.retry_after.total_seconds()
        return float(min(LONGEST_WAIT, FIRST_WAIT * 2 ** min(self._failures - 1, 10)))


def build(name: str, config: Config, *, public_url: str) -> TelegramChannel:
    """The channel for the configured mode; only the polling one is a `channels.base.Poller`."""
    kind = PollingTelegram if config.mode == "polling" else TelegramChannel
    return kind(name, config, public_url=public_url)


def _offset(cursor: str | None) -> int:
    known = cursor is not None and cursor.isascii() and cursor.isdigit() and len(cursor) < 17
    return int(cursor) if cursor and known else 0


def _after(updates: Sequence[Any]) -> int:
    """One more than the last update's id. Raises Misconfigured if there is none."""
    last = updates[-1].get("update_id")
    if not isinstance(last, int) or isinstance(last, bool):
        raise Misconfigured("what answers at api_url is not the Bot API")
    return last + 1
