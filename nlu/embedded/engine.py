"""The embedded dialogue engine: one turn in, replies and the next state out."""

import threading
from pathlib import Path
from typing import Any

from nlu.embedded.interpreter import Heard, Interpreter
from nlu.embedded.model import Model
from nlu.embedded.state import restore, store
from nlu.embedded.tracker import Event
from nlu.embedded.turn import Assistant, Turn
from nlu.types import ActionRunner, TurnInput, TurnResult, Understanding

_Loaded = tuple[Assistant, Interpreter]


class EmbeddedEngine:
    """Answers in process, inside the caller's transaction; safe to share between threads."""

    name = "embedded"
    in_process = True

    def __init__(self, model: Model, path: Path | None = None) -> None:
        self._path = path
        self._stamp = _stamp(path)
        self._lock = threading.Lock()
        self._loaded = _prepare(model)

    @classmethod
    def load(cls, path: str | Path) -> "EmbeddedEngine":
        """The engine of a model file. Raises ModelError."""
        path = Path(path)
        return cls(Model.load(path), path)

    def reload(self) -> bool:
        """Take the model file again if it has changed; True if it was.

        A file that cannot be loaded raises ModelError and leaves the running model in place.
        Turns under way end with the model they began with.
        """
        with self._lock:
            stamp = _stamp(self._path)
            if self._path is None or stamp == self._stamp:
                return False
            self._loaded = _prepare(Model.load(self._path))
            self._stamp = stamp
            return True

    def parse(self, text: str) -> Understanding:
        """Understand a text without a conversation."""
        return self._loaded[1].hear(text).understanding

    def reply(self, turn: TurnInput, run_action: ActionRunner) -> TurnResult:
        """Answer one message. Raises EngineError, and what `run_action` raises."""
        return self.played(turn, run_action)[0]

    def played(self, turn: TurnInput, run_action: ActionRunner) -> tuple[TurnResult, list[Event]]:
        """`reply`, and the turn's events as Rasa records them."""
        assistant, interpreter = self._loaded
        heard = interpreter.hear(turn.text, payload=turn.payload, now=turn.now)
        tracker, memory = restore(turn.state, assistant.domain, assistant.book.seen_slots)
        running = Turn(assistant, tracker, turn, run_action, memory.said)
        running.begin(memory)
        running.take(heard)
        result = _result(running, heard, store(tracker, turn.now, running.said))
        return result, tracker.events

    def close(self) -> None:
        """Nothing is held open."""


def _prepare(model: Model) -> _Loaded:
    return Assistant(model.domain, model.rule_book()), Interpreter(model)


def _stamp(path: Path | None) -> tuple[int, int, int] | None:
    """What changes when the file is replaced."""
    if path is None:
        return None
    status = path.stat()
    return status.st_mtime_ns, status.st_size, status.st_ino


def _result(running: Turn, heard: Heard, state: dict[str, Any]) -> TurnResult:
    tracker = running.tracker
    return TurnResult(
        replies=tuple(running.replies),
        state=state,
        understanding=heard.understanding,
        actions=tuple(running.actions),
        slots=dict(tracker.slots),
        active_loop=tracker.loop,
    )
