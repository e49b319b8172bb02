"""Senders whose account or credentials were refused: nothing is tried with them for a while."""

import time
from collections.abc import Callable
from datetime import timedelta

from bot.logs import logger
from channels.errors import SenderStopped
from crm_store.messages import Claimed

log = logger("stopping")
PAUSE = timedelta(minutes=1)


class Stopped:
    """What one process knows of them, by channel and kind: WhatsApp and SMS share a channel."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._until: dict[tuple[str, str], float] = {}

    def left(self, message: Claimed) -> float:
        """Seconds until the sender of such a message is tried again; 0.0 if it is not stopped."""
        return max(0.0, self._until.get((message.channel, message.kind), 0.0) - self._clock())

    def stop(self, message: Claimed, error: SenderStopped) -> None:
        """Nothing more goes out for a while; the operator is told each time it is found so."""
        self._until[message.channel, message.kind] = self._clock() + PAUSE.total_seconds()
        log.error(
            "nothing can be sent until an operator acts; see `akrab check`",
            channel=message.channel,
            kind=message.kind,
            error=str(error),
        )
