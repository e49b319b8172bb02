"""The library's exceptions and Telegram's sentences -> our errors.

Beware: the library's BadRequest and TimedOut are both NetworkErrors,
so "try again on a NetworkError" repeats refusals for ever and sends twice what only timed out.
"""

import re
from datetime import timedelta
from typing import TYPE_CHECKING

from channels.errors import (
    AddressDead,
    Blocked,
    Misconfigured,
    RateLimited,
    Refused,
    SendError,
    SenderStopped,
    UnknownOutcome,
    Unreachable,
)

if TYPE_CHECKING:
    from telegram.error import TelegramError

LONGEST_WAIT = timedelta(hours=24)
NOT_MODIFIED = "message is not modified"
_AFTER = re.compile(r"retry after (\d{1,8})", re.ASCII)
_STATUS = re.compile(r"\((\d{3})\)\. Parsing the server response", re.ASCII)
_THEIR_OWN = ("413", "429")
"""Statuses that say the same whoever answers."""


class Moved(Refused):
    """The group became a supergroup; `to` is its new chat id."""

    def __init__(self, to: int) -> None:
        super().__init__(code="400")
        self.to = to


class TopicGone(Refused):
    """The topic that was to be answered in has been deleted."""


class Crowded(Unreachable):
    """No connection became free in time; the request was not made."""


class FileRefused(Refused):
    """Telegram could not fetch or use a file."""


# Parts of Telegram's sentences, lower case; the first that is found decides.
SENTENCES: tuple[tuple[str, type[SendError]], ...] = (
    ("blocked by the user", Blocked),
    ("bot was kicked", Blocked),
    ("bot is not a member", Blocked),
    ("user is deactivated", AddressDead),
    ("chat was deleted", AddressDead),
    ("chat was deactivated", AddressDead),
    ("chat not found", AddressDead),
    ("user not found", AddressDead),
    ("peer_id_invalid", AddressDead),
    ("can't initiate conversation", Refused),
    ("message thread not found", TopicGone),
    ("topic_deleted", TopicGone),
    ("voice_messages_forbidden", FileRefused),
    ("wrong file identifier", FileRefused),
    ("wrong remote file identifier", FileRefused),
    ("failed to get http url content", FileRefused),
    ("wrong type of the web page content", FileRefused),
    ("webpage_curl_failed", FileRefused),
    ("webpage_media_empty", FileRefused),
    ("image_process_failed", FileRefused),
    ("photo_invalid_dimensions", FileRefused),
    ("file is too big", FileRefused),
    ("request entity too large", Refused),
)


def understood(error: "TelegramError", *, sending: bool) -> SendError:
    """Our error for one of the library's.

    `sending`: the request would have sent a message, so that no answer means an unknown outcome
    (the Bot API has no idempotency key and no list of what was sent).
    """
    from telegram import error as theirs

    if isinstance(error, theirs.RetryAfter):
        return _rate_limited(error.retry_after)
    if isinstance(error, theirs.ChatMigrated):
        return Moved(error.new_chat_id)
    page = _page(error)
    if page is not None:
        return page
    if isinstance(error, theirs.InvalidToken | theirs.EndPointNotFound):
        return SenderStopped("Telegram does not accept the bot's token", code="401")
    if isinstance(error, theirs.Conflict):
        return Misconfigured(_conflict(str(error)), code="409")
    if isinstance(error, theirs.Forbidden):
        return _by_sentence(str(error), code="403")
    if isinstance(error, theirs.BadRequest):
        return _by_sentence(str(error), code="400")
    return _no_answer(error, sending=sending)


def _page(error: "TelegramError") -> Unreachable | None:
    """A refusal that is no JSON: a proxy or firewall wrote it, and Telegram has seen nothing."""
    from telegram.error import TelegramError

    found = _STATUS.search(str(error)) if isinstance(error.__cause__, TelegramError) else None
    if found is None or int(found[1]) >= 500 or found[1] in _THEIR_OWN:
        return None
    return Unreachable(f"something between here and Telegram answered {found[1]}", code=found[1])


def no_answer(message: str, *, sending: bool) -> SendError:
    """The error for a request that may have arrived but was not answered as it should."""
    if sending:
        return UnknownOutcome(f"{message}; the message may have been sent")
    return Unreachable(message)


def _by_sentence(said: str, *, code: str) -> SendError:
    lower = said.lower()
    kind = next((kind for part, kind in SENTENCES if part in lower), Refused)
    return kind(f"Telegram: {said}", code=code)


def _no_answer(error: "TelegramError", *, sending: bool) -> SendError:
    """A NetworkError: no connection, a connection that broke, or an answer of another kind."""
    import httpx

    cause, said = error.__cause__, str(error)
    never_sent = (httpx.ConnectError, httpx.ConnectTimeout, httpx.ProxyError)
    if isinstance(cause, httpx.PoolTimeout):
        return Crowded("no connection to Telegram became free")
    if isinstance(cause, never_sent):
        return Unreachable(f"no connection to Telegram: {type(cause).__name__}")
    if isinstance(cause, httpx.UnsupportedProtocol | httpx.InvalidURL):
        return Misconfigured("api_url is not an address", code="url")
    if isinstance(cause, httpx.HTTPError):
        return no_answer(f"no answer from Telegram: {type(cause).__name__}", sending=sending)
    return _by_answer(said, sending=sending)


def _by_answer(said: str, *, sending: bool) -> SendError:
    """An HTTP status the library has no class for: 413, a 429 without parameters, any 5xx."""
    lower = said.lower()
    after = _AFTER.search(lower)
    if after or "too many requests" in lower:
        return _rate_limited(int(after[1]) if after else 1)
    if "entity too large" in lower:
        return Refused(f"Telegram: {said}", code="413")
    return no_answer(f"Telegram answered: {said[:200]}", sending=sending)


def _rate_limited(after: int | float | timedelta) -> RateLimited:
    """Seconds or a timedelta, by the library's version and settings."""
    asked = after if isinstance(after, timedelta) else timedelta(seconds=after)
    wait = min(max(asked, timedelta(seconds=1)), LONGEST_WAIT)
    said = f"Telegram: slow down for {wait.total_seconds():.0f} s"
    return RateLimited(said, retry_after=wait, code="429")


def _conflict(said: str) -> str:
    if "webhook" in said.lower():
        return (
            "Telegram: a webhook is set, so messages cannot be polled;"
            " run `akrab channels setup` or set `mode: webhook`"
        )
    return (
        "Telegram: another process polls this bot; let only one do it, and give"
        " other installations bots of their own"
    )
