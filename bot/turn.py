"""A conversation's waiting messages -> queued replies, in one transaction.

For engines in this process: many conversations share a transaction, and the actions an engine
runs write through the same session, so a turn happens wholly or not at all.
"""

import time
from collections.abc import Sequence
from dataclasses import dataclass, replace

from bot import metrics
from bot.app import App
from bot.delivery import claiming
from bot.delivery.claiming import ClaimTask
from bot.logs import logger
from bot.turns import answer, braking, failing, remote, taken
from bot.turns.memory import load
from bot.turns.taken import Taken
from crm_store import batch, conversations, lookups
from crm_store.batch import Mark, Outcome, Received, Turn
from crm_store.messages import Draft
from crm_store.models.kinds import MessageStatus, Owner
from crm_store.session import Session
from nlu.types import TurnResult

log = logger("turn")
MOST_MESSAGES = 200


@dataclass(frozen=True, slots=True)
class Task:
    """Which turns to take: these conversations, or whatever waits, at most `limit`.

    With `claim` the replies are claimed for sending in the same transaction.

    `guarded` gives each turn a savepoint, so that one that raises is counted against its message
    and the others stand. It costs time, so the first try goes without.
    """

    app: App
    conversation_ids: Sequence[int] | None = None
    limit: int = 32
    claim: ClaimTask | None = None
    guarded: bool = False


async def take(
    app: App, conversation_ids: Sequence[int] | None = None, *, claim: ClaimTask | None = None
) -> Taken:
    """Take the turns that wait; a message whose turn fails three times goes to a person.

    Returns once replies are queued and committed; the caller sends those in `claimed`.
    """
    if not app.engine.in_process:
        return await remote.take(app)
    task = Task(app, conversation_ids, app.settings.worker.turns_at_once, claim)
    try:
        done = await app.work.do(take_tasks, task, last=True)
    except Exception as error:  # noqa: BLE001 - the worker's loop; which turn it was is found out
        log.warning("a turn failed, taking each by itself", error=repr(error))
        done = await app.work.do(take_tasks, replace(task, guarded=True), last=True)
    app.feed.publish(*done.topics)
    if claim is None and done.turns:
        app.wake.sends()
    return done


def take_tasks(session: Session, tasks: Sequence[Task]) -> list[Taken]:
    """The lane's handler: every task's turns in the lane's transaction."""
    return [_take(session, task) for task in tasks]


def _take(session: Session, task: Task) -> Taken:
    ids = task.conversation_ids
    if ids is None:
        ids = conversations.waiting(session, task.limit)
    turns = batch.load(session, ids, MOST_MESSAGES) if ids else []
    if not turns:
        return Taken()
    members = lookups.members_among(session, [turn.customer_id for turn in turns])
    answer_one = _guarded if task.guarded else _answered
    outcomes = [answer_one(session, task.app, turn, turn.customer_id in members) for turn in turns]
    batch.finish(session, [outcome for outcome in outcomes if outcome is not None])
    return Taken(
        turns=len(turns),
        more=len(turns) >= task.limit or None in outcomes or _many(turns),
        topics=taken.topics(turns),
        claimed=claiming.claim(session, task.claim) if task.claim else (),
    )


def _many(turns: Sequence[Turn]) -> bool:
    """Whether `batch.load` may have left messages out."""
    return sum(len(turn.messages) for turn in turns) >= MOST_MESSAGES


def _guarded(session: Session, app: App, turn: Turn, member: bool) -> Outcome | None:
    try:
        with session.begin_nested():
            return _answered(session, app, turn, member)
    except Exception as error:  # noqa: BLE001 - the worker's loop: counted, then a person's case
        failing.count(session, turn, error)
        return None


def _answered(session: Session, app: App, turn: Turn, member: bool) -> Outcome:
    """Answer each waiting message in order, until a person is asked for."""
    marks: list[Mark] = []
    replies: list[Draft] = []
    memory = load(turn.dialogue_state)
    for received in turn.messages:
        if turn.owner != Owner.BOT:
            marks.append(Mark(received.id, MessageStatus.HELD))
            continue
        started = time.perf_counter()
        memory = braking.hear(memory, received)
        why = braking.reason(app.settings.assistant, turn.kind, memory)
        if why is not None:
            turn, memory, mark = braking.hold(session, turn, received, memory, why)
            marks.append(mark)
            continue
        if braking.is_echo(turn.kind, memory):
            marks.append(braking.ignore(received))
            continue
        step = answer.one(session, app, turn, received, memory, member=member)
        turn, memory = step.turn, step.memory
        replies += step.replies
        marks.append(_mark(received, step.result))
        metrics.TURN_SECONDS.observe(time.perf_counter() - started)
        metrics.TURNS.labels("answered").inc()
    return Outcome(
        turn, replies, memory.dump(), turn.language, turn.bot_streak + len(replies), marks
    )


def _mark(received: Received, result: TurnResult | None) -> Mark:
    if result is None:
        return Mark(received.id)
    intent = result.understanding.intent
    return Mark(received.id, MessageStatus.HANDLED, intent.name, intent.confidence)
