"""`akrab channels setup`: tell each provider where our webhook is."""

import asyncio
from collections.abc import Sequence
from pathlib import Path

from bot.app import build_channels
from bot.commands import show
from bot.errors import UserError
from bot.settings import Settings
from channels.base import Channel, Configurable, Finding
from channels.errors import ChannelError


def setup(config: Path, names: Sequence[str]) -> int:
    """Set the webhooks of the named channels, or of all that can; 1 if a provider refused.

    Raises UserError for a name that is not configured.
    """
    settings = show.load(config)
    unknown = [name for name in names if name not in settings.channels]
    if unknown:
        raise UserError(f"No channel {', '.join(unknown)}; see channels: in {config}")
    return asyncio.run(_setup(settings, names))


async def _setup(settings: Settings, names: Sequence[str]) -> int:
    well = True
    for name, channel in build_channels(settings).items():
        if names and name not in names:
            continue
        for finding in await _one(settings, name, channel):
            well = well and finding.ok
            tell = show.done if finding.ok else show.bad
            tell(f"{name}: {finding.text}" + (f" → {finding.fix}" if finding.fix else ""))
        await channel.close()
    return int(not well)


async def _one(settings: Settings, name: str, channel: Channel) -> Sequence[Finding]:
    if not isinstance(channel, Configurable):
        return (Finding(True, "needs no setting up at a provider"),)
    try:
        return await channel.setup(f"{settings.web.public_url}/webhooks/{name}")
    except ChannelError as error:
        return (Finding(False, str(error)),)
