"""A served shop and a real browser: Chromium from the system, never downloaded."""

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from tests.browser.shop import Shop, open_shop

ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--mute-audio",
]
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
HOW = "No Chromium found: apt-get install chromium, or name one in CHROMIUM."


def chromium() -> str | None:
    """The path of a browser on this machine."""
    named = os.environ.get("CHROMIUM")
    if named:
        return named
    return next((found for name in NAMES if (found := shutil.which(name))), None)


PATIENCE = 60_000
expect.set_options(timeout=PATIENCE)


# Not for the session: while it lives, its event loop forbids other tests their own.
@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    path = chromium()
    if path is None:
        pytest.skip(HOW)
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        yield launched
        launched.close()


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shop]:
    """The small program, served on a free port with its worker."""
    with open_shop(tmp_path) as served:
        yield served


@pytest.fixture
def person(browser: Browser) -> Iterator[Callable[..., Page]]:
    """Somebody with a browser window of their own; errors in the page fail the test."""
    problems: list[str] = []
    with ExitStack() as closing:

        def arrive(width: int = 1280, height: int = 800, **options: object) -> Page:
            context = browser.new_context(
                viewport={"width": width, "height": height}, locale="id-ID", **options
            )
            closing.callback(context.close)
            page = context.new_page()
            page.set_default_timeout(PATIENCE)
            page.on("pageerror", lambda error: problems.append(str(error)))
            page.on("console", lambda said: _note(problems, said.type, said.text))
            return page

        yield arrive
    assert problems == []


def _note(problems: list[str], kind: str, text: str) -> None:
    if kind == "error":
        problems.append(text)
