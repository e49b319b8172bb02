"""The whole product with the real assistant and the demo company, over playing channels."""

import asyncio
import itertools
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from bot import inbound
from bot.app import App, build
from bot.demo.load import load
from bot.settings import Settings
from bot.worker import Worker
from channels.base import ChannelKind, InboundMessage, Sender, VerifiedBy
from crm_store import migrate

ROOT = Path(__file__).resolve().parents[2]
Say = Callable[..., list[str]]


@pytest.fixture
def app(tmp_path: Path, assistant_model: Path) -> Iterator[App]:
    channels = {
        name: {"type": "memory", "kind": name} for name in ("whatsapp", "telegram", "email")
    }
    url = f"sqlite:///{tmp_path / 'akrab.db'}"
    settings = Settings.model_validate(
        {
            "data": tmp_path,
            "database": {"url": url, "synchronous": "normal"},
            "assistant": {"model": assistant_model, "project": ROOT / "nlu" / "assistant"},
            "channels": channels,
        }
    )
    migrate.upgrade(url)
    built = build(settings)
    load(built.db, count=12)
    yield built
    built.close()


@pytest.fixture
def say(app: App) -> Say:
    """Write as a sender on a channel; what the channel was given to send."""
    numbers = itertools.count(1)

    def write(text: str, sender: Sender, kind: ChannelKind, phone: str | None = None) -> list[str]:
        channel = app.channels[kind.value]
        before = len(channel.sent)  # type: ignore[attr-defined]
        message = InboundMessage(
            kind.value, kind, f"m{next(numbers)}", sender, text, shared_phone=phone
        )

        async def run() -> None:
            await inbound.accept(app, [message])
            await Worker(app).idle()

        asyncio.run(run())
        return [one.text for one in list(channel.sent)[before:]]  # type: ignore[attr-defined]

    return write


@pytest.fixture
def ana() -> dict[str, Sender]:
    """Ana, as each channel knows her."""
    phone = "+6281200000001"
    return {
        "whatsapp": Sender(phone, "Ana", phone, VerifiedBy.CHANNEL),
        "telegram": Sender("555000111", "Ana P"),
        "email": Sender("ana@surat.example", "Ana Permata", None, VerifiedBy.DMARC),
        "forged": Sender("ana@surat.example", "Ana Permata"),
    }
