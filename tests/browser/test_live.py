"""Lists that renew themselves: what somebody holds stays, and the newest answer wins."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, Route, expect

from tests.browser.shop import Shop

pytestmark = pytest.mark.needs_chromium
Arrive = Callable[..., Page]
RENEW = "htmx.trigger(document.body, 'live-conversation')"


def say(page: Page, text: str) -> None:
    page.locator("textarea[name=text]").fill(text)
    page.keyboard.press("Enter")


def test_a_button_with_the_keyboard_on_it_outlives_a_change_of_its_line(
    shop: Shop, person: Arrive
) -> None:
    page = person(390, 844)
    page.goto(f"{shop.url}/chat")
    say(page, "tombol")
    held = page.get_by_role("button", name="Tidak")
    held.focus()
    page.evaluate("document.querySelector('.said:has(.choices)').dataset.changed = 'yes'")
    page.evaluate(RENEW)
    expect(page.locator("[data-changed]")).to_have_count(0)
    expect(held).to_be_focused()


def test_an_answer_that_was_overtaken_undoes_nothing(shop: Shop, person: Arrive) -> None:
    page = person(390, 844)
    page.goto(f"{shop.url}/chat")
    say(page, "satu")
    expect(page.get_by_text("echo: satu")).to_be_visible()
    page.wait_for_timeout(1500)
    asked: list[Route] = []
    page.route("**/chat/lines", lambda route: asked.append(route))
    page.evaluate(RENEW)
    while not asked:
        page.wait_for_timeout(50)
    before = asked[0].fetch()
    say(page, "dua")
    own = page.locator(".mine", has_text="dua")
    expect(own).to_be_visible()
    asked[0].fulfill(response=before)
    page.wait_for_timeout(500)
    assert own.is_visible()
