"""What an open page is told, and what it costs the store."""

import asyncio

import pytest

from bot.site import live
from bot.site.feed import Feed


@pytest.fixture
def feed():
    return Feed()


def test_news_in_the_moment_of_a_pulse_is_heard(feed, monkeypatch):
    """The listener of the pulse had gone when it came, and the next one was not there yet."""
    monkeypatch.setattr(live, "PULSE", 0.01)
    asked = []

    def topics():
        asked.append(True)
        if len(asked) == 3:  # after `ready`, for which it is asked twice, comes a pulse
            feed.publish("conversation:1")
        return ["conversation:1"]

    async def listen():
        events = live._events(feed, topics)
        said = [await anext(events) for _ in range(2)]
        monkeypatch.setattr(live, "PULSE", 1.0)
        said.append(await anext(events))
        await events.aclose()
        return said

    assert "event: conversation" in asyncio.run(listen())[-1]


def test_the_topics_are_asked_for_once_a_change_while_they_stay_the_same(feed):
    asked = []

    def topics():
        asked.append(True)
        return ["conversation:1"]

    async def listen():
        events = live._events(feed, topics)
        await anext(events)
        for _ in range(3):
            feed.publish("conversation:1")
            await anext(events)
        await events.aclose()

    asyncio.run(listen())
    assert len(asked) == 2 + 3


def test_a_browser_that_goes_away_is_forgotten(feed):
    async def listen():
        events = live._events(feed, lambda: ["inbox"])
        await anext(events)
        waiting = asyncio.ensure_future(anext(events))
        await asyncio.sleep(0)
        waiting.cancel()
        await asyncio.gather(waiting, return_exceptions=True)

    asyncio.run(listen())
    assert not feed._listeners
