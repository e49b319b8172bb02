"""What this process remembers of its own sends, to judge Twilio's list of messages by."""

import time
from typing import TypeVar

_Value = TypeVar("_Value")

KEPT = 10_000
SETTLED_SECONDS = 60.0
"""A request younger than this may still be on its way into Twilio's list."""
OVERTAKEN_SECONDS = 10.0
"""A message younger than this may still be in Twilio's queue, and the next could overtake it."""


class Recall:
    """Which message a SID belongs to, and which messages were in doubt a moment ago.

    Two messages may say the same; one that is known to be another's is no proof. A restart
    forgets all this, and is longer than a request takes.
    """

    def __init__(self) -> None:
        self._owners: dict[str, str] = {}
        self._doubts: dict[str, float] = {}
        self._latest: dict[str, tuple[str, float]] = {}

    def sent(self, sid: str, message_id: str, to: str) -> None:
        """Twilio gave our message to this person this SID."""
        _put(self._owners, sid, message_id)
        self._latest.pop(to, None)
        _put(self._latest, to, (sid, time.monotonic()))

    def just_sent(self, to: str) -> str | None:
        """The SID of the latest message to this person, if the next could overtake it."""
        sid, at = self._latest.get(to, (None, 0.0))
        return sid if sid and time.monotonic() - at < OVERTAKEN_SECONDS else None

    def doubted(self, message_id: str) -> None:
        """The outcome of a request for this message is unknown."""
        _put(self._doubts, message_id, time.monotonic())

    def may_be(self, sid: str, message_id: str) -> bool:
        """Whether the SID can be this message's: not if we know it as another's."""
        return self._owners.get(sid, message_id) == message_id

    def settled(self, message_id: str) -> bool:
        """Whether enough time has passed for Twilio's list to show the message."""
        doubted = self._doubts.get(message_id)
        return doubted is None or time.monotonic() - doubted > SETTLED_SECONDS


def _put(kept: dict[str, _Value], key: str, value: _Value) -> None:
    kept[key] = value
    if len(kept) > KEPT:
        del kept[next(iter(kept))]
