"""Shown while an answer takes its time, never in its way."""

import asyncio
from threading import Event

import pytest

from bot import inbound
from bot.app import build
from bot.delivery import writing
from bot.worker import Worker
from channels.base import Capabilities, ChannelKind
from channels.errors import Unreachable
from channels.memory import Config, MemoryChannel


class Shows(MemoryChannel):
    """Notes below which message it was shown, and fails if told so."""

    typing_seconds = 0.05

    def __init__(self, kind=ChannelKind.WHATSAPP):
        super().__init__("wa", Config(kind=kind), public_url="")
        self.capabilities = Capabilities(typing=True)
        self.shown = []
        self.shown_enough = Event()
        self.broken = None

    async def typing(self, provider_id, /):
        self.shown.append(provider_id)
        if self.broken or len(self.shown) >= 2:
            self.shown_enough.set()
        if self.broken:
            raise self.broken


@pytest.fixture
def wa():
    return Shows()


@pytest.fixture
def app(settings, db, engine, wa):
    built = build(settings, db=db, engine=engine, channels={"wa": wa})
    yield built
    built.close()


@pytest.fixture
def says(app, engine, message, monkeypatch):
    """Ana writes; the engine is in another process. `after` such seconds the sign is due."""
    engine.in_process = False

    def say(text="halo", *, after, think=None):
        monkeypatch.setattr(writing, "AFTER_SECONDS", after)
        if think:
            engine.script[text] = think

        async def run():
            await inbound.accept(app, [message(text)])
            await Worker(app).idle()

        asyncio.run(run())

    return say


@pytest.fixture
def slowly(says, wa):
    """Ana writes; the engine thinks until the sign was shown twice, or could not be."""

    def think(turn, run_action):
        assert wa.shown_enough.wait(120)
        return f"echo: {turn.text}"

    return lambda: says(after=0.1, think=think)


def test_it_is_shown_below_the_message_and_again_when_it_fades(slowly, wa):
    slowly()
    assert set(wa.shown) == {"m1"}
    assert len(wa.shown) >= 2
    assert [sent.text for sent in wa.sent] == ["echo: halo"]


def test_a_quick_answer_needs_none(says, wa):
    says(after=300)
    assert (wa.shown, len(wa.sent)) == ([], 1)


@pytest.mark.parametrize("error", [Unreachable(), RuntimeError("adapter bug")])
def test_what_goes_wrong_with_it_leaves_the_answer_alone(slowly, wa, error):
    wa.broken = error
    slowly()
    assert [sent.text for sent in wa.sent] == ["echo: halo"]


def test_the_engine_in_this_process_needs_none(app, converse, wa):
    converse("halo")
    assert wa.shown == []


def test_a_person_who_writes_is_shown_once_until_it_fades(app, converse, wa):
    converse("halo")
    writing._shown.clear()

    async def types():
        first = [await writing.show(app, 1) for _ in range(5)]
        wa.typing_seconds = 0
        return first, await writing.show(app, 1)

    wa.typing_seconds = 300
    assert asyncio.run(types()) == ([True, False, False, False, False], True)
    assert wa.shown == ["m1", "m1"]


def test_where_nobody_has_written_nothing_is_shown(app):
    assert not asyncio.run(writing.show(app, 4711))


@pytest.mark.parametrize("kind", ["sms"])
def test_sms_shows_none_although_its_channel_can(app, kind):
    assert writing.typist_of(app, "wa", kind) is None
    assert writing.typist_of(app, "nothing", "whatsapp") is None
