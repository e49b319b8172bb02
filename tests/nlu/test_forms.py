"""Forms: asked, filled, interrupted, resumed, validated, stopped."""

from typing import Any

from nlu.types import ActionCall, ActionRejected, ActionResult

from .conftest import Talk


def candidates(call: ActionCall) -> dict[str, Any]:
    """The slots to validate: those at the end of the events, as rasa_sdk reads them."""
    found = {}
    for event in reversed(call.tracker["events"]):
        if event["event"] != "slot":
            break
        found[event["name"]] = event["value"]
    return found


def test_a_form_asks_for_its_slots_in_order_and_ends(talk: Talk) -> None:
    assert talk.hear(payload="/complain") == ["Produk apa?"]
    assert talk.hear("kulkas") == ["Ada apa dengan kulkas?"]
    assert talk.hear("bocor di bawah") == ["Mau kami telepon?"]
    result = talk.say(payload="/affirm")
    assert [reply.text for reply in result.replies] == ["Tercatat: kulkas, bocor di bawah."]
    assert result.active_loop is None
    assert result.slots["wants_call"] is True


def test_an_entity_fills_the_form_as_it_starts(talk: Talk) -> None:
    assert talk.hear(payload='/complain{"product": "tv"}') == ["Ada apa dengan tv?"]


def test_another_question_is_answered_and_the_form_asks_again(talk: Talk) -> None:
    talk.say(payload="/complain")
    result = talk.say(payload="/ask_hours")
    assert [reply.text for reply in result.replies] == ["Buka 10.00-21.00.", "Produk apa?"]
    assert result.active_loop == "complaint_form"
    assert talk.hear("kulkas") == ["Ada apa dengan kulkas?"]


def test_a_form_can_be_stopped(talk: Talk) -> None:
    talk.say(payload="/complain")
    result = talk.say(payload="/stop")
    assert [reply.text for reply in result.replies] == ["Baik, tidak jadi."]
    assert result.active_loop is None
    assert result.slots["requested_slot"] is None


def test_validation_sees_the_new_values_and_may_refuse_them(talk: Talk) -> None:
    def refuse(call: ActionCall) -> ActionResult:
        if "product" not in candidates(call):
            return ActionResult()
        event = {"event": "slot", "name": "product", "value": None}
        return ActionResult([event], [{"text": "Produk itu tidak kami jual."}])

    talk.actions["validate_complaint_form"] = refuse
    talk.say(payload="/complain")
    assert talk.hear("lemari es") == ["Produk itu tidak kami jual.", "Produk apa?"]


def test_validation_may_end_the_form_early(talk: Talk) -> None:
    event = {"event": "slot", "name": "requested_slot", "value": None}
    talk.say(payload="/complain")
    talk.actions["validate_complaint_form"] = lambda _call: ActionResult([event])
    assert talk.say("kulkas").active_loop is None


def test_validation_that_declines_lets_rules_answer(talk: Talk) -> None:
    def decline(_call: ActionCall) -> ActionResult:
        raise ActionRejected

    talk.say(payload="/complain")
    talk.actions["validate_complaint_form"] = decline
    assert talk.say(payload="/thanks").actions[0] == "utter_thanks"


def test_a_form_that_gets_no_answer_leaves_the_message_to_the_fallback(talk: Talk) -> None:
    talk.say(payload="/complain")
    talk.say("kulkas")
    talk.say("bocor")
    result = talk.say(payload="/inform")
    assert result.actions == ("action_default_fallback", "action_listen")
    assert result.active_loop == "complaint_form"
