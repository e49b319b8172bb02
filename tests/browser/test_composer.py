"""The reply box live in Chromium: window, templates, the size of an SMS, sending again."""

import asyncio
import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from urllib.parse import urljoin

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from bot import inbound
from channels.base import ChannelKind, InboundMessage, Sender, VerifiedBy
from channels.errors import UnknownOutcome
from channels.memory import MemoryChannel
from crm_store import conversations, lookups
from crm_store.session import now
from tests.browser.shop import Shop
from tests.console import cast

pytestmark = pytest.mark.needs_chromium
Arrive = Callable[..., Page]


@pytest.fixture
def writes(shop: Shop) -> Callable[[str, str], int]:
    """Ana writes on a channel; gives the conversation's id once it is there."""
    numbers = iter(range(100))

    def write(kind: str, text: str) -> int:
        sender = Sender(cast.ANA, "Ana Permata", cast.ANA, VerifiedBy.CHANNEL)
        key = f"b{next(numbers)}"
        message = InboundMessage(f"demo-{kind}", ChannelKind(kind), key, sender, text)
        with ThreadPoolExecutor(1) as apart:  # Playwright's own event loop runs in this thread
            apart.submit(asyncio.run, inbound.accept(shop.app, [message])).result()
        with shop.app.db.reading() as session:
            found = lookups.conversation_at(session, kind, cast.ANA)
            assert found is not None
            return found.id

    return write


@pytest.fixture
def opened(
    shop: Shop, person: Arrive, writes: Callable[[str, str], int]
) -> Callable[[str, int], Page]:
    """Rani at Ana's conversation on a channel, taken, on a window of this width."""

    def take(kind: str, width: int = 1280, page: Page | None = None) -> Page:
        page = page or person(width, 844)
        page.goto(f"{shop.url}/console")
        page.get_by_label("Email").fill(cast.RANI)
        page.get_by_label("Password").fill(cast.PASSWORD)
        page.get_by_role("button", name="Sign in").click()
        expect(page.locator("#inbox-rows")).to_be_attached()
        page.goto(f"{shop.url}/console/conversations/{writes(kind, 'mau bicara sama orang')}")
        page.get_by_role("button", name="Take").click()
        expect(page.get_by_text("The bot is silent.")).to_be_visible()
        page.wait_for_load_state()  # Enter sends once the scripts have come
        return page

    return take


@pytest.fixture
def age(shop: Shop) -> Callable[[float], None]:
    """Let so many hours pass since Ana wrote on WhatsApp."""

    def set_back(hours: float) -> None:
        with shop.app.db.transaction() as session:
            found = lookups.conversation_at(session, "whatsapp", cast.ANA)
            assert found is not None
            talk = conversations.get(session, found.id)
            talk.last_inbound_at = now() - timedelta(hours=hours)

    return set_back


# Somebody quicker than any timer of the page: types as soon as the field is there.
TYPES_AT_ONCE = """() => new MutationObserver((_, watch) => {
  const field = document.querySelector("#value-1");
  if (!field) return;
  watch.disconnect();
  field.value = "Ana";
  field.dispatchEvent(new Event("input", { bubbles: true }));
}).observe(document.body, { childList: true, subtree: true })"""


def sent(shop: Shop, kind: str = "whatsapp") -> list[str]:
    channel = shop.app.channels[f"demo-{kind}"]
    assert isinstance(channel, MemoryChannel)
    return [one.text for one in channel.sent]


@pytest.mark.parametrize("width", [1280, 390])
def test_a_template_takes_the_place_of_free_text_once_the_window_is_closed(
    shop: Shop, opened: Callable[..., Page], age: Callable[[float], None], width: int
) -> None:
    page = opened("whatsapp", width)
    expect(page.locator("#window")).to_contain_text(re.compile("23 h 5[0-9] min left"))
    expect(page.locator("#templates")).to_be_hidden()
    age(25)
    page.reload()
    expect(page.locator("#window")).to_contain_text("Window closed")
    expect(page.locator("#text")).to_be_hidden()
    page.locator("a.template", has_text="kabar_keluhan").click()
    page.locator("#value-1").press_sequentially("Ana")
    expect(page.locator("#preview")).to_contain_text("Halo Ana, ada kabar")
    expect(page.locator("#preview")).to_contain_text("Still needed: 2")
    page.locator("#value-2").press_sequentially("K-2026-000123")
    expect(page.locator("#preview")).to_contain_text("this is what the customer will read")
    page.get_by_role("button", name="Send template").click()
    expect(page.locator("#thread .said.staff")).to_contain_text("keluhan K-2026-000123. Balas")
    expect(page.locator("a.template", has_text="kabar_keluhan")).to_be_visible()


def test_what_is_typed_the_moment_a_template_opens_is_in_its_preview(
    opened: Callable[..., Page], age: Callable[[float], None]
) -> None:
    page = opened("whatsapp")
    age(25)
    page.reload()
    page.evaluate(TYPES_AT_ONCE)
    page.locator("a.template", has_text="kabar_keluhan").click()
    expect(page.locator("#preview")).to_contain_text("Halo Ana, ada kabar")


def test_what_is_typed_before_the_scripts_have_come_is_in_the_preview(
    opened: Callable[..., Page], age: Callable[[float], None]
) -> None:
    page = opened("whatsapp")
    age(25)
    page.reload()
    link = page.locator("a.template", has_text="kabar_keluhan").get_attribute("href") or ""
    held: list[Route] = []
    page.route("**/htmx*", lambda route: held.append(route))
    page.goto(urljoin(page.url, link), wait_until="commit")
    page.locator("#value-1").press_sequentially("Ana")
    expect(page.locator("#preview")).to_contain_text("Halo 1, ada kabar")
    for route in held:
        route.continue_()
    expect(page.locator("#preview")).to_contain_text("Halo Ana, ada kabar")


def test_the_box_comes_back_with_its_draft_when_the_customer_writes(
    opened: Callable[..., Page], age: Callable[[float], None], writes: Callable[[str, str], int]
) -> None:
    page = opened("whatsapp")
    page.locator("#text").press_sequentially("Setengah jadi")
    age(25)
    writes("sms", "halo")  # any news makes the page look again
    page.evaluate("htmx.trigger('#watch-window', 'refresh')")
    expect(page.locator("#text")).to_be_hidden()
    writes("whatsapp", "masih di sana?")
    expect(page.locator("#text")).to_be_visible()
    expect(page.locator("#text")).to_have_value("Setengah jadi")


def test_a_window_that_closes_while_one_writes_keeps_the_text(
    browser: Browser, opened: Callable[..., Page], age: Callable[[float], None]
) -> None:
    page = browser.new_page()  # a refusal is an error in its console
    page.route("**/window", lambda route: route.abort())  # the page does not notice in time
    opened("whatsapp", page=page)
    page.locator("#text").fill("Pesanan Kakak siap")
    age(25)
    with page.expect_request("**/reply"):
        page.locator("#text").press("Enter")
        page.unroute("**/window")
    expect(page.locator("#problem")).to_contain_text("The 24-hour window has closed")
    expect(page.locator("#window")).to_contain_text("Window closed")
    expect(page.locator("#text")).to_have_value("Pesanan Kakak siap")
    page.close()


def test_the_size_of_an_sms_is_counted_while_it_is_written(opened: Callable[..., Page]) -> None:
    page = opened("sms", 390)
    size = page.locator("#size")
    page.locator("#text").fill("Halo Kak Ana")
    expect(size).to_contain_text("12 characters · GSM-7 · 1 SMS segment, 148 left")
    page.locator("#text").fill("Halo Kak “Ana” " + "x" * 60)
    expect(size).to_contain_text("UCS-2 · 2 SMS segments")
    expect(size.locator("kbd")).to_have_text(["“", "”"])
    page.locator("#text").press("Enter")
    expect(page.locator("#thread .said.staff")).to_contain_text("Halo Kak “Ana”")
    expect(size).to_be_hidden()


def test_what_nobody_knows_of_is_sent_again_only_after_a_yes(
    shop: Shop, opened: Callable[..., Page]
) -> None:
    page = opened("whatsapp")
    channel = shop.app.channels["demo-whatsapp"]
    assert isinstance(channel, MemoryChannel)
    channel.failures.append(UnknownOutcome("no answer in time"))
    page.locator("#text").fill("Halo Kak Ana")
    page.locator("#text").press("Enter")
    expect(page.locator("#thread")).to_contain_text("Unknown whether it arrived")
    answers = iter(("dismiss", "accept"))
    page.on("dialog", lambda dialog: getattr(dialog, next(answers))())
    page.get_by_role("button", name="Send again").click()
    assert "Halo Kak Ana" not in sent(shop)
    page.get_by_role("button", name="Send again").click()
    expect(page.locator("#thread")).to_contain_text("sent again below")
    expect(page.locator("#thread .said.staff")).to_have_count(2)
