"""Every type of channel: the word in `config.yml` -> its configuration and its class.

To add one, three files: write `channels/<provider>.py` (or a package of that name) with a `Config`
and a class whose constructor is `(name: str, config: Config, *, public_url: str)` and which
satisfies `channels.base.Channel`; add one line below; add `docs/channels/<provider>.md`. The
contract suite asks for a case in `tests/channels/conftest.py`. `name` is the channel's key in
`config.yml`; `public_url` is our own address without a trailing slash (the webhook is
`{public_url}/webhooks/{name}`). Constructors do no I/O and import no provider library: the
library is imported where it is first used, so that an unused channel costs no start-up time.
"""

from collections.abc import Callable
from typing import Any, NamedTuple

from channels.base import Channel
from channels.config import ChannelConfig
from channels.email import Config as EmailConfig
from channels.email import EmailChannel
from channels.http import Config as HttpConfig
from channels.http import build as build_http
from channels.memory import Config as MemoryConfig
from channels.memory import MemoryChannel
from channels.telegram import Config as TelegramConfig
from channels.telegram import build as build_telegram
from channels.twilio import Config as TwilioConfig
from channels.twilio import TwilioChannel
from channels.web import Config as WebConfig
from channels.web import WebChannel


class ChannelType(NamedTuple):
    """The configuration a type of channel takes and the class that speaks it."""

    config: type[ChannelConfig]
    build: Callable[..., Channel]


CHANNEL_TYPES: dict[str, ChannelType] = {
    "email": ChannelType(EmailConfig, EmailChannel),
    "http": ChannelType(HttpConfig, build_http),
    "memory": ChannelType(MemoryConfig, MemoryChannel),
    "telegram": ChannelType(TelegramConfig, build_telegram),
    "twilio": ChannelType(TwilioConfig, TwilioChannel),
    "web": ChannelType(WebConfig, WebChannel),
}


def build(name: str, config: Any, *, public_url: str) -> Channel:
    """The channel `name` of `config.yml`; `config` is an instance of its type's `Config`."""
    return CHANNEL_TYPES[config.type].build(name, config, public_url=public_url)
