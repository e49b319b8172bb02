"""Token buckets: how fast a channel, and one recipient on it, may be sent to."""

import time
from collections.abc import Callable
from dataclasses import dataclass

from bot.settings import RatesSection
from channels.base import Rates

FORGET_AFTER = 4096


@dataclass(slots=True)
class Bucket:
    """Holds at most `rate` tokens (at least one) and gains `rate` a second.

    Below zero are tokens that were taken ahead of time.
    """

    rate: float
    tokens: float
    at: float

    def wait(self, at: float) -> float:
        """Seconds until a token is there; nothing is taken."""
        size = max(1.0, self.rate)
        self.tokens = min(size, self.tokens + (at - self.at) * self.rate)
        self.at = at
        return 0.0 if self.tokens >= 1 else (1 - self.tokens) / self.rate


class Limiter:
    """The buckets of one channel."""

    def __init__(self, rates: Rates, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._rates = rates
        self._clock = clock
        self._overall = self._full(rates.overall)
        self._recipients: dict[str, Bucket] = {}

    def take(self, recipient: str, *, longest: float = 0.0) -> float:
        """Take a token for one message; gives the seconds to wait before sending it.

        If that is more than `longest`, nothing was taken and one must ask again.
        """
        at = self._clock()
        buckets = [bucket for bucket in (self._overall, self._of(recipient)) if bucket]
        wait = max((bucket.wait(at) for bucket in buckets), default=0.0)
        if wait <= longest:
            for bucket in buckets:
                bucket.tokens -= 1
        return wait

    def _of(self, recipient: str) -> Bucket | None:
        if self._rates.per_recipient is None:
            return None
        if len(self._recipients) > FORGET_AFTER:
            self._forget()
        found = self._recipients.get(recipient)
        if found is None:
            found = self._recipients[recipient] = self._bucket(self._rates.per_recipient)
        return found

    def _forget(self) -> None:
        """Full buckets say nothing: drop them."""
        at = self._clock()
        for recipient, bucket in list(self._recipients.items()):
            bucket.wait(at)
            if bucket.tokens >= max(1.0, bucket.rate):
                del self._recipients[recipient]

    def _full(self, rate: float | None) -> Bucket | None:
        return None if rate is None else self._bucket(rate)

    def _bucket(self, rate: float) -> Bucket:
        return Bucket(rate, max(1.0, rate), self._clock())


def configured(rates: Rates, section: RatesSection | None) -> Rates:
    """The channel's own rates, overruled by what `worker.rates` says."""
    if section is None:
        return rates
    return Rates(
        overall=section.overall or rates.overall,
        per_recipient=section.per_recipient or rates.per_recipient,
    )
