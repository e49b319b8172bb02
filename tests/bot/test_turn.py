"""Turns: all or nothing, in order, one failing message harming nobody, a person when asked."""

import asyncio

import pytest

from actions import context as action_context
from bot import inbound, takeover, turn
from crm_store import conversations, lookups, messages, staff
from crm_store.models.kinds import MessageStatus, Owner, StaffRole
from nlu.types import EngineError, Reply, ReplyButton

BUDI = "+6281200000002"
LONG = "Terima kasih sudah menghubungi kami, pesan Anda kami terima"


def statuses(db, conversation_id=1):
    with db.reading() as session:
        return [(one.text, one.status.value) for one in messages.thread(session, conversation_id)]


def conversation(db, number=1):
    with db.reading() as session:
        return conversations.get(session, number)


def wants_person(reply):
    def act(spoken, run_action):
        action_context.current().request_person("asked for a person")
        return reply

    return act


def test_intent_and_confidence_are_kept_with_the_message(converse, db):
    converse("halo")
    with db.reading() as session:
        message = messages.get(session, 1)
    assert (message.intent, message.confidence) == ("inform", 0.9)


def test_the_engine_is_told_who_writes(converse, engine):
    converse("halo")
    slots = engine.heard[0].slots
    assert slots["channel"] == "whatsapp"
    assert slots["verified"] is True
    assert (slots["member"], slots["known"]) == (False, False)


def test_a_very_long_text_is_cut_for_the_engine_and_kept_whole(converse, engine, db):
    converse("x" * 200_000)
    assert len(engine.heard[0].text) == 4_000
    with db.reading() as session:
        assert len(messages.get(session, 1).text) == 200_000


def test_several_replies_go_out_in_order(converse, engine):
    engine.script["halo"] = ["satu", "dua", "tiga"]
    assert converse("halo") == ["satu", "dua", "tiga"]


def test_silence_is_never_the_answer(converse, engine):
    engine.script["halo"] = []
    assert converse("halo") == ["Maaf, saya belum paham. Bisa ditulis dengan kata lain?"]


def test_a_file_without_words_is_thanked_for(converse, engine):
    from channels.base import Attachment

    [said] = converse("", attachments=(Attachment("https://x.example/a.jpg"),))
    assert said.startswith("Terima kasih, sudah kami terima")
    assert not engine.heard


def test_only_a_button_we_showed_is_a_payload(converse, engine):
    engine.script["halo"] = Reply("Lanjut?", (ReplyButton("Ya", "/affirm"),))
    converse("halo")
    converse("x", payload="/affirm")
    converse("x", payload="/restart")
    assert [spoken.payload for spoken in engine.heard] == [None, "/affirm", None]


def test_a_number_answers_the_list_shown_last(converse, engine):
    buttons = (ReplyButton("Ya", "/affirm"), ReplyButton("Tidak", "/deny"))
    engine.script["halo"] = Reply("Lanjut?", buttons)
    converse("halo", "2", "2")
    assert [spoken.payload for spoken in engine.heard] == [None, "/deny", None]


def test_who_asks_for_a_person_hears_it_once_and_then_only_people(converse, engine, db):
    engine.script["orang"] = wants_person("Baik, mohon tunggu")
    assert converse("orang", "halo?", "halo??") == ["Baik, mohon tunggu"]
    assert conversation(db).owner == Owner.QUEUE
    assert conversation(db).handover_reason == "asked for a person"
    assert [status for _, status in statuses(db)][-2:] == ["held", "held"]


def test_what_waits_behind_a_handover_in_the_same_turn_is_held(app, message, engine, db):
    engine.script["orang"] = wants_person("Baik")
    asyncio.run(inbound.accept(app, [message("orang"), message("satu"), message("dua")]))
    asyncio.run(turn.take(app))
    assert statuses(db)[:3] == [("orang", "handled"), ("satu", "held"), ("dua", "held")]


def test_a_failing_turn_leaves_nothing_and_after_three_a_person_takes_over(converse, engine, db):
    def trip(spoken, run_action):
        session = action_context.current().session
        lookups.identity_at(session, "whatsapp", "x")
        conversations.get(session, 1).language = "en"
        session.flush()
        raise RuntimeError("broken action")

    engine.script["halo"] = trip
    [said] = converse("halo")
    assert said.startswith("Maaf, ada kendala")
    assert len(engine.heard) == 6
    assert statuses(db)[0] == ("halo", "failed")
    assert (conversation(db).owner, conversation(db).language) == (Owner.QUEUE, None)


def test_a_failing_conversation_does_not_stop_the_others(app, message, engine, wa, db):
    from bot.worker import Worker

    engine.script["bad"] = RuntimeError("broken action")

    async def run():
        one, other = message("bad"), message("good", sender=BUDI)
        await inbound.accept(app, [one, other])
        await Worker(app).idle()

    asyncio.run(run())
    assert "echo: good" in [sent.text for sent in wa.sent]
    assert conversation(db, 2).owner == Owner.BOT


def test_two_programs_talking_are_stopped(converse, db):
    said = converse(*[LONG] * 8)
    assert len(said) == 3
    assert conversation(db).owner == Owner.QUEUE


def test_writing_faster_than_a_person_is_stopped(converse, db):
    said = converse(*[f"pesan nomor {number}" for number in range(20)])
    assert len(said) == 14
    assert conversation(db).handover_reason == "looks like a program, not a person"


@pytest.fixture
def rani(db):
    with db.transaction() as session:
        return staff.add(
            session,
            email="rani@toko-sinar.example",
            name="Rani",
            role=StaffRole.SERVICE,
            team="service",
            password_hash="x",
        )


def act(db, function, *arguments, **options):
    with db.transaction() as session:
        found = conversations.get(session, 1)
        return function(session, found, *arguments, **options)


def test_the_bot_is_silent_while_a_person_owns_the_conversation(converse, db, rani):
    converse("halo")
    act(db, takeover.take, rani)
    assert converse("masih di sana?") == []
    assert statuses(db)[-1] == ("masih di sana?", "held")


def test_a_person_answers_on_the_customers_channel(converse, db, rani, app, wa):
    converse("halo")
    act(db, takeover.take, rani)
    act(db, takeover.reply, rani, "Halo Ana, dengan Rani")
    assert converse("ok") == ["Halo Ana, dengan Rani"]


def test_handed_back_the_bot_answers_again(converse, db, rani):
    converse("halo")
    act(db, takeover.take, rani)
    act(db, takeover.hand_back, rani)
    assert converse("halo lagi") == ["echo: halo lagi"]


def test_a_reply_computed_before_a_person_took_over_is_dropped(app, message, db, rani, converse):
    asyncio.run(inbound.accept(app, [message("halo")]))
    asyncio.run(turn.take(app))
    act(db, takeover.take, rani)
    assert converse() == []
    asyncio.run(_settle(app))
    assert statuses(db) == [("halo", "handled"), ("echo: halo", "dropped")]


async def _settle(app):
    from bot.worker import Worker

    await Worker(app).idle()


def test_who_does_not_own_it_cannot_answer(converse, db, rani):
    converse("halo")
    with pytest.raises(takeover.NotOwnerError):
        act(db, takeover.reply, rani, "Halo")


def test_staff_of_another_team_is_refused(converse, db):
    converse("halo")
    with db.transaction() as session:
        tom = staff.add(
            session,
            email="tom@toko-sinar.example",
            name="Tom",
            role=StaffRole.SERVICE,
            team="marketing",
            password_hash="x",
        )
        conversations.get(session, 1).team = "service"
    with pytest.raises(conversations.NotYours):
        act(db, takeover.take, tom)


def test_asking_twice_for_a_person_changes_nothing(converse, db):
    converse("halo")
    first = act(db, takeover.request, "asked")
    assert act(db, takeover.request, "asked again") == first
    assert MessageStatus.QUEUED.value in [status for _, status in statuses(db)]


@pytest.fixture
def far(engine):
    """The same engine, as if it lived in another process."""
    engine.in_process = False
    return engine


def test_an_engine_elsewhere_answers_the_same(far, converse, db):
    assert converse("halo", "apa kabar") == ["echo: halo", "echo: apa kabar"]
    assert [spoken.state for spoken in far.heard] == [None, {"turns": 1}]
    assert conversation(db).lease_by is None


def test_an_engine_elsewhere_that_fails_three_times_is_a_persons_case(far, converse, db):
    far.script["halo"] = EngineError("no answer")
    [said] = converse("halo")
    assert said.startswith("Maaf, ada kendala")
    assert (len(far.heard), statuses(db)[0]) == (3, ("halo", "failed"))


def test_what_an_engine_elsewhere_says_too_late_is_dropped(far, converse, db, rani):
    def slow(spoken, run_action):
        act(db, takeover.take, rani)
        return "too late"

    far.script["halo"] = slow
    assert converse("halo") == []
    assert statuses(db) == [("halo", "held")]


def test_two_programs_talking_are_stopped_with_an_engine_elsewhere(far, converse, db):
    assert len(converse(*[LONG] * 6)) == 3
    assert conversation(db).owner == Owner.QUEUE
