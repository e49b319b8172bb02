"""The HTTP under Twilio's client library: time limits, and every failure as one of our errors."""

import json
import logging
from base64 import b64encode
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from channels.errors import Unreachable
from channels.twilio import failures

log = logging.getLogger("channels.twilio.http")
CONNECT_SECONDS = 5.0


class Transport:
    """The `http_client` of `twilio.rest.Client`, around the library's own asynchronous one.

    It raises SendErrors, so callers never meet the library's or aiohttp's exceptions. There
    are no retries here: a repeated POST could send a message twice.
    """

    is_async = True

    def __init__(self, *, timeout: float, api_url: str | None = None) -> None:
        # Loaded at first use: the library and aiohttp cost half a second of start-up.
        import aiohttp
        from twilio.http.async_http_client import (  # type: ignore[import-untyped]
            AsyncTwilioHttpClient,
        )

        # The library logs recipients' numbers with each request; that must not reach our logs.
        log.setLevel(logging.WARNING)
        self._client: Any = AsyncTwilioHttpClient(pool_connections=False, logger=log)
        # Separate limits tell "never connected" (safe to repeat) from "no answer" (unknown).
        limits = aiohttp.ClientTimeout(total=timeout, connect=min(CONNECT_SECONDS, timeout / 2))
        self._client.session = _Session(aiohttp.ClientSession(), limits)
        self._not_connected = (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError)
        self._broken = (aiohttp.ClientError, TimeoutError, OSError)
        self._api_url = api_url

    async def request(self, method: str, url: str, **options: Any) -> Any:
        """Make one request; the answer is a 2xx with a JSON object. Raises a SendError."""
        try:
            answer = await self._client.request(method, self._address(url), **_mended(options))
        except self._not_connected as error:
            raise Unreachable(f"no connection to Twilio: {type(error).__name__}") from error
        except self._broken as error:
            message = f"no answer from Twilio: {type(error).__name__}"
            raise failures.no_answer(method, message) from error
        except UnicodeDecodeError as error:
            raise failures.no_answer(method, "Twilio's answer cannot be read") from error
        return _checked(method, answer)

    async def close(self) -> None:
        await self._client.close()

    def _address(self, url: str) -> str:
        if self._api_url is None:
            return url
        there = urlsplit(self._api_url)
        # The products differ by host (api., content., messaging.); paths do not overlap.
        return urlunsplit(urlsplit(url)._replace(scheme=there.scheme, netloc=there.netloc))


class _Session:
    """A session with our time limits: the library passes None, which means none at all."""

    def __init__(self, session: Any, limits: Any) -> None:
        self._session = session
        self._limits = limits

    async def request(self, **options: Any) -> Any:
        return await self._session.request(**{**options, "timeout": self._limits})

    async def close(self) -> None:
        await self._session.close()


def _mended(options: Mapping[str, Any]) -> dict[str, Any]:
    """The options as the library's asynchronous client and aiohttp can bear them.

    It would send a JSON body as a form, and hand credentials over in a way aiohttp is dropping.
    """
    headers = dict(options.get("headers") or {})
    data = options.get("data")
    if headers.get("Content-Type") == "application/json":
        data = json.dumps(data)
    if auth := options.get("auth"):
        headers["Authorization"] = f"Basic {b64encode(':'.join(auth).encode()).decode()}"
    return {**options, "headers": headers, "data": data, "auth": None}


def _checked(method: str, answer: Any) -> Any:
    if not 200 <= answer.status_code < 300:
        retry_after = (answer.headers or {}).get("Retry-After")
        raise failures.from_answer(method, answer.status_code, answer.text, retry_after)
    if answer.status_code != 204 and not _is_object(answer.text):
        raise failures.no_answer(method, "Twilio's answer cannot be read")
    return answer


def _is_object(text: str) -> bool:
    try:
        return isinstance(json.loads(text), dict)
    except (ValueError, RecursionError):
        return False
