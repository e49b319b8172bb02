"""The library's `telegram.Bot`, made at first use and once for each event loop."""

import asyncio
import logging
import os
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, TypeVar

from channels.telegram import failures
from channels.telegram.config import Config

if TYPE_CHECKING:
    from telegram import Bot
    from telegram.request import HTTPXRequest

CONNECT_SECONDS = 5.0
POOL = 64
T = TypeVar("T")
ODD_ANSWER = (KeyError, TypeError, ValueError, AttributeError, OverflowError)


class Connection:
    """Gives the library's bot; every failure of a call through it is one of our errors."""

    def __init__(self, config: Config) -> None:
        self._config = config
        self._loop: asyncio.AbstractEventLoop | None = None
        self._requests: tuple[HTTPXRequest, ...] = ()
        self._bot: Bot | None = None

    async def call(self, ask: "Callable[[Bot], Awaitable[T]]", *, sending: bool = False) -> T:
        """One request. Raises a SendError; `sending`: see `failures.understood`."""
        bot = self._for_this_loop()
        from telegram.error import TelegramError

        try:
            return await ask(bot)
        except TelegramError as error:
            # Not chained: the library's texts and causes may hold the URL, which has the token.
            raise failures.understood(error, sending=sending) from None
        except ODD_ANSWER as error:
            said = f"Telegram's answer cannot be read: {type(error).__name__}"
            raise failures.no_answer(said, sending=sending) from error

    def file_url(self, path: str) -> str:
        """Where a file can be fetched for an hour. A secret: the token is in it."""
        token = self._config.token.get_secret_value()
        return f"{self._config.api_url}/file/bot{token}/{path}"

    async def close(self) -> None:
        """Close the connections; the next use opens new ones."""
        if self._loop is asyncio.get_running_loop():
            for request in self._requests:
                await request.shutdown()
        self._bot, self._loop, self._requests = None, None, ()

    def _for_this_loop(self) -> "Bot":
        loop = asyncio.get_running_loop()
        if self._bot is None or self._loop is not loop:
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
        self._requests = (self._new_request(POOL), self._new_request(1))
        return Bot(
            self._config.token.get_secret_value(),
            base_url=f"{self._config.api_url}/bot",
            base_file_url=f"{self._config.api_url}/file/bot",
            request=self._requests[0],
            get_updates_request=self._requests[1],
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
