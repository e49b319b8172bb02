"""Inviting a customer to Telegram: a link that works once, for whoever opens it first."""

from typing import Any

from fastapi import APIRouter, Response

from bot import linking
from bot.console import talking
from bot.console.access import RecordId, SignedForm, SignedIn, Visit, answerable, readable
from bot.site.pages import fragment
from bot.site.request import PageError, common
from channels.base import ChannelKind
from crm_store import identities, links
from crm_store.models import Conversation
from crm_store.session import Session, now

router = APIRouter(prefix=talking.PREFIX)


@router.get("/invite")
def show(visit: SignedIn, conversation_id: RecordId, waiting: int = 0) -> Response:
    """The button, or that Telegram is connected. `waiting`: a link is being shown; it stays."""
    with visit.app.db.reading() as session:
        talk = readable(session, visit, conversation_id)
        values = invite_values(session, visit, talk)
    if waiting and not values["connected"]:
        return Response(status_code=204)
    return fragment("console/_invite.html", **values)


@router.post("/invite")
def invite(visit: SignedForm, conversation_id: RecordId) -> Response:
    """Make the link; earlier ones of this customer no longer count."""
    with visit.app.db.transaction() as session:
        talk = answerable(session, visit, conversation_id)
        values = invite_values(session, visit, talk)
        if values["connected"] or not values["bot_name"]:
            text = "This customer cannot be invited to Telegram."
            raise PageError(409, "Not invited", text, "/console")
        url = linking.invitation(session, visit.app.channels, talk.customer_id, actor=visit.actor)
    return fragment("console/_invite.html", **values | {"url": url, "until": now() + links.LIFE})


def invite_values(session: Session, visit: Visit, talk: Conversation) -> dict[str, Any]:
    """Whether there is a bot to be invited to and somebody who is not there yet."""
    known = identities.of_customer(session, talk.customer_id)
    return common(visit.app) | {
        "talk": talk,
        "visit": visit,
        "bot_name": linking.bot_name(visit.app.channels) if visit.may_answer else None,
        "connected": any(one.kind == ChannelKind.TELEGRAM for one in known),
        "url": None,
        "until": None,
    }
