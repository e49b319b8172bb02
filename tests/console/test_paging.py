"""More than a page holds: the inbox and the thread, older ones on demand, nobody left out."""

import re
from collections.abc import Callable

import pytest

from bot.app import App
from bot.console import inbox, talking
from channels.base import ChannelKind, InboundMessage, Sender, VerifiedBy
from crm_store import conversations, lookups, messages
from tests.console import cast
from tests.console.cast import Browser


@pytest.fixture
def crowd(app: App, monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Seven people who wait, on pages of three; the conversations, the first come first."""
    monkeypatch.setattr(inbox, "SHOWN", 3)
    addresses = [f"+62812000001{number:02}" for number in range(7)]
    for number, address in enumerate(addresses):
        sender = Sender(address, f"Orang {number}", address, VerifiedBy.CHANNEL)
        text = "mau bicara sama orang"
        cast.settle(
            app, InboundMessage("demo-whatsapp", ChannelKind.WHATSAPP, address, sender, text)
        )
    with app.db.reading() as session:
        found = [lookups.conversation_at(session, "whatsapp", one) for one in addresses]
    return [one.id for one in found if one]


@pytest.fixture
def long_talk(
    app: App, waiting: int, taken: int, monkeypatch: pytest.MonkeyPatch
) -> Callable[[int], list[int]]:
    """Make Ana's thread longer, on pages of five; gives the ids of its messages."""
    monkeypatch.setattr(talking, "SHOWN", 5)

    def lengthen(count: int) -> list[int]:
        with app.db.transaction() as session:
            talk = conversations.get(session, waiting)
            for number in range(count):
                inbound = messages.Inbound(f"long-{count}-{number}", f"baris {number}", raw=b"{}")
                messages.record_inbound(session, talk, inbound)
            return [one.id for one in messages.thread(session, waiting, 1000)]

    return lengthen


def entries(html: str) -> list[int]:
    return [int(one) for one in re.findall(r'id="entry-(\d+)"', html)]


def shown(html: str) -> list[int]:
    return [int(one) for one in re.findall(r'id="message-(\d+)"', html)]


def next_page(html: str) -> str:
    found = re.search(r'href="([^"]+)" rel="next"', html)
    return found[1].replace("&amp;", "&") if found else ""


@pytest.mark.parametrize(("view", "first"), [("waiting", 0), ("all", -1)])
def test_every_conversation_is_reached_page_by_page(rani: Browser, crowd, view, first):
    address, found = f"/console?view={view}", []
    while address:
        html = rani.get(address).text
        found += entries(html)
        address = next_page(html)
    assert sorted(found) == crowd
    assert found[0] == crowd[first]


def test_a_later_page_stays_itself_when_it_is_renewed_or_left_for_a_conversation(rani, crowd):
    html = rani.get(next_page(rani.get("/console").text)).text
    renewed = re.search(r'hx-get="(/console/inbox[^"]+)"', html)[1].replace("&amp;", "&")
    assert entries(rani.get(renewed).text) == entries(html) == crowd[3:6]
    opened = re.search(r'id="entry-\d+" href="([^"]+)"', html)[1].replace("&amp;", "&")
    assert entries(rani.get(opened).text) == crowd[3:6]


def test_the_bell_knows_of_those_on_later_pages_too(rani, crowd):
    waiting = re.search(r'data-waiting="([^"]*)"', rani.get("/console").text)[1]
    assert [int(one) for one in waiting.split()] == crowd


@pytest.mark.parametrize("after", ["x", "1", "1-", "-", "9" * 40 + "-1", "1-" + "9" * 40, "-1--1"])
def test_a_place_that_is_none_is_no_error(rani, crowd, after):
    assert rani.get(f"/console?view=all&after={after}").status_code == 200


def test_a_thread_begins_with_the_newest_and_shows_older_ones_on_demand(rani, taken, long_talk):
    ids = long_talk(11)
    html = rani.get(f"/console/conversations/{taken}").text
    found = shown(html)
    while older := re.search(r'hx-get="([^"]+/older\?before=\d+)"', html):
        html = rani.get(older[1]).text
        found = shown(html) + found
    assert found == ids


def test_the_thread_goes_on_where_the_page_began_however_much_is_said(rani, taken, long_talk):
    before = long_talk(8)
    first = before[-5]
    ids = long_talk(9)
    here = f"/console/conversations/{taken}"
    assert shown(rani.get(f"{here}/thread?first={first}").text) == ids[ids.index(first) :]
    form = {"csrf": cast.csrf(rani, here), "text": "siap", "first": str(first)}
    rani.headers["HX-Request"] = "true"
    answer = rani.post(f"{here}/reply", data=form)
    assert shown(answer.text)[:-1] == ids[ids.index(first) :]


def test_without_scripts_older_messages_are_a_page_of_their_own(rani, taken, long_talk):
    ids = long_talk(8)
    html = rani.get(f"/console/conversations/{taken}").text
    older = re.search(r'href="([^"]+before=\d+)"', html)[1].replace("&amp;", "&")
    page = rani.get(older).text
    assert shown(page) == ids[-10:-5]
    assert "To the newest messages" in page


def test_a_short_thread_offers_nothing_older(rani, taken):
    assert "Show older" not in rani.get(f"/console/conversations/{taken}").text
