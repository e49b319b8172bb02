"""A whole product around a real SQLite file, with a scripted engine where words do not matter."""

import asyncio
import itertools
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from bot import inbound
from bot.app import App, build
from bot.settings import Settings
from bot.worker import Worker
from channels.base import ChannelKind, InboundMessage, Sender, VerifiedBy
from channels.memory import Config, MemoryChannel
from crm_store import migrate
from crm_store.session import Database
from nlu.types import ActionRunner, Intent, Reply, TurnInput, TurnResult, Understanding

ANA, BUDI, RANI, TOM = "+62812-0000-0001", "+62812-0000-0002", "rani", "tom"
KEY = "tests-only"


@dataclass
class ScriptedEngine:
    """Answers "echo: <text>", unless `script` has something else for the text.

    A script's value is a reply, a list of replies, an exception to raise, or a function of the
    turn and the action runner that gives one of these.
    """

    script: dict[str, Any] = field(default_factory=dict)
    heard: list[TurnInput] = field(default_factory=list)
    name: str = "scripted"
    in_process: bool = True

    def parse(self, text: str) -> Understanding:
        return Understanding(text, Intent("inform", 0.9))

    def reply(self, turn: TurnInput, run_action: ActionRunner) -> TurnResult:
        self.heard.append(turn)
        said = self.script.get(turn.text, f"echo: {turn.text}")
        if callable(said):
            said = said(turn, run_action)
        if isinstance(said, Exception):
            raise said
        said = said if isinstance(said, list) else [said]
        replies = tuple(one if isinstance(one, Reply) else Reply(one) for one in said)
        state = {"turns": (turn.state or {}).get("turns", 0) + 1}
        return TurnResult(replies, state, self.parse(turn.text))

    def close(self) -> None:
        return None


@pytest.fixture(scope="session")
def empty_store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated, empty SQLite file, to be copied."""
    path = tmp_path_factory.mktemp("store") / "akrab.db"
    migrate.upgrade(f"sqlite:///{path}")
    return path


@pytest.fixture
def db(tmp_path: Path, empty_store: Path) -> Iterator[Database]:
    path = tmp_path / "akrab.db"
    path.write_bytes(empty_store.read_bytes())
    database = Database.open(f"sqlite:///{path}", synchronous="off")
    yield database
    database.close()


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    web = {"secret_key": KEY, "public_url": "https://toko-sinar.example"}
    channels = {"wa": {"type": "memory", "kind": "whatsapp", "secret": KEY}}
    worker = {"sweep_seconds": 0.05}
    return Settings.model_validate(
        {"data": tmp_path, "web": web, "channels": channels, "worker": worker}
    )


@pytest.fixture
def engine() -> ScriptedEngine:
    return ScriptedEngine()


@pytest.fixture
def wa() -> MemoryChannel:
    return memory_channel("wa", ChannelKind.WHATSAPP)


def memory_channel(name: str, kind: ChannelKind) -> MemoryChannel:
    config = Config(kind=kind, secret=SecretStr(KEY))
    return MemoryChannel(name, config, public_url="https://toko-sinar.example")


@pytest.fixture
def app(
    settings: Settings, db: Database, engine: ScriptedEngine, wa: MemoryChannel
) -> Iterator[App]:
    sms = memory_channel("sms", ChannelKind.SMS)
    built = build(settings, db=db, engine=engine, channels={"wa": wa, "sms": sms})
    yield built
    built.close()


@pytest.fixture
def message() -> Callable[..., InboundMessage]:
    """An inbound message with an id of its own, from Ana on WhatsApp unless told otherwise."""
    numbers = itertools.count(1)

    def make(text: str = "halo", sender: str | Sender = ANA, **fields: Any) -> InboundMessage:
        fields.setdefault("provider_id", f"m{next(numbers)}")
        fields.setdefault("channel", "wa")
        fields.setdefault("kind", ChannelKind.WHATSAPP)
        if isinstance(sender, str):
            phone = sender.replace("-", "")
            sender = Sender(phone, phone=phone, verified_by=VerifiedBy.CHANNEL)
        return InboundMessage(text=text, sender=sender, **fields)

    return make


@pytest.fixture
def converse(app: App, wa: MemoryChannel, message: Callable[..., InboundMessage]):
    """Say something as a customer, let everything settle, give what the channel sent."""

    def say(*texts: str, **fields: Any) -> list[str]:
        async def run() -> None:
            worker = Worker(app)
            for text in texts:
                await inbound.accept(app, [message(text, **fields)])
                await worker.idle()

        before = len(wa.sent)
        asyncio.run(run())
        return [sent.text for sent in list(wa.sent)[before:]]

    return say
