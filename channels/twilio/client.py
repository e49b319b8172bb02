"""Twilio's REST client, made at first use and once for each event loop."""

import asyncio
from typing import Any

from channels.twilio.config import Config
from channels.twilio.transport import Transport


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
