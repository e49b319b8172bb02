"""Twilio's REST client, made at first use and once for each event loop."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from channels.twilio import failures
from channels.twilio.config import Config
from channels.twilio.transport import Transport

PAGE = 1000
"""The most that Twilio lists at once; the library would ask for `limit`, which is then refused."""
ODD_ANSWER = (KeyError, TypeError, ValueError, AttributeError, LookupError)


@contextmanager
def readable(method: str = "GET") -> Iterator[None]:
    """What the library raises over JSON that is not of the documented form is one of our errors."""
    from twilio.base.exceptions import TwilioException  # type: ignore[import-untyped]

    try:
        yield
    except (*ODD_ANSWER, TwilioException) as error:
        said = f"Twilio's answer cannot be read: {type(error).__name__}"
        raise failures.no_answer(method, said) from error


class Connection:
    """Gives the library's client; every failure of a request through it is one of our errors."""

    def __init__(self, config: Config) -> None:
        self._config = config
        self._loop: asyncio.AbstractEventLoop | None = None
        self._transport: Transport | None = None
        self._client: Any = None

    def client(self) -> Any:
        """A `twilio.rest.Client` for the running event loop; use its `*_async` methods."""
        loop = asyncio.get_running_loop()
        if self._client is None or self._loop is not loop:
            self._transport = Transport(
                timeout=self._config.timeout_seconds, api_url=self._config.api_url
            )
            self._client, self._loop = self._new_client(self._transport), loop
        return self._client

    async def close(self) -> None:
        """Close the connections; the next use opens new ones."""
        if self._transport is not None and self._loop is asyncio.get_running_loop():
            await self._transport.close()
        self._client = self._transport = self._loop = None

    def _new_client(self, transport: Transport) -> Any:
        # Loaded at first use: the library costs half a second of start-up.
        from twilio.rest import Client  # type: ignore[import-untyped]

        user, password = self._config.credentials()
        return Client(
            user,
            password,
            self._config.account_sid,
            http_client=transport,
            # Not empty, or the library reads the process's environment instead.
            environment={"TWILIO_EDGE": ""},
        )
