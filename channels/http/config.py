"""What `config.yml` says about an HTTP channel."""

import re
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, SecretStr

from channels.base import MEDIA_BYTES
from channels.config import ChannelConfig

_URL = re.compile(r"https?://[^\s/?#]+(/[^\s#]*)?")
_SHORTEST = 16


def _address(value: str) -> str:
    if not _URL.fullmatch(value):
        raise ValueError("should be an address such as https://bridge.example/send")
    return value


def _long_enough(value: SecretStr) -> SecretStr:
    if len(value.get_secret_value()) < _SHORTEST:
        raise ValueError(f"should have {_SHORTEST} characters or more")
    return value


Address = Annotated[str, AfterValidator(_address)]
Secret = Annotated[SecretStr, AfterValidator(_long_enough)]


class Config(ChannelConfig):
    """The other side's address and the secret both sides sign with (16 characters at least)."""

    type: Literal["http"] = "http"
    url: Address
    """Where messages to customers are posted."""
    lookup_url: Address | None = None
    """Where the other side tells what became of a message, if it can."""
    secret: Secret
    other_secret: Secret | None = None
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
    file_hosts: tuple[Annotated[str, Field(pattern=r"^[A-Za-z0-9.-]+$")], ...] = ()
    """Where customers' files may be, over https, besides the host of `url`."""
    file_bytes: int = Field(default=MEDIA_BYTES, gt=0)
    """The largest file fetched from a customer's message."""

    @property
    def secrets(self) -> tuple[SecretStr, ...]:
        """The secrets a webhook may be signed with."""
        return tuple(one for one in (self.secret, self.other_secret) if one is not None)
