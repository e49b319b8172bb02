"""Fetching a file again that could not be had: a new password or an hour later may help."""

from fastapi import APIRouter, Request, Response

from bot.console import talking
from bot.console.access import RecordId, SignedForm, answerable
from bot.site.request import PageError
from crm_store import attachments, audit

router = APIRouter(prefix="/console/attachments/{attachment_id}")


@router.post("/retry")
def retry(
    request: Request, visit: SignedForm, attachment_id: RecordId, first: talking.FormId = 0
) -> Response:
    """Let the file wait for a worker again, as if it had just come."""
    with visit.app.db.transaction() as session:
        file = attachments.get(session, attachment_id)
        if file is None:
            raise PageError(404, "Not found", "There is no such file.", "/console")
        talk_id = attachments.conversation_of(session, file.message_id)
        talk = answerable(session, visit, talk_id or 0)
        if not attachments.again(session, attachment_id):
            text = "This file is there, on its way, or refused."
            raise PageError(409, "Not fetched again", text, "/console")
        audit.add(session, visit.actor, "fetch_again", "attachment", attachment_id)
    visit.app.wake.files()
    return talking.answered(request, visit, talk, first)
