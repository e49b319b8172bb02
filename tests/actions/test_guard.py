"""Nothing of value is shown to, or spent by, somebody who has not proved who they are."""

from collections.abc import Callable

import pytest

from actions import registry
from actions.action import StoreAction
from actions.context import CodeWanted, ContactWanted, PersonWanted
from crm_store import audit, complaints, loyalty
from tests.actions.acting import Scene

ANA = {
    "member": {"points": 120, "number": "VIP-12345674"},
    "orders": [{"number": "TS-204815", "status": "shipped", "tracking": "JN-77"}],
    "complaints": [{"product": "kulkas"}],
}
FILLED = {
    "reward": "ONGKIR",
    "redeem_confirm": True,
    "withdraw_confirm": True,
    "delete_confirm": True,
    "complaint_detail": "penyok",
    "new_channel": "telegram",
    "new_address": "x@mail.example",
    "address_code": "ok",
    "contact_kind": "email",
}
PRIVATE = sorted(
    name
    for name, action in registry.ACTIONS.items()
    if isinstance(action, StoreAction) and action.private
)
VALUABLE = {
    "action_points_balance",
    "action_points_history",
    "action_points_expiring",
    "action_start_redeem",
    "action_submit_redeem",
    "action_card_lost",
    "action_order_status",
    "action_complaint_status",
    "action_start_detail",
    "action_submit_detail",
    "action_start_withdraw",
    "action_submit_withdraw",
    "action_my_profile",
    "action_my_data",
    "action_start_delete",
    "action_submit_delete",
    "action_start_phone",
    "action_start_email",
    "action_submit_address",
    "action_start_channel",
    "action_submit_channel",
}


def test_every_valuable_action_is_private() -> None:
    assert set(PRIVATE) == VALUABLE


@pytest.mark.parametrize("kind", ["web", "telegram", "email"])
@pytest.mark.parametrize("name", PRIVATE)
def test_an_unverified_sender_learns_nothing(
    scene: Callable[..., Scene], name: str, kind: str
) -> None:
    acted = scene("TS-204815 K-2026-000001", kind=kind, verified=False, **ANA).act(
        name, slots=FILLED
    )
    assert set(acted.said) <= {"utter_verify_why", "utter_verify_contact"}
    assert acted.words == ""
    assert not any(isinstance(wanted, CodeWanted | PersonWanted) for wanted in acted.requests)


@pytest.mark.parametrize("name", PRIVATE)
def test_who_has_nothing_hears_the_same_as_who_has_much(
    scene: Callable[..., Scene], name: str
) -> None:
    rich = scene("halo", kind="web", verified=False, **ANA).act(name, slots=FILLED)
    poor = scene("halo", kind="email", verified=False, provider_id="m2").act(name, slots=FILLED)
    assert rich.said == poor.said


def test_an_unverified_sender_changes_nothing(scene: Callable[..., Scene]) -> None:
    stage = scene("hapus", kind="web", verified=False, **ANA)
    for name in PRIVATE:
        stage.act(name, slots={**FILLED, "complaint_number": "K-2026-000001"})
    session, customer_id = stage.chat.session, stage.chat.identity.customer_id
    member = loyalty.member_of(session, customer_id)
    assert member is not None
    assert loyalty.balance(session, member.id) == 120
    assert len(complaints.open_of(session, customer_id)) == 1
    assert audit.of_subject(session, "customer", str(customer_id)) == []


def test_telegram_is_asked_for_the_contact(scene: Callable[..., Scene]) -> None:
    acted = scene("poin", kind="telegram", verified=False).act("action_points_balance")
    assert acted.requests == (ContactWanted(),)
    assert acted.opened is None


def test_elsewhere_the_verification_form_opens(scene: Callable[..., Scene]) -> None:
    acted = scene("poin saya?", kind="web", verified=False).act(
        "action_points_balance", intent="ask_points_balance"
    )
    assert acted.opened == "verify_form"
    assert acted.slots["verify_next"] == "ask_points_balance"
    assert acted.slots["verify_text"] == "poin saya?"


def test_a_question_within_a_form_does_not_leave_it(scene: Callable[..., Scene]) -> None:
    acted = scene("poin saya?", kind="web", verified=False).act(
        "action_points_balance", loop="complaint_form"
    )
    assert acted.said == ("utter_verify_first",)
    assert acted.opened is None


def test_a_name_on_file_is_not_changed_by_a_stranger(scene: Callable[..., Scene]) -> None:
    acted = scene("nama saya Budi", kind="email", verified=False).act(
        "action_start_name", entities=[("person_name", "Budi")]
    )
    assert acted.opened == "verify_form"
