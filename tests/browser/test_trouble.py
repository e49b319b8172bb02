"""A channel that cannot send is told above every page of the console, live."""

import asyncio
import threading
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from bot import inbound
from channels.base import ChannelKind, InboundMessage, Sender
from crm_store import lookups, troubles
from tests.browser.shop import Shop
from tests.console import cast

pytestmark = pytest.mark.needs_chromium
WHATSAPP = troubles.Sender("demo-whatsapp", "whatsapp")
SAID = "Twilio 63007: no WhatsApp sender with this number in the account"


def stop(shop: Shop) -> None:
    with shop.app.db.transaction() as session:
        troubles.stop(session, WHATSAPP, code="63007", said=SAID)
    shop.app.feed.publish("inbox")


def mended(shop: Shop) -> None:
    with shop.app.db.transaction() as session:
        troubles.was_taken(session, WHATSAPP)
    shop.app.feed.publish("inbox")


def ana_wants_a_person(shop: Shop) -> int:
    """Her conversation's id."""
    said = InboundMessage(
        WHATSAPP.channel, ChannelKind.WHATSAPP, "m1", Sender(cast.ANA, "Ana"), "mau orang"
    )
    # Playwright's own event loop runs in this thread.
    thread = threading.Thread(target=lambda: asyncio.run(inbound.accept(shop.app, [said])))
    thread.start()
    thread.join()
    with shop.app.db.reading() as session:
        talk = lookups.conversation_at(session, "whatsapp", cast.ANA)
    assert talk is not None
    return talk.id


@pytest.mark.parametrize("width", [390, 1280])
def test_it_comes_and_goes_by_itself_and_covers_nothing(
    shop: Shop, person: Callable[..., Page], width: int
) -> None:
    talk = ana_wants_a_person(shop)
    page = person(width, 800)
    page.goto(f"{shop.url}/console")
    page.get_by_label("Email").fill(cast.SARI)
    page.get_by_label("Password").fill(cast.PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url("**/console")
    page.goto(f"{shop.url}/console/conversations/{talk}")
    page.get_by_role("button", name="Take").click()
    expect(page.get_by_text("The bot is silent.")).to_be_visible()
    stop(shop)
    line = page.locator("#troubles p")
    expect(line).to_contain_text("WhatsApp (demo-whatsapp) cannot send since")
    expect(line).to_contain_text(SAID)
    expect(page.locator("textarea[name=text]")).to_be_in_viewport(ratio=1)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    mended(shop)
    expect(line).to_have_count(0)
