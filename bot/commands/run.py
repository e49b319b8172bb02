"""The two ways to run: the server with its worker, or a worker alone."""

import asyncio
import gc
import os
import signal
import socket
import sys
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager
from pathlib import Path
from signal import SIGINT, SIGTERM
from typing import Any

from bot import libraries
from bot.app import App, build
from bot.commands import prepare, show
from bot.errors import UserError
from bot.settings import Settings
from bot.worker import Worker

COLLECT_AFTER = (10_000, 20, 20)
"""Objects made before the garbage collector looks; by default it looks in the middle of a turn."""
SWITCH_SECONDS = 0.0005
"""A thread that computes gives way after this long; Python's default is ten times as much."""


def serve(config: Path, *, host: str | None = None, port: int | None = None) -> None:
    """Serve until told to stop (Ctrl-C or SIGTERM), then finish what is under way."""
    settings = _with_address(show.load(config), host, port)
    prepare.check_schema(settings)
    prepare.fit_if_needed(settings)
    listening = _listen(settings)
    app = build(settings)
    _announce(settings)
    try:
        _loop(_serve(app, listening))
    finally:
        app.close()


def work(config: Path) -> None:
    """Take turns and send until told to stop."""
    settings = show.load(config)
    prepare.check_schema(settings)
    prepare.fit_if_needed(settings)
    app = build(settings)
    try:
        _loop(_work(app))
    finally:
        app.close()


def _loop(main: Coroutine[Any, Any, None]) -> None:
    """Run on uvloop where there is one."""
    with asyncio.Runner(loop_factory=new_event_loop) as runner:
        runner.run(main)


def new_event_loop() -> asyncio.AbstractEventLoop:
    """A quick event loop that gets its turn soon although turns are computed in a thread.

    Made once the program is loaded: from now on the garbage collector leaves alone what is there
    (the model, the libraries), else it would stop a turn for a tenth of a second now and then.
    """
    sys.setswitchinterval(SWITCH_SECONDS)
    gc.freeze()
    gc.set_threshold(*COLLECT_AFTER)
    try:
        import uvloop
    except ImportError:  # there is none for Windows
        return asyncio.new_event_loop()
    return uvloop.new_event_loop()


def _listen(settings: Settings) -> socket.socket:
    """The open port. Raises UserError if it cannot be had."""
    web = settings.web
    family = socket.AF_INET6 if ":" in web.host else socket.AF_INET
    try:
        return socket.create_server((web.host, web.port), family=family, backlog=2048)
    except OSError as error:
        why = os.strerror(error.errno or 0)
        told = f"{web.host}:{web.port} cannot be listened on ({why}); try --port"
        raise UserError(told) from error


async def _serve(app: App, listening: socket.socket) -> None:
    import uvicorn

    from bot.web import create_web

    web = app.settings.web
    config = uvicorn.Config(
        create_web(app),
        host=web.host,
        port=web.port,
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=3,
    )
    server = uvicorn.Server(config)
    await asyncio.to_thread(libraries.load, app.channels.values())
    worker = Worker(app) if app.settings.worker.enabled else None
    working = asyncio.create_task(worker.run()) if worker else None
    if working:  # should it end by itself, the process ends too, to be started anew
        working.add_done_callback(lambda _: setattr(server, "should_exit", True))
    try:
        with _ending_in_our_own_time():
            await server.serve([listening])
        if worker and working:
            worker.stop()
            await working
    finally:
        await _close_channels(app)


@contextmanager
def _ending_in_our_own_time() -> Iterator[None]:
    """The web server ends at a signal and then raises it again, which would end us before what is
    under way is finished. It is ignored then; the next one ends us at once."""
    given = {name: signal.signal(name, lambda *_: None) for name in (SIGINT, SIGTERM)}
    try:
        yield
    finally:
        for name, handler in given.items():
            signal.signal(name, handler)


async def _work(app: App) -> None:
    worker = Worker(app)
    loop = asyncio.get_running_loop()

    def stop() -> None:
        worker.stop()
        for name in (SIGINT, SIGTERM):  # the next one ends us at once
            loop.remove_signal_handler(name)

    for name in (SIGINT, SIGTERM):
        loop.add_signal_handler(name, stop)
    await asyncio.to_thread(libraries.load, app.channels.values())
    show.done("working; Ctrl-C stops")
    try:
        await worker.run()
    finally:
        await _close_channels(app)


async def _close_channels(app: App) -> None:
    for channel in app.channels.values():
        await channel.close()


def _with_address(settings: Settings, host: str | None, port: int | None) -> Settings:
    """`--port` alone also moves a public address that names the configured port."""
    web = settings.web
    public = web.public_url
    if port is not None and public.endswith(f"localhost:{web.port}"):
        public = public.removesuffix(str(web.port)) + str(port)
    update = {"host": host or web.host, "port": port or web.port, "public_url": public}
    return settings.model_copy(update={"web": web.model_copy(update=update)})


def _announce(settings: Settings) -> None:
    """Where to look, for people; logs go elsewhere."""
    base = settings.web.public_url
    show.out.print(f"\n[bold]{settings.company.name}[/] is listening.\n")
    if settings.simulator.enabled:
        show.out.print(f"  Four phones and one profile   {base}/simulator")
    if any(config.type == "web" for config in settings.channels.values()):
        show.out.print(f"  Web chat                      {base}/chat")
    show.out.print(f"  Staff console                 {base}/console\n")
