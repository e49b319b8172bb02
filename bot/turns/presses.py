"""A pressed button counts only if it stands under a message that we sent to this person.

What an app sends as a button's data can be made up; which message it names is checked by us.
"""

from dataclasses import replace

from bot.logs import logger
from crm_store import lookups
from crm_store.batch import Received, Turn
from crm_store.messages import provider_key
from crm_store.session import Session

log = logger("presses")


def trusted(session: Session, turn: Turn, received: Received) -> Received:
    """The message as it came, or without its payload if no such button of ours stands there.

    A press that does not say where the button stands (web chat) is left to `Memory.payload`,
    which knows what this conversation was shown lately and judges every press besides.
    """
    payload, under = received.content.get("payload"), received.content.get("reply_to")
    if not payload or not under or _was_shown(session, turn, str(under), payload):
        return received
    log.warning("a press on no button of ours", message_id=received.id, under=under)
    content = {name: value for name, value in received.content.items() if name != "payload"}
    return replace(received, content=content)


def _was_shown(session: Session, turn: Turn, under: str, payload: str) -> bool:
    shown = lookups.outbound_message(session, turn.channel, provider_key(under))
    if shown is None or shown.conversation_id != turn.conversation_id:
        return False
    return any(button["payload"] == payload for button in shown.content.get("buttons", ()))
