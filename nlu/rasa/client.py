"""HTTP to a Rasa server that has our connector (nlu/assistant/connector.py) loaded."""

import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import httpx

from nlu.types import EngineError

PATH = "/webhooks/akrab"
CONNECT_SECONDS = 2.0
TRIES = 3
PAUSE = 0.1
"""Seconds before the second try, doubled for the third."""
NO_MODEL = "no model is loaded"
"""What connector.py says then."""
MOST_BYTES = 8_000_000
"""Of an answer; a long turn has some thousands."""
IDLE_SECONDS = 3.0
"""How long a connection is kept for the next call: Rasa's own server (Sanic) closes it after 5."""
ASKED_AGAIN = (httpx.NetworkError, httpx.RemoteProtocolError, httpx.ConnectTimeout)
"""Cut off rather than slow. The call may have arrived, yet it can be repeated: the connector knows
a message by its key and gives the same answer once more, and so do our actions."""


class RasaUnavailable(EngineError):
    """The Rasa server does not answer, or answers with an error of its own."""


class RasaRefused(RasaUnavailable):
    """The Rasa server refuses us: look at assistant.token and at its version of connector.py."""


class NoModel(RasaUnavailable):
    """The Rasa server is there but has no model loaded: its log says why."""


class ActionFailed(EngineError):
    """An action failed on its way; Rasa has kept nothing of the turn, so it can be taken again."""


@dataclass(frozen=True, slots=True)
class Server:
    """Where Rasa is. `seconds` is how long a whole turn may take, actions included."""

    url: str
    token: str
    seconds: float = 15.0


class RasaClient:
    """Calls with keep-alive; safe to share between threads.

    A call that was cut off is made again, one that takes too long is not.
    """

    def __init__(self, server: Server, transport: httpx.BaseTransport | None = None) -> None:
        self._seconds = server.seconds
        self._http = httpx.Client(
            base_url=server.url,
            headers={"authorization": f"Bearer {server.token}"},
            timeout=httpx.Timeout(server.seconds, connect=CONNECT_SECONDS),
            # as many as ask: who may ask at once is limited by the threads there are
            limits=httpx.Limits(max_keepalive_connections=32, keepalive_expiry=IDLE_SECONDS),
            transport=transport,
        )

    def turn(self, call: Mapping[str, Any]) -> dict[str, Any]:
        """One turn: events, slots, active_loop. Raises RasaUnavailable, RasaRefused, ActionFailed.

        What is not the connector's answer (another program on that port, a proxy) is none.
        """
        return self._asked("POST", f"{PATH}/turn", call, _is_turn)

    def parse(self, text: str, entities: list[dict[str, Any]]) -> dict[str, Any]:
        """What a text means. Raises RasaUnavailable, RasaRefused."""
        return self._asked("POST", f"{PATH}/parse", {"text": text, "entities": entities}, _is_parse)

    def health(self) -> dict[str, Any]:
        """Model and version. Raises RasaUnavailable, RasaRefused."""
        return self._asked("GET", f"{PATH}/health", None, lambda answer: "model" in answer)

    def close(self) -> None:
        self._http.close()

    def _asked(
        self,
        method: str,
        path: str,
        body: Mapping[str, Any] | None,
        fits: Callable[[Mapping[str, Any]], bool],
    ) -> dict[str, Any]:
        try:
            status, content = self._sent(method, path, body)
        except httpx.HTTPError as error:
            why = str(error) or type(error).__name__
            raise RasaUnavailable(
                f"Rasa at {self._http.base_url} gives no answer: {why}"
            ) from error
        answer = _read(status, content)
        if not fits(answer):
            raise RasaUnavailable(
                f"what answers at {self._http.base_url} is not Rasa with our connector.py"
            )
        return answer

    def _sent(self, method: str, path: str, body: Mapping[str, Any] | None) -> tuple[int, bytes]:
        ends = time.monotonic() + self._seconds
        for waited in range(TRIES - 1):
            try:
                return self._once(self._request(method, path, body), ends)
            except ASKED_AGAIN:
                time.sleep(PAUSE * 2**waited)
        return self._once(self._request(method, path, body), ends)

    def _request(self, method: str, path: str, body: Mapping[str, Any] | None) -> httpx.Request:
        """Half an emoji (a lone surrogate, which JSON may bring in) is no UTF-8: sent as "?"."""
        if body is None:
            return self._http.build_request(method, path)
        content = json.dumps(body, ensure_ascii=False).encode("utf-8", "replace")
        return self._http.build_request(
            method, path, content=content, headers={"content-type": "application/json"}
        )

    def _once(self, request: httpx.Request, ends: float) -> tuple[int, bytes]:
        """Status and body. httpx limits each read, and an answer that trickles has many."""
        left = max(ends - time.monotonic(), PAUSE)
        timeout = httpx.Timeout(left, connect=min(CONNECT_SECONDS, left))
        request.extensions = {**request.extensions, "timeout": timeout.as_dict()}
        response = self._http.send(request, stream=True)
        content = bytearray()
        try:
            for part in response.iter_bytes():
                content += part
                if time.monotonic() > ends or len(content) > MOST_BYTES:
                    raise httpx.ReadTimeout("the answer does not come to an end")
        finally:
            response.close()
        return response.status_code, bytes(content)


def _is_parse(answer: Mapping[str, Any]) -> bool:
    return isinstance(answer.get("intent"), dict) and isinstance(answer.get("entities"), list)


def _is_turn(answer: Mapping[str, Any]) -> bool:
    events, slots, loop = (answer.get(key) for key in ("events", "slots", "active_loop"))
    return (
        isinstance(events, list)
        and all(isinstance(one, dict) and isinstance(one.get("event"), str) for one in events)
        and isinstance(slots, dict)
        and (loop is None or isinstance(loop, str))
    )


def _read(status: int, content: bytes) -> dict[str, Any]:
    try:
        answer = json.loads(content)
    except (ValueError, RecursionError):
        answer = None
    if status == httpx.codes.OK and isinstance(answer, dict):
        return answer
    told = answer if isinstance(answer, dict) else {}
    said = told.get("error") or content[:200].decode("utf-8", "replace")
    reason = f"Rasa answered {status}: {said}"
    if told.get("failures"):
        raise ActionFailed(f"{reason}: {told['failures']}")
    if 400 <= status < 500:
        raise RasaRefused(reason)
    if status == httpx.codes.SERVICE_UNAVAILABLE and told.get("error") == NO_MODEL:
        raise NoModel(reason)
    raise RasaUnavailable(reason)
