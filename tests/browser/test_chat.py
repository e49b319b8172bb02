"""The web chat in a real browser: live, by keyboard, on a phone, in a frame, without scripts."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.shop import Shop

pytestmark = pytest.mark.needs_chromium
Arrive = Callable[..., Page]


def opened(shop: Shop, page: Page) -> Page:
    """The chat as a visitor finds it: the cursor stands in the box."""
    page.goto(f"{shop.url}/chat")
    expect(page.locator("textarea[name=text]")).to_be_focused()
    return page


def test_the_answer_appears_by_itself(shop: Shop, person: Arrive) -> None:
    page = opened(shop, person(390, 844))
    page.keyboard.type("halo")
    page.keyboard.press("Enter")
    expect(page.get_by_text("echo: halo")).to_be_visible()
    expect(page.locator("textarea[name=text]")).to_have_value("")
    expect(page.locator(".mine .tick.read")).to_be_visible()


def test_buttons_are_pressed_with_the_keyboard(shop: Shop, person: Arrive) -> None:
    page = opened(shop, person(390, 844))
    page.keyboard.type("tombol")
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Tidak").press("Enter")
    expect(page.get_by_text("echo: Tidak")).to_be_visible()
    expect(page.get_by_role("button", name="Tidak")).to_have_count(0)


def test_a_long_conversation_shows_its_end(shop: Shop, person: Arrive) -> None:
    page = opened(shop, person(360, 640))
    for number in range(8):
        page.keyboard.type(f"pesan nomor {number}")
        page.keyboard.press("Enter")
        expect(page.get_by_text(f"echo: pesan nomor {number}")).to_be_in_viewport()


def test_it_works_without_scripts(shop: Shop, person: Arrive) -> None:
    page = person(390, 844, java_script_enabled=False)
    page.goto(f"{shop.url}/chat")
    page.locator("textarea[name=text]").fill("halo")
    page.get_by_role("button", name="Kirim").click()
    answer = page.get_by_text("echo: halo")
    for _ in range(120):
        if answer.is_visible():
            break
        page.wait_for_timeout(500)
        page.reload()
    expect(answer).to_be_visible()


def test_another_site_shows_it_in_a_frame(shop: Shop, person: Arrive) -> None:
    page = person(390, 844)
    script = f'<script src="{shop.url}/chat/embed.js" data-label="Tanya kami"></script>'
    page.route(f"{shop.url}/shop", lambda route: route.fulfill(body=f"<body>Toko{script}"))
    page.goto(f"{shop.url}/shop")
    page.get_by_role("button", name="Tanya kami").click()
    inside = page.frame_locator("iframe")
    inside.locator("textarea[name=text]").fill("halo")
    inside.get_by_role("button", name="Kirim").click()
    expect(inside.get_by_text("echo: halo")).to_be_visible()


@pytest.mark.parametrize("width", [360, 390, 768, 1280])
@pytest.mark.parametrize("path", ["/", "/chat", "/simulator", "/console/sign-in"])
def test_no_page_is_wider_than_the_screen(
    shop: Shop, person: Arrive, path: str, width: int
) -> None:
    page = person(width, 800)
    page.goto(shop.url + path)
    assert page.evaluate("document.documentElement.scrollWidth") == width
