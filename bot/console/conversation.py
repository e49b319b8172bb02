"""One conversation: read it beside the profile, take it, reply, hand it back, resolve it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Form, Request, Response

from bot import takeover
from bot.console import talking
from bot.console.access import (
    QueryId,
    RecordId,
    SignedForm,
    SignedIn,
    Visit,
    answerable,
    readable,
)
from bot.console.composer import template_values, window_values
from bot.console.inbox import inbox_values, reason_text
from bot.console.inviting import invite_values
from bot.console.talking import FormId, must_own
from bot.delivery import drafting
from bot.site.pages import fragment, page
from bot.site.request import LONGEST, PageError, common, wants_fragment
from channels.errors import WindowClosed
from crm_store import audit, console_queries, conversations, identities, profile
from crm_store.conversations import View
from crm_store.models import Conversation, Message
from crm_store.session import Session

router = APIRouter(prefix=talking.PREFIX)


@dataclass(frozen=True, slots=True)
class Asked:
    """What the page's address may say beside the conversation."""

    view: View = "waiting"
    after: str = ""
    """Where the page of the inbox beside it begins."""
    template: QueryId = 0
    before: QueryId = 0
    """Show what is older than this message instead of the newest ones."""


@router.get("")
def show(
    visit: SignedIn, conversation_id: RecordId, asked: Annotated[Asked, Depends()]
) -> Response:
    with visit.app.db.reading() as session:
        talk = readable(session, visit, conversation_id)
        return _page(session, visit, talk, asked)


@router.get("/thread")
def show_thread(visit: SignedIn, conversation_id: RecordId, first: QueryId = 0) -> Response:
    with visit.app.db.reading() as session:
        talk = readable(session, visit, conversation_id)
        values = talking.thread_values(session, visit, talk, first=first)
        return fragment("console/_thread.html", **values)


@router.get("/older")
def show_older(visit: SignedIn, conversation_id: RecordId, before: QueryId = 0) -> Response:
    """What was said before that message, to be put above it."""
    with visit.app.db.reading() as session:
        talk = readable(session, visit, conversation_id)
        values = talking.thread_values(session, visit, talk, before=before)
        return fragment("console/_earlier.html", **values)


@router.get("/owner")
def show_owner(visit: SignedIn, conversation_id: RecordId) -> Response:
    with visit.app.db.reading() as session:
        talk = readable(session, visit, conversation_id)
        return fragment("console/_owner.html", **_owner(session, visit, talk))


@router.get("/card")
def show_card(visit: SignedIn, conversation_id: RecordId) -> Response:
    with visit.app.db.reading() as session:
        talk = readable(session, visit, conversation_id)
        card = profile.profile(session, talk.customer_id)
    return fragment("_card.html", **common(visit.app), card=card)


@router.post("/take")
def take(visit: SignedForm, conversation_id: RecordId) -> Response:
    """Answer from now on; the conversation belongs to the team of whoever takes it."""
    with visit.app.db.transaction() as session:
        talk = answerable(session, visit, conversation_id)
        takeover.take(session, talk, visit.staff)
        talk.team = talk.team or visit.staff.team
        audit.add(session, visit.actor, "take", "conversation", talk.id)
    return _changed(visit, talk)


@router.post("/hand-back")
def hand_back(visit: SignedForm, conversation_id: RecordId) -> Response:
    """The bot answers from now on."""
    return _give_up(visit, conversation_id, "hand_back", lambda session, talk: None)


@router.post("/resolve")
def resolve(visit: SignedForm, conversation_id: RecordId) -> Response:
    """Done: the bot answers if they write again."""
    return _give_up(visit, conversation_id, "resolve", conversations.resolve)


@router.post("/reply")
def reply(
    request: Request,
    visit: SignedForm,
    conversation_id: RecordId,
    text: Annotated[str, Form()] = "",
    first: FormId = 0,
) -> Response:
    """Queue an answer on the customer's own channel; what is refused is given back."""
    with visit.app.db.transaction() as session:
        talk = answerable(session, visit, conversation_id)
        try:
            message = _queued(session, visit, talk, text)
        except PageError as refused:
            if wants_fragment(request):  # the page keeps what was written
                raise
            return _page(session, visit, talk, Asked("mine"), problem=refused, draft=text)
        detail = {"message": message.id}
        audit.add(session, visit.actor, "reply", "conversation", talk.id, detail=detail)
    talking.was_queued(visit, talk)
    return talking.answered(request, visit, talk, first)


def _give_up(
    visit: Visit, conversation_id: int, action: str, then: Callable[[Session, Conversation], None]
) -> Response:
    with visit.app.db.transaction() as session:
        talk = answerable(session, visit, conversation_id)
        with must_own():
            takeover.hand_back(session, talk, visit.staff)
        then(session, talk)
        audit.add(session, visit.actor, action, "conversation", talk.id)
    visit.app.wake.turns()
    return _changed(visit, talk)


def _queued(session: Session, visit: Visit, talk: Conversation, text: str) -> Message:
    text = _said(text)
    try:
        with must_own():
            return drafting.reply(session, visit.app, talk, visit.staff, text)
    except WindowClosed:
        said = "The 24-hour window has closed: choose a template. Your text is kept."
        raise PageError(409, "The window has closed", said, "/console") from None


def _said(text: str) -> str:
    text = text.strip()
    if not text:
        raise PageError(422, "Nothing to send", "Write a reply first.", "/console")
    if len(text) > LONGEST:
        raise PageError(422, "Too long", f"A reply has at most {LONGEST} characters.", "/console")
    return text


def _changed(visit: Visit, talk: Conversation) -> Response:
    talking.was_queued(visit, talk)
    return talking.back(talk)


def _page(
    session: Session,
    visit: Visit,
    talk: Conversation,
    asked: Asked,
    *,
    problem: PageError | None = None,
    draft: str = "",
) -> Response:
    values = inbox_values(session, visit, asked.view, asked.after, open_id=talk.id)
    values |= talking.thread_values(session, visit, talk, before=asked.before)
    values |= _owner(session, visit, talk) | template_values(session, visit, talk, asked.template)
    values |= window_values(session, visit, talk) | invite_values(session, visit, talk)
    return page(
        "console/conversation.html",
        status=problem.status if problem else 200,
        **values,
        card=profile.profile(session, talk.customer_id),
        address=identities.get(session, talk.identity_id).address,
        before=asked.before,
        refusal=problem.text if problem else "",
        draft=draft,
        size=None,
    )


def _owner(session: Session, visit: Visit, talk: Conversation) -> dict[str, Any]:
    names = console_queries.staff_names(session, [talk.owner_staff_id])
    return common(visit.app) | {
        "talk": talk,
        "visit": visit,
        "mine": talking.is_mine(visit, talk),
        "owner_name": names.get(talk.owner_staff_id or 0),
        "may_answer": visit.may_answer,
        "reason_text": reason_text,
    }
