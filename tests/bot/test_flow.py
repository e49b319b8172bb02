"""A message in, an answer out, and everything about it on record."""

import asyncio

from bot import inbound
from crm_store import messages, touchpoints
from crm_store.models.kinds import MessageStatus


def test_a_message_is_answered(converse):
    assert converse("halo") == ["echo: halo"]


def test_messages_are_answered_in_order(converse):
    assert converse("satu", "dua", "tiga") == ["echo: satu", "echo: dua", "echo: tiga"]


def test_what_was_said_stands_in_the_thread(converse, db):
    converse("halo")
    with db.reading() as session:
        thread = messages.thread(session, 1)
    assert [(one.direction, one.text, one.status) for one in thread] == [
        ("in", "halo", MessageStatus.HANDLED),
        ("out", "echo: halo", MessageStatus.DELIVERED),
    ]


def test_both_are_touchpoints_of_the_customer(converse, db):
    converse("halo")
    with db.reading() as session:
        kinds = [touch.kind.value for touch in touchpoints.of_customer(session, 1)]
    assert sorted(kinds) == ["message_in", "message_out"]


def test_a_repeat_is_stored_and_answered_once(converse):
    assert converse("halo", "halo", provider_id="same") == ["echo: halo"]


def test_the_dialogue_remembers(converse, engine):
    converse("satu", "dua")
    assert [turn.state for turn in engine.heard] == [None, {"turns": 1}]


def test_concurrent_callers_each_get_their_own_messages(app, message):
    async def run():
        events = [[message(str(number), sender=f"+62812{number:07}")] for number in range(20)]
        return await asyncio.gather(*(inbound.accept(app, one) for one in events))

    ids = asyncio.run(run())
    assert sorted(one for [one] in ids) == list(range(1, 21))
