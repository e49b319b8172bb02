"""Loops end, albums get one thanks, and what is not answered waits for a person."""

import asyncio
from dataclasses import replace

import pytest

from bot import inbound
from bot.app import build
from bot.turns.memory import load
from bot.worker import Worker
from channels.base import Attachment, ChannelKind, Sender
from crm_store import conversations, messages
from crm_store.models import Conversation
from crm_store.models.kinds import MessageStatus, Owner
from tests.bot.conftest import memory_channel

LONG = "Terima kasih, pesan Anda kami terima"
PHOTO = (Attachment("file-1", "image/jpeg"),)


@pytest.fixture
def mail(settings, db, engine):
    return memory_channel("mail", ChannelKind.EMAIL)


@pytest.fixture
def app(settings, db, engine, wa, mail, limits):
    """With an email channel, and the limits a test asks for."""
    assistant = settings.assistant.model_copy(update=limits)
    settings = settings.model_copy(update={"assistant": assistant})
    built = build(settings, db=db, engine=engine, channels={"wa": wa, "mail": mail})
    yield built
    built.close()


@pytest.fixture
def limits():
    return {}


@pytest.fixture
def mails(app, message, mail):
    """Mails from Ana, one after the other; gives what was answered."""

    def say(*texts):
        async def run():
            worker = Worker(app)
            for text in texts:
                ana = Sender("ana@pelanggan.example")
                sent = message(text, sender=ana, channel="mail", kind=ChannelKind.EMAIL)
                await inbound.accept(app, [sent])
                await worker.idle()

        asyncio.run(run())
        return [sent.text for sent in mail.sent]

    return say


@pytest.fixture
def clock(db):
    """Lets seconds pass, as far as the memory of a conversation is concerned."""

    class Clock:
        def passes(self, seconds):
            with db.transaction() as session:
                for talk in session.query(Conversation):
                    kept = load(talk.dialogue_state)
                    pace = tuple(at - seconds for at in kept.pace)
                    files = (kept.files[0], kept.files[1] - seconds)
                    talk.dialogue_state = replace(kept, pace=pace, files=files).dump()

    return Clock()


def thread(db):
    with db.reading() as session:
        return messages.thread(session, 1)


def talk(db):
    with db.reading() as session:
        return conversations.get(session, 1)


@pytest.mark.parametrize("limits", [{"most_turns_a_minute": 3, "most_mails_an_hour": 5}])
def test_c2_6_beyond_the_hours_answers_a_person_takes_over(mails, db, clock):
    answers = []
    for number in range(8):
        clock.passes(61)
        answers = mails(f"surat nomor {number}")
    assert sum(text.startswith("echo") for text in answers) == 5
    assert (talk(db).owner, talk(db).handover_reason) == (
        Owner.QUEUE,
        "more than 5 messages within an hour",
    )


@pytest.mark.parametrize("limits", [{"most_turns_a_minute": 3, "most_mails_an_hour": 5}])
def test_nothing_beyond_the_hours_answers_is_lost_and_one_line_says_so(mails, db, clock):
    for number in range(8):
        clock.passes(61)
        mails(f"surat nomor {number}")
    held = [one.text for one in thread(db) if one.status == MessageStatus.HELD]
    assert held == ["surat nomor 5", "surat nomor 6", "surat nomor 7"]
    said = [one for one in thread(db) if one.direction == "out"]
    assert len(said) == 6


@pytest.mark.parametrize("limits", [{"most_turns_a_minute": 3, "most_answers_an_hour": 5}])
def test_the_hour_holds_for_chats_as_well(converse, db, clock):
    for number in range(7):
        clock.passes(61)
        converse(f"pesan {number}")
    assert talk(db).handover_reason == "more than 5 messages within an hour"


def test_c2_6_the_same_mail_within_seconds_is_answered_once(mails, db):
    assert mails(LONG, LONG) == [f"echo: {LONG}"]
    assert [one.status for one in thread(db) if one.direction == "in"] == ["handled", "ignored"]


def test_the_same_mail_again_and_again_goes_to_a_person(mails, db):
    mails(LONG, LONG, LONG, LONG)
    assert (talk(db).owner, talk(db).handover_reason) == (
        Owner.QUEUE,
        "looks like a program, not a person",
    )


def test_the_same_mail_later_is_answered_again(mails, clock):
    mails(LONG)
    clock.passes(120)
    assert len(mails(LONG)) == 2


def test_in_a_chat_the_same_words_are_answered_twice(converse):
    assert converse(LONG, LONG) == [f"echo: {LONG}"] * 2


def test_an_album_is_thanked_for_once(converse, db):
    said = converse("", "", "", attachments=PHOTO, metadata={"media_group": "a1"})
    assert len(said) == 1
    assert [one.status for one in thread(db) if one.direction == "in"] == ["handled"] * 3


def test_two_albums_are_thanked_for_twice(converse):
    first = converse("", "", attachments=PHOTO, metadata={"media_group": "a1"})
    assert first + converse("", attachments=PHOTO, metadata={"media_group": "a2"}) == first * 2


def test_pictures_sent_within_seconds_are_thanked_for_once(converse, clock):
    assert len(converse("", "", "", attachments=PHOTO)) == 1
    clock.passes(60)
    assert len(converse("", attachments=PHOTO)) == 1


def test_words_under_the_first_picture_are_answered_and_the_rest_is_silence(converse):
    album = {"attachments": PHOTO, "metadata": {"media_group": "a1"}}
    assert converse("kulkasnya rusak", **album) == ["echo: kulkasnya rusak"]
    assert converse("", "", **album) == []


def test_an_album_of_many_pictures_is_no_loop(converse, db):
    converse(*[""] * 20, attachments=PHOTO, metadata={"media_group": "a1"})
    assert talk(db).owner == Owner.BOT
