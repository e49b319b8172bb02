"""What `config.yml` says about a Twilio channel."""

import re
from collections.abc import Sequence
from typing import Annotated, Literal, Self

from pydantic import (
    AfterValidator,
    Field,
    SecretStr,
    ValidationInfo,
    field_validator,
    model_validator,
)

from channels.base import ChannelKind
from channels.config import ChannelConfig
from channels.phones import is_e164

SANDBOX = "+14155238886"
"""The number of Twilio's WhatsApp sandbox: one message per three seconds."""


def _sid(value: str, info: ValidationInfo) -> str:
    prefix = _PREFIXES[info.field_name or ""]
    if not re.fullmatch(prefix + r"[0-9a-fA-F]{32}", value):
        raise ValueError(f"should be {prefix} and 32 hexadecimal digits, as the console shows it")
    return value


_PREFIXES = {
    "account_sid": "AC",
    "api_key": "SK",
    "messaging_service": "MG",
    "quick_replies": "HX",
}
Sid = Annotated[str, AfterValidator(_sid)]

# Alphanumeric senders: up to 11 characters, at least one letter; short codes: 3 to 8 digits.
_SMS_SENDER = re.compile(r"(?=[A-Za-z0-9 +\-_&]{1,11}\Z).*[A-Za-z].*|\d{3,8}", re.ASCII)


class Config(ChannelConfig):
    """One Twilio account: a WhatsApp sender, an SMS sender, a Messaging Service, or several."""

    type: Literal["twilio"] = "twilio"
    account_sid: Sid
    auth_token: SecretStr
    """Signs the webhooks; also signs us in to the REST API unless an API key is given."""
    other_auth_token: SecretStr | None = None
    """During a rotation: the token before or after; accepted on webhooks, never sent."""
    api_key: Sid | None = None
    api_secret: SecretStr | None = None
    whatsapp: str | None = None
    """The WhatsApp sender's number in E.164."""
    sms: str | None = None
    """The SMS sender: a number in E.164, a short code or an alphanumeric sender id."""
    messaging_service: Sid | None = None
    """Sends for every kind in `kinds` that has no sender of its own."""
    kinds: tuple[Literal["whatsapp", "sms"], ...] = ()
    """Left out: the kinds that have a sender; with only a Messaging Service, "sms"."""
    validity_seconds: int | None = Field(default=None, ge=1, le=36_000)
    """How long Twilio may keep a message in its queue before it gives up (36,000 at most)."""
    smart_encoding: bool = True
    """Let Twilio replace look-alikes (curly quotes) that would double the price of an SMS."""
    handles_keywords: bool = True
    """Twilio answers STOP, START and HELP on SMS by itself (its default). False if switched off."""
    quick_replies: dict[int, Sid] = Field(default_factory=dict)
    """Number of buttons -> quick-reply template: {{1}} text, {{2}}, {{3}} first title and id, …"""
    timeout_seconds: float = Field(default=10.0, gt=0, le=60)
    missed_minutes: int = Field(default=5, ge=0, le=1440)
    """How often to look for messages whose webhook failed; 0: never."""
    media_bytes: int = Field(default=16_000_000, gt=0)
    """The largest file fetched from a customer's message."""
    api_url: str | None = Field(default=None, pattern=r"^https?://[^/]+$")
    """Where the REST API is, if not at Twilio: a proxy, or a server that plays it in tests."""

    @field_validator("whatsapp")
    @classmethod
    def _whatsapp_is_a_number(cls, value: str | None) -> str | None:
        if value is not None and not is_e164(value):
            raise ValueError("should be a number such as +6281200000001")
        return value

    @field_validator("sms")
    @classmethod
    def _sms_is_a_sender(cls, value: str | None) -> str | None:
        if value is not None and not is_e164(value) and not _SMS_SENDER.fullmatch(value):
            raise ValueError("should be +<number>, a short code or a sender id of 1-11 characters")
        return value

    @field_validator("quick_replies")
    @classmethod
    def _buttons_whatsapp_can_show(cls, value: dict[int, str]) -> dict[int, str]:
        if any(not 1 <= count <= 3 for count in value):
            raise ValueError("WhatsApp shows 1 to 3 quick replies in a conversation")
        return value

    @model_validator(mode="after")
    def _complete(self) -> Self:
        if not (self.whatsapp or self.sms or self.messaging_service):
            raise ValueError("needs whatsapp, sms or messaging_service to send from")
        if (self.api_key is None) != (self.api_secret is None):
            raise ValueError("needs both api_key and api_secret, or neither")
        for kind in self.kinds:
            if not getattr(self, kind) and not self.messaging_service:
                raise ValueError(f"kinds names {kind}, but nothing sends it")
        return self

    def claims(self) -> Sequence[str]:
        """Each sender has one webhook."""
        senders = (("WhatsApp", self.whatsapp), ("SMS", self.sms),
                   ("Messaging Service", self.messaging_service))  # fmt: skip
        return [f"{kind} sender {sender}" for kind, sender in senders if sender]

    def channel_kinds(self) -> tuple[ChannelKind, ...]:
        """The kinds of address this channel serves, as configured or as its senders say."""
        named = self.kinds or tuple(kind for kind in ("whatsapp", "sms") if getattr(self, kind))
        return tuple(ChannelKind(kind) for kind in named or ("sms",))

    def tokens(self) -> tuple[str, ...]:
        """The auth tokens a webhook may be signed with."""
        both = (self.auth_token, self.other_auth_token)
        return tuple(token.get_secret_value() for token in both if token is not None)

    def without_key(self) -> "Config":
        """The same, signed in to the REST API with the auth token."""
        return self.model_copy(update={"api_key": None, "api_secret": None})

    def credentials(self) -> tuple[str, str]:
        """User name and password for the REST API."""
        if self.api_key and self.api_secret:
            return self.api_key, self.api_secret.get_secret_value()
        return self.account_sid, self.auth_token.get_secret_value()
