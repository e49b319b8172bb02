"""What `config.yml` says about a Telegram bot."""

import re
from collections.abc import Sequence
from typing import Literal

from pydantic import Field, SecretStr, field_validator

from channels.config import ChannelConfig

SERVER = "https://api.telegram.org"
FILE_BYTES = 20_000_000
"""What getFile gives at most, unless the Bot API server is one's own."""

_TOKEN = re.compile(r"\d{1,16}:[A-Za-z0-9_-]{20,}", re.ASCII)
_SECRET = re.compile(r"[A-Za-z0-9_-]{1,256}", re.ASCII)


class Config(ChannelConfig):
    """One bot. `secret` is the webhook's secret token: 1 to 256 letters, digits, "_" and "-"."""

    type: Literal["telegram"] = "telegram"
    token: SecretStr
    """What BotFather gave: the bot's number, a colon, and the secret part."""
    mode: Literal["webhook", "polling"] = "webhook"
    """Telegram calls us, or (without a public https address) we ask Telegram."""
    username: str | None = Field(default=None, pattern=r"^@?[A-Za-z][A-Za-z0-9_]{3,31}$")
    """The bot's name, by which it is mentioned in groups."""
    quote_replies: bool = True
    """Show with each answer the message it answers."""
    retire_buttons: bool = True
    """Take the buttons off a message once one was pressed."""
    max_connections: int = Field(default=40, ge=1, le=100)
    """How many webhook requests Telegram may make at once."""
    poll_seconds: int = Field(default=25, ge=1, le=50)
    """How long Telegram may hold a poll open while there is nothing new."""
    timeout_seconds: float = Field(default=10.0, gt=0, le=60)
    file_bytes: int = Field(default=FILE_BYTES, gt=0)
    """The largest file fetched from a customer's message."""
    api_url: str = Field(default=SERVER, pattern=r"^https?://[^/]+$")
    """The Bot API server: Telegram's, one's own, or one that plays it in tests."""

    @field_validator("token")
    @classmethod
    def _is_a_token(cls, value: SecretStr) -> SecretStr:
        if not _TOKEN.fullmatch(value.get_secret_value()):
            raise ValueError("should be what BotFather gave, such as 123456789:AAE…")
        return value

    @field_validator("secret")
    @classmethod
    def _is_a_secret_token(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None and not _SECRET.fullmatch(value.get_secret_value()):
            raise ValueError("Telegram takes 1 to 256 letters, digits, '_' and '-'")
        return value

    def claims(self) -> Sequence[str]:
        """A bot has one webhook, or one process that polls."""
        return (f"bot {self.bot_id}",)

    @property
    def bot_id(self) -> int:
        """The bot's own user id: the token's first part."""
        return int(self.token.get_secret_value().partition(":")[0])

    @property
    def mention(self) -> str:
        """The name as it is mentioned, lower case without "@"; "" if it is not configured."""
        return (self.username or "").removeprefix("@").lower()
