"""What a first send would import is there before serving, and only of channels that are used."""

import subprocess
import sys

import pytest

from bot import libraries
from channels.memory import Config, MemoryChannel
from tests.channels_flow.conftest import settings

CODE = """
import asyncio, sys
from datetime import UTC, datetime
from bot import libraries
from bot.app import build_channels
from bot.settings import Settings
from channels.base import ChannelKind, OutboundMessage
from channels.errors import SendError

channels = build_channels(Settings.model_validate({given!r}))
kind = ChannelKind({kind!r})
channel = next(one for one in channels.values() if kind in one.kinds)
before = set(sys.modules)
libraries.load([channel] if {load!r} else [])
loaded = set(sys.modules)

async def main():
    message = OutboundMessage("1", kind, {to!r}, "halo", last_inbound_at=datetime.now(UTC))
    for use in (lambda: channel.send(message), lambda: channel.typing("815:1")):
        try:
            await use()
        except (SendError, AttributeError):
            pass
    await channel.close()

asyncio.run(main())
late = {{name.partition(".")[0] for name in set(sys.modules) - loaded}}
print(len(loaded - before), sorted(late & {{"twilio", "aiohttp", "telegram", "httpx", "httpcore",
      "anyio", "aiosmtplib", "requests", "certifi", "h11", "phonenumbers", "bs4"}}))
"""
NOBODY = "http://127.0.0.1:9"
CASES = {
    "whatsapp": "+6281200000001",
    "telegram": "815000001",
    "email": "ana@pelanggan.example",
    "http": "ana",
}


def first_use(folder, kind, *, load=True):
    """How many modules were loaded before, and whose were imported while sending."""
    given = settings(folder, NOBODY, NOBODY)
    secret = "sixteen-or-more-characters"
    given["channels"]["other"] = {"type": "http", "url": NOBODY, "secret": secret}
    given["channels"]["mail"] = {
        "type": "email",
        "address": "halo@toko-sinar.example",
        "smtp": {"host": "127.0.0.1", "port": 9, "tls": "none"},
    }
    code = CODE.format(given=given, kind=kind, to=CASES[kind], load=load)
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    count, _, late = done.stdout.strip().partition(" ")
    return int(count), late


@pytest.mark.slow
@pytest.mark.parametrize("kind", CASES)
def test_after_loading_a_first_send_imports_no_library(tmp_path, kind):
    loaded, late = first_use(tmp_path, kind)
    assert (loaded > 10, late) == (True, "[]")


@pytest.mark.slow
def test_what_is_not_loaded_before_is_imported_by_the_first_send(tmp_path):
    assert "twilio" in first_use(tmp_path, "whatsapp", load=False)[1]


def test_a_shop_without_providers_loads_nothing():

    before = set(sys.modules)
    libraries.load([MemoryChannel("web", Config(), public_url="")])
    assert set(sys.modules) == before
