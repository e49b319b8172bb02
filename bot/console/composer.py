"""Around the box a reply is written in: the window, the templates, how large the text is."""

from contextlib import suppress
from typing import Annotated, Any

from fastapi import APIRouter, BackgroundTasks, Depends, Form, Request, Response

from bot.console import talking
from bot.console.access import (
    LARGEST_ID,
    QueryId,
    RecordId,
    SignedForm,
    SignedIn,
    Visit,
    answerable,
    readable,
)
from bot.delivery import drafting, writing
from bot.site.pages import fragment
from bot.site.request import LONGEST, PageError, common
from channels.errors import Refused
from channels.templates import LONGEST_TEMPLATE, LONGEST_VALUE
from crm_store import audit, identities, templates
from crm_store.models import Conversation, Message
from crm_store.session import Session

VALUE = "value-"
router = APIRouter(prefix=talking.PREFIX)


async def filled_in(request: Request) -> dict[str, str]:
    """The form's values of a template's variables, by variable."""
    form = await request.form()
    return {
        name.removeprefix(VALUE): value.strip()
        for name, value in form.items()
        if name.startswith(VALUE) and isinstance(value, str)
    }


Values = Annotated[dict[str, str], Depends(filled_in)]
TemplateId = Annotated[int, Form(ge=0, le=LARGEST_ID)]


@router.get("/window")
def show_window(visit: SignedIn, conversation_id: RecordId) -> Response:
    """How long free text may still be sent; asked for again and again."""
    with visit.app.db.reading() as session:
        talk = readable(session, visit, conversation_id)
        values = common(visit.app) | {"talk": talk, **window_values(session, visit, talk)}
    return fragment("console/_window.html", **values)


@router.get("/templates")
def show_templates(
    visit: SignedIn,
    conversation_id: RecordId,
    template: QueryId = 0,
) -> Response:
    """The approved templates, or the form of the chosen one."""
    with visit.app.db.reading() as session:
        talk = readable(session, visit, conversation_id)
        values = template_values(session, visit, talk, template)
    return fragment("console/_templates.html", **values)


@router.post("/count")
def count(
    visit: SignedForm,
    conversation_id: RecordId,
    afterwards: BackgroundTasks,
    text: Annotated[str, Form()] = "",
) -> Response:
    """How large a text is on this channel, as it is being written; the customer sees that too."""
    with visit.app.db.reading() as session:
        talk = answerable(session, visit, conversation_id)
    if text.strip() and talk.owner_staff_id == visit.staff.id:
        afterwards.add_task(writing.show, visit.app, talk.id)
    size = drafting.size(visit.app.channels.get(talk.channel), talk.kind, text[: LONGEST + 1])
    return fragment("console/_size.html", **common(visit.app), size=size)


@router.post("/preview")
def preview(
    visit: SignedForm, conversation_id: RecordId, values: Values, template: TemplateId = 0
) -> Response:
    """What the customer will read, and what still stands against sending it."""
    with visit.app.db.reading() as session:
        talk = answerable(session, visit, conversation_id)
        try:
            choice = drafting.choose(session, visit.app, talk, template)
        except Refused as error:
            raise _refused(error) from error
    return fragment("console/_preview.html", **preview_values(visit, choice, values))


@router.post("/template")
def send(
    request: Request,
    visit: SignedForm,
    conversation_id: RecordId,
    values: Values,
    template: TemplateId = 0,
    first: talking.FormId = 0,
) -> Response:
    """Queue an approved template, complete or not at all."""
    with visit.app.db.transaction() as session:
        talk = answerable(session, visit, conversation_id)
        message = _queued(session, visit, talk, template, values)
        detail = {"message": message.id, "template": template}
        audit.add(session, visit.actor, "reply", "conversation", talk.id, detail=detail)
    talking.was_queued(visit, talk)
    response = talking.answered(request, visit, talk, first)
    response.headers["HX-Trigger"] = "template-sent"
    return response


def window_values(session: Session, visit: Visit, talk: Conversation) -> dict[str, Any]:
    """What the page says above the box."""
    return {
        "reach": identities.get(session, talk.identity_id).state.value,
        "window": drafting.window_of(session, visit.app, talk),
        "one_way": drafting.cannot_answer(session, visit.app, talk),
        "left_text": left_text,
    }


def template_values(
    session: Session, visit: Visit, talk: Conversation, template_id: int = 0
) -> dict[str, Any]:
    """The list of templates with its age; `choice` is the one to be filled in."""
    shown: dict[str, Any] = {"choice": None}
    with suppress(Refused):  # the list is shown instead
        choice = drafting.choose(session, visit.app, talk, template_id)
        shown = shown if choice.barred else preview_values(visit, choice, {})
    return common(visit.app) | {
        "talk": talk,
        "visit": visit,
        "choices": drafting.choices(session, visit.app, talk),
        "kept": templates.list_of(session, talk.channel),
        "longest_value": LONGEST_VALUE,
        **shown,
    }


def preview_values(visit: Visit, choice: drafting.Choice, values: dict[str, str]) -> dict[str, Any]:
    """A template as far as it is filled in; `problem` is why it cannot be sent like this."""
    missing, problem = choice.template.missing(values), ""
    if not missing:
        try:
            choice.template.fill(values)
        except Refused as error:
            problem = str(error)
    return common(visit.app) | {
        "choice": choice,
        "values": values,
        "missing": missing,
        "problem": problem,
        "longest": LONGEST_TEMPLATE,
    }


def left_text(window: drafting.Window) -> str:
    """How long it stays open: "3 h 20 min", "12 min", "less than a minute"."""
    minutes = int(window.left.total_seconds() // 60)
    if minutes < 1:
        return "less than a minute"
    hours, rest = divmod(minutes, 60)
    return f"{hours} h {rest} min" if hours else f"{rest} min"


def _queued(
    session: Session, visit: Visit, talk: Conversation, template_id: int, values: dict[str, str]
) -> Message:
    try:
        with talking.must_own():
            choice = drafting.choose(session, visit.app, talk, template_id)
            return drafting.reply_by_template(session, talk, visit.staff, choice, values)
    except Refused as error:
        raise _refused(error) from error


def _refused(error: Refused) -> PageError:
    return PageError(422, "Not sent", f"Not sent: {error}.", "/console")
