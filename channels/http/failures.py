"""What the other side's answers mean for us: two literal tables."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from types import MappingProxyType
from typing import Any

from channels.errors import (
    AddressDead,
    Blocked,
    Misconfigured,
    OptedOut,
    RateLimited,
    Refused,
    SendError,
    UnknownOutcome,
    Unreachable,
    WindowClosed,
)
from channels.http.fields import word

LONGEST_WAIT = timedelta(hours=1)
CODES: Mapping[str, type[SendError]] = MappingProxyType(
    {
        "blocked": Blocked,
        "address_dead": AddressDead,
        "opted_out": OptedOut,
        "window_closed": WindowClosed,
        "refused": Refused,
    }
)
# RFC 9110: 408 and 503 say that the request was not handled (RFC 8470: 425); a 5xx else may have
# been. Other 4xx are about us, not about the message.
STATUSES: Mapping[int, type[SendError]] = MappingProxyType(
    {
        400: Refused,
        408: Unreachable,
        410: AddressDead,
        413: Refused,
        422: Refused,
        425: Unreachable,
        503: Unreachable,
    }
)


def refusal(
    status: int, told: Mapping[str, Any], retry_after: str | None, *, repeats_are_safe: bool
) -> SendError:
    """The error for an answer other than 2xx; `told` is its JSON."""
    said, code = f"HTTP {status} {word(told, 'message')}"[:300].strip(), word(told, "code")
    if status == 429:
        return RateLimited(said, retry_after=_wait(retry_after), code="429")
    kind = CODES.get(code) if 400 <= status < 500 else None
    kind = kind or STATUSES.get(status)
    if kind is None and status >= 500:
        return unanswered(said, code=str(status), repeats_are_safe=repeats_are_safe)
    return (kind or Misconfigured)(said, code=code or str(status))


def unanswered(said: str, *, code: str | None = None, repeats_are_safe: bool) -> SendError:
    """The error for a request that may have arrived but was not answered as it should."""
    if repeats_are_safe:
        return Unreachable(said, code=code)
    return UnknownOutcome(f"{said}; the message may have been sent", code=code)


def _wait(retry_after: str | None) -> timedelta:
    """Retry-After in seconds or as a date (RFC 9110, 10.2.3), between a second and an hour."""
    asked = (retry_after or "").strip()
    wait = timedelta(seconds=1)
    if asked.isascii() and asked.isdigit():
        wait = timedelta(seconds=int(asked[:9]))
    elif asked:
        try:
            at = parsedate_to_datetime(asked)
        except ValueError:
            return wait
        at = at if at.tzinfo else at.replace(tzinfo=UTC)
        wait = at - datetime.now(UTC)
    return min(max(wait, timedelta(seconds=1)), LONGEST_WAIT)
