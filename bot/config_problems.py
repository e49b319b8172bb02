"""What is wrong in `config.yml`, in sentences that say what to do; values are never printed."""

from collections.abc import Iterator, Mapping
from typing import Any

from bot.config_file import Problem
from channels.config import ChannelConfig
from channels.registry import CHANNEL_TYPES, ChannelType

_KNOWN = {
    "extra_forbidden": "Unknown key",
    "dict_type": "Expected keys with values",
    "model_type": "Expected keys with values",
    "mapping_type": "Expected keys with values",
}
_PATTERNS = {
    r"^[a-z][a-z0-9-]{0,39}$": "A channel's name is made of small letters, digits and hyphens,"
    " begins with a letter and has 40 characters at most",
    r"^https?://[^/]+$": "Expected an address such as https://api.example, without a path",
    r"^[A-Z]{3}$": "Expected a currency of three capital letters, such as IDR",
    r"^[A-Z]{2}$": "Expected a country of two capital letters, such as ID",
    r"^[A-Za-z0-9.-]+$": "Expected a host name such as files.example",
}


def place(location: tuple[str | int, ...]) -> str:
    """The key path; where a key itself is wrong pydantic says so in it: left out."""
    return ".".join(str(key) for key in location if key != "[key]")


def type_of(section: object) -> ChannelType:
    """The adapter that a channel's section names. Raises ValueError with what is wrong."""
    if not isinstance(section, Mapping):
        raise ValueError("Expected keys with values, `type` among them")
    types = ", ".join(sorted(CHANNEL_TYPES))
    if "type" not in section:
        raise ValueError(f"Needs a type: one of {types}")
    named = section["type"]
    if not isinstance(named, str) or named not in CHANNEL_TYPES:
        raise ValueError(f"Unknown type; expected one of {types}")
    return CHANNEL_TYPES[named]


def sentence(item: Mapping[str, Any]) -> str:
    """One of pydantic's errors in words."""
    message = str(item["msg"]).removeprefix("Value error, ")
    pattern = str(item.get("ctx", {}).get("pattern"))
    return _KNOWN.get(item["type"]) or _PATTERNS.get(pattern) or message


def shared(channels: Mapping[str, ChannelConfig]) -> Iterator[Problem]:
    """Channels that want the same number, bot or mailbox: each message would come twice or never.

    What comes in goes to one webhook only, or is read by two pollers and answered twice.
    """
    owners: dict[str, str] = {}
    for name, config in channels.items():
        for thing in config.claims():
            owner = owners.setdefault(thing, name)
            if owner != name:
                yield f"channels.{name}", f"{thing} is channel {owner} already; remove one of them"


def nowhere(rates: Mapping[str, object], channels: Mapping[str, object]) -> Iterator[Problem]:
    """Rates for channels that are not there, which would be kept by nobody."""
    for name in rates:
        if name not in channels:
            known = ", ".join(channels) or "none"
            yield f"worker.rates.{name}", f"There is no such channel; there are: {known}"
