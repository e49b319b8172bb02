"""A complaint is on record before the customer has told what to do about it."""

from collections.abc import Callable

import pytest

from actions.context import PersonWanted
from crm_store import complaints
from crm_store.models import Complaint
from tests.actions.acting import Acted, Scene
from tests.actions.player import NOW, Chat

ASK = "action_ask_complaint_form_complaint_wish"
VALIDATE = "validate_complaint_form"
TOLD = {"complaint_description": "bocor dari bawah", "complaint_product": "kulkas"}


def cases(chat: Chat) -> list[Complaint]:
    return complaints.of_customer(chat.session, chat.identity.customer_id)


def talk(chat: Callable[..., Chat], *lines: str) -> Chat:
    talking = chat()
    for line in lines:
        talking.say(line)
    return talking


def test_what_and_which_are_enough_for_a_case(scene: Callable[..., Scene]) -> None:
    stage = scene("kulkas bocor dari bawah")
    acted = stage.act(ASK, slots=TOLD)
    (found,) = cases(stage.chat)
    assert (found.product, found.wish) == ("kulkas", None)
    assert acted.said == ("utter_complaint_opened", "utter_ask_complaint_form_complaint_wish")
    assert acted.slots == {"complaint_opened": found.number}


def test_asked_again_it_only_asks(scene: Callable[..., Scene]) -> None:
    stage = scene("makasih")
    acted = stage.act(ASK, slots={**TOLD, "complaint_opened": "K-2026-000001"})
    assert acted.said == ("utter_ask_complaint_form_complaint_wish",)
    assert cases(stage.chat) == []


def test_an_urgent_case_calls_a_person_and_asks_nothing(scene: Callable[..., Scene]) -> None:
    stage = scene("setrika keluar asap")
    acted = stage.act(ASK, slots={**TOLD, "complaint_description": "keluar asap"})
    (found,) = cases(stage.chat)
    assert acted.said == ("utter_complaint_opened", "utter_complaint_urgent")
    assert acted.requests == (PersonWanted(f"urgent complaint {found.number}"),)
    assert acted.slots["requested_slot"] is None


def test_what_the_answer_about_the_product_tells_is_kept(scene: Callable[..., Scene]) -> None:
    stage = scene("yang dua pintu, airnya keluar ke lantai")
    stage.act(ASK, slots=TOLD)
    (found,) = cases(stage.chat)
    assert found.description == "bocor dari bawah\nyang dua pintu, airnya keluar ke lantai"


def test_the_wish_of_a_case_closed_meanwhile_opens_no_other(chat: Callable[..., Chat]) -> None:
    talking = talk(chat, "kulkas saya bocor")
    (found,) = cases(talking)
    complaints.resolve(talking.session, found, resolution="diganti", actor="staff:1")
    said = talking.say("diganti baru").replies
    assert [case.wish for case in cases(talking)] == [None]
    assert found.number in said[0].text


@pytest.mark.parametrize("repeats", [1, 3])
def test_a_detail_is_noted_once(scene: Callable[..., Scene], repeats: int) -> None:
    stage = scene("pintunya juga penyok parah")
    opened = stage.act(ASK, slots=TOLD).slots
    for _ in range(repeats):
        acted = _answered(stage, opened)
    (found,) = cases(stage.chat)
    assert len(complaints.notes(stage.chat.session, found.id)) == 1
    assert acted.said == ("utter_detail_added",)


def test_somebody_elses_case_is_not_added_to(scene: Callable[..., Scene]) -> None:
    stage = scene("pintunya juga penyok parah", other={"complaints": [{"product": "tv"}]})
    other = complaints.by_number(stage.chat.session, f"K-{NOW.year}-000001")
    assert other is not None
    acted = _answered(stage, {"complaint_opened": other.number})
    assert acted.said == ("utter_choose_wish",)
    assert complaints.notes(stage.chat.session, other.id) == []


def test_two_cases_in_one_conversation_do_not_mix(chat: Callable[..., Chat]) -> None:
    talking = talk(chat, "kulkas saya bocor", "batal", "tv saya mati", "refund")
    newest, oldest = cases(talking)
    assert (newest.product, newest.wish) == ("tv", "refund")
    assert (oldest.product, oldest.wish) == ("kulkas", None)


def _answered(stage: Scene, slots: dict[str, object]) -> Acted:
    """The form's check on this message as the answer to "what would you like?"."""
    given = [{"event": "slot", "name": "complaint_wish", "value": stage.text}]
    return stage.act(VALIDATE, slots={**TOLD, **slots}, loop="complaint_form", events=given)
