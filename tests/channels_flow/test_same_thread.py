"""What is said unasked goes where the customer wrote: into that topic, into that mail's thread."""

import pytest

from bot import takeover
from crm_store import lookups, staff
from tests.peers import telegram_server

pytestmark = pytest.mark.anyio
ADDRESS = str(telegram_server.ANA)
ROBOT = {"from": {"id": telegram_server.ANA, "is_bot": True, "first_name": "Robot"}}


@pytest.fixture
def rani(stage):
    with stage.app.db.transaction() as session:
        return staff.add(session, email="rani@toko-sinar.example", name="Rani")


async def writes(stage, text, **keys):
    said = stage.telegram.said(text, **keys)
    await stage.telegram.deliver(stage.telegram.happens(message=said))
    await stage.rest()


def answers(stage, rani, text):
    """Rani takes Ana's conversation and answers."""
    with stage.app.db.transaction() as session:
        talk = lookups.conversation_at(session, "telegram", ADDRESS)
        takeover.take(session, talk, rani)
        takeover.reply(session, talk, rani, text)
    stage.app.wake.sends()


async def test_a_person_answers_in_the_topic_that_the_customer_wrote_in(stage, rani):
    await writes(stage, "halo", message_thread_id=44, is_topic_message=True)
    answers(stage, rani, "Saya bantu ya")
    await stage.rest()
    sent = stage.telegram.asked("sendmessage")
    assert [(one["text"], one["message_thread_id"]) for one in sent] == [
        ("echo: halo", 44), ("Saya bantu ya", 44),
    ]  # fmt: skip


async def test_what_nobody_answers_does_not_move_the_answer(stage, rani):
    await writes(stage, "halo", message_thread_id=44, is_topic_message=True)
    await writes(stage, "diubah", message_thread_id=55, is_topic_message=True, **ROBOT)
    answers(stage, rani, "Saya bantu ya")
    await stage.rest()
    assert stage.telegram.asked("sendmessage")[-1]["message_thread_id"] == 44


async def test_the_word_that_a_person_is_called_stands_in_the_topic_too(stage):
    await writes(stage, "halo", message_thread_id=44, is_topic_message=True)
    with stage.app.db.transaction() as session:
        takeover.request(session, lookups.conversation_at(session, "telegram", ADDRESS), "asked")
    stage.app.wake.sends()
    await stage.rest()
    assert stage.telegram.asked("sendmessage")[-1]["message_thread_id"] == 44
