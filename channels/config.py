"""The base of every channel's section in `config.yml`."""

from collections.abc import Sequence

from pydantic import BaseModel, ConfigDict, SecretStr


class ChannelConfig(BaseModel):
    """What every channel's configuration shares: frozen, unknown keys refused, values not printed.

    An adapter's own `Config` adds `type: Literal["<its type>"]` and its keys; secrets are
    `SecretStr`. A `secret` left out is derived from `web.secret_key` when the channel is built.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    type: str
    secret: SecretStr | None = None

    def claims(self) -> Sequence[str]:
        """What no two channels can have at once, in words: a number, a bot, a mailbox."""
        return ()
