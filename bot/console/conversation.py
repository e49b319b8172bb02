"""One conversation: read it beside the profile, take it, reply, hand it back, resolve it."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Annotated, Any

from fastapi import APIRouter, Form, Request, Response

from bot import takeover
from bot.console.access import SignedForm, SignedIn, Visit, answerable, readable
from bot.console.inbox import inbox_values, reason_text
from bot.pages import fragment, page
from bot.request import LONGEST, PageError, common, see, wants_fragment
from crm_store import audit, console_queries, conversations, identities, messages, profile
from crm_store.conversations import View
from crm_store.models import Conversation
from crm_store.models.kinds import Owner
from crm_store.session import Session

SHOWN = 200
TICKS = {"queued": "waiting", "sending": "waiting", "dropped": "failed", "canceled": "failed"}
router = APIRouter(prefix="/console/conversations/{conversation_id}")


@router.get("")
def show(visit: SignedIn, conversation_id: int, view: View = "waiting") -> Response:
    with visit.app.db.reading() as session:
        talk = readable(session, visit, conversation_id)
        return _page(session, visit, talk, view)


@router.get("/thread")
def show_thread(visit: SignedIn, conversation_id: int) -> Response:
    with visit.app.db.reading() as session:
        talk = readable(session, visit, conversation_id)
        return fragment("console/_thread.html", **_thread(session, visit, talk))


@router.get("/owner")
def show_owner(visit: SignedIn, conversation_id: int) -> Response:
    with visit.app.db.reading() as session:
        talk = readable(session, visit, conversation_id)
        return fragment("console/_owner.html", **_owner(session, visit, talk))


@router.get("/card")
def show_card(visit: SignedIn, conversation_id: int) -> Response:
    with visit.app.db.reading() as session:
        talk = readable(session, visit, conversation_id)
        card = profile.profile(session, talk.customer_id)
    return fragment("_card.html", **common(visit.app), card=card)


@router.post("/take")
def take(visit: SignedForm, conversation_id: int) -> Response:
    """Answer from now on; the conversation belongs to the team of whoever takes it."""
    with visit.app.db.transaction() as session:
        talk = answerable(session, visit, conversation_id)
        takeover.take(session, talk, visit.staff)
        talk.team = talk.team or visit.staff.team
        audit.add(session, visit.actor, "take", "conversation", talk.id)
    return _changed(visit, talk)


@router.post("/hand-back")
def hand_back(visit: SignedForm, conversation_id: int) -> Response:
    """The bot answers from now on."""
    return _give_up(visit, conversation_id, "hand_back", lambda session, talk: None)


@router.post("/resolve")
def resolve(visit: SignedForm, conversation_id: int) -> Response:
    """Done: the bot answers if they write again."""
    return _give_up(visit, conversation_id, "resolve", conversations.resolve)


@router.post("/reply")
def reply(
    request: Request, visit: SignedForm, conversation_id: int, text: Annotated[str, Form()] = ""
) -> Response:
    """Queue an answer on the customer's own channel."""
    with visit.app.db.transaction() as session:
        talk = answerable(session, visit, conversation_id)
        text = _said(text)
        with _must_own():
            message = takeover.reply(session, talk, visit.staff, text)
        audit.add(
            session, visit.actor, "reply", "conversation", talk.id, detail={"message": message.id}
        )
    visit.app.wake.sends()
    visit.app.feed.publish(*takeover.topics(talk))
    if not wants_fragment(request):
        return _back(talk)
    with visit.app.db.reading() as session:
        return fragment("console/_thread.html", **_thread(session, visit, talk))


def _give_up(
    visit: Visit, conversation_id: int, action: str, then: Callable[[Session, Conversation], None]
) -> Response:
    with visit.app.db.transaction() as session:
        talk = answerable(session, visit, conversation_id)
        with _must_own():
            takeover.hand_back(session, talk, visit.staff)
        then(session, talk)
        audit.add(session, visit.actor, action, "conversation", talk.id)
    visit.app.wake.turns()
    return _changed(visit, talk)


@contextmanager
def _must_own() -> Iterator[None]:
    try:
        yield
    except takeover.NotOwnerError:
        text = "Take the conversation first: somebody else answers it now."
        raise PageError(409, "Not yours any more", text, "/console") from None


def _said(text: str) -> str:
    text = text.strip()
    if not text:
        raise PageError(422, "Nothing to send", "Write a reply first.", "/console")
    if len(text) > LONGEST:
        raise PageError(422, "Too long", f"A reply has at most {LONGEST} characters.", "/console")
    return text


def _changed(visit: Visit, talk: Conversation) -> Response:
    visit.app.wake.sends()
    visit.app.feed.publish(*takeover.topics(talk))
    return _back(talk)


def _back(talk: Conversation) -> Response:
    return see(f"/console/conversations/{talk.id}?view=mine")


def _page(session: Session, visit: Visit, talk: Conversation, view: View) -> Response:
    values = inbox_values(session, visit, view, open_id=talk.id)
    values |= _thread(session, visit, talk) | _owner(session, visit, talk)
    return page(
        "console/conversation.html",
        **values,
        card=profile.profile(session, talk.customer_id),
        address=identities.get(session, talk.identity_id).address,
        problem="",
        draft="",
    )


def _thread(session: Session, visit: Visit, talk: Conversation) -> dict[str, Any]:
    said = messages.thread(session, talk.id, SHOWN)
    names = console_queries.staff_names(session, [one.staff_id for one in said])
    return common(visit.app) | {"thread": said, "names": names, "ticks": TICKS}


def _owner(session: Session, visit: Visit, talk: Conversation) -> dict[str, Any]:
    names = console_queries.staff_names(session, [talk.owner_staff_id])
    mine = talk.owner == Owner.STAFF and talk.owner_staff_id == visit.staff.id
    return common(visit.app) | {
        "talk": talk,
        "visit": visit,
        "mine": mine,
        "owner_name": names.get(talk.owner_staff_id or 0),
        "may_answer": visit.may_answer,
        "reason_text": reason_text,
    }
