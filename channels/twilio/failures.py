"""What Twilio's error codes mean for us: one literal table, and how an answer becomes an error."""

import json
import logging
from collections.abc import Mapping
from datetime import timedelta
from types import MappingProxyType
from typing import Any

from channels.base import ReachState
from channels.errors import (
    AddressDead,
    Blocked,
    Misconfigured,
    OptedOut,
    RateLimited,
    Refused,
    SendError,
    SenderStopped,
    UnknownOutcome,
    Unreachable,
    WindowClosed,
)

log = logging.getLogger(__name__)

_Row = tuple[type[SendError], str]

CODES: Mapping[int, _Row] = MappingProxyType(
    {
        # The address is dead on this channel.
        21211: (AddressDead, "not a valid phone number"),
        21614: (AddressDead, "not a mobile number"),
        30005: (AddressDead, "the number is unknown or no longer in service"),
        30006: (AddressDead, "a landline, or a carrier that cannot be reached"),
        63003: (AddressDead, "not on WhatsApp"),
        63024: (AddressDead, "not a valid WhatsApp recipient"),
        # The recipient decided.
        21610: (OptedOut, "the recipient opted out of this sender"),
        30004: (Blocked, "the recipient cannot receive this message: blocked"),
        63016: (WindowClosed, "the 24-hour window is closed: only a template may be sent"),
        # Slower, please.
        429: (RateLimited, "too many requests"),
        20429: (RateLimited, "too many requests"),
        14107: (RateLimited, "more than 15 replies in a row between two numbers"),
        21611: (RateLimited, "the sender's queue is full"),
        30001: (RateLimited, "the queue overflowed"),
        63017: (RateLimited, "the account sends faster than it may"),
        63018: (RateLimited, "the sender, or this recipient, gets more than it may"),
        # The message or its template is wrong.
        21617: (Refused, "the text is longer than 1,600 characters"),
        21620: (Refused, "a media URL is not valid"),
        21623: (Refused, "the media cannot be used"),
        21654: (Refused, "content variables without a content template"),
        21655: (Refused, "the content template does not exist"),
        21656: (Refused, "the content variables are not valid"),
        21658: (Refused, "the content variables are too long"),
        63005: (Refused, "WhatsApp did not accept the content"),
        63013: (Refused, "the content breaks a WhatsApp policy"),
        63019: (Refused, "the media could not be downloaded"),
        63021: (Refused, "the content is not valid for WhatsApp"),
        63027: (Refused, "the template does not exist in this language"),
        63028: (Refused, "the number of template variables does not match"),
        63030: (Refused, "a parameter does not fit this type of message"),
        63034: (Refused, "the media is of a type or size WhatsApp does not take"),
        63040: (Refused, "the template was rejected"),
        63041: (Refused, "the template is paused"),
        63042: (Refused, "the template is disabled"),
        30007: (Refused, "filtered as spam by the carrier or Twilio; the same text will be again"),
        # WhatsApp protects its users; nothing is wrong with the address, but not again soon.
        63032: (Refused, "WhatsApp limits what this person may be sent"),
        63049: (Refused, "WhatsApp held back a marketing message; do not send it again soon"),
        # Try again, a limited number of times.
        30003: (Unreachable, "the phone is off or out of reach"),
        30008: (Unreachable, "the carrier gave no reason"),
        30017: (Unreachable, "the carrier's network is congested"),
        30410: (Unreachable, "the carrier did not answer in time"),
        63010: (Unreachable, "an internal error at Twilio"),
        63012: (Unreachable, "an internal error at WhatsApp"),
        # An operator must act: on the account or sender, or on what it may do for one destination.
        20003: (SenderStopped, "the account SID, token or API key is wrong"),
        20404: (Misconfigured, "Twilio knows no such resource: check the SIDs"),
        21408: (Misconfigured, "sending to this country is not enabled (Geo permissions)"),
        21606: (SenderStopped, "the sender cannot send messages"),
        21608: (Misconfigured, "a trial account may only write to verified numbers"),
        21612: (Misconfigured, "this sender cannot reach this destination"),
        21703: (SenderStopped, "the Messaging Service has no senders"),
        21704: (Misconfigured, "the Messaging Service has no number for this destination"),
        21705: (SenderStopped, "the Messaging Service does not exist"),
        30002: (SenderStopped, "the account is suspended"),
        63001: (SenderStopped, "WhatsApp refused the channel's credentials"),
        63007: (SenderStopped, "no WhatsApp sender with this number in the account"),
        63020: (SenderStopped, "Meta's terms or the Twilio invitation were not accepted"),
        63051: (SenderStopped, "the WhatsApp Business Account is locked by Meta"),
    }
)

_TEMPLATE_STATES = frozenset({63027, 63028, 63040, 63041, 63042})
_THEIR_OWN = (400, 401, 413, 422, 429)
"""Statuses that say the same whoever answers."""
_WAITS = MappingProxyType({14107: 30, 21611: 60, 30001: 60, 63017: 10, 63018: 10})
_REPORTED_WAITS = MappingProxyType({30003: 300, 63017: 15, 63018: 15})
_REPORTED_WAIT = 60
_LONGEST_WAIT = timedelta(hours=1)
_REACH = {
    AddressDead: ReachState.DEAD,
    OptedOut: ReachState.OPTED_OUT,
    Blocked: ReachState.BLOCKED,
}


def classify(code: str | int | None) -> type[SendError] | None:
    """The class of error a code stands for (also of callbacks), None if we do not know it."""
    row = CODES.get(_number(code))
    return row[0] if row else None


def describe(code: str | int | None) -> str | None:
    """A sentence for the operator, None for a code we do not know."""
    row = CODES.get(_number(code))
    return row[1] if row else None


def reach(code: str | int | None) -> ReachState | None:
    """What a failure with this code proves about the address; most prove nothing."""
    kind = classify(code)
    return _REACH.get(kind) if kind else None


def retry_after(code: str | int | None) -> timedelta | None:
    """When what a report says was lost may be sent again; None if that would not help."""
    if classify(code) not in (RateLimited, Unreachable):
        return None
    return timedelta(seconds=_REPORTED_WAITS.get(_number(code), _REPORTED_WAIT))


def is_template_state(code: str | None) -> bool:
    """Whether the code says that a template is not what our list says it is."""
    return _number(code) in _TEMPLATE_STATES


def from_answer(method: str, status: int, text: str, retry_after: str | None = None) -> SendError:
    """The error for an HTTP answer other than 2xx.

    A 5xx says nothing about what became of a POST: there is no idempotency key, so its outcome
    is unknown. A 429 was never processed (error 20429) and may always be repeated.
    """
    problem = _problem(text)
    if problem is None and not (status >= 500 or status in _THEIR_OWN):
        # A proxy or firewall wrote this page; Twilio has seen nothing.
        said = f"something between here and Twilio answered {status}"
        return Unreachable(said, code=str(status))
    code, message = problem or (None, "")
    if status >= 500:
        return no_answer(method, f"Twilio answered {status}", code)
    if status == 429 and CODES.get(_number(code), (RateLimited,))[0] is not RateLimited:
        code = "20429"
    return for_code(code or str(status), message, status=status, retry_after=retry_after)


def for_code(
    code: str, message: str = "", *, status: int = 400, retry_after: str | None = None
) -> SendError:
    """The error a code stands for; an unknown code goes by the class of its HTTP status."""
    row = CODES.get(_number(code))
    if row is None:
        log.warning("unknown Twilio error code %s (HTTP %d)", code[:10], status)
    kind, known = row or (_by_status(status), "")
    said = f"Twilio {code}: {known or message or f'HTTP {status}'}"
    if issubclass(kind, RateLimited):
        return kind(said, retry_after=_wait(code, retry_after), code=code)
    return kind(said, code=code)


def no_answer(method: str, message: str, code: str | None = None) -> SendError:
    """The error for a request that may have arrived but was not answered as it should."""
    if method == "POST":
        return UnknownOutcome(f"{message}; the message may have been sent", code=code)
    return Unreachable(message, code=code)


def _by_status(status: int) -> type[SendError]:
    if status == 429:
        return RateLimited
    if status == 401:
        return SenderStopped
    if status in (408, 425):
        return Unreachable
    return Refused if status in (400, 413, 422) else Misconfigured


def _wait(code: str, retry_after: str | None) -> timedelta:
    asked = (retry_after or "").strip()
    if asked.isascii() and asked.isdigit() and len(asked) < 10:
        return min(timedelta(seconds=max(1, int(asked))), _LONGEST_WAIT)
    return timedelta(seconds=_WAITS.get(_number(code), 1))


def _problem(text: str) -> tuple[str | None, str] | None:
    """Code and message of a body in Twilio's older form or as problem details (RFC 9457); None
    if it is neither."""
    try:
        body: Any = json.loads(text)
    except (ValueError, RecursionError):
        return None
    if not isinstance(body, dict):
        return None
    code = body.get("code")
    message = body.get("message") or body.get("detail") or body.get("title") or ""
    return (str(code) if isinstance(code, int | str) and code else None), str(message)[:300]


def _number(code: str | int | None) -> int:
    text = str(code or "").strip()
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0
