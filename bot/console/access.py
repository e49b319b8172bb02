"""Who is signed in, and what they may see and do: the first line of every staff view."""

import hmac
from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Form, Path, Query, Request

from bot.app import App
from bot.site.request import CurrentApp, PageError, expired_form
from crm_store import console_queries, staff
from crm_store.conversations import NotYours
from crm_store.models import Conversation, Staff
from crm_store.models.kinds import StaffRole
from crm_store.session import Session

COOKIE = "akrab_staff"
LARGEST_ID = 2**63 - 1
"""The largest number any store takes; a larger one is nobody's id."""
RecordId = Annotated[int, Path(ge=0, le=LARGEST_ID)]
QueryId = Annotated[int, Query(ge=0, le=LARGEST_ID)]
ANSWERS = (StaffRole.SERVICE, StaffRole.SUPERVISOR, StaffRole.ADMIN)


class SignInNeededError(Exception):
    """Nobody is signed in with this browser."""


@dataclass(frozen=True, slots=True)
class Visit:
    """One request of a signed-in member of staff; forms must carry `csrf`."""

    app: App
    staff: Staff
    csrf: str
    token: str

    @property
    def actor(self) -> str:
        return f"staff:{self.staff.id}"

    @property
    def may_answer(self) -> bool:
        """Marketers read; they do not talk to customers."""
        return self.staff.role in ANSWERS


def signed_in(request: Request, app: CurrentApp) -> Visit:
    """The visit of whoever is signed in. Raises SignInNeededError."""
    token = request.cookies.get(COOKIE, "")
    with app.db.reading() as session:
        found = staff.session_of(session, token) if token else None
        if found is None:
            raise SignInNeededError
        return Visit(app, staff.get(session, found.staff_id), found.csrf, token)


def signed_form(
    visit: Annotated[Visit, Depends(signed_in)], csrf: Annotated[str, Form()] = ""
) -> Visit:
    """The same for a form. Raises PageError unless the form was made for this session."""
    if not hmac.compare_digest(visit.csrf.encode(), csrf.encode()):
        raise expired_form("/console")
    return visit


SignedIn = Annotated[Visit, Depends(signed_in)]
SignedForm = Annotated[Visit, Depends(signed_form)]


def readable(session: Session, visit: Visit, conversation_id: int) -> Conversation:
    """The conversation, if the visit may read it. Raises PageError with 404 or 403."""
    try:
        found = console_queries.find_for_staff(session, visit.staff, conversation_id)
    except NotYours:
        text = "This conversation belongs to another team."
        raise PageError(403, "Not yours to open", text, "/console") from None
    if found is None:
        raise PageError(404, "Not found", "There is no such conversation.", "/console")
    return found


def answerable(session: Session, visit: Visit, conversation_id: int) -> Conversation:
    """The conversation, if the visit may answer it. Raises PageError with 404 or 403."""
    conversation = readable(session, visit, conversation_id)
    if not visit.may_answer:
        text = "Your role reads conversations but does not answer them."
        raise PageError(403, "Not yours to answer", text, "/console")
    return conversation
