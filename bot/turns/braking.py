"""When not to answer: a program on the other side, too much within an hour, an echo (C2.6)."""

from bot.logs import logger
from bot.settings import AssistantSection
from bot.turns import answer
from bot.turns.memory import Memory
from channels.base import ChannelKind
from crm_store.batch import Mark, Received, Turn
from crm_store.models.kinds import MessageStatus
from crm_store.session import Session

log = logger("braking")
PROGRAM = "looks like a program, not a person"


def hear(memory: Memory, received: Received) -> Memory:
    """Note one message of the customer, before it is answered."""
    content = received.content
    files = None
    if content.get("attachments"):
        files = str(content.get("metadata", {}).get("media_group") or "")
    return memory.heard(received.text, received.created_at.timestamp(), files=files)


def reason(assistant: AssistantSection, kind: str, memory: Memory) -> str | None:
    """Why a person should look at the message heard last instead of the bot; None to answer it."""
    if memory.goes_on:
        return None
    if memory.looping(turns=assistant.most_turns_a_minute, repeats=assistant.most_repeats):
        return PROGRAM
    most = assistant.most_an_hour(mail=kind == ChannelKind.EMAIL)
    if memory.within_an_hour > most:
        return f"more than {most} messages within an hour"
    return None


def is_echo(kind: str, memory: Memory) -> bool:
    """A mail that says the same as the one just answered: two answers would start a loop."""
    return kind == ChannelKind.EMAIL and memory.echoed and not memory.goes_on


def hold(
    session: Session, turn: Turn, received: Received, memory: Memory, why: str
) -> tuple[Turn, Memory, Mark]:
    """Leave the message to a person; once handed back, the bot counts anew.

    A program is told nothing, since it would answer.
    """
    log.warning("not answered", message_id=received.id, reason=why)
    turn = answer.hand_over(session, turn, why, say=None if why == PROGRAM else "queued")
    return turn, memory.rested(), Mark(received.id, MessageStatus.HELD)


def ignore(received: Received) -> Mark:
    """Leave an echo as it is: what it asks for has been answered."""
    log.info("echo", message_id=received.id)
    return Mark(received.id, MessageStatus.IGNORED)
