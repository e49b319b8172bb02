"""Shown while an answer takes its time, never in its way."""

import asyncio
import time

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
        self.broken = None

    async def typing(self, provider_id, /):
        self.shown.append(provider_id)
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
def slowly(app, engine, message, monkeypatch):
    """Ana writes; the engine, in another process, takes a quarter of a second."""
    monkeypatch.setattr(writing, "AFTER_SECONDS", 0.1)
    engine.in_process = False

    def say(text="halo", seconds=0.25):

        def think(turn, run_action):
            time.sleep(seconds)
            return f"echo: {turn.text}"

        engine.script[text] = think

        async def run():
            await inbound.accept(app, [message(text)])
            await Worker(app).idle()

        asyncio.run(run())

    return say


def test_it_is_shown_below_the_message_and_again_when_it_fades(slowly, wa):
    slowly()
    assert set(wa.shown) == {"m1"}
    assert len(wa.shown) >= 2
    assert [sent.text for sent in wa.sent] == ["echo: halo"]


def test_a_quick_answer_needs_none(slowly, wa):
    slowly(seconds=0.0)
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
        await asyncio.sleep(wa.typing_seconds)
        return first, await writing.show(app, 1)

    wa.typing_seconds = 0.5
    assert asyncio.run(types()) == ([True, False, False, False, False], True)
    assert wa.shown == ["m1", "m1"]


def test_where_nobody_has_written_nothing_is_shown(app):
    assert not asyncio.run(writing.show(app, 4711))


@pytest.mark.parametrize("kind", ["sms"])
def test_sms_shows_none_although_its_channel_can(app, kind):
    assert writing.typist_of(app, "wa", kind) is None
    assert writing.typist_of(app, "nothing", "whatsapp") is None
