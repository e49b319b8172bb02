"""The cast on a small but whole program: a SQLite file, the web chat, four phones, an echo."""

import asyncio
import itertools
import re
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from fastapi import FastAPI
from httpx import ASGITransport, AsyncClient, Cookies, Headers, Response

from bot import inbound
from bot.app import App, build
from bot.console.passwords import hash_password
from bot.settings import Settings
from bot.worker import Worker
from channels.base import ChannelKind, InboundMessage, Sender, VerifiedBy
from crm_store import migrate, staff
from crm_store.models.kinds import StaffRole
from crm_store.session import Database
from nlu.types import (
    ActionRunner,
    DialogueEngine,
    Intent,
    Reply,
    ReplyButton,
    TurnInput,
    TurnResult,
    Understanding,
)

PASSWORD = "kopi-tubruk-panas"
ANA = "+6281200000001"
RANI, TOM, DEWI, SARI = (f"{name}@sinar.example" for name in ("rani", "tom", "dewi", "sari"))
TEAM: Sequence[tuple[str, str, StaffRole, str | None]] = (
    (RANI, "Rani Puspita", StaffRole.SERVICE, "service"),
    (TOM, "Tom Wijaya", StaffRole.SERVICE, "warehouse"),
    (DEWI, "Dewi Anjani", StaffRole.MARKETER, "service"),
    (SARI, "Sari Utami", StaffRole.ADMIN, None),
)
PHONES = ("whatsapp", "sms", "telegram", "email")
_numbers = itertools.count(1)


@dataclass
class Echo:
    """Says what was said; "orang" asks for a person, "tombol" offers two buttons."""

    name: str = "echo"
    in_process: bool = True
    heard: list[TurnInput] = field(default_factory=list)

    def parse(self, text: str) -> Understanding:
        return Understanding(text, Intent("inform", 0.9))

    def reply(self, turn: TurnInput, run_action: ActionRunner) -> TurnResult:
        from actions.context import current

        self.heard.append(turn)
        reply = Reply(f"echo: {turn.text}")
        if "orang" in turn.text:
            current().request_person("asked for a person")
        if "tombol" in turn.text:
            buttons = (ReplyButton("Ya", "/affirm"), ReplyButton("Tidak", "/deny"))
            reply = Reply("Pilih", buttons)
        return TurnResult((reply,), {}, self.parse(turn.text))

    def close(self) -> None:
        return None


class Browser:
    """Asks the site directly, without a network; keeps cookies, follows no redirects."""

    def __init__(self, web: FastAPI) -> None:
        self._client = AsyncClient(transport=ASGITransport(web), base_url="http://localhost:8000")
        self._runner = asyncio.Runner()

    @property
    def cookies(self) -> Cookies:
        return self._client.cookies

    @property
    def headers(self) -> Headers:
        return self._client.headers

    def get(self, path: str, headers: dict[str, str] | None = None) -> Response:
        return self._runner.run(self._client.get(path, headers=headers))

    def post(self, path: str, data: dict[str, str] | None = None) -> Response:
        return self._runner.run(self._client.post(path, data=data))

    def close(self) -> None:
        self._runner.run(self._client.aclose())
        self._runner.close()


def settings(folder: Path, **web: object) -> Settings:
    """The demo's settings in a folder of their own."""
    channels = {f"demo-{kind}": {"type": "memory", "kind": kind} for kind in PHONES}
    return Settings.model_validate(
        {
            "data": folder,
            "database": {"url": f"sqlite:///{folder / 'akrab.db'}", "synchronous": "normal"},
            "web": {"secret_key": "tests-only", **web},
            "worker": {"sweep_seconds": 0.2},
            "simulator": {"enabled": True},
            "channels": {"web": {"type": "web"}, **channels},
        }
    )


def open_shop(chosen: Settings, engine: DialogueEngine | None = None) -> App:
    """A program with the cast hired."""
    (chosen.data / "akrab.db").write_bytes(_hired().read_bytes())
    db = Database.open(chosen.database.url, synchronous="normal")
    return build(chosen, db=db, engine=engine or Echo())


@cache
def _hired() -> Path:
    """A migrated store with the staff in it, made once: migrating and hashing take their time."""
    path = Path(tempfile.mkdtemp()) / "akrab.db"
    migrate.upgrade(f"sqlite:///{path}")
    db = Database.open(f"sqlite:///{path}")
    hire(db)
    db.close()
    return path


def hire(db: Database) -> None:
    """Add the cast's staff, all with one password."""
    hashed = hash_password(PASSWORD)
    with db.transaction() as session:
        for email, name, role, team in TEAM:
            staff.add(session, email=email, name=name, role=role, team=team, password_hash=hashed)


def ana_says(app: App, text: str) -> None:
    """Ana writes on WhatsApp; everything that follows has happened when this returns."""
    sender = Sender(ANA, "Ana Permata", ANA, VerifiedBy.CHANNEL)
    message = InboundMessage(
        "demo-whatsapp", ChannelKind.WHATSAPP, f"m{next(_numbers)}", sender, text
    )
    settle(app, message)


def settle(app: App, *messages: InboundMessage) -> None:
    """Store messages, take all turns, send all replies."""

    async def run() -> None:
        worker = Worker(app)
        await inbound.accept(app, messages)
        await worker.idle()

    asyncio.run(run())


def csrf(browser: Browser, page: str) -> str:
    """The token in a page's forms."""
    found = re.search(r'name="csrf" value="([^"]+)"', browser.get(page).text)
    assert found, f"no form on {page}"
    return found[1]


def sign_in(browser: Browser, email: str, password: str = PASSWORD) -> Response:
    token = csrf(browser, "/console/sign-in")
    form = {"csrf": token, "email": email, "password": password}
    return browser.post("/console/sign-in", data=form)


def post(browser: Browser, path: str, page: str = "/console", **form: str) -> Response:
    """Post a form with the token of a page."""
    return browser.post(path, data={"csrf": csrf(browser, page), **form})
