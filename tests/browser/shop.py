"""A program served for real: uvicorn and the worker in a thread, on a free port."""

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import uvicorn

from bot.app import App
from bot.web import create_web
from bot.worker import Worker
from nlu.types import DialogueEngine
from tests.console import cast
from tests.ports import free_port


@dataclass(frozen=True)
class Shop:
    """Where it is served, and the program itself."""

    url: str
    app: App


@contextmanager
def open_shop(folder: Path, engine: DialogueEngine | None = None) -> Iterator[Shop]:
    """Serve the cast's shop until the block ends."""
    port = free_port()
    url = f"http://localhost:{port}"
    app = cast.open_shop(cast.settings(folder, public_url=url, port=port), engine)
    with serving(app, port):
        yield Shop(url, app)
    app.close()


@contextmanager
def serving(app: App, port: int) -> Iterator[None]:
    """Run server and worker in a thread."""
    config = uvicorn.Config(
        create_web(app), port=port, log_level="error", timeout_graceful_shutdown=1
    )
    server = uvicorn.Server(config)
    ready = threading.Event()
    thread = threading.Thread(target=lambda: asyncio.run(_run(app, server, ready)), daemon=True)
    thread.start()
    assert ready.wait(120), "the server did not start"
    yield
    server.should_exit = True
    thread.join(60)


async def _run(app: App, server: uvicorn.Server, ready: threading.Event) -> None:
    worker = Worker(app)
    working = asyncio.create_task(worker.run())
    serving = asyncio.create_task(server.serve())
    while not server.started:
        await asyncio.sleep(0.02)
    ready.set()
    await serving
    worker.stop()
    await working
