"""Where the stores are and when they open, also where there is none."""

from collections.abc import Callable

import pytest
from sqlalchemy import delete

from actions import reading
from crm_store.models import Store
from tests.actions.acting import Scene

ACTIONS = ("action_opening_hours", "action_store_location")


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("jam buka di Medan", "Medan"),
        ("ada toko di kota medan gak", "medan"),
        ("opening hours in Palembang?", "Palembang"),
        ("toko di mana aja", None),
        ("di sini buka?", None),
        ("buka jam berapa di hari minggu", None),
        ("are you open in the morning", None),
        ("is there a store in my town", None),
        ("jam buka", None),
    ],
)
def test_a_place_is_what_follows_in(text: str, place: str | None) -> None:
    assert reading.place(text) == place


@pytest.mark.parametrize("name", ACTIONS)
def test_a_city_without_a_store_hears_where_there_are_some(
    scene: Callable[..., Scene], name: str
) -> None:
    acted = scene("jam buka di Medan").act(name)
    assert acted.said == ("utter_no_store_there",)
    assert acted.words.startswith("Bandung, Bekasi")


@pytest.mark.parametrize("name", ACTIONS)
def test_part_of_a_stores_name_is_a_place(scene: Callable[..., Scene], name: str) -> None:
    acted = scene("buka jam berapa di gading").act(name)
    assert "Kelapa Gading" in acted.words


@pytest.mark.parametrize("text", ["jam buka", "jam buka di Medan"])
@pytest.mark.parametrize("name", ACTIONS)
def test_without_any_store_a_person_is_offered(
    scene: Callable[..., Scene], name: str, text: str
) -> None:
    stage = scene(text)
    stage.chat.session.execute(delete(Store))
    acted = stage.act(name)
    assert acted.said == ("utter_no_answer",)
    assert acted.slots == {"person_offered": True}
