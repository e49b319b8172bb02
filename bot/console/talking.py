"""What the views of one conversation share: its thread, who may act, what follows an action."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated, Any

from fastapi import Form, Request, Response

from bot import takeover
from bot.console import attachments
from bot.console.access import LARGEST_ID, Visit
from bot.site.pages import fragment
from bot.site.request import PageError, common, see, wants_fragment
from crm_store import console_queries, messages
from crm_store.models import Conversation
from crm_store.models.kinds import Owner
from crm_store.session import Session

PREFIX = "/console/conversations/{conversation_id}"
FormId = Annotated[int, Form(ge=0, le=LARGEST_ID)]
SHOWN = 200
"""Messages a page shows at first, and how many older ones at a time."""
LONGEST_THREAD = 1000
"""However long a page stays open, no more than this is kept up to date on it."""
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


def thread_values(
    session: Session, visit: Visit, talk: Conversation, *, before: int = 0, first: int = 0
) -> dict[str, Any]:
    """What the thread is drawn with: the newest messages, or those older than message `before`.

    `first` is the message a page already begins with: what came since makes the thread longer,
    so that nothing is missing between it and the older messages above it.
    """
    limit = LONGEST_THREAD if first else SHOWN
    found = messages.thread(session, talk.id, limit + 1, before or None, first)
    said = found[-limit:]
    names = console_queries.staff_names(session, [one.staff_id for one in said])
    return common(visit.app) | {
        "thread": said,
        "first": said[0].id if said else 0,
        "older": len(found) > len(said),
        "files": attachments.shown(session, said),
        "referred": console_queries.referred(session, said),
        "names": names,
        "ticks": TICKS,
        "visit": visit,
        "talk": talk,
        "mine": is_mine(visit, talk),
    }


def thread_fragment(visit: Visit, talk: Conversation, first: int = 0) -> Response:
    """The thread as it is now."""
    with visit.app.db.reading() as session:
        values = thread_values(session, visit, talk, first=first)
    return fragment("console/_thread.html", **values)


def answered(request: Request, visit: Visit, talk: Conversation, first: int) -> Response:
    """After a form: the thread for htmx, from message `first` on; else the page again."""
    if not wants_fragment(request):
        return back(talk)
    return thread_fragment(visit, talk, first)


def was_queued(visit: Visit, talk: Conversation) -> None:
    """Something is to be sent: wake the worker, tell the pages."""
    visit.app.wake.sends()
    visit.app.feed.publish(*takeover.topics(talk))


def back(talk: Conversation) -> Response:
    """To the conversation's page."""
    return see(f"/console/conversations/{talk.id}?view=mine")
