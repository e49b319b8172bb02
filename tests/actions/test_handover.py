"""When a person takes over, and what is tried before."""

from collections.abc import Callable

import pytest

from actions.context import PersonWanted
from tests.actions.acting import Scene

FALLBACK = "action_default_fallback"


def test_an_article_answers_what_was_not_understood(scene: Callable[..., Scene]) -> None:
    acted = scene("pasang ac").act(FALLBACK, intent="nlu_fallback")
    assert acted.said == ("utter_article",)
    assert acted.values["utter_article.title"] == "Pemasangan di rumah"


def test_the_first_miss_asks_to_rephrase(scene: Callable[..., Scene]) -> None:
    acted = scene("xyzzy").act(FALLBACK, intent="nlu_fallback")
    assert acted.said == ("utter_rephrase",)
    assert acted.requests == ()
    assert acted.slots == {"misses": 1.0}


def test_the_second_miss_calls_a_person(scene: Callable[..., Scene]) -> None:
    acted = scene("xyzzy").act(FALLBACK, intent="nlu_fallback", slots={"misses": 1.0})
    assert acted.said == ("utter_gave_up",)
    assert acted.requests == (PersonWanted("not understood: xyzzy"),)


def test_a_miss_within_a_form_names_the_way_out(scene: Callable[..., Scene]) -> None:
    acted = scene("xyzzy").act(FALLBACK, loop="redeem_form")
    assert acted.said == ("utter_form_rephrase",)


def test_a_product_and_what_is_wrong_with_it_are_a_complaint(scene: Callable[..., Scene]) -> None:
    acted = scene("laptop layarnya retak").act(FALLBACK, entities=[("product", "laptop")])
    assert acted.opened == "complaint_form"
    assert acted.slots["complaint_product"] == "laptop"


def test_danger_calls_a_person_at_once(scene: Callable[..., Scene]) -> None:
    acted = scene("setrika nyetrum").act(FALLBACK)
    assert acted.said == ("utter_complaint_danger", "utter_handover")
    assert isinstance(acted.requests[0], PersonWanted)


@pytest.mark.parametrize(("times", "person"), [(0.0, False), (1.0, True)])
def test_abuse_is_met_calmly_once(scene: Callable[..., Scene], times: float, person: bool) -> None:
    acted = scene("anjing").act("action_abuse", slots={"abuses": times})
    assert bool(acted.requests) is person


def test_handing_over_closes_the_form(scene: Callable[..., Scene]) -> None:
    acted = scene("orang dong").act("action_talk_to_person", loop="complaint_form")
    assert acted.slots == {"requested_slot": None}
    assert acted.opened is None


@pytest.mark.parametrize("offered", [True, False])
def test_a_yes_takes_the_offer_of_a_person(scene: Callable[..., Scene], offered: bool) -> None:
    acted = scene("ya").act("action_affirm", slots={"person_offered": offered})
    assert bool(acted.requests) is offered
