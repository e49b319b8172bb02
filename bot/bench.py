"""How many messages a second go the whole durable way, and how long each takes.

Measured inside one process with the real store on a SQLite file that survives a power cut, the
real engine and the real actions: accept -> commit -> turn -> actions -> queue -> commit -> claim
-> commit -> send. A client writes, waits until the answer reached the channel's sink, writes again.
"""

import asyncio
import gc
import os
import platform
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Coroutine, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.resources import files
from itertools import count
from pathlib import Path
from typing import Any, TypeVar

from bot import inbound
from bot.app import App, build
from bot.commands import prepare
from bot.commands.run import new_event_loop
from bot.demo import load as demo
from bot.engines import load_engine
from bot.settings import DatabaseSection, Settings
from bot.worker import Worker
from channels.base import ChannelKind, InboundMessage, OutboundMessage, Receipt, Sender, VerifiedBy
from channels.memory import Config, MemoryChannel
from crm_store import lookups, touchpoints
from crm_store.models.kinds import TouchKind
from nlu.types import DialogueEngine

Result = TypeVar("Result")
CLIENTS = (1, 8, 32)
CUSTOMERS = 200
"""Customers each client plays in turn, so that nobody writes faster than a person could."""
SENTENCES = tuple((files("bot") / "bench_sentences.txt").read_text("utf-8").splitlines())
"""As people write, most of them answered from the store. So many that no customer writes
the same again soon: their number and CUSTOMERS have no common divisor."""
HISTORY = 20_000
SINK = "sink"
_numbers = count(1)


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table; times in milliseconds."""

    clients: int
    messages: int
    a_second: float
    p50: float
    p95: float
    cpu: float
    """Processor time a message takes, all threads together."""


@dataclass(frozen=True, slots=True)
class Report:
    """Everything measured."""

    rows: Sequence[Row]
    start_seconds: float
    megabytes: float
    history_ratio: float


class SinkChannel(MemoryChannel):
    """Tells who waits for an answer that it is there."""

    def __init__(self, name: str, config: Config, *, public_url: str) -> None:
        super().__init__(name, config, public_url=public_url)
        self.waiting: dict[str, asyncio.Future[float]] = {}

    async def send(self, message: OutboundMessage) -> Receipt:
        waiter = self.waiting.pop(message.to, None)
        if waiter is not None and not waiter.done():
            waiter.set_result(time.perf_counter())
        return await super().send(message)


def measure(settings: Settings, seconds: float) -> Report:
    """All rows, each on a store of its own, with the one engine that a program has."""
    rows = []
    engine = load_engine(settings)
    for clients in CLIENTS:
        with fresh(settings, engine) as app:
            rows.append(run(flow(app, clients, seconds)))
    with fresh(settings, engine) as app:
        ratio = run(_history(app))
    return Report(rows, start_seconds(), _megabytes(), ratio)


def table(report: Report) -> str:
    """The report as a page of docs."""
    machine = f"{_processor()}, {os.cpu_count()} cores, Python {platform.python_version()}"
    lines = [
        "# Benchmarks",
        "",
        "Made by `make bench` (`akrab bench --help` tells the rest) on "
        f"{datetime.now(UTC):%Y-%m-%d}: {machine}, SQLite on a local file, `synchronous: full`.",
        "",
        "A message goes the whole durable way: stored and committed, turn with the real engine and",
        "actions, reply queued and committed, claimed and committed, sent to a sink in memory.",
        "Latency is from handing the message in until its answer reached the sink; each client",
        f"waits for its answer before it writes again, as one of its {CUSTOMERS} known customers, "
        f"with one of {len(SENTENCES)} sentences; most are answered from the store.",
        "",
        "| clients | messages | messages/s | p50 ms | p95 ms | processor ms a message |",
        "|---:|---:|---:|---:|---:|---:|",
    ]
    lines += [
        f"| {row.clients} | {row.messages} | {row.a_second:.0f} | {row.p50:.1f} | {row.p95:.1f} "
        f"| {row.cpu:.2f} |"
        for row in report.rows
    ]
    lines += [
        "",
        f"- Start of the program until it can take a message: {report.start_seconds:.1f} s.",
        f"- Memory after the runs above, all in one process: {report.megabytes:.0f} MB.",
        f"- A customer with {HISTORY:,} past touchpoints: a turn takes "
        f"{report.history_ratio:.2f} times that of a new customer.",
        "",
    ]
    return "\n".join(lines)


@contextmanager
def fresh(settings: Settings, engine: DialogueEngine | None = None) -> Iterator[App]:
    """The program over a store with the demo shop's goods and articles, sending to a sink."""
    with tempfile.TemporaryDirectory(dir=settings.data) as folder:
        database = DatabaseSection(url=f"sqlite:///{folder}/bench.db")
        limits = ("most_turns_a_minute", "most_answers_an_hour", "most_repeats")
        patient = settings.assistant.model_copy(update=dict.fromkeys(limits, 1_000_000))
        update = {"database": database, "assistant": patient}
        own = settings.model_copy(update=update)
        prepare.upgrade(own)
        config = Config(kind=ChannelKind.WHATSAPP)
        sink = SinkChannel(SINK, config, public_url=settings.web.public_url)
        app = build(own, engine=engine, channels={SINK: sink})
        try:
            demo.load(app.db, count=2)
            yield app
        finally:
            app.close()
            gc.unfreeze()  # a new event loop freezes what is there; this store's is done with


def run(main: Coroutine[Any, Any, Result]) -> Result:
    with asyncio.Runner(loop_factory=new_event_loop) as runner:
        return runner.run(main)


async def flow(app: App, clients: int, seconds: float, customers: int = CUSTOMERS) -> Row:
    """So many clients for so long, each customer known already, after a second not counted."""
    senders = [_sender(one, number) for one in range(clients) for number in range(customers)]
    worker = Worker(app)
    for start in range(0, len(senders), CUSTOMERS):
        greeters = senders[start : start + CUSTOMERS]
        await inbound.accept(app, [_message(sender, "halo") for sender in greeters])
        await worker.idle()
    working = asyncio.create_task(worker.run())
    # others than those measured: a person may have been called for some of them
    await asyncio.gather(*(_client(app, one, 1.0, customers // 2) for one in range(clients)))
    gc.collect()
    started, worked = time.perf_counter(), time.process_time()
    measured = (_client(app, one, seconds, customers, customers // 2) for one in range(clients))
    runs = await asyncio.gather(*measured)
    elapsed, worked = time.perf_counter() - started, time.process_time() - worked
    worker.stop()
    await working
    times = sorted(1000 * one for run in runs for one in run)
    p95 = times[int(len(times) * 0.95)]
    return Row(
        clients=clients,
        messages=len(times),
        a_second=len(times) / elapsed,
        p50=statistics.median(times),
        p95=p95,
        cpu=1000 * worked / len(times),
    )


async def _client(
    app: App, client: int, seconds: float, customers: int, first: int = 0
) -> list[float]:
    """Write, wait for the answer, write again; gives the seconds each took."""
    times = []
    end = time.perf_counter() + seconds
    for number in count(first):
        started = time.perf_counter()
        if started >= end:
            break
        sender = _sender(client, number % customers)
        times.append(await _exchange(app, sender, _sentence(client, number)) - started)
    return times


def _sentence(client: int, number: int) -> str:
    """Each client begins somewhere else."""
    return SENTENCES[(number + 7 * client) % len(SENTENCES)]


def _sender(client: int, number: int) -> str:
    return f"+6281{client:03}{number:05}"


async def _exchange(app: App, sender: str, text: str) -> float:
    """One message and its first answer; gives when the answer reached the sink."""
    sink = app.channels[SINK]
    assert isinstance(sink, SinkChannel)
    answered = asyncio.get_running_loop().create_future()
    sink.waiting[sender] = answered
    await inbound.accept(app, [_message(sender, text)])
    return float(await asyncio.wait_for(answered, 30))


def _message(sender: str, text: str) -> InboundMessage:
    who = Sender(sender, phone=sender, verified_by=VerifiedBy.CHANNEL)
    return InboundMessage(SINK, ChannelKind.WHATSAPP, f"b{next(_numbers)}", who, text)


async def _history(app: App) -> float:
    """A turn of a customer with a long past, compared with a new customer's."""
    worker = Worker(app)
    working = asyncio.create_task(worker.run())
    old, new = "+628110000001", "+628110000002"
    for sender in (old, new):
        await _exchange(app, sender, "halo")
    with app.db.transaction() as session:
        identity = lookups.identity_at(session, ChannelKind.WHATSAPP, old)
        assert identity is not None
        rows = [
            touchpoints.row(identity.customer_id, TouchKind.VISIT, subject=f"visit {number}")
            for number in range(HISTORY)
        ]
        touchpoints.add_many(session, rows)
    times: dict[str, list[float]] = {old: [], new: []}
    for number in range(200):
        for sender in (old, new):
            started = time.perf_counter()
            times[sender].append(await _exchange(app, sender, _sentence(0, number)) - started)
    worker.stop()
    await working
    return statistics.median(times[old]) / statistics.median(times[new])


def start_seconds() -> float:
    """How long a new process takes until the program could take its first message."""
    code = (
        "from bot import settings, app; from bot.web import create_web; "
        "import bot.worker; built = app.build(settings.load()); create_web(built); built.close()"
    )
    started = time.perf_counter()
    subprocess.run([sys.executable, "-c", code], check=True)  # noqa: S603 - our own code
    return time.perf_counter() - started


def _megabytes() -> float:
    """The most memory this process has held, in MB."""
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most / 1024 if sys.platform == "linux" else most / 1024 / 1024


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.processor() or platform.machine()
    names = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(names, platform.machine())
