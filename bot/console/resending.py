"""Sending a message again that failed, or of which nobody knows: only a person decides that."""

from fastapi import APIRouter, Request, Response

from bot.console import talking
from bot.console.access import RecordId, SignedForm, Visit, answerable
from bot.delivery import drafting
from bot.site.request import PageError
from channels.errors import WindowClosed
from crm_store import audit, resending
from crm_store.models import Conversation, Message
from crm_store.resending import NotLostError
from crm_store.session import Session

router = APIRouter(prefix="/console/messages/{message_id}")


@router.post("/retry")
def retry(
    request: Request, visit: SignedForm, message_id: RecordId, first: talking.FormId = 0
) -> Response:
    """Queue it as a new message that names the old one."""
    with visit.app.db.transaction() as session:
        lost = resending.find(session, message_id)
        if lost is None:
            raise PageError(404, "Not found", "There is no such message.", "/console")
        talk = answerable(session, visit, lost.conversation_id)
        sent_as = _again(session, visit, talk, lost)
        detail = {"message": message_id, "as": sent_as.id}
        audit.add(session, visit.actor, "send_again", "conversation", talk.id, detail=detail)
    talking.was_queued(visit, talk)
    return talking.answered(request, visit, talk, first)


def _again(session: Session, visit: Visit, talk: Conversation, lost: Message) -> Message:
    try:
        with talking.must_own():
            return drafting.again(session, visit.app, talk, visit.staff, lost)
    except NotLostError as error:
        raise PageError(409, "Not sent again", str(error), "/console") from None
    except WindowClosed:
        text = "The 24-hour window has closed: choose a template instead."
        raise PageError(409, "Not sent again", text, "/console") from None
