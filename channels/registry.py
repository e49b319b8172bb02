"""Every type of channel: the word in `config.yml` -> its configuration and its class.

To add one, three files: write `channels/<provider>.py` (or a package of that name) with a `Config`
and a class whose constructor is `(name: str, config: Config, *, public_url: str)` and which
satisfies `channels.base.Channel`; add one line below; add `docs/channels/<provider>.md`. The
contract suite asks for a case in `tests/channels/conftest.py`. `name` is the channel's key in
`config.yml`; `public_url` is our own address without a trailing slash (the webhook is
`{public_url}/webhooks/{name}`). Constructors do no I/O and import no provider library: the
library is imported where it is first used, so that an unused channel costs no start-up time; for
the same reason an adapter is named here and imported when a configured channel asks for it.
"""

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from typing import Any

from channels.base import Channel
from channels.config import ChannelConfig


@dataclass(frozen=True, slots=True)
class ChannelType:
    """An adapter: its module, which has a `Config`, and what makes a channel of it there."""

    module: str
    maker: str

    @property
    def config(self) -> type[ChannelConfig]:
        """The configuration it takes."""
        found: type[ChannelConfig] = import_module(self.module).Config
        return found

    @property
    def build(self) -> Callable[..., Channel]:
        """The class that speaks it, or a function that chooses one."""
        found: Callable[..., Channel] = getattr(import_module(self.module), self.maker)
        return found


CHANNEL_TYPES: dict[str, ChannelType] = {
    "email": ChannelType("channels.email", "EmailChannel"),
    "http": ChannelType("channels.http", "build"),
    "memory": ChannelType("channels.memory", "MemoryChannel"),
    "telegram": ChannelType("channels.telegram", "build"),
    "twilio": ChannelType("channels.twilio", "build"),
    "web": ChannelType("channels.web", "WebChannel"),
}


def build(name: str, config: Any, *, public_url: str) -> Channel:
    """The channel `name` of `config.yml`; `config` is an instance of its type's `Config`."""
    return CHANNEL_TYPES[config.type].build(name, config, public_url=public_url)
