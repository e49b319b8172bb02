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
    """Holds at most a limit's burst of tokens and gains its rate a second.

    Below zero are tokens that were taken ahead of time.
    """

    limit: Limit
    tokens: float
    at: float

    def wait(self, at: float) -> float:
        """Seconds until a token is there; nothing is taken."""
        # A bucket made in this very moment is a little younger than the question.
        gained = max(0.0, at - self.at) * self.limit.rate
        self.tokens = min(self.limit.burst, self.tokens + gained)
        self.at = max(self.at, at)
        return 0.0 if self.tokens >= 1 else (1 - self.tokens) / self.limit.rate


class Limiter:
    """The buckets of one channel in this process; `crm_store.rates` are those of several."""

    def __init__(self, rates: Rates, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._rates = rates
        self._clock = clock
        self._buckets: dict[str, Bucket] = {}

    def take(self, recipient: str, *, longest: float = 0.0, ration: Ration | None = None) -> float:
        """Take a token for one message; gives the seconds to wait before sending it.

        If that is more than `longest`, nothing was taken and one must ask again.
        """
        at = self._clock()
        buckets = [self._bucket(one) for one in limits(self._rates, recipient, ration)]
        wait = max((bucket.wait(at) for bucket in buckets), default=0.0)
        if wait <= longest:
            for bucket in buckets:
                bucket.tokens -= 1
        return wait

    def _bucket(self, limit: Limit) -> Bucket:
        if len(self._buckets) > FORGET_AFTER:
            self._forget()
        found = self._buckets.get(limit.key)
        if found is None:
            found = self._buckets[limit.key] = Bucket(limit, limit.burst, self._clock())
        return found

    def _forget(self) -> None:
        """Full buckets say nothing: drop them."""
        at = self._clock()
        for key, bucket in list(self._buckets.items()):
            bucket.wait(at)
            if bucket.tokens >= bucket.limit.burst:
                del self._buckets[key]


def limits(given: Rates, address: str, ration: Ration | None) -> list[Limit]:
    """The buckets that a message to this address takes a token from."""
    named = (("", given.overall), (address, given.per_recipient))
    found = [Limit(key, rate, _burst(rate)) for key, rate in named if rate is not None]
    if ration is not None:
        found.append(Limit(f"{address} rationed", ration.rate, ration.burst))
    return found


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
