"""A generic channel: signed JSON over HTTP, both ways, for whatever can post and be posted to.

Both sides sign with one header, `X-Akrab-Signature: t=<unix seconds>,v1=<hex>`, where `v1` is
HMAC-SHA256 of `<t>.<raw body>` under the shared secret. docs/channels/http.md has the format.
"""

import asyncio
import hmac
import json
import logging
import re
import time
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from hashlib import sha256
from typing import TYPE_CHECKING, Any, Literal

from pydantic import Field, SecretStr

from channels.base import (
    Attachment,
    Capabilities,
    ChannelKind,
    DeliveryStatus,
    Event,
    Finding,
    InboundMessage,
    Limits,
    MessageKind,
    OutboundMessage,
    Rates,
    Reachability,
    ReachState,
    Receipt,
    Sender,
    StatusUpdate,
    VerifiedBy,
    WebhookAnswer,
    WebhookRequest,
)
from channels.config import ChannelConfig
from channels.errors import (
    AddressDead,
    Blocked,
    InvalidSignature,
    MalformedRequest,
    Misconfigured,
    OptedOut,
    RateLimited,
    Refused,
    SendError,
    UnknownOutcome,
    Unreachable,
    WindowClosed,
)
from channels.phones import e164
from channels.render import render

if TYPE_CHECKING:
    import httpx

log = logging.getLogger(__name__)

HEADER = "x-akrab-signature"
CONNECT_SECONDS = 5.0
LONGEST_WAIT = timedelta(hours=1)
_SIGNATURE = re.compile(r"t=(\d{1,12}),v1=([0-9a-f]{64})", re.ASCII)
_CODES: Mapping[str, type[SendError]] = {
    "blocked": Blocked,
    "address_dead": AddressDead,
    "opted_out": OptedOut,
    "window_closed": WindowClosed,
    "refused": Refused,
}
_BY_STATUS: Mapping[int, type[SendError]] = {
    400: Refused,
    408: Unreachable,
    410: AddressDead,
    413: Refused,
    422: Refused,
    425: Unreachable,
    503: Unreachable,
}
"""RFC 9110: 408 and 503 say that the request was not handled (RFC 8470: 425); a 5xx else may have
been. Other 4xx are about us, not about the message."""


class Config(ChannelConfig):
    """The other side's address and the secret both sides sign with (16 characters at least)."""

    type: Literal["http"] = "http"
    url: str = Field(pattern=r"^https?://[^\s/]+(/\S*)?$")
    """Where messages to customers are posted."""
    secret: SecretStr = Field(min_length=16)
    other_secret: SecretStr | None = Field(default=None, min_length=16)
    """During a rotation: the secret before or after; accepted on webhooks, never signed with."""
    window_seconds: int = Field(default=300, ge=10, le=86_400)
    """How old (or how far ahead) a signature may be."""
    timeout_seconds: float = Field(default=10.0, gt=0, le=25)
    """For one request, all of it."""
    vouches_for_phones: bool = False
    """Whether the other side has proved the phone numbers it names to be their senders'."""
    repeats_are_safe: bool = False
    """Whether the other side takes two requests with one `Idempotency-Key` as one."""
    text: int = Field(default=4096, ge=20, le=100_000)
    """Characters of one message."""
    buttons: int = Field(default=10, ge=0, le=100)
    button_title: int = Field(default=40, ge=1, le=1000)
    attachments: bool = True


class HttpChannel:
    """One other side, which posts to `<public_url>/webhooks/<name>` and is posted to at `url`."""

    kinds: tuple[ChannelKind, ...] = (ChannelKind.HTTP,)
    rates = Rates()

    def __init__(self, name: str, config: Config, *, public_url: str) -> None:
        self.name = name
        self.limits = Limits(config.text, config.buttons, config.button_title, config.attachments)
        self.capabilities = Capabilities(read_receipts=True)
        self.webhook_url = f"{public_url.rstrip('/')}/webhooks/{name}"
        self._config = config
        self._client: httpx.AsyncClient | None = None
        self._loop: asyncio.AbstractEventLoop | None = None

    def authenticate(self, request: WebhookRequest) -> None:
        """Raises InvalidSignature unless the other side signed this body a moment ago.

        Within the window a copy of a request is authentic; it changes nothing, because every
        event is known by its id.
        """
        found = _SIGNATURE.fullmatch(request.headers.get(HEADER, "")[:100])
        if found is None or abs(time.time() - int(found[1])) > self._config.window_seconds:
            raise InvalidSignature
        good = False
        for secret in (self._config.secret, self._config.other_secret):
            if secret is not None:
                good |= hmac.compare_digest(_mac(secret, found[1], request.body), found[2])
        if not good:
            raise InvalidSignature

    def parse(self, request: WebhookRequest) -> Sequence[Event]:
        """The events of `{"events": [...]}`; other types are ignored. Raises MalformedRequest."""
        try:
            items = json.loads(request.body)["events"]
            found = [_event(self.name, item, self._config) for item in items]
        except (ValueError, LookupError, TypeError, AttributeError, RecursionError) as error:
            raise MalformedRequest(f"not the documented JSON: {error!r:.200}") from error
        return tuple(event for event in found if event is not None)

    def answer(self, request: WebhookRequest) -> WebhookAnswer:
        return WebhookAnswer(content_type="application/json", body=b'{"ok": true}')

    async def send(self, message: OutboundMessage) -> Receipt:
        """Post a message, in parts if it must be. Raises a SendError.

        If a later part fails, the earlier ones are with the customer: that is UnknownOutcome.
        """
        parts, ids = render(message, self.limits), list[str]()
        for number, part in enumerate(parts, 1):
            key = message.id if len(parts) == 1 else f"{message.id}/{number}"
            try:
                ids.append(await self._post(_body(part, key), f"{self.name}:{key}") or key)
            except SendError as error:
                if not ids:
                    raise
                said = f"part {number} of {len(parts)} was not taken: {error}"
                raise UnknownOutcome(said, code=error.code) from error
        return Receipt(ids[-1], tuple(ids))

    async def check(self) -> Sequence[Finding]:
        """Post a signed ping; what is not encrypted is said."""
        findings = []
        if self._config.url.startswith("http://"):
            text = "messages are posted without encryption"
            findings.append(Finding(False, text, "use an https:// url, or a private network"))
        try:
            await self._post({"type": "ping"}, f"{self.name}:ping:{time.time_ns()}")
        except SendError as error:
            fix = "check `url` and `secret` of this channel in config.yml"
            findings.append(Finding(False, f"the other side did not take a ping: {error}", fix))
        else:
            findings.append(Finding(True, f"the other side takes messages at {self._config.url}"))
        findings.append(Finding(True, f"events come in at {self.webhook_url}"))
        return tuple(findings)

    async def close(self) -> None:
        """Close the connections; the next use opens new ones."""
        if self._client is not None and self._loop is asyncio.get_running_loop():
            await self._client.aclose()
        self._client = self._loop = None

    async def _post(self, body: Mapping[str, Any], key: str) -> str | None:
        """One signed request; the id in its answer. Raises a SendError."""
        client = self._for_this_loop()
        import httpx

        content = json.dumps(body, ensure_ascii=True).encode()
        headers = {
            "content-type": "application/json",
            HEADER: signature(self._config.secret, content),
            "idempotency-key": key,
        }
        try:
            async with asyncio.timeout(self._config.timeout_seconds):
                answer = await client.post(self._config.url, content=content, headers=headers)
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout) as error:
            raise Unreachable(f"no connection: {type(error).__name__}") from error
        except (httpx.UnsupportedProtocol, httpx.InvalidURL) as error:
            raise Misconfigured("url is not an address", code="url") from error
        except (httpx.HTTPError, TimeoutError) as error:
            raise self._unanswered(f"no answer: {type(error).__name__}") from error
        return self._read(answer)

    def _read(self, answer: "httpx.Response") -> str | None:
        told = _object(answer.text)
        if answer.is_success:
            return _word(told, "id") or None
        raise self._refusal(answer.status_code, told, answer.headers.get("retry-after"))

    def _refusal(self, status: int, told: Mapping[str, Any], retry_after: str | None) -> SendError:
        said, code = f"HTTP {status} {_word(told, 'message')}"[:300].strip(), _word(told, "code")
        if status == 429:
            return RateLimited(said, retry_after=_wait(retry_after), code="429")
        kind = _CODES.get(code) if 400 <= status < 500 else None
        kind = kind or _BY_STATUS.get(status)
        if kind is None and status >= 500:
            return self._unanswered(said, code=str(status))
        return (kind or Misconfigured)(said, code=code or str(status))

    def _unanswered(self, said: str, *, code: str | None = None) -> SendError:
        if self._config.repeats_are_safe:
            return Unreachable(said, code=code)
        return UnknownOutcome(f"{said}; the message may have been sent", code=code)

    def _for_this_loop(self) -> "httpx.AsyncClient":
        loop = asyncio.get_running_loop()
        if self._client is None or self._loop is not loop:
            # Loaded at first use, so that an unused channel costs no start-up time.
            import httpx

            # It logs each URL, and a URL may hold a key.
            logging.getLogger("httpx").setLevel(logging.WARNING)
            seconds = self._config.timeout_seconds
            limits = httpx.Timeout(seconds, connect=min(CONNECT_SECONDS, seconds / 2))
            self._client, self._loop = httpx.AsyncClient(timeout=limits), loop
        return self._client


def signature(secret: SecretStr, body: bytes, *, at: float | None = None) -> str:
    """The header's value for a body sent at Unix time `at` (now if left out)."""
    seconds = str(int(time.time() if at is None else at))
    return f"t={seconds},v1={_mac(secret, seconds, body)}"


def _mac(secret: SecretStr, seconds: str, body: bytes) -> str:
    signed = b"%s.%s" % (seconds.encode(), body)
    return hmac.new(secret.get_secret_value().encode(), signed, sha256).hexdigest()


def _event(channel: str, item: Mapping[str, Any], config: Config) -> Event | None:
    """One event. Raises ValueError or LookupError for what lacks a needed field."""
    kind = item["type"]
    if kind == "message":
        return _message(channel, item, config)
    if kind == "status":
        return _status(channel, item)
    if kind == "reach":
        state, key = ReachState(item["state"]), _needed(item, "id")
        address, reason = _needed(item, "address"), _word(item, "reason") or None
        return Reachability(channel, ChannelKind.HTTP, address, state, key, reason)
    log.info("event of type %.40r ignored", kind)
    return None


def _message(channel: str, item: Mapping[str, Any], config: Config) -> InboundMessage:
    payload, files = _word(item, "payload") or None, _files(item)
    kind = MessageKind.MEDIA if files else MessageKind.TEXT
    text = item.get("text")
    return InboundMessage(
        channel=channel,
        kind=ChannelKind.HTTP,
        provider_id=_needed(item, "id"),
        sender=_sender(item["from"], config),
        text=text if isinstance(text, str) else "",
        message_kind=MessageKind.BUTTON if payload else kind,
        payload=payload,
        attachments=files,
        reply_to=_word(item, "reply_to") or None,
        automatic=item.get("automatic") is True,
        sent_at=_moment(item.get("sent_at")),
        raw=json.dumps(item).encode(),
    )


def _sender(who: Mapping[str, Any], config: Config) -> Sender:
    phone = e164(_word(who, "phone")) if config.vouches_for_phones else None
    return Sender(
        address=_needed(who, "id"),
        name=_word(who, "name")[:120] or None,
        phone=phone,
        verified_by=VerifiedBy.CHANNEL if phone else None,
        language=_word(who, "language")[:2].lower() or None,
    )


def _files(item: Mapping[str, Any]) -> tuple[Attachment, ...]:
    return tuple(
        Attachment(
            reference=_word(file, "url"),
            content_type=_word(file, "content_type")[:200] or None,
            filename=_word(file, "filename")[:200] or None,
        )
        for file in item.get("attachments") or ()
        if _word(file, "url").startswith(("https://", "http://"))
    )


def _status(channel: str, item: Mapping[str, Any]) -> StatusUpdate | None:
    """A delivery report; a word we do not know says nothing."""
    word = _word(item, "status")
    if word not in tuple(DeliveryStatus):
        log.warning("unknown status word %.40r ignored", word)
        return None
    return StatusUpdate(
        channel=channel,
        provider_id=_needed(item, "id"),
        status=DeliveryStatus(word),
        error_code=_word(item, "code") or None,
        error=_word(item, "error")[:300] or None,
        at=_moment(item.get("at")),
    )


def _body(part: OutboundMessage, key: str) -> dict[str, Any]:
    """A message as it is posted; what it does not have is left out."""
    shown: dict[str, Any] = {
        "text": part.text,
        "buttons": [{"title": one.title, "payload": one.payload} for one in part.buttons],
        "attachments": [_file(one) for one in part.attachments],
        "reply_to": part.reply_to,
        "marketing": part.marketing,
        "unsubscribe_url": part.unsubscribe_url,
    }
    kept = {name: value for name, value in shown.items() if value}
    return {"type": "message", "id": key, "to": part.to, "language": part.language, **kept}


def _file(one: Attachment) -> dict[str, str]:
    kept = {"content_type": one.content_type, "filename": one.filename}
    return {"url": one.reference} | {name: value for name, value in kept.items() if value}


def _needed(item: Mapping[str, Any], name: str) -> str:
    value = _word(item, name)
    if not value:
        raise ValueError(f"{name} is missing")
    return value


def _word(item: Mapping[str, Any], name: str) -> str:
    """The text or whole number called `name`; "" if there is none."""
    value = item.get(name)
    known = isinstance(value, str | int) and not isinstance(value, bool)
    return str(value).strip()[:2000] if known else ""


def _moment(value: object) -> datetime | None:
    """An RFC 3339 time, aware; None for anything else."""
    try:
        at = datetime.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        return None
    return at.astimezone(UTC) if at and at.tzinfo else None


def _object(text: str) -> Mapping[str, Any]:
    try:
        told = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    return told if isinstance(told, dict) else {}


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
