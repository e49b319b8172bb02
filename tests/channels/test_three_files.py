"""A new channel is three files: its module, its line in the registry, its page in the docs."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from channels.registry import CHANNEL_TYPES

ROOT = Path(__file__).resolve().parents[2]
PARTS_OF_THE_PRODUCT = {
    "memory": "the demo's and the tests' channel: the simulator and the stories play on it",
    "web": "the product's own page: the web chat and the home page show it",
}
PROVIDERS = sorted(CHANNEL_TYPES.keys() - PARTS_OF_THE_PRODUCT.keys())
PACKAGES = ("actions", "bot", "channels", "crm_store", "nlu")

PIGEON = '''"""Carrier pigeons: the least a channel must be."""

import hmac
import json
from typing import Literal

from channels.base import (Capabilities, ChannelKind, Finding, InboundMessage, Limits, Rates,
                           Receipt, Sender, WebhookAnswer)
from channels.config import ChannelConfig
from channels.errors import InvalidSignature


class Config(ChannelConfig):
    type: Literal["pigeon"] = "pigeon"
    loft: str


class PigeonChannel:
    kinds = (ChannelKind.HTTP,)
    limits, capabilities, rates = Limits(text=200), Capabilities(), Rates(overall=0.1)

    def __init__(self, name, config, *, public_url):
        self.name, self.config = name, config

    def authenticate(self, request):
        if not hmac.compare_digest(request.headers.get("ring", ""), "a-ring"):
            raise InvalidSignature

    def parse(self, request):
        said = json.loads(request.body)
        who = Sender(said["from"])
        return (InboundMessage(self.name, ChannelKind.HTTP, said["id"], who, said["text"]),)

    def answer(self, request):
        return WebhookAnswer()

    async def send(self, message):
        return Receipt(message.id)

    async def check(self):
        return (Finding(True, f"the loft is {self.config.loft}"),)

    async def close(self):
        return None
'''
LINE = '    "pigeon": ChannelType("channels.pigeon", "PigeonChannel"),\n'
PAGE = "# Pigeons\n\n```yaml\nchannels:\n  loft:\n    type: pigeon\n    loft: Dago\n```\n"
CONFIG = "channels:\n  loft:\n    type: pigeon\n    loft: Dago\n"
HEAR = """
from pathlib import Path
from bot.settings import load
from channels.base import WebhookRequest
from channels.registry import build
channel = build("loft", load(Path("config.yml")).channels["loft"], public_url="https://x.example")
body = b'{"id": "1", "from": "ana", "text": "halo"}'
request = WebhookRequest("POST", "https://x.example/webhooks/loft", {"ring": "a-ring"}, body)
channel.authenticate(request)
print(channel.parse(request)[0].text)
"""


def mentions(type_: str) -> set[str]:
    """The product's files outside an adapter that import it."""
    found = set()
    for package in PACKAGES:
        for path in (ROOT / package).rglob("*.py"):
            name = path.relative_to(ROOT).as_posix()
            own = name == f"channels/{type_}.py" or name.startswith(f"channels/{type_}/")
            if not own and f"channels.{type_}" in path.read_text():
                found.add(name)
    return found


@pytest.mark.parametrize("type_", PROVIDERS)
def test_nothing_but_the_registry_knows_an_adapter(type_):
    assert mentions(type_) == {"channels/registry.py"}


@pytest.mark.parametrize("type_", PROVIDERS)
def test_each_adapter_is_a_module_a_line_and_a_page(type_):
    module, package = ROOT / f"channels/{type_}.py", ROOT / f"channels/{type_}/__init__.py"
    assert module.exists() != package.exists()
    registry = (ROOT / "channels/registry.py").read_text()
    assert registry.count(f'    "{type_}": ChannelType(') == 1
    pages = [page.read_text() for page in (ROOT / "docs/channels").glob("*.md")]
    assert any(f"type: {type_}\n" in page or f"type: {type_} " in page for page in pages)


@pytest.fixture
def elsewhere(tmp_path):
    """The product with a channel more, made by writing exactly three files."""
    for package in PACKAGES:
        if package != "channels":
            (tmp_path / package).symlink_to(ROOT / package)
    shutil.copytree(ROOT / "channels", tmp_path / "channels")
    (tmp_path / "channels/pigeon.py").write_text(PIGEON)
    registry = tmp_path / "channels/registry.py"
    written = registry.read_text().replace('    "telegram": Cha', f'{LINE}    "telegram": Cha')
    registry.write_text(written)
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs/pigeon.md").write_text(PAGE)
    (tmp_path / "config.yml").write_text(CONFIG)
    return tmp_path


def run(folder: Path, *command: str) -> subprocess.CompletedProcess[str]:
    environment = os.environ | {"PYTHONPATH": str(folder)}
    return subprocess.run(
        [sys.executable, *command], cwd=folder, env=environment, capture_output=True, text=True,
        timeout=120, check=False,
    )  # fmt: skip


def test_a_channel_of_three_files_hears_a_message(elsewhere):
    done = run(elsewhere, "-c", HEAR)
    assert (done.stdout, done.stderr) == ("halo\n", "")


def test_a_channel_of_three_files_is_checked_like_any_other(elsewhere):
    done = run(elsewhere, "-c", "from bot.cli import main; main()", "check")
    assert "the loft is Dago" in done.stdout
