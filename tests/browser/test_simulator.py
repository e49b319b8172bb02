"""The simulator with the real assistant: what Ana types fills her profile."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from nlu.embedded.engine import EmbeddedEngine
from tests.browser.shop import Shop, open_shop

pytestmark = pytest.mark.needs_chromium
Arrive = Callable[..., Page]


@pytest.fixture
def shop(tmp_path: Path, assistant_model: Path) -> Iterator[Shop]:
    with open_shop(tmp_path, EmbeddedEngine.load(assistant_model)) as served:
        yield served


def test_ana_joins_and_her_profile_fills(shop: Shop, person: Arrive) -> None:
    page = person()
    page.goto(f"{shop.url}/simulator")
    profile = page.locator("#profile")
    expect(profile).to_contain_text("Nobody yet")
    page.get_by_label("WhatsApp message").fill("mau daftar member")
    page.keyboard.press("Enter")
    expect(profile).to_contain_text("mau daftar member")
    expect(profile).to_contain_text("Ana Permata")
    page.locator(".whatsapp .choice").first.click()
    expect(profile).to_contain_text("VIP-")
    expect(page.locator("#step-1 .done")).to_be_visible()


def test_sharing_the_contact_makes_two_profiles_one(shop: Shop, person: Arrive) -> None:
    page = person()
    page.goto(f"{shop.url}/simulator")
    page.locator(".whatsapp").get_by_role("button", name="mau daftar member").click()
    page.locator(".telegram").get_by_role("button", name="stok kulkas ada?").click()
    expect(page.locator("#profile")).to_contain_text("a profile of its own")
    page.locator(".telegram .chips").get_by_role("button", name="Share my contact").click()
    expect(page.locator("#profile")).not_to_contain_text("a profile of its own")
    expect(page.locator("#card-addresses")).to_contain_text("799000001")


def test_on_a_phone_one_phone_is_shown_at_a_time(shop: Shop, person: Arrive) -> None:
    page = person(390, 844)
    page.goto(f"{shop.url}/simulator")
    expect(page.locator(".sms")).to_be_hidden()
    page.get_by_role("radio", name="SMS").press("Space")
    expect(page.locator(".sms")).to_be_visible()
    expect(page.locator(".whatsapp")).to_be_hidden()


def test_a_step_of_the_tour_brings_its_phone_to_the_front(shop: Shop, person: Arrive) -> None:
    page = person(390, 844)
    page.goto(f"{shop.url}/simulator")
    page.get_by_role("button", name="Complain by email").click()
    expect(page.locator(".mail .bubble").first).to_contain_text("my fridge is broken")
