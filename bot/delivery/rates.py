"""Token buckets: how fast a channel, and one recipient on it, may be sent to."""

import time
from collections.abc import Callable
from dataclasses import dataclass

from bot.settings import RatesSection
from channels.base import Rates, Ration
from crm_store.rates import Limit

FORGET_AFTER = 4096


@dataclass(slots=True)
class Bucket:
    """Holds at most `size` tokens and gains `rate` a second.

    Below zero are tokens that were taken ahead of time.
    """

    rate: float
    size: float
    tokens: float
    at: float

    def wait(self, at: float) -> float:
        """Seconds until a token is there; nothing is taken."""
        # A bucket made in this very moment is a little younger than the question.
        self.tokens = min(self.size, self.tokens + max(0.0, at - self.at) * self.rate)
        self.at = max(self.at, at)
        return 0.0 if self.tokens >= 1 else (1 - self.tokens) / self.rate


class Limiter:
    """The buckets of one channel."""

    def __init__(self, rates: Rates, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._rates = rates
        self._clock = clock
        self._overall = self._full(rates.overall)
        self._recipients: dict[str, Bucket] = {}

    def take(self, recipient: str, *, longest: float = 0.0, ration: Ration | None = None) -> float:
        """Take a token for one message; gives the seconds to wait before sending it.

        If that is more than `longest`, nothing was taken and one must ask again.
        """
        at = self._clock()
        known = (self._overall, self._of(recipient), self._rationed(recipient, ration))
        buckets = [bucket for bucket in known if bucket]
        wait = max((bucket.wait(at) for bucket in buckets), default=0.0)
        if wait <= longest:
            for bucket in buckets:
                bucket.tokens -= 1
        return wait

    def _of(self, recipient: str) -> Bucket | None:
        rate = self._rates.per_recipient
        return None if rate is None else self._kept(recipient, rate, _burst(rate))

    def _rationed(self, recipient: str, ration: Ration | None) -> Bucket | None:
        if ration is None:
            return None
        return self._kept(rationed(recipient), ration.rate, ration.burst)

    def _kept(self, key: str, rate: float, size: float) -> Bucket:
        if len(self._recipients) > FORGET_AFTER:
            self._forget()
        found = self._recipients.get(key)
        if found is None:
            found = self._recipients[key] = Bucket(rate, size, size, self._clock())
        return found

    def _forget(self) -> None:
        """Full buckets say nothing: drop them."""
        at = self._clock()
        for recipient, bucket in list(self._recipients.items()):
            bucket.wait(at)
            if bucket.tokens >= bucket.size:
                del self._recipients[recipient]

    def _full(self, rate: float | None) -> Bucket | None:
        return None if rate is None else Bucket(rate, _burst(rate), _burst(rate), self._clock())


def limits(given: Rates, address: str, ration: Ration | None) -> list[Limit]:
    """The same buckets, as all workers share them in the store."""
    named = (("", given.overall), (address, given.per_recipient))
    found = [Limit(key, rate, _burst(rate)) for key, rate in named if rate is not None]
    if ration is not None:
        found.append(Limit(rationed(address), ration.rate, ration.burst))
    return found


def rationed(recipient: str) -> str:
    """The name of a recipient's second bucket."""
    return f"{recipient} rationed"


def _burst(rate: float) -> float:
    """A fifth of a second's worth at once, one message at least.

    In any second a channel sees its rate and this, so a whole second's worth would double it.
    """
    return max(1.0, rate / 5)


def configured(rates: Rates, section: RatesSection | None) -> Rates:
    """The channel's own rates, overruled by what `worker.rates` says."""
    if section is None:
        return rates
    return Rates(
        overall=section.overall or rates.overall,
        per_recipient=section.per_recipient or rates.per_recipient,
    )
