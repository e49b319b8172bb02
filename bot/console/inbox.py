"""The inbox: who waits for a person, one's own conversations, all of them."""

from typing import Annotated, Any

from fastapi import APIRouter, Query, Response

from bot.console.access import SignedIn, Visit, readable
from bot.site import live
from bot.site.pages import fragment, page
from bot.site.request import common
from crm_store import console_queries, conversations
from crm_store.conversations import View
from crm_store.session import Session

REASONS = {
    "asked": "asked for a person",
    "customer_asked": "asked for a person",
    "requested": "asked for a person",
}
Number = Annotated[int, Query()]
router = APIRouter()


@router.get("/console")
def show(visit: SignedIn, view: View = "waiting") -> Response:
    with visit.app.db.reading() as session:
        values = inbox_values(session, visit, view)
    return page("console/inbox.html", **values)


@router.get("/console/inbox")
def show_inbox(visit: SignedIn, view: View = "waiting", open: Number = 0) -> Response:  # noqa: A002
    """The list alone, asked for whenever something changed."""
    with visit.app.db.reading() as session:
        values = inbox_values(session, visit, view, open_id=open)
    return fragment("console/_inbox.html", **values)


@router.get("/console/events")
def events(visit: SignedIn, conversation: Number = 0) -> Response:
    """Tells the page when the inbox, or the conversation that is open, changed."""
    topics = ["inbox"]
    if conversation:
        with visit.app.db.reading() as session:
            found = readable(session, visit, conversation)
        topics += [f"conversation:{found.id}", f"customer:{found.customer_id}"]
    return live.stream(visit.app.feed, lambda: topics)


def inbox_values(session: Session, visit: Visit, view: View, *, open_id: int = 0) -> dict[str, Any]:
    """What the list is drawn with; `waiting_ids` rings for those the page has not seen."""
    waiting = conversations.inbox(session, visit.staff, view="waiting")
    found = waiting if view == "waiting" else conversations.inbox(session, visit.staff, view=view)
    return common(visit.app) | {
        "visit": visit,
        "view": view,
        "rows": console_queries.inbox_rows(session, found),
        "counts": console_queries.counts(session, visit.staff),
        "waiting_ids": [one.id for one in waiting],
        "open_id": open_id,
        "reason_text": reason_text,
    }


def reason_text(reason: str | None) -> str:
    """Why a person is wanted, in words."""
    if not reason:
        return "wants a person"
    return REASONS.get(reason, reason.replace("_", " "))
