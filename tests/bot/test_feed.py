"""Live pages hear of what they show, and only of that."""

import asyncio
import threading

from bot.site import live
from bot.site.feed import Feed


async def heard_after(feed, topics, act, timeout=60.0):
    listening = feed.listen(topics, timeout)
    waiting = asyncio.ensure_future(anext(listening))
    await asyncio.sleep(0)
    act()
    heard = await waiting
    await listening.aclose()
    return heard


def test_a_listener_hears_its_topic():
    feed = Feed()
    heard = asyncio.run(heard_after(feed, ["inbox"], lambda: feed.publish("inbox", "customer:1")))
    assert heard == {"inbox"}


def test_a_listener_does_not_hear_other_topics():
    feed = Feed()
    heard = asyncio.run(heard_after(feed, ["inbox"], lambda: feed.publish("customer:1"), 0.05))
    assert heard == frozenset()


def test_another_thread_may_publish():
    feed = Feed()
    thread = threading.Thread(target=feed.publish, args=("inbox",))
    assert asyncio.run(heard_after(feed, ["inbox"], thread.start)) == {"inbox"}
    thread.join()


def test_who_has_left_is_forgotten():
    feed = Feed()
    asyncio.run(heard_after(feed, ["inbox"], lambda: None, 0.05))
    assert not feed._listeners


def test_a_conversation_that_begins_while_the_page_starts_to_listen_is_heard():
    feed = Feed()
    asked = []

    def topics():
        asked.append(True)
        return ["address:ana"] if len(asked) == 1 else ["conversation:1"]

    async def listen():
        events = live._events(feed, topics)
        said = [await anext(events)]
        feed.publish("conversation:1")
        said.append(await asyncio.wait_for(anext(events), 60))
        await events.aclose()
        return said

    ready, news = asyncio.run(listen())
    assert "event: ready" in ready
    assert "event: conversation" in news
    assert not feed._listeners
