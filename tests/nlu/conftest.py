"""A small trained shop, and a way to talk to it."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from nlu.embedded.engine import EmbeddedEngine
from nlu.embedded.model import Model
from nlu.train import train
from nlu.types import ActionCall, ActionResult, State, TurnInput, TurnResult

PROJECTS = Path(__file__).parent / "projects"
START = datetime(2026, 11, 22, 3, 0, tzinfo=UTC)


class Talk:
    """One conversation of Ana's with the shop; `calls` are the custom actions it ran."""

    def __init__(self, engine: EmbeddedEngine) -> None:
        self.engine = engine
        self.state: State | None = None
        self.now = START
        self.calls: list[ActionCall] = []
        self.actions: dict[str, Callable[[ActionCall], ActionResult]] = {}

    def say(self, text: str = "", **given: Any) -> TurnResult:
        turn = TurnInput(
            conversation_id="ana",
            message_id=f"m{len(self.calls)}",
            text=text,
            now=self.now,
            state=self.state,
            **{"channel": "web", **given},
        )
        result = self.engine.reply(turn, self._run)
        self.state = result.state
        return result

    def hear(self, text: str = "", **given: Any) -> list[str]:
        """The texts of the replies."""
        return [reply.text for reply in self.say(text, **given).replies]

    def wait(self, **time: float) -> None:
        self.now += timedelta(**time)

    def _run(self, call: ActionCall) -> ActionResult:
        self.calls.append(call)
        action = self.actions.get(call.name)
        return action(call) if action else ActionResult()


@pytest.fixture(scope="session")
def shop_model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("models") / "shop.model"
    train(PROJECTS / "shop", path)
    return path


@pytest.fixture(scope="session")
def engine(shop_model: Path) -> EmbeddedEngine:
    return EmbeddedEngine(Model.load(shop_model))


@pytest.fixture
def talk(engine: EmbeddedEngine) -> Talk:
    return Talk(engine)


@pytest.fixture
def project(tmp_path: Path) -> Callable[..., Path]:
    """Write a project: file name -> YAML text."""

    def write(**files: str) -> Path:
        for name, text in files.items():
            path = tmp_path / name.replace("__", "/")
            path = path.with_suffix(".yml")
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, "utf-8")
        return tmp_path

    return write
