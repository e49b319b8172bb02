"""Client libraries of the configured channels, imported before serving.

Channels import theirs at first use, so that an unconfigured one costs nothing. In the event loop
that would stop everything for seconds on a slow machine, the answer being waited for included.
"""

import importlib
from collections.abc import Iterable

from channels.abilities import Equipped
from channels.base import Channel


def load(channels: Iterable[Channel]) -> None:
    """Import what these channels will need; for a thread, before anything is served."""
    for channel in channels:
        if isinstance(channel, Equipped):
            for name in channel.libraries:
                importlib.import_module(name)
