"""Photos and formatted mail in a real browser: seen, and nothing of them runs or is fetched."""

import re
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from bot.files import letters
from tests.browser.shop import Shop, serving
from tests.console import cast, files
from tests.ports import free_port

pytestmark = pytest.mark.needs_chromium

# Not `person`: that a browser complains of what it blocked is what these tests are about.


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shop]:
    """The cast's shop with a mailbox."""
    port = free_port()
    url = f"http://localhost:{port}"
    app = cast.open_shop(files.settings(tmp_path, public_url=url, port=port))
    with serving(app, port):
        yield Shop(url, app)
    app.close()


def happens(what: Callable[..., int], *given: Any, **named: Any) -> int:
    """The browser's event loop runs in this thread, ours needs another."""
    with ThreadPoolExecutor(1) as apart:
        return apart.submit(what, *given, **named).result(120)


@pytest.fixture
def rani(shop: Shop, browser: Browser) -> Iterator[Callable[..., Page]]:
    """Rani opens a conversation."""
    opened: list[Page] = []

    def opens(talk: int, width: int = 1280) -> Page:
        page = browser.new_page(viewport={"width": width, "height": 800})
        opened.append(page)
        page.goto(f"{shop.url}/console")
        page.get_by_label("Email").fill(cast.RANI)
        page.get_by_label("Password").fill(cast.PASSWORD)
        page.get_by_role("button", name="Sign in").click()
        expect(page.locator(".inbox")).to_be_visible()
        page.goto(f"{shop.url}/console/conversations/{talk}?view=all")
        return page

    yield opens
    for page in opened:
        page.close()


def test_a_photo_that_comes_is_seen_without_a_reload(shop: Shop, rani: Callable[..., Page]) -> None:
    page = rani(happens(files.ana_sends, shop.app, text="saya kirim fotonya"))
    expect(page.locator(".photo")).to_have_count(0)
    happens(files.ana_sends, shop.app, ("foto.png", files.PHOTO))
    photo = page.get_by_alt_text("foto.png")
    expect(photo).to_be_visible()
    expect(photo).to_have_js_property("naturalWidth", 64)


@pytest.mark.parametrize("width", [1280, 390])
def test_mail_is_shown_as_it_was_sent_only_when_asked(
    shop: Shop, rani: Callable[..., Page], width: int
) -> None:
    page = rani(happens(files.ana_mails, shop.app), width)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.reload()
    page.wait_for_timeout(800)
    assert not [url for url in asked if "formatted" in url]
    page.get_by_role("button", name="Show original formatting").click()
    mail = page.frame_locator("iframe")
    expect(mail.get_by_role("heading", name="Kulkas bocor")).to_be_visible()
    expect(mail.get_by_alt_text("foto", exact=True)).to_have_js_property("naturalWidth", 64)
    page.get_by_role("button", name="Close").click()
    expect(page.locator("iframe")).to_be_hidden()


def test_nothing_of_a_mail_runs_and_nothing_is_fetched(
    shop: Shop, rani: Callable[..., Page]
) -> None:
    page = rani(happens(files.ana_mails, shop.app))
    reached = _abroad(page)
    page.get_by_role("button", name="Show original formatting").click()
    expect(page.frame_locator("iframe").get_by_text("TS-204815")).to_be_visible()
    page.frame_locator("iframe").get_by_role("link", name="Masuk").click()
    page.wait_for_timeout(500)
    assert reached == []
    assert len(page.context.pages) == 1
    assert "pwned" not in page.title()


def test_without_the_cleaning_the_other_fences_would_still_hold(
    shop: Shop, rani: Callable[..., Page], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(letters, "clean", lambda letter: letter.html)
    page = rani(happens(files.ana_mails, shop.app))
    assert _looked_at(page) == []
    assert "pwned" not in page.title()


def test_without_the_policy_too_pictures_would_be_fetched_and_this_would_notice(
    shop: Shop, rani: Callable[..., Page], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(letters, "clean", lambda letter: letter.html)
    monkeypatch.setattr(letters, "POLICY", "frame-ancestors 'self'")
    page = rani(happens(files.ana_mails, shop.app))
    reached = _looked_at(page, until="https://tracker.example/pixel.gif")
    assert "https://tracker.example/pixel.gif" in reached
    assert "https://tracker.example/s" not in reached  # asked for by a script
    assert "pwned" not in page.title()


def _looked_at(page: Page, until: str = "") -> list[str]:
    """Look at the mail for a while, longer if an address is due; those abroad this led to."""
    reached = _abroad(page)
    page.get_by_role("button", name="Show original formatting").click()
    expect(page.frame_locator("iframe").get_by_text("TS-204815")).to_be_visible()
    page.wait_for_timeout(800)
    for _ in range(120):
        if not until or until in reached:
            break
        page.wait_for_timeout(500)
    return reached


def _abroad(page: Page) -> list[str]:
    """Every address beyond our own that the browser really turns to."""
    reached: list[str] = []

    def note(route: Route) -> None:
        reached.append(route.request.url)
        route.abort()

    page.context.route(re.compile(r"https://"), note)
    return reached
