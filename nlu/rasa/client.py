"""HTTP to a Rasa server that has our connector (nlu/assistant/connector.py) loaded."""

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
NEVER_TAKEN = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout)


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

    Only what surely never reached the server is tried again here.
    """

    def __init__(self, server: Server, transport: httpx.BaseTransport | None = None) -> None:
        self._http = httpx.Client(
            base_url=server.url,
            headers={"authorization": f"Bearer {server.token}"},
            timeout=httpx.Timeout(server.seconds, connect=CONNECT_SECONDS),
            limits=httpx.Limits(max_connections=32, max_keepalive_connections=32),
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
            response = self._sent(method, path, body)
        except httpx.HTTPError as error:
            why = str(error) or type(error).__name__
            raise RasaUnavailable(
                f"Rasa at {self._http.base_url} gives no answer: {why}"
            ) from error
        answer = _read(response)
        if not fits(answer):
            raise RasaUnavailable(
                f"what answers at {self._http.base_url} is not Rasa with our connector.py"
            )
        return answer

    def _sent(self, method: str, path: str, body: Mapping[str, Any] | None) -> httpx.Response:
        for waited in range(TRIES - 1):
            try:
                return self._http.request(method, path, json=body)
            except NEVER_TAKEN:
                time.sleep(PAUSE * 2**waited)
        return self._http.request(method, path, json=body)


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


def _read(response: httpx.Response) -> dict[str, Any]:
    try:
        answer = response.json()
    except (ValueError, RecursionError):
        answer = None
    if response.status_code == httpx.codes.OK and isinstance(answer, dict):
        return answer
    told = answer if isinstance(answer, dict) else {}
    reason = f"Rasa answered {response.status_code}: {told.get('error') or response.text[:200]}"
    if told.get("failures"):
        raise ActionFailed(f"{reason}: {told['failures']}")
    if 400 <= response.status_code < 500:
        raise RasaRefused(reason)
    if response.status_code == httpx.codes.SERVICE_UNAVAILABLE and told.get("error") == NO_MODEL:
        raise NoModel(reason)
    raise RasaUnavailable(reason)
