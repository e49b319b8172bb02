"""What the views of one conversation share: its thread, who may act, what follows an action."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from fastapi import Response

from bot import takeover
from bot.console import attachments
from bot.console.access import Visit
from bot.site.pages import fragment
from bot.site.request import PageError, common, see
from crm_store import console_queries, messages
from crm_store.models import Conversation
from crm_store.models.kinds import Owner
from crm_store.session import Session

PREFIX = "/console/conversations/{conversation_id}"
SHOWN = 200
TICKS = {"queued": "waiting", "sending": "waiting", "dropped": "failed", "canceled": "failed"}


@contextmanager
def must_own() -> Iterator[None]:
    """Raises PageError with 409 for what only the owner of a conversation may do."""
    try:
        yield
    except takeover.NotOwnerError:
        text = "Take the conversation first: somebody else answers it now."
        raise PageError(409, "Not yours any more", text, "/console") from None


def is_mine(visit: Visit, talk: Conversation) -> bool:
    """Whether whoever looks at the conversation also answers it."""
    return talk.owner == Owner.STAFF and talk.owner_staff_id == visit.staff.id


def thread_values(session: Session, visit: Visit, talk: Conversation) -> dict[str, Any]:
    """What the thread is drawn with."""
    said = messages.thread(session, talk.id, SHOWN)
    names = console_queries.staff_names(session, [one.staff_id for one in said])
    return common(visit.app) | {
        "thread": said,
        "files": attachments.shown(session, said),
        "names": names,
        "ticks": TICKS,
        "visit": visit,
        "mine": is_mine(visit, talk),
    }


def thread_fragment(visit: Visit, talk: Conversation) -> Response:
    """The thread as it is now."""
    with visit.app.db.reading() as session:
        return fragment("console/_thread.html", **thread_values(session, visit, talk))


def was_queued(visit: Visit, talk: Conversation) -> None:
    """Something is to be sent: wake the worker, tell the pages."""
    visit.app.wake.sends()
    visit.app.feed.publish(*takeover.topics(talk))


def back(talk: Conversation) -> Response:
    """To the conversation's page."""
    return see(f"/console/conversations/{talk.id}?view=mine")
