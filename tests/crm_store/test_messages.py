"""Messages in and out: stored once, claimed in order, statuses only forward."""

from datetime import timedelta

import pytest

from crm_store import conversations, messages, touchpoints
from crm_store.models.kinds import MessageStatus, Owner, TouchKind
from crm_store.session import now

HOUR = timedelta(hours=1)


def status_of(session, message):
    session.refresh(message)
    return message.status


def test_a_message_is_stored_with_its_original_and_a_touchpoint(session, ana, says):
    message = says(ana, "m1", "kulkas rusak")
    assert messages.original(session, message.id).raw == b"{}"
    (touch,) = touchpoints.of_customer(session, ana.id)
    assert (touch.kind, touch.subject, touch.ref_id) == ("message_in", "kulkas rusak", message.id)


def test_a_repeat_inserts_nothing(session, ana, says):
    says(ana, "m1")
    assert says(ana, "m1") is None
    assert len(messages.thread(session, ana.conversation.id)) == 1
    assert len(touchpoints.of_customer(session, ana.id)) == 1


def test_a_message_to_a_person_is_held_and_not_given_to_the_bot(session, ana, says):
    conversations.change_owner(session, ana.conversation, Owner.QUEUE, reason="asked")
    assert says(ana, "m1").status == MessageStatus.HELD
    assert conversations.waiting(session) == []


def test_what_was_received_before_a_handover_is_held_too(session, ana, says):
    message = says(ana, "m1")
    conversations.change_owner(session, ana.conversation, Owner.QUEUE, reason="asked")
    assert status_of(session, message) == MessageStatus.HELD


def test_waiting_conversations_come_oldest_message_first(session, ana, budi, says):
    says(budi, "b1")
    says(ana, "a1")
    says(budi, "b2")
    assert conversations.waiting(session) == [budi.conversation.id, ana.conversation.id]


def test_received_messages_come_in_order_until_they_are_handled(session, ana, says):
    first, second = says(ana, "m1"), says(ana, "m2")
    assert messages.next_received(session, ana.conversation.id) == [first, second]
    messages.handled(session, [first.id], intent="greet", confidence=0.9)
    assert messages.next_received(session, ana.conversation.id) == [second]


def test_a_leased_conversation_is_not_waiting(session, ana, says):
    says(ana, "m1")
    ids = [ana.conversation.id]
    assert conversations.lease(session, ids, "worker-1", now() + HOUR) == ids
    assert conversations.lease(session, ids, "worker-2", now() + HOUR) == []
    assert conversations.waiting(session) == []
    conversations.release(session, ids)
    assert conversations.waiting(session) == ids


def test_a_claim_tells_the_sender_everything(session, ana, says, writes):
    question = says(ana, "m1")
    question.content = {"thread": {"subject": "Halo"}}
    writes(ana, "Hai Ana", in_reply_to_id=question.id)
    (claimed,) = messages.claim(session)
    assert (claimed.kind, claimed.address) == ("whatsapp", ana.identity.address)
    assert (claimed.reply_to, claimed.thread) == ("m1", {"subject": "Halo"})
    assert claimed.last_inbound_at == ana.conversation.last_inbound_at
    assert not claimed.outdated


def test_a_claimed_message_is_not_claimed_again(session, ana, writes):
    writes(ana)
    assert len(messages.claim(session)) == 1
    assert messages.claim(session) == []


def test_replies_are_claimed_before_bulk(session, ana, budi, writes):
    writes(budi, "promo", priority=5)
    writes(ana, "hai")
    assert [one.text for one in messages.claim(session)] == ["hai", "promo"]


def test_a_later_message_waits_while_an_earlier_one_is_being_sent(session, ana, writes):
    writes(ana, "one")
    writes(ana, "two")
    (first,) = messages.claim(session)
    assert messages.claim(session) == []
    messages.mark_sent(session, first, "p1")
    assert [one.text for one in messages.claim(session)] == ["two"]


def test_a_later_message_waits_while_an_earlier_one_is_not_due(session, ana, writes):
    first = writes(ana, "one")
    writes(ana, "two")
    messages.claim(session)
    messages.mark_retry(session, first.id, not_before=now() + HOUR, error_code="429")
    assert messages.claim(session) == []


def test_a_reply_does_not_wait_for_bulk_held_until_the_morning(session, ana, writes):
    writes(ana, "promo", priority=5, not_before=now() + HOUR)
    writes(ana, "hai")
    assert [one.text for one in messages.claim(session)] == ["hai"]


def test_a_bot_reply_of_before_a_handover_is_outdated_and_a_persons_is_not(
    session, ana, rani, writes
):
    writes(ana, "bot says")
    conversations.change_owner(session, ana.conversation, Owner.STAFF, staff_id=rani.id)
    (bot,) = messages.claim(session)
    assert bot.outdated
    messages.mark_dropped(session, bot.id, error="conversation changed hands")
    writes(ana, "Rani says", author="staff", staff_id=rani.id, owner_version=None)
    (person,) = messages.claim(session)
    assert not person.outdated


def test_a_sent_message_is_in_the_journal_with_who_wrote_it(session, ana, rani, writes):
    writes(ana, "hai", author="staff", staff_id=rani.id)
    messages.mark_sent(session, messages.claim(session)[0], "p1")
    (touch,) = touchpoints.of_customer(session, ana.id)
    assert (touch.kind, touch.actor) == (TouchKind.MESSAGE_OUT, f"staff:{rani.id}")


def test_a_vanished_sender_leaves_an_unknown_message(session, ana, writes):
    message = writes(ana)
    messages.claim(session, lease=timedelta(seconds=5))
    assert messages.sweep_expired(session) == []
    assert messages.sweep_expired(session, at=now() + HOUR) == [message.id]
    assert [one.id for one in messages.unknown(session)] == [message.id]


def test_an_unknown_message_can_be_found_to_have_been_sent(session, ana, writes):
    message = writes(ana)
    messages.claim(session)
    messages.mark_unknown(session, message.id)
    messages.mark_sent(session, messages.unknown(session)[0], "p1")
    assert status_of(session, message) == MessageStatus.SENT


def test_a_canceled_message_is_not_sent(session, ana, writes):
    message = writes(ana)
    assert messages.mark_canceled(session, message.id)
    assert messages.claim(session) == []
    assert not messages.mark_canceled(session, message.id)


@pytest.mark.parametrize(
    ("reports", "status"),
    [
        (["delivered", "sent"], "delivered"),
        (["read", "delivered"], "read"),
        (["delivered", "failed"], "delivered"),
        (["sent", "failed"], "failed"),
        (["failed", "sent"], "failed"),
        (["sent", "delivered", "read"], "read"),
    ],
)
def test_statuses_only_move_forward(session, ana, writes, reports, status):
    message = writes(ana)
    messages.mark_sent(session, messages.claim(session)[0], "p1")
    for report in reports:
        messages.apply_status(session, "shop", "p1", report)
    assert status_of(session, message) == status


def test_a_failure_without_a_code_does_not_erase_the_stored_one(session, ana, writes):
    message = writes(ana)
    messages.mark_sent(session, messages.claim(session)[0], "p1")
    messages.apply_status(session, "shop", "p1", "failed", error_code="63016", error="window")
    messages.apply_status(session, "shop", "p1", "failed")
    session.refresh(message)
    assert (message.error_code, message.error) == ("63016", "window")


def test_a_report_that_comes_first_is_applied_when_the_id_is_known(session, ana, writes):
    message = writes(ana)
    (claimed,) = messages.claim(session)
    assert not messages.apply_status(session, "shop", "p1", "delivered")
    assert not messages.apply_status(session, "other", "p1", "read")
    messages.mark_sent(session, claimed, "p1")
    assert status_of(session, message) == MessageStatus.DELIVERED


def test_of_a_message_in_parts_the_last_counts_and_any_failure(session, ana, writes):
    message = writes(ana)
    messages.mark_sent(session, messages.claim(session)[0], "p2", parts=["p1", "p2"])
    messages.apply_status(session, "shop", "p1", "delivered")
    assert status_of(session, message) == MessageStatus.SENT
    messages.apply_status(session, "shop", "p1", "failed", error_code="30003")
    assert status_of(session, message) == MessageStatus.FAILED


def test_the_failure_of_a_part_that_is_told_first_is_not_forgotten(session, ana, writes):
    message = writes(ana)
    (claimed,) = messages.claim(session)
    messages.apply_status(session, "shop", "p1", "failed", error_code="30003")
    messages.mark_sent(session, claimed, "p2", parts=["p1", "p2"])
    assert status_of(session, message) == MessageStatus.FAILED


def test_a_thread_is_read_page_by_page(session, ana, says):
    for number in range(5):
        says(ana, f"m{number}", str(number))
    last = messages.thread(session, ana.conversation.id, limit=2)
    assert [one.text for one in last] == ["3", "4"]
    before = messages.thread(session, ana.conversation.id, limit=2, before=last[0].id)
    assert [one.text for one in before] == ["1", "2"]


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("a\0b", "ab"),
        ("half \ud83d of a pair", "half \ufffd of a pair"),
        ("'; DROP TABLE messages; --", "'; DROP TABLE messages; --"),
        ("\u202emirror 😀", "\u202emirror 😀"),
        ("x" * 100_000, "x" * 100_000),
    ],
    ids=["NUL", "lone surrogate", "SQL", "right to left and emoji", "100 kB"],
)
def test_any_text_can_be_stored(session, ana, says, text, kept):
    message = says(ana, f"id {text[:400]}", text)
    assert message is not None
    session.refresh(message)
    assert message.text == kept
