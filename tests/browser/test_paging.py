"""Long lists in a real browser: older ones come on demand, and nobody loses their place."""

import time
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, Route, expect

from bot.app import App
from crm_store import conversations, identities, messages
from crm_store.models import Conversation
from crm_store.models.kinds import Owner
from crm_store.session import Session
from tests.browser.conftest import PATIENCE
from tests.browser.shop import Shop
from tests.console import cast

pytestmark = pytest.mark.needs_chromium
Arrive = Callable[..., Page]
IN_VIEW = """
[...document.querySelectorAll('.said')].find(one => one.getBoundingClientRect().top > 120).id
"""


def sign_in(page: Page, url: str) -> None:
    page.goto(f"{url}/console/sign-in")
    page.get_by_label("Email").fill(cast.RANI)
    page.get_by_label("Password").fill(cast.PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    expect(page.locator("#inbox-rows")).to_be_visible()


def somebody(session: Session, number: int) -> Conversation:
    """A customer who waits for a person."""
    address = f"+62812000002{number:02}"
    identity = identities.resolve(session, kind="whatsapp", address=address, name=f"Orang {number}")
    talk = conversations.for_identity(session, identity, "demo-whatsapp")
    conversations.change_owner(session, talk, Owner.QUEUE, reason="asked")
    return talk


def crowd(app: App, count: int) -> None:
    with app.db.transaction() as session:
        for number in range(count):
            somebody(session, number)


def long_talk(app: App, count: int) -> int:
    with app.db.transaction() as session:
        talk = somebody(session, 1)
        for number in range(count):
            messages.record_inbound(
                session, talk, messages.Inbound(f"l{number}", f"baris {number}", raw=b"{}")
            )
        return talk.id


def test_the_list_keeps_its_place_while_somebody_new_waits(shop: Shop, person: Arrive) -> None:
    crowd(shop.app, 12)
    page = person(1280, 600)
    sign_in(page, shop.url)
    rows = page.locator("#inbox-rows")
    expect(page.locator(".entry")).to_have_count(12)
    rows.evaluate("box => { box.scrollTop = 300; }")
    page.locator(".entry").nth(5).focus()
    with shop.app.db.transaction() as session:
        somebody(session, 50)
    page.evaluate("htmx.trigger(document.body, 'live-inbox')")
    expect(page.locator(".entry")).to_have_count(13)
    assert rows.evaluate("box => box.scrollTop") >= 300
    expect(page.locator(".entry").nth(5)).to_be_focused()


def test_older_messages_come_above_and_what_is_read_stays_in_view(
    shop: Shop, person: Arrive
) -> None:
    talk = long_talk(shop.app, 230)
    page = person(1280, 700)
    sign_in(page, shop.url)
    page.goto(f"{shop.url}/console/conversations/{talk}")
    expect(page.locator(".said")).to_have_count(200)
    page.locator(".thread").evaluate("box => { box.scrollTop = 0; }")
    read = page.evaluate(IN_VIEW)
    page.get_by_text("Show older messages").click()
    expect(page.locator(".said")).to_have_count(230)
    expect(page.get_by_text("Show older messages")).to_have_count(0)
    until = time.monotonic() + PATIENCE / 1000
    while page.evaluate(IN_VIEW) != read:  # the page's own policy forbids `wait_for_function`
        assert time.monotonic() < until, "what was read is no longer in view"
        page.wait_for_timeout(50)
    page.evaluate("htmx.trigger(document.body, 'live-conversation')")
    expect(page.get_by_text("baris 0", exact=True)).to_have_count(1)


@pytest.mark.parametrize("part", ["owner", "window"])
def test_news_that_comes_while_a_part_is_being_renewed_is_not_lost(
    shop: Shop, person: Arrive, part: str
) -> None:
    talk = long_talk(shop.app, 1)
    page = person(1280, 700)
    sign_in(page, shop.url)
    asked: list[Route] = []
    page.route(f"**/{part}*", lambda route: asked.append(route))
    page.goto(f"{shop.url}/console/conversations/{talk}")
    while not asked:  # each page asks anew as soon as it hears the server
        page.wait_for_timeout(50)
    page.evaluate("htmx.trigger(document.body, 'live-conversation')")
    with page.expect_request(f"**/{part}*"):
        asked[0].continue_()
