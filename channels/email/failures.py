"""What an SMTP server's answer means for us (C8.1): one place for every phase."""

import re
import ssl
from collections.abc import Mapping
from datetime import timedelta
from enum import StrEnum

from channels.email.charsets import decode
from channels.email.reason_words import Reason
from channels.email.reasons import Verdict, judge
from channels.errors import (
    AddressDead,
    Misconfigured,
    RateLimited,
    Refused,
    SendError,
    SenderStopped,
    UnknownOutcome,
    Unreachable,
)


class Phase(StrEnum):
    """How far a mail had come."""

    CONNECT = "connect"
    LOGIN = "login"
    SENDER = "sender"
    RECIPIENT = "recipient"
    START = "start"
    """The server is asked whether it wants the mail."""
    DATA = "data"
    """The mail itself."""


# Greylisting wants a second try after minutes; `worker` tries Unreachable again in seconds.
_WAITS: Mapping[Reason, timedelta] = {
    Reason.GREYLISTED: timedelta(minutes=10),
    Reason.RATE: timedelta(minutes=15),
    Reason.FULL: timedelta(hours=1),
}


def refused(phase: Phase, code: int, text: str) -> SendError:
    """A reply with a code: 4yz may be tried again unchanged, 5yz may not (RFC 5321 4.2.1)."""
    text = _readable(text)
    words = f"{code} {text}".strip()[:300]
    if phase == Phase.DATA and not 400 <= code < 600:
        return UnknownOutcome(f"no answer that says whether it was taken: {words}")
    verdict = judge(f"{code} {text}")
    shown = verdict.code or str(code)
    if phase == Phase.LOGIN:
        kind = Unreachable if code < 500 else SenderStopped
        return kind(f"the SMTP server refused the sign-in: {words}", code=shown)
    if code < 500:
        return _later(verdict, words, shown)
    if code in (530, 534, 535, 538):
        return SenderStopped(f"the SMTP server wants a sign-in: {words}", code=shown)
    return _never(phase, verdict, words, shown)


def broken(phase: Phase, error: Exception) -> SendError:
    """A connection that broke: harmless before the mail itself was sent, unknown after (C8.2)."""
    what = _readable(f"{type(error).__name__}: {error}".strip(": "))[:300]
    if phase == Phase.DATA:
        return UnknownOutcome(f"broke off after DATA: {what}")
    if isinstance(error, ssl.SSLCertVerificationError):
        return SenderStopped(f"the SMTP server's certificate is not trusted: {what}", code="tls")
    return Unreachable(f"the SMTP server did not answer ({phase.value}): {what}")


def _readable(text: str) -> str:
    """A server's words as they can be stored: in whatever charset, without control characters."""
    words = decode(text.encode("utf-8", "surrogateescape"), None)
    return re.sub(r"[\x00-\x1f\x7f]+", " ", words)


def _later(verdict: Verdict, words: str, code: str) -> SendError:
    wait = _WAITS.get(verdict.reason)
    if wait is not None:
        return RateLimited(words, retry_after=wait, code=code)
    return Unreachable(words, code=code)


def _never(phase: Phase, verdict: Verdict, words: str, code: str) -> SendError:
    if phase in (Phase.CONNECT, Phase.SENDER):
        # It has seen nothing of the message yet but who we are.
        return SenderStopped(words, code=code)
    if verdict.reason == Reason.OUR_SETUP:
        return Misconfigured(words, code=code)
    if phase == Phase.RECIPIENT and verdict.dead:
        return AddressDead(words, code=code)
    return Refused(words, code=code)
