"""Ana on a WhatsApp that keeps files; everything that follows a message has happened at once."""

import asyncio
import io
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from bot import inbound
from bot.app import App, build
from bot.settings import Settings
from bot.worker import Worker
from channels.base import Attachment, ChannelKind, InboundMessage, Media, Sender, VerifiedBy
from channels.memory import MemoryChannel
from crm_store import attachments, messages
from crm_store import models as tables
from tests.bot.conftest import ScriptedEngine
from tests.stores import *  # noqa: F403

ANA = "+6281200000001"


def png(width: int = 1, height: int = 1, rgb: bytes = b"\xa8\x43\x1c") -> bytes:
    """A picture of one colour."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        crc = struct.pack(">I", zlib.crc32(kind + data))
        return struct.pack(">I", len(data)) + kind + data + crc

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    rows = zlib.compress((b"\0" + rgb * width) * height)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


def zipped(*names: str) -> bytes:
    """An archive with files of these names."""
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w") as archive:
        for name in names:
            archive.writestr(name, "x")
    return written.getvalue()


PNG = png()
PDF = b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n1 0 obj\n<<>>\nendobj\n"


class Shop:
    """The program, and what a test asks of it."""

    def __init__(self, app: App, folder: Path) -> None:
        self.app = app
        self.folder = folder
        self.channel: MemoryChannel = app.channels["wa"]  # type: ignore[assignment]
        self._said = 0

    def holds(self, reference: str, content: bytes, type_: str | None = None) -> None:
        """From now on the provider has this file."""
        self.channel.files[reference] = Media(content, type_)

    def ana_sends(self, *files: Attachment, text: str = "") -> list[tables.Attachment]:
        """Ana's message, stored, answered, its files tried once; gives what is known of them."""
        message = self.message(*files, text=text)
        [message_id] = self.run(lambda _: inbound.accept(self.app, [message]))
        self.work()
        return self.files_of(message_id)

    def message(self, *files: Attachment, text: str = "") -> InboundMessage:
        """Ana's next message, not yet handed in."""
        self._said += 1
        sender = Sender(ANA, "Ana", ANA, VerifiedBy.CHANNEL)
        provider_id = f"m{self._said}"
        return InboundMessage(
            "wa", ChannelKind.WHATSAPP, provider_id, sender, text, attachments=files
        )

    def work(self) -> None:
        """Until nothing is due."""
        self.run(lambda worker: worker.idle())

    def run(self, do: Callable[[Worker], Any]) -> Any:
        async def go() -> Any:
            return await do(Worker(self.app))

        return asyncio.run(go())

    def files_of(self, message_id: int) -> list[tables.Attachment]:
        with self.app.db.reading() as session:
            message = messages.get(session, message_id)
            return attachments.of_messages(session, [message]).get(message_id, [])

    def change(self, **values: Any) -> None:
        """Set columns of every file, as time would."""
        with self.app.db.transaction() as session:
            for one in session.query(tables.Attachment):
                for name, value in values.items():
                    setattr(one, name, value)


@pytest.fixture
def rules() -> dict[str, Any]:
    """The `attachments` section of config.yml."""
    return {"largest": 1000}


@pytest.fixture
def lease() -> float:
    """Seconds a worker has for a file; half of it for the download."""
    return 60.0


@pytest.fixture
def shop(tmp_path: Path, real_db: Any, rules: dict[str, Any], lease: float) -> Iterator[Shop]:
    given = {
        "data": tmp_path,
        "worker": {"lease_seconds": lease},
        "web": {"secret_key": "tests-only"},
        "attachments": rules,
        "channels": {"wa": {"type": "memory", "kind": "whatsapp", "secret": "tests-only"}},
    }
    app = build(Settings.model_validate(given), db=real_db, engine=ScriptedEngine())
    yield Shop(app, tmp_path / "attachments")
    app.close()
