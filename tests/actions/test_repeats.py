"""The same message does nothing twice, however often the actions run."""

from collections.abc import Callable

import pytest

from crm_store import complaints, consents, loyalty
from crm_store.session import Session
from tests.actions.acting import Scene

Look = Callable[[Session, int], object]


def _balance(session: Session, customer_id: int) -> int:
    member = loyalty.member_of(session, customer_id)
    assert member is not None
    return loyalty.balance(session, member.id)


def _complaints(session: Session, customer_id: int) -> int:
    return len(complaints.of_customer(session, customer_id))


def _consents(session: Session, customer_id: int) -> int:
    return len(consents.of_customer(session, customer_id))


CASES = [
    ("action_submit_complaint", {"complaint_description": "bocor"}, {}, _complaints, 1),
    (
        "action_ask_complaint_form_complaint_wish",
        {"complaint_description": "bocor", "complaint_product": "kulkas"},
        {},
        _complaints,
        1,
    ),
    (
        "action_submit_redeem",
        {"reward": "ONGKIR", "redeem_confirm": True},
        {"points": 500},
        _balance,
        400,
    ),
    ("action_submit_enrol", {"enrol_consent": True}, None, _consents, 1),
    ("action_submit_enrol", {"enrol_consent": True}, None, _balance, 50),
    ("action_stop_messages", {}, None, _consents, 1),
    ("action_start_messages", {}, None, _consents, 1),
]


@pytest.mark.parametrize(("name", "slots", "card", "look", "expected"), CASES)
def test_an_action_repeated_for_one_message_counts_once(
    scene: Callable[..., Scene],
    name: str,
    slots: dict[str, object],
    card: dict[str, object] | None,
    look: Look,
    expected: object,
) -> None:
    stage = scene("ya") if card is None else scene("ya", member=card)
    for _ in range(3):
        stage.act(name, slots=slots)
    assert look(stage.chat.session, stage.chat.identity.customer_id) == expected


def test_the_voucher_code_is_the_same_when_repeated(scene: Callable[..., Scene]) -> None:
    stage = scene("ya", member={"points": 500})
    slots = {"reward": "ONGKIR", "redeem_confirm": True}
    first, second = (stage.act("action_submit_redeem", slots=slots) for _ in range(2))
    assert first.values["utter_redeemed.voucher"] == second.values["utter_redeemed.voucher"]


def test_the_complaint_number_is_the_same_when_repeated(scene: Callable[..., Scene]) -> None:
    stage = scene("rusak")
    slots = {"complaint_description": "bocor"}
    first, second = (stage.act("action_submit_complaint", slots=slots) for _ in range(2))
    assert first.words == second.words
    assert first.words.startswith("K-")


def test_welcome_points_are_given_once_per_card(scene: Callable[..., Scene]) -> None:
    stage = scene("sudah dibagikan", kind="telegram")
    stage.act("action_submit_enrol", slots={"enrol_consent": True})
    again = stage.act("action_contact_shared")
    assert "utter_verified" in again.said
    assert _balance(stage.chat.session, stage.chat.identity.customer_id) == 50
