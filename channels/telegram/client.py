"""The library's `telegram.Bot`, made at first use and once for each event loop."""

import asyncio
import logging
import os
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, TypeVar

from channels.telegram import failures
from channels.telegram.config import Config
from channels.telegram.failures import Crowded
from channels.under_way import UnderWay

if TYPE_CHECKING:
    from telegram import Bot
    from telegram.request import HTTPXRequest

log = logging.getLogger(__name__)
CONNECT_SECONDS = 5.0
POOL = 64
T = TypeVar("T")
ODD_ANSWER = (KeyError, TypeError, ValueError, AttributeError, OverflowError, RecursionError)
WHOLE = 4.0
"""A request takes as many time limits at most: to wait for a connection, to make it, to write, to
read. An answer that drips would keep within each of them for ever."""


class Connection:
    """Gives the library's bot; every failure of a call through it is one of our errors."""

    def __init__(self, config: Config) -> None:
        self._config = config
        self._loop: asyncio.AbstractEventLoop | None = None
        self._requests: tuple[HTTPXRequest, ...] = ()
        self._bot: Bot | None = None
        self._under_way = UnderWay()

    async def call(
        self,
        ask: "Callable[[Bot], Awaitable[T]]",
        *,
        sending: bool = False,
        held: float = 0.0,
    ) -> T:
        """One request. Raises a SendError; `sending`: see `failures.understood`.

        `held`: for so many seconds Telegram may hold the answer back.
        """
        bot = self._for_this_loop()
        try:
            return await self._under_way.finish(self._asked(bot, ask, held, sending=sending))
        except Crowded:
            self._renew(bot)
            raise

    async def _asked(
        self, bot: "Bot", ask: "Callable[[Bot], Awaitable[T]]", held: float, *, sending: bool
    ) -> T:
        from telegram.error import TelegramError

        try:
            async with asyncio.timeout(held + WHOLE * self._config.timeout_seconds):
                return await ask(bot)
        except TelegramError as error:
            # Not chained: the library's texts and causes may hold the URL, which has the token.
            raise failures.understood(error, sending=sending) from None
        except TimeoutError:
            said = "Telegram's answer does not come to an end"
            raise failures.no_answer(said, sending=sending) from None
        except ODD_ANSWER as error:
            said = f"Telegram's answer cannot be read: {type(error).__name__}"
            raise failures.no_answer(said, sending=sending) from error

    def _renew(self, crowded: "Bot") -> None:
        """No connection was free although fewer are in use: the pool has lost some, for good."""
        if len(self._under_way) < POOL and self._bot is crowded:
            log.warning("Telegram: the connections are made anew")
            self._bot = None

    def file_url(self, path: str) -> str:
        """Where a file can be fetched for an hour. A secret: the token is in it."""
        token = self._config.token.get_secret_value()
        return f"{self._config.api_url}/file/bot{token}/{path}"

    async def close(self) -> None:
        """Close the connections; the next use opens new ones."""
        if self._loop is asyncio.get_running_loop():
            await self._under_way.end()
            for request in self._requests:
                await request.shutdown()
        self._bot, self._loop, self._requests = None, None, ()

    def _for_this_loop(self) -> "Bot":
        loop = asyncio.get_running_loop()
        if self._loop is not loop:
            self._bot, self._requests, self._under_way = None, (), UnderWay()
        if self._bot is None:
            self._bot, self._loop = self._new_bot(), loop
        return self._bot

    def _new_bot(self) -> "Bot":
        # The library warns at each 429 unless told that we know of timedeltas.
        os.environ.setdefault("PTB_TIMEDELTA", "true")
        # Its HTTP client logs every URL, and the token is in the URL.
        logging.getLogger("httpx").setLevel(logging.WARNING)
        # Loaded at first use: the library costs half a second of start-up.
        from telegram import Bot

        # Not initialised: that asks getMe, and its error message shows the token.
        sends, polls = self._new_request(POOL), self._new_request(1)
        # Of a pool that was given up some requests may still be under way.
        self._requests = (*self._requests, sends, polls)
        return Bot(
            self._config.token.get_secret_value(),
            base_url=f"{self._config.api_url}/bot",
            base_file_url=f"{self._config.api_url}/file/bot",
            request=sends,
            get_updates_request=polls,
        )

    def _new_request(self, pool: int) -> "HTTPXRequest":
        from telegram.request import HTTPXRequest

        seconds = self._config.timeout_seconds
        return HTTPXRequest(
            connection_pool_size=pool,
            connect_timeout=min(CONNECT_SECONDS, seconds / 2),
            pool_timeout=seconds,
            read_timeout=seconds,
            write_timeout=seconds,
            media_write_timeout=seconds,
        )
