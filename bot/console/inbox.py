"""The inbox: who waits for a person, one's own conversations, all of them; a page at a time."""

from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Any

from fastapi import APIRouter, Response

from bot.console.access import LARGEST_ID, QueryId, SignedIn, Visit, readable
from bot.console.trouble import notices
from bot.site import live
from bot.site.pages import fragment, page
from bot.site.request import common
from crm_store import console_queries, conversations
from crm_store.conversations import Place, View
from crm_store.session import Session

REASONS = {
    "asked": "asked for a person",
    "customer_asked": "asked for a person",
    "requested": "asked for a person",
}
SHOWN = 50
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
router = APIRouter()


@router.get("/console")
def show(visit: SignedIn, view: View = "waiting", after: str = "") -> Response:
    with visit.app.db.reading() as session:
        values = inbox_values(session, visit, view, after)
    return page("console/inbox.html", **values)


@router.get("/console/inbox")
def show_inbox(
    visit: SignedIn,
    view: View = "waiting",
    after: str = "",
    open: QueryId = 0,  # noqa: A002
) -> Response:
    """The list alone, asked for whenever something changed."""
    with visit.app.db.reading() as session:
        values = inbox_values(session, visit, view, after, open_id=open)
    return fragment("console/_inbox.html", **values)


@router.get("/console/troubles")
def show_troubles(visit: SignedIn) -> Response:
    """What does not work, asked for whenever something changed."""
    with visit.app.db.reading() as session:
        found = notices(session, visit)
    return fragment("console/_troubles.html", **common(visit.app), troubles=found)


@router.get("/console/events")
def events(visit: SignedIn, conversation: QueryId = 0) -> Response:
    """Tells the page when the inbox, or the conversation that is open, changed."""
    topics = ["inbox"]
    if conversation:
        with visit.app.db.reading() as session:
            found = readable(session, visit, conversation)
        topics += [f"conversation:{found.id}", f"customer:{found.customer_id}"]
    return live.stream(visit.app.feed, lambda: topics)


def inbox_values(
    session: Session, visit: Visit, view: View, after: str = "", *, open_id: int = 0
) -> dict[str, Any]:
    """What the list is drawn with; `waiting_ids` rings for those the page has not seen.

    `after` is where the page before ended, `next_after` where this one does if there are more.
    """
    found = conversations.inbox(
        session, visit.staff, view=view, limit=SHOWN + 1, after=_read_place(after)
    )
    more = len(found) > SHOWN
    return common(visit.app) | {
        "visit": visit,
        "view": view,
        "after": after,
        "next_after": _place_text(conversations.place(view, found[SHOWN - 1])) if more else "",
        "rows": console_queries.inbox_rows(session, found[:SHOWN]),
        "counts": console_queries.counts(session, visit.staff),
        "waiting_ids": conversations.waiting_ids(session, visit.staff),
        "open_id": open_id,
        "reason_text": reason_text,
        "troubles": notices(session, visit),
    }


def _place_text(place: Place) -> str:
    """A place in the list for an address: microseconds since 1970 and the id, "1795…-42"."""
    return f"{(place[0] - _EPOCH) // timedelta(microseconds=1)}-{place[1]}"


def _read_place(text: str) -> Place | None:
    """None, which is the beginning, also for what is no place at all."""
    at, _, id_ = text.partition("-")
    with suppress(ValueError, OverflowError):
        return _EPOCH + timedelta(microseconds=int(at)), min(int(id_), LARGEST_ID)
    return None


def reason_text(reason: str | None) -> str:
    """Why a person is wanted, in words."""
    if not reason:
        return "wants a person"
    return REASONS.get(reason, reason.replace("_", " "))
