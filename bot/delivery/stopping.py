"""Senders whose account or credentials were refused: only now and then one message is tried.

That is kept in the store (`crm_store.troubles`) and decided when messages are claimed; here is
what holds back those that this process had claimed before.
"""

import time
from collections.abc import Callable

from bot.logs import logger
from crm_store.messages import Claimed
from crm_store.troubles import PAUSE, Sender

__all__ = ["PAUSE", "Stopped", "alert", "sender_of"]

log = logger("stopping")
HOLD_SECONDS = 5.0
"""By then the store knows."""


class Stopped:
    """What one process has just found out, by sender."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._until: dict[Sender, float] = {}

    def left(self, message: Claimed) -> float:
        """Seconds until such a message may go as far as this process knows; 0.0 for at once."""
        return max(0.0, self._until.get(sender_of(message), 0.0) - self._clock())

    def stop(self, message: Claimed) -> None:
        """What was claimed together with this message goes back into the queue."""
        self._until[sender_of(message)] = self._clock() + HOLD_SECONDS


def sender_of(message: Claimed) -> Sender:
    """What sends this message."""
    return Sender(message.channel, message.kind)


def alert(sender: Sender, said: str) -> None:
    """Tell the operator, each time it is found so."""
    log.error(
        "nothing can be sent until an operator acts; see `akrab check`",
        channel=sender.channel,
        kind=sender.kind,
        error=said,
    )
