"""Customer and staff at once, in two windows, live."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.shop import Shop
from tests.console import cast

pytestmark = pytest.mark.needs_chromium
Arrive = Callable[..., Page]


@pytest.fixture
def rani(shop: Shop, person: Arrive) -> Page:
    """Rani at her desk, the inbox open."""
    page = person()
    page.goto(f"{shop.url}/console")
    page.get_by_label("Email").fill(cast.RANI)
    page.get_by_label("Password").fill(cast.PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_text("Nobody is waiting.")).to_be_visible()
    return page


@pytest.fixture
def customer(shop: Shop, person: Arrive) -> Page:
    """A visitor of the web chat, on a phone."""
    page = person(390, 844)
    page.goto(f"{shop.url}/chat")
    return page


def write(page: Page, text: str) -> None:
    box = page.locator("textarea[name=text]")
    box.fill(text)
    box.press("Enter")


def take(customer: Page, rani: Page) -> None:
    write(customer, "mau bicara sama orang")
    rani.locator(".entry").click()
    rani.get_by_role("button", name="Take").click()
    expect(rani.get_by_text("The bot is silent.")).to_be_visible()
    rani.wait_for_load_state()  # Enter sends once the scripts have come


def test_asking_for_a_person_rings_at_the_desk_by_itself(customer: Page, rani: Page) -> None:
    write(customer, "mau bicara sama orang")
    expect(rani.locator(".entry")).to_contain_text("asked for a person")
    expect(rani.locator(".entry")).to_contain_text("mau bicara sama orang")
    expect(rani.locator("#bell")).to_have_class(re.compile("ringing"))
    expect(rani.locator("#announcement")).to_have_text("Somebody is waiting for a person.")
    expect(rani).to_have_title(re.compile(r"^\(1\)"))


def test_a_click_is_not_lost_while_the_page_renews_its_button(customer: Page, rani: Page) -> None:
    write(customer, "mau bicara sama orang")
    rani.locator(".entry").click()
    rani.get_by_role("button", name="Take").hover()
    rani.wait_for_load_state()
    rani.mouse.down()
    rani.evaluate("document.querySelector('#owner').dataset.changed = 'yes'")
    rani.evaluate("htmx.trigger(document.body, 'live-conversation')")
    expect(rani.locator("#owner[data-changed]")).to_have_count(0)
    rani.mouse.up()
    expect(rani.get_by_text("The bot is silent.")).to_be_visible()


def test_the_person_answers_and_the_bot_is_silent(customer: Page, rani: Page) -> None:
    take(customer, rani)
    write(rani, "Halo Kak, saya Rani.")
    expect(customer.locator("#chat-lines")).to_contain_text("Halo Kak, saya Rani.")
    write(customer, "kulkasnya bocor")
    expect(rani.locator("#thread")).to_contain_text("kulkasnya bocor")
    customer.wait_for_timeout(700)
    expect(customer.locator("#chat-lines")).not_to_contain_text("echo: kulkasnya bocor")


def test_after_handing_back_the_bot_answers(customer: Page, rani: Page) -> None:
    take(customer, rani)
    rani.get_by_role("button", name="Hand back to bot").click()
    expect(rani.get_by_text("The bot is answering.")).to_be_visible()
    write(customer, "jam buka?")
    expect(customer.locator("#chat-lines")).to_contain_text("echo: jam buka?")


def test_what_the_customer_reads_is_ticked_at_the_desk(customer: Page, rani: Page) -> None:
    take(customer, rani)
    write(rani, "Sebentar ya Kak.")
    ticked = rani.locator("#thread .said.staff .tick.read")
    expect(ticked).to_be_visible()


def test_a_draft_outlives_new_messages_and_a_reload(customer: Page, rani: Page) -> None:
    take(customer, rani)
    draft = rani.locator("textarea[name=text]")
    draft.press_sequentially("Setengah jadi")
    write(customer, "halo?")
    expect(rani.locator("#thread")).to_contain_text("halo?")
    expect(draft).to_have_value("Setengah jadi")
    rani.reload()
    expect(draft).to_have_value("Setengah jadi")


def test_what_the_customer_writes_never_runs(customer: Page, rani: Page) -> None:
    write(customer, "orang <img src=x onerror=\"document.title='pwned'\">")
    rani.locator(".entry").click()
    expect(rani.locator("#thread")).to_contain_text("<img src=x")
    assert "pwned" not in rani.title() + customer.title()
