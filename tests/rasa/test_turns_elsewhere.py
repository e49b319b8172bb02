"""The product around an engine in another process: requests, crashes, a person stepping in."""

import asyncio
from datetime import timedelta

import pytest

from bot import takeover
from bot.worker import Worker
from crm_store import conversations, messages, staff
from crm_store.models.kinds import MessageStatus, Owner
from crm_store.session import now
from nlu.types import ActionCall
from tests.rasa.conftest import request

AN_HOUR = timedelta(minutes=61)
"""One minute more than Rasa's sessions last, after which Rasa forgets that it was paused."""


def settle(app):
    async def run():
        await Worker(app).idle()

    asyncio.run(run())


def sent(app):
    return [message.text for message in app.channels["wa"].sent]


def calls(action, message_id=1):
    body = request(action, message_id)
    return ActionCall(action, "1", str(message_id), body["tracker"], app_domain())


def app_domain():
    return {"responses": {}}


def test_an_answer_goes_out(app, write):
    write("halo")
    settle(app)
    assert sent(app) == ["echo: halo"]


def test_what_an_action_asked_for_is_done_after_the_turn(app, write, engine, call):
    engine.think = lambda turn, run: call("action_talk_to_person", int(turn.message_id)) and "wait"
    write("mau bicara dengan orang")
    settle(app)
    with app.db.reading() as session:
        assert conversations.get(session, 1).owner == Owner.QUEUE
    assert sent(app)[0] == "wait"


def test_a_turn_taken_again_after_a_crash_does_nothing_twice(app, write, engine, call):
    tries = []

    def crash_once(turn, run):
        call("action_talk_to_person", int(turn.message_id))
        tries.append(turn.message_id)
        if len(tries) == 1:
            raise RuntimeError("the process dies here")
        return "wait"

    engine.think = crash_once
    write("mau bicara dengan orang")
    settle(app)
    assert len(tries) == 2
    assert sent(app).count("wait") == 1


def test_e1_4_an_engine_that_never_answers_leads_to_a_person(app, write, engine):
    def fail(turn, run):
        raise RuntimeError("no")

    engine.think = fail
    write("halo")
    settle(app)
    with app.db.reading() as session:
        assert conversations.get(session, 1).owner == Owner.QUEUE
    assert len(sent(app)) == 1


def test_a_person_who_steps_in_while_the_engine_thinks_is_not_talked_over(app, write, engine):
    def step_in(turn, run):
        with app.db.transaction() as session:
            talk = conversations.get(session, 1)
            conversations.change_owner(session, talk, Owner.QUEUE)
        return "too late"

    engine.think = step_in
    write("halo")
    settle(app)
    assert sent(app) == []


def test_e3_2_what_was_said_to_a_person_is_told_to_the_engine_afterwards(app, write, engine):
    write("halo")
    settle(app)
    with app.db.transaction() as session:
        rani = staff.add(session, email="rani@sinar.example", name="Rani", password_hash="-")
        takeover.take(session, conversations.get(session, 1), rani)
    write("ini masalahnya")
    with app.db.transaction() as session:
        talk, rani = conversations.get(session, 1), staff.by_email(session, "rani@sinar.example")
        takeover.reply(session, talk, rani, "sudah beres")
        takeover.hand_back(session, talk, rani)
    write("makasih")
    settle(app)
    told = [(one["author"], one["text"]) for one in engine.asked[-1].metadata["missed"]]
    assert told == [("customer", "ini masalahnya"), ("staff", "sudah beres")]
    with app.db.reading() as session:
        written = {one.text: one.created_at.timestamp() for one in messages.thread(session, 1)}
    assert all(one["at"] == written[one["text"]] for one in engine.asked[-1].metadata["missed"])


def test_e3_2_the_message_that_the_assistant_failed_on_is_told_afterwards(app, write, engine):
    def fail(turn, run):
        raise RuntimeError("no")

    think, engine.think = engine.think, fail
    write("rusak semua")
    settle(app)
    with app.db.transaction() as session:
        rani = staff.add(session, email="rani@sinar.example", name="Rani", password_hash="-")
        takeover.take(session, conversations.get(session, 1), rani)
        takeover.hand_back(session, conversations.get(session, 1), rani)
    engine.think = think
    write("makasih")
    settle(app)
    told = [(one["author"], one["text"]) for one in engine.asked[-1].metadata["missed"]]
    assert told == [("customer", "rusak semua")]


def test_the_stand_in_runs_actions_in_transactions_of_their_own(app, write, engine):
    engine.think = lambda turn, run: str(len(run(calls("action_talk_to_person")).responses))
    write("halo")
    settle(app)
    assert sent(app)[0] == "1"


def test_e3_2_an_hour_after_the_hand_over_the_person_still_has_the_conversation(app, write, engine):
    write("halo")
    settle(app)
    with app.db.transaction() as session:
        talk = conversations.get(session, 1)
        conversations.change_owner(session, talk, Owner.QUEUE)
        talk.last_inbound_at = talk.last_message_at = talk.waiting_since = now() - AN_HOUR
    message = write("masih di sana?")
    settle(app)
    assert len(engine.asked) == 1
    with app.db.reading() as session:
        assert messages.get(session, message).status == MessageStatus.HELD


def test_e1_4_an_answer_without_words_is_no_silence(app, write, engine):
    engine.think = lambda turn, run: ""
    write("halo")
    settle(app)
    assert len(sent(app)) == 1


@pytest.mark.parametrize("text", ["", "   "])
def test_a_message_without_words_needs_no_engine(app, write, engine, text):
    message = write(text)
    settle(app)
    assert engine.asked == []
    with app.db.reading() as session:
        assert messages.get(session, message).status == MessageStatus.HANDLED
