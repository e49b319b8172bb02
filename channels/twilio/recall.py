"""What this process remembers of its own sends, to judge Twilio's list of messages by."""

import time
from collections.abc import Callable
from datetime import datetime
from typing import TypeVar

_Value = TypeVar("_Value")

KEPT = 10_000
SETTLED_SECONDS = 60.0
"""A request younger than this may still be on its way into Twilio's list."""
OVERTAKEN_SECONDS = 10.0
"""A message younger than this may still be in Twilio's queue, and the next could overtake it."""


class Recall:
    """Which message a SID belongs to, and which messages were in doubt a moment ago.

    Two messages may say the same; one that is known to be another's is no proof. What this process
    hears of for the first time may have been another worker's, or its own before a restart, a
    moment ago.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._owners: dict[str, str] = {}
        self._doubts: dict[str, float] = {}
        self._heard_of: dict[str, float] = {}
        self._latest: dict[str, tuple[str, float]] = {}

    def sent(self, sid: str, message_id: str, to: str) -> None:
        """Twilio gave our message to this person this SID."""
        _put(self._owners, sid, message_id)
        self._latest.pop(to, None)
        _put(self._latest, to, (sid, self._clock()))

    def just_sent(self, to: str) -> str | None:
        """The SID of the latest message to this person, if the next could overtake it."""
        sid, at = self._latest.get(to, (None, 0.0))
        return sid if sid and self._clock() - at < OVERTAKEN_SECONDS else None

    def doubted(self, message_id: str) -> None:
        """The outcome of a request for this message is unknown."""
        _put(self._doubts, message_id, self._clock())

    def may_be(self, sid: str, message_id: str) -> bool:
        """Whether the SID can be this message's: not if we know it as another's."""
        return self._owners.get(sid, message_id) == message_id

    def settled(self, message_id: str, since: datetime) -> bool:
        """Whether enough time has passed for Twilio's list to show the message, whose last attempt
        cannot have begun before `since`."""
        attempt = f"{message_id} {since.isoformat()}"
        if attempt not in self._heard_of:
            _put(self._heard_of, attempt, self._clock())
        last = max(self._heard_of[attempt], self._doubts.get(message_id, 0.0))
        return self._clock() - last > SETTLED_SECONDS


def _put(kept: dict[str, _Value], key: str, value: _Value) -> None:
    kept[key] = value
    if len(kept) > KEPT:
        del kept[next(iter(kept))]
