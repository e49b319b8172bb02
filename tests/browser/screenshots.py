"""Takes the pictures in docs/screenshots: `make screenshots`. The demo company, told by Ana."""

import re
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, Page, expect, sync_playwright

from bot.app import build
from bot.demo import load
from crm_store import migrate
from crm_store.session import Database
from nlu.embedded.engine import EmbeddedEngine
from nlu.train import train
from tests.browser.conftest import ARGUMENTS, HOW, chromium
from tests.browser.shop import serving
from tests.console import cast
from tests.ports import free_port

ROOT = Path(__file__).parents[2]
PICTURES = ROOT / "docs" / "screenshots"
SIZES = {"desktop": (1280, 800), "phone": (390, 844)}
PEOPLE = 200
LARGEST = 250_000


def main() -> int:
    """Serve the demo company, play the story, keep the pictures."""
    path = chromium()
    if path is None:
        sys.stderr.write(HOW + "\n")
        return 1
    PICTURES.mkdir(parents=True, exist_ok=True)
    with (
        tempfile.TemporaryDirectory() as folder,
        _demo(Path(folder)) as url,
        sync_playwright() as p,
    ):
        browser = p.chromium.launch(executable_path=path, args=ARGUMENTS)
        for take in (_home, _simulator, _chat, _console):
            take(browser, url)
        browser.close()
    large = [one.name for one in PICTURES.glob("*.png") if one.stat().st_size > LARGEST]
    return len(large)


@contextmanager
def _demo(folder: Path) -> Iterator[str]:
    port = free_port()
    url = f"http://localhost:{port}"
    settings = cast.settings(folder, public_url=url, port=port)
    migrate.upgrade(settings.database.url)
    db = Database.open(settings.database.url, synchronous="normal")
    load.load(db, count=PEOPLE)
    train(ROOT / "nlu" / "assistant", folder / "model")
    app = build(settings, db=db, engine=EmbeddedEngine.load(folder / "model"))
    with serving(app, port):
        yield url
    app.close()


def _home(browser: Browser, url: str) -> None:
    for size in SIZES:
        page = _window(browser, size)
        page.goto(url)
        _keep(page, "home", size)


def _simulator(browser: Browser, url: str) -> None:
    page = _window(browser, "desktop")
    page.goto(f"{url}/simulator")
    _keep(page, "simulator-first", "desktop")
    _tell_anas_story(page)
    _keep(page, "simulator", "desktop")
    page = _window(browser, "phone")
    page.goto(f"{url}/simulator")
    _keep(page, "simulator", "phone")


def _tell_anas_story(page: Page) -> None:
    _say(page, "whatsapp", "mau daftar member")
    page.locator(".whatsapp .choice").first.click()
    expect(page.locator("#profile")).to_contain_text("VIP-")
    page.locator(".telegram .chips").get_by_role("button", name="Share my contact").click()
    expect(page.locator("#card-addresses")).to_contain_text("799000001")
    _say(page, "telegram", "poin saya berapa")
    page.locator(".mail").get_by_label("Subject").fill("My fridge")
    _say(page, "mail", "my fridge is broken")
    _say(page, "mail", "repair")
    _say(page, "sms", "mau bicara sama orang")


def _say(page: Page, phone: str, text: str) -> None:
    """Write on a phone and wait until somebody has answered."""
    theirs = page.locator(f".{phone} .said:not(.mine):not(.typing)")
    before = theirs.count()
    page.locator(f".{phone} textarea").fill(text)
    page.locator(f".{phone} .send").click()
    expect(theirs.nth(before)).to_be_visible()
    page.wait_for_timeout(1500)


def _chat(browser: Browser, url: str) -> None:
    for size in SIZES:
        page = _window(browser, size)
        page.goto(f"{url}/chat")
        for text in ("jam buka toko di bandung?", "promo apa minggu ini?"):
            page.locator("textarea").fill(text)
            page.keyboard.press("Enter")
            page.wait_for_timeout(2000)
        _keep(page, "chat", size)


def _console(browser: Browser, url: str) -> None:
    for size, act in (("desktop", _take_and_reply), ("phone", _look)):
        page = _window(browser, size)
        page.goto(f"{url}/console")
        page.get_by_label("Email").fill(load.STAFF[0][0])
        page.get_by_label("Password").fill(load.PASSWORD)
        page.get_by_role("button", name="Sign in").click()
        _keep(page, "console-inbox", size)
        act(page)
        _keep(page, "console", size)


def _take_and_reply(page: Page) -> None:
    page.locator(".entry", has_text="Ana Permata").first.click()
    page.get_by_role("button", name=re.compile("^Take")).click()
    page.locator("textarea").fill("Halo Kak Ana, saya Rani. Soal kulkasnya, saya bantu ya.")
    page.keyboard.press("Enter")
    page.wait_for_timeout(1500)


def _look(page: Page) -> None:
    page.goto(page.url.partition("?")[0] + "?view=mine")
    page.locator(".entry", has_text="Ana Permata").first.click()
    page.wait_for_timeout(500)


def _window(browser: Browser, size: str) -> Page:
    width, height = SIZES[size]
    return browser.new_page(viewport={"width": width, "height": height}, locale="id-ID")


def _keep(page: Page, name: str, size: str) -> None:
    page.wait_for_timeout(1800)
    page.screenshot(path=PICTURES / f"{name}-{size}.png")


if __name__ == "__main__":
    sys.exit(main())
