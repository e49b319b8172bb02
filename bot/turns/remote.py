"""Turns with an engine in another process: no transaction is open while it thinks.

The conversation is leased in a short transaction, the engine is asked with none open, its actions
run in transactions of their own (bot.rasa.running), and the answer is stored in a
last one, only if the lease and the conversation's owner are still what they were. Each turn goes
its own way: one that takes long delays no other conversation.
"""

import asyncio
import os
import secrets
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

from bot.app import App
from bot.delivery import writing
from bot.lane import LaneClosedError
from bot.logs import logger
from bot.rasa import missed, wishes
from bot.rasa.running import runner
from bot.turns import answer, braking, failing, presses, taken
from bot.turns.answer import Said, Step
from bot.turns.memory import Memory, load
from bot.turns.taken import Taken
from crm_store import batch, conversations, lookups
from crm_store.batch import Mark, Outcome, Received, Turn
from crm_store.models.kinds import MessageStatus
from crm_store.session import Session, now
from nlu.types import TurnResult

log = logger("remote")
WORKER = f"{os.getpid()}:{secrets.token_hex(4)}"


@dataclass(frozen=True, slots=True)
class Room:
    """How many turns may begin now."""

    app: App
    most: int


@dataclass(frozen=True, slots=True)
class Leased:
    """A conversation that is ours for a while; `missed` was said while a person had it.

    `lease` is this turn's own name, so that an answer that comes when the lease has run out is
    known from that of the turn which has been begun since.
    """

    turn: Turn
    lease: str
    member: bool
    missed: Sequence[Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class Answer:
    """What the engine gave for a conversation's first waiting message, or why it did not."""

    leased: Leased
    app: App
    turn: Turn
    memory: Memory = field(default_factory=Memory)
    result: TurnResult | None = None
    error: Exception | None = None
    held: str | None = None
    """Why a person should look at it."""


async def take(app: App) -> Taken:
    """Begin a turn with one waiting message of each of some conversations; does not wait for them.

    `more` says that turns have begun; each wakes the worker when it is over.
    """
    room = app.thinking.room
    leased = await app.work.do(_lease, Room(app, room)) if room > 0 else []
    for one in leased:
        app.thinking.start(_turn(app, one))
    return Taken(turns=len(leased), more=bool(leased))


async def _turn(app: App, leased: Leased) -> None:
    try:
        async with writing.shown(app, leased.turn):
            answered = await app.thinking.ask(_ask, app, leased)
        await _stored(answered)
    except asyncio.CancelledError:
        # the program ends: whoever comes next need not wait until the lease runs out
        with suppress(LaneClosedError):
            app.work.submit(_let_go, leased)
        raise
    finally:
        app.feed.publish(*taken.topics([leased.turn]))
        app.wake.sends()
        app.wake.turns()


async def _stored(answered: Answer) -> None:
    """An answer that cannot be stored is a failed turn: it is counted, not taken for ever."""
    work = answered.app.work
    try:
        await work.do(_store, answered)
    except LaneClosedError:
        raise
    except Exception as error:  # noqa: BLE001 - the worker's loop: counted, then a person's case
        await work.do(_store, replace(answered, error=error))


def _lease(session: Session, rooms: Sequence[Room]) -> list[list[Leased]]:
    return [_lease_some(session, room.app, room.most) for room in rooms]


def _lease_some(session: Session, app: App, most: int) -> list[Leased]:
    ids = conversations.waiting(session, most)
    until, name = now() + _lease_time(app), f"{WORKER}:{secrets.token_hex(4)}"
    got = set(conversations.lease(session, ids, name, until)) if ids else set()
    found = batch.load(session, [one for one in ids if one in got])
    turns = [_with_trusted_presses(session, turn) for turn in found]
    members = lookups.members_among(session, [turn.customer_id for turn in turns])
    return [
        Leased(
            turn,
            name,
            turn.customer_id in members,
            missed.lines(session, turn.conversation_id, turn.messages[0].id),
        )
        for turn in turns
    ]


def _lease_time(app: App) -> timedelta:
    """Longer than Rasa and then the embedded engine may take."""
    longest = timedelta(seconds=2 * app.settings.assistant.turn_seconds + 10)
    return max(app.settings.worker.lease, longest)


def _with_trusted_presses(session: Session, turn: Turn) -> Turn:
    waiting = tuple(presses.trusted(session, turn, received) for received in turn.messages)
    return replace(turn, messages=waiting)


def _ask(app: App, leased: Leased) -> Answer:
    """Ask the engine, in a thread of its own; whatever is raised is part of the answer."""
    try:
        return _asked(app, leased)
    except Exception as error:  # noqa: BLE001 - the worker's loop: counted, then a person's case
        return Answer(leased, app, leased.turn, error=error)


def _asked(app: App, leased: Leased) -> Answer:
    turn = leased.turn
    received = turn.messages[0]
    memory = braking.hear(load(turn.dialogue_state), received)
    why = braking.reason(app.settings.assistant, turn.kind, memory)
    if why or answer.needs_no_engine(received) or braking.is_echo(turn.kind, memory):
        return Answer(leased, app, turn, memory, held=why)
    spoken = answer.turn_input(turn, received, memory, member=leased.member)
    told = {**spoken.metadata, "missed": leased.missed}
    result = app.engine.reply(replace(spoken, metadata=told), runner(app, received.id))
    return Answer(leased, app, turn, memory, result)


def _store(session: Session, answers: Sequence[Answer]) -> list[None]:
    for one in answers:
        _store_one(session, one)
    return [None for _ in answers]


def _store_one(session: Session, one: Answer) -> None:
    """Queue the replies; an answer that comes after its lease or its owner is gone is dropped."""
    turn = one.turn
    conversation = conversations.lock(session, turn.conversation_id)
    if conversation.lease_by != one.leased.lease:
        log.warning("lease lost, answer dropped", message_id=turn.messages[0].id)
        return
    conversations.release(session, [turn.conversation_id])
    if one.error is not None:
        failing.count(session, turn, one.error)
    elif conversation.owner_version == turn.owner_version:
        # read again: an action may have found out that this is somebody else's conversation
        (turn,) = batch.load(session, [turn.conversation_id], 1)
        batch.finish(session, [_outcome(session, replace(one, turn=turn))])


def _let_go(session: Session, leases: Sequence[Leased]) -> list[None]:
    for one in leases:
        conversation = conversations.lock(session, one.turn.conversation_id)
        if conversation.lease_by == one.lease:
            conversations.release(session, [conversation.id])
    return [None for _ in leases]


def _outcome(session: Session, one: Answer) -> Outcome:
    received = one.turn.messages[0]
    if one.held:
        turn, memory, mark = braking.hold(session, one.turn, received, one.memory, one.held)
        return Outcome(turn, (), memory.dump(), turn.language, marks=[mark])
    if braking.is_echo(one.turn.kind, one.memory):
        marks = [braking.ignore(received)]
        return Outcome(one.turn, (), one.memory.dump(), one.turn.language, marks=marks)
    step = _step(session, one, received)
    replies = list(step.replies)
    streak = step.turn.bot_streak + len(replies)
    return Outcome(
        step.turn, replies, step.memory.dump(), step.turn.language, streak, [_mark(received, step)]
    )


def _step(session: Session, one: Answer, received: Received) -> Step:
    if one.result is None:
        return answer.say_ourselves(one.turn, received, one.memory)
    wanted = wishes.taken(session, received.id)
    return answer.conclude(
        session, one.app, Said(one.turn, received, one.memory, one.result, wanted)
    )


def _mark(received: Received, step: Step) -> Mark:
    if step.result is None:
        return Mark(received.id)
    intent = step.result.understanding.intent
    return Mark(received.id, MessageStatus.HANDLED, intent.name, intent.confidence)
