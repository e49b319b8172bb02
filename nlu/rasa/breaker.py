"""A circuit breaker: what has failed several times in a row is left alone for a while."""

import threading
import time
from collections.abc import Callable

FAILURES = 3
REST_SECONDS = 15.0


class Breaker:
    """Says whether to try; told how it went. Safe to share between threads.

    After the rest one caller may try; the others wait for how that goes.
    """

    def __init__(
        self,
        *,
        failures: int = FAILURES,
        rest: float = REST_SECONDS,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._most, self._rest, self._clock = failures, rest, clock
        self._failed = 0
        self._closed_until = 0.0
        self._lock = threading.Lock()

    def allows(self) -> bool:
        """Whether this caller may try now."""
        with self._lock:
            if self._failed < self._most:
                return True
            if self._clock() < self._closed_until:
                return False
            self._closed_until = self._clock() + self._rest
            return True

    def succeeded(self) -> None:
        with self._lock:
            self._failed = 0

    def failed(self) -> None:
        with self._lock:
            self._failed += 1
            self._closed_until = self._clock() + self._rest
