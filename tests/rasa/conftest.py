"""A product whose engine is elsewhere, Ana's message waiting in it, and a door for its actions."""

import asyncio
import itertools
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from pydantic import SecretStr

from bot import inbound
from bot.app import App, build
from bot.rasa import action_server, house
from bot.rasa.server import Plan, RasaServer
from bot.settings import AssistantSection, Settings
from bot.stories.stage import Stage
from channels.base import ChannelKind, InboundMessage, Sender, VerifiedBy
from channels.memory import Config, MemoryChannel
from crm_store.session import Database
from nlu.types import ActionRunner, Intent, Reply, TurnInput, TurnResult, Understanding

TOKEN = "what Rasa sends"
ANA = "+6281200000001"
LANGUAGE_ID = {"language": "id"}


@dataclass
class EngineElsewhere:
    """Answers with what `think` gives; may run actions meanwhile, as Rasa does."""

    think: Callable[[TurnInput, ActionRunner], Any] = lambda turn, run: f"echo: {turn.text}"
    asked: list[TurnInput] = field(default_factory=list)
    name: str = "elsewhere"
    in_process: bool = False

    def parse(self, text: str) -> Understanding:
        return Understanding(text, Intent("inform", 0.9))

    def reply(self, turn: TurnInput, run_action: ActionRunner) -> TurnResult:
        self.asked.append(turn)
        said = self.think(turn, run_action)
        replies = (Reply(said),) if said else ()
        return TurnResult(replies, {"turns": len(self.asked)}, self.parse(turn.text))

    def close(self) -> None:
        return None


@pytest.fixture(scope="session")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Stage:
    return Stage(tmp_path_factory.mktemp("stage"))


@pytest.fixture
def engine() -> EngineElsewhere:
    return EngineElsewhere()


@pytest.fixture
def built(engine: EngineElsewhere, tmp_path: Path) -> Iterator[Callable[[Database], App]]:
    """The product over a store."""
    made: list[App] = []

    def make(db: Database) -> App:
        assistant = AssistantSection(engine="rasa", actions_token=SecretStr(TOKEN))
        config = Config(kind=ChannelKind.WHATSAPP)
        channel = MemoryChannel("wa", config, public_url="http://x.example")
        settings = Settings(data=tmp_path, assistant=assistant)
        made.append(build(settings, db=db, engine=engine, channels={"wa": channel}))
        return made[-1]

    yield make
    for one in made:
        one.close()


@pytest.fixture
def app(stage: Stage, built: Callable[[Database], App]) -> App:
    return built(stage.fresh())


@pytest.fixture
def restarted(stage: Stage, app: App, built: Callable[[Database], App]) -> Callable[[], App]:
    """Another process over the same store."""
    return lambda: built(Database.open(stage.latest))


@pytest.fixture
def write(app: App) -> Callable[[str], int]:
    """Ana writes; gives the message's id."""
    numbers = itertools.count(1)

    def send(text: str = "halo", address: str = ANA) -> int:
        sender = Sender(address, name="Ana", phone=address, verified_by=VerifiedBy.CHANNEL)
        number = f"m{next(numbers)}"
        message = InboundMessage("wa", ChannelKind.WHATSAPP, number, sender, text)
        return asyncio.run(inbound.accept(app, [message]))[0]

    return send


class Door:
    """The action server, called with the right token unless told otherwise."""

    def __init__(self, app: App) -> None:
        self._site = FastAPI()
        self._site.include_router(action_server.routes(app))

    def post(self, address: str, **content: Any) -> httpx.Response:
        headers = {"authorization": f"Bearer {TOKEN}", **content.pop("headers", {})}
        return asyncio.run(self._called("POST", address, [{"headers": headers, **content}]))[0]

    def post_at_once(self, address: str, bodies: list[Any]) -> list[httpx.Response]:
        headers = {"authorization": f"Bearer {TOKEN}"}
        calls = [{"headers": headers, "json": body} for body in bodies]
        return asyncio.run(self._called("POST", address, calls))

    def get(self, address: str, **content: Any) -> httpx.Response:
        return asyncio.run(self._called("GET", address, [content]))[0]

    async def _called(self, method: str, address: str, calls: list[Any]) -> list[httpx.Response]:
        wire = httpx.ASGITransport(self._site)
        async with httpx.AsyncClient(transport=wire, base_url="http://akrab.example") as client:
            asked = [client.request(method, address, **call) for call in calls]
            return list(await asyncio.gather(*asked))


@pytest.fixture
def door(app: App) -> Door:
    return Door(app)


@pytest.fixture
def call(door: Door) -> Callable[..., Any]:
    """Call an action as Rasa does: `call("action_x", message_id)`."""

    def post(action: str, message_id: int, *, talk: int = 1, **changes: Any) -> Any:
        return door.post("/actions/webhook", json=request(action, message_id, talk, **changes))

    return post


def request(action: str, message_id: int, talk: int = 1, **changes: Any) -> dict[str, Any]:
    """A call of the action server protocol."""
    message = {
        "text": "halo",
        "intent": {"name": "greet", "confidence": 1.0},
        "entities": [],
        "metadata": {"message_id": str(message_id)},
    }
    tracker = {
        "sender_id": str(talk),
        "slots": LANGUAGE_ID,
        "latest_message": message,
        "latest_event_time": 1.0,
        "events": [{"event": "user", "text": "halo", "timestamp": 1.0}],
        "active_loop": {},
        "latest_action_name": "action_listen",
        "paused": False,
        **changes,
    }
    body = {"next_action": action, "sender_id": str(talk), "tracker": tracker}
    return {**body, "version": "3.6.21", "domain": {}}


PROGRAM = """#!{python}
import http.server, json, os, sys
given = dict(zip(sys.argv[2::2], sys.argv[3::2]))
print("arguments", json.dumps(sys.argv[1:]), os.environ["AKRAB_RASA_TOKEN"], flush=True)
print("finds", os.environ["PYTHONPATH"], flush=True)
if {broken}:
    sys.exit("no model in there")
class Rasa(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(int(open("status").read()) if os.path.exists("status") else {status})
        self.end_headers()
        self.wfile.write(b'{{"model": "m1", "error": "no model is loaded"}}')
http.server.HTTPServer(("127.0.0.1", int(given["--port"])), Rasa).serve_forever()
"""


@pytest.fixture
def rasa_at(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """An environment whose `rasa` is a small web server, or one that fails.

    It answers with the status in a file of that name in the project's folder, if there is one.
    """

    def make(*, broken: bool = False, status: int = 200) -> None:
        program = tmp_path / "env" / "bin" / "rasa"
        program.parent.mkdir(parents=True)
        program.write_text(PROGRAM.format(python=sys.executable, broken=broken, status=status))
        program.chmod(0o755)
        monkeypatch.setenv("RASA_ENV", str(tmp_path / "env"))

    return make


@pytest.fixture
def plan(tmp_path: Path) -> Plan:
    port = house.free_port()
    return Plan(tmp_path, Path("model"), tmp_path / "run", port, "http://a/b", "r", "s")


@pytest.fixture
def server(plan: Plan) -> Iterator[RasaServer]:
    made = RasaServer(plan)
    yield made
    made.stop()


def until(condition: Callable[[], object], seconds: float = 30.0) -> None:
    """Wait for it; an assertion if it does not come."""
    end = time.monotonic() + seconds
    while not condition() and time.monotonic() < end:
        time.sleep(0.05)
    assert condition()
