"""The whole program, served for real, between the servers that play Twilio and Telegram.

Both peers, our web server and our worker share one event loop; everything between them is HTTP.
The worker sweeps only when a test says so, so that a test sees what is there before it.
"""

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import uvicorn

from bot.app import App, build
from bot.settings import Settings
from bot.web import create_web
from bot.worker import Worker
from crm_store import lookups, messages, migrate
from crm_store.models import Message
from crm_store.models.kinds import Author
from crm_store.session import Database
from tests.bot.conftest import ScriptedEngine
from tests.peers import telegram_server, twilio_resources
from tests.peers.telegram_server import TelegramServer
from tests.peers.twilio_server import TwilioServer
from tests.stores import *  # noqa: F403

PUBLIC_URL = "https://toko-sinar.example"
ANA = "+6281200000001"
PATIENCE = 120
"""Seconds for what must happen: a busy machine is no finding."""


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(autouse=True)
def peers_that_fail_say_nothing(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.CRITICAL, "aiohttp.server")


@pytest.fixture(scope="session")
def empty_store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("store") / "akrab.db"
    migrate.upgrade(f"sqlite:///{path}")
    return path


class ClockedTelegram(TelegramServer):
    """Notes when each message was taken."""

    def __init__(self) -> None:
        super().__init__()
        self.times: list[float] = []

    def _send(self, kind: str, params: dict[str, Any]) -> Any:
        sent = super()._send(kind, params)
        self.times.append(time.monotonic())
        return sent


@dataclass
class Stage:
    """The program between its providers, and what a test asks of it."""

    app: App
    engine: ScriptedEngine
    twilio: TwilioServer
    telegram: ClockedTelegram
    worker: Worker

    async def until(self, holds: Callable[[], Any], what: str = "it did not happen") -> Any:
        """What `holds` gives once that is true."""
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            found = holds()
            if found:
                return found
            await asyncio.sleep(0.01)
        raise AssertionError(f"{what}: {[(one.text, one.status) for one in self.all()]}")

    async def rest(self) -> None:
        """Until nothing waits for a turn, for sending or for an answer."""
        await self.until(lambda: not any(self._counts().values()), "it did not come to rest")

    async def sweep(self) -> None:
        """What the worker does every few seconds."""
        await self.worker._sweep()
        await self.worker._ask()

    def thread(self, address: str = ANA, kind: str = "whatsapp") -> list[Message]:
        """Everything said with an address."""
        with self.app.db.reading() as session:
            found = lookups.conversation_at(session, kind, address)
            return messages.thread(session, found.id, limit=200) if found else []

    def replies(self, address: str = ANA, kind: str = "whatsapp") -> list[Message]:
        return [one for one in self.thread(address, kind) if one.direction == "out"]

    def said(self, address: str = ANA, kind: str = "whatsapp") -> list[Message]:
        return [one for one in self.thread(address, kind) if one.direction == "in"]

    def identity(self, address: str = ANA, kind: str = "whatsapp") -> Any:
        with self.app.db.reading() as session:
            return lookups.identity_at(session, kind, address)

    def all(self) -> list[Message]:
        with self.app.db.reading() as session:
            return messages.thread_of_customer(session, 1, limit=200)

    def queue(self, text: str, address: str = ANA, kind: str = "whatsapp", **values: Any) -> int:
        """Put a message into the queue that no turn led to; gives its id."""
        with self.app.db.transaction() as session:
            conversation = lookups.conversation_at(session, kind, address)
            assert conversation is not None
            given = {"author": Author.SYSTEM, **values}
            message_id = messages.queue(session, conversation, text=text, **given).id
        self.app.wake.sends()
        return message_id

    def message(self, message_id: int) -> Message:
        with self.app.db.reading() as session:
            return messages.get(session, message_id)

    def _counts(self) -> dict[str, int]:
        with self.app.db.reading() as session:
            return lookups.message_counts(session)


def settings(folder: Path, twilio_url: str, telegram_url: str, **worker: Any) -> dict[str, Any]:
    """`config.yml` with both channels connected to the servers that play them."""
    return {
        "data": str(folder),
        "web": {"secret_key": "tests-only", "public_url": PUBLIC_URL},
        "assistant": {"most_turns_a_minute": 1000, "most_repeats": 1000},
        "worker": {"sweep_seconds": 3600, "lease_seconds": 120, **worker},
        "logging": {"level": "error", "format": "json"},
        "channels": {
            "toko": {
                "type": "twilio",
                "account_sid": twilio_resources.ACCOUNT,
                "auth_token": twilio_resources.TOKEN,
                "whatsapp": twilio_resources.WHATSAPP,
                "sms": twilio_resources.NUMBER,
                "api_url": twilio_url,
                "timeout_seconds": 30,
            },
            "bot": {
                "type": "telegram",
                "token": telegram_server.TOKEN,
                "username": telegram_server.USERNAME,
                "secret": "telegram-secret",
                "api_url": telegram_url,
                "timeout_seconds": 30,
            },
        },
    }


@pytest.fixture
def rates() -> dict[str, Any]:
    """Twilio's own rates would only slow the tests down; Telegram keeps its own."""
    return {"toko": {"overall": 1000, "per_recipient": 1000}}


@pytest.fixture
async def stage(tmp_path: Path, empty_store: Path, rates: dict[str, Any]) -> AsyncIterator[Stage]:
    """Everything running, webhooks set by the channels themselves."""
    path = tmp_path / "akrab.db"
    path.write_bytes(empty_store.read_bytes())
    async with TwilioServer() as twilio, ClockedTelegram() as telegram:
        given = settings(tmp_path, twilio.url, telegram.url, rates=rates)
        db = Database.open(f"sqlite:///{path}", synchronous="off")
        engine = ScriptedEngine()
        app = build(Settings.model_validate(given), db=db, engine=engine)
        server, serving = await _serve(app)
        port = server.servers[0].sockets[0].getsockname()[1]
        twilio.webhooks_at = telegram.webhooks_at = f"http://127.0.0.1:{port}"
        worker = Worker(app)
        working = asyncio.create_task(worker.run())
        for name, channel in app.channels.items():
            await channel.setup(f"{PUBLIC_URL}/webhooks/{name}")  # type: ignore[attr-defined]
        yield Stage(app, engine, twilio, telegram, worker)
        worker.stop()
        await working
        server.should_exit = True
        await serving
        for channel in app.channels.values():
            await channel.close()
        app.close()


async def _serve(app: App) -> tuple[uvicorn.Server, "asyncio.Task[None]"]:
    config = uvicorn.Config(
        create_web(app), port=0, log_config=None, access_log=False, timeout_graceful_shutdown=1
    )
    server = uvicorn.Server(config)
    serving = asyncio.create_task(server.serve())
    while not server.started:
        await asyncio.sleep(0.005)
    return server, serving
