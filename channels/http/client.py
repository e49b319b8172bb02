"""Signed requests to the other side; every failure is one of our errors."""

import asyncio
import json
import logging
from collections.abc import Awaitable, Callable, Mapping
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from channels.errors import Misconfigured, SendError, Unreachable
from channels.http import failures
from channels.http.config import Config
from channels.http.fields import load, word
from channels.http.signing import HEADER, signature
from channels.under_way import UnderWay

if TYPE_CHECKING:
    import httpx

CONNECT_SECONDS = 5.0
POOL = 64


class Connection:
    """One other side, asked from whichever event loop is running."""

    def __init__(self, config: Config) -> None:
        self._config = config
        self._client: httpx.AsyncClient | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._under_way = UnderWay()

    async def post(self, body: Mapping[str, Any], key: str) -> str | None:
        """Post a signed body; the id in the answer. Raises a SendError."""
        content = json.dumps(body, ensure_ascii=True).encode()
        headers = {
            "content-type": "application/json",
            HEADER: signature(self._config.secret, content),
            "idempotency-key": key,
        }
        answer = await self._answered(
            lambda client: client.post(self._config.url, content=content, headers=headers)
        )
        told = load(answer.text)
        if answer.is_success:
            return word(told, "id") or None
        after, safe = answer.headers.get("retry-after"), self._config.repeats_are_safe
        raise failures.refusal(answer.status_code, told, after, repeats_are_safe=safe)

    async def look_up(self, key: str) -> str | None:
        """The other side's id of what was posted with this key; None if it says it has nothing.

        Only `{"id": null}` says so: a bare 404 is also what a wrong address answers. Raises
        Unreachable if that cannot be told.
        """
        query = urlencode({"key": key})
        headers = {HEADER: signature(self._config.secret, query.encode())}
        url = f"{self._config.lookup_url}{'&' if '?' in (self._config.lookup_url or '') else '?'}"
        try:
            answer = await self._answered(lambda client: client.get(url + query, headers=headers))
        except SendError as error:
            raise Unreachable(f"cannot be looked up: {error}", code=error.code) from error
        told = load(answer.text)
        if answer.status_code not in (200, 404) or "id" not in told:
            raise Unreachable(f"the look-up answered {answer.status_code} without an id")
        return word(told, "id") or None

    async def close(self) -> None:
        """Close the connections; the next use opens new ones."""
        if self._client is not None and self._loop is asyncio.get_running_loop():
            await self._under_way.end()
            await self._client.aclose()
        self._client = self._loop = None

    async def _answered(
        self, ask: "Callable[[httpx.AsyncClient], Awaitable[httpx.Response]]"
    ) -> "httpx.Response":
        return await self._under_way.finish(self._asked(self._for_this_loop(), ask))

    async def _asked(
        self,
        client: "httpx.AsyncClient",
        ask: "Callable[[httpx.AsyncClient], Awaitable[httpx.Response]]",
    ) -> "httpx.Response":
        import httpx

        try:
            async with asyncio.timeout(self._config.timeout_seconds):
                return await ask(client)
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout) as error:
            raise Unreachable(f"no connection: {type(error).__name__}") from error
        except (httpx.UnsupportedProtocol, httpx.InvalidURL) as error:
            raise Misconfigured("url is not an address", code="url") from error
        except (httpx.HTTPError, TimeoutError) as error:
            said, safe = f"no answer: {type(error).__name__}", self._config.repeats_are_safe
            raise failures.unanswered(said, repeats_are_safe=safe) from error

    def _for_this_loop(self) -> "httpx.AsyncClient":
        loop = asyncio.get_running_loop()
        if self._client is None or self._loop is not loop:
            # Loaded at first use, so that an unused channel costs no start-up time.
            import httpx

            # It logs each URL, and a URL may hold a key.
            logging.getLogger("httpx").setLevel(logging.WARNING)
            seconds = self._config.timeout_seconds
            limits = httpx.Timeout(seconds, connect=min(CONNECT_SECONDS, seconds / 2))
            pool = httpx.Limits(max_connections=POOL)
            self._client, self._loop = httpx.AsyncClient(timeout=limits, limits=pool), loop
            self._under_way = UnderWay()
        return self._client
