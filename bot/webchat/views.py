"""The visitor's pages: the chat, its lines, what was said, what was seen, the embedding script."""

import json
import secrets
from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Form, Request, Response
from starlette.concurrency import run_in_threadpool

from bot import inbound
from bot.app import App
from bot.site import live, signing
from bot.site.pages import STATIC, fragment, page
from bot.site.request import (
    LONGEST,
    CurrentApp,
    PageError,
    common,
    expired_form,
    see,
    set_cookie,
    wants_fragment,
)
from bot.webchat import lines
from bot.webchat.words import WORDS, Words, choose
from channels.base import ChannelKind, WebhookRequest
from channels.errors import InvalidSignature
from channels.web import WebChannel
from crm_store import lookups, messages
from crm_store.models.kinds import MessageStatus

COOKIE = "akrab_visitor"
CSRF = "chat"
router = APIRouter()


class Visitor:
    """Whoever looks at this page: the signed token in the cookie, or a new one."""

    def __init__(self, request: Request, app: CurrentApp) -> None:
        self.app = app
        self.channel = web_channel(app)
        self.token, self.address, self.new = self._known(request.cookies.get(COOKIE, ""))
        self.csrf = signing.sign(app.settings.secret_key(), CSRF, self.address)
        self.lang = choose(
            request.headers.get("accept-language", ""), app.settings.company.language
        )

    @property
    def words(self) -> Words:
        return WORDS[self.lang]

    def read(self) -> lines.Talk:
        """The visitor's conversation as it stands."""
        with self.app.db.reading() as session:
            return lines.read(session, self.channel, ChannelKind.WEB, self.address, self.words)

    def check(self, csrf: str) -> None:
        """Raises PageError unless the form was made for this visitor."""
        if not signing.matches(self.app.settings.secret_key(), CSRF, self.address, csrf):
            raise expired_form("/chat")

    def _known(self, token: str) -> tuple[str, str, bool]:
        try:
            return token, self.channel.visitor(token), False
        except InvalidSignature:
            token = self.channel.new_token()
            return token, self.channel.visitor(token), True


Someone = Annotated[Visitor, Depends()]
Text = Annotated[str, Form()]


@router.get("/chat")
def show(visitor: Someone) -> Response:
    """The chat, as a page of its own or in a frame."""
    response = page("chat/page.html", **_values(visitor))
    if visitor.new:
        set_cookie(visitor.app, response, COOKIE, visitor.token, framed=True)
    return response


@router.get("/chat/lines")
def show_lines(visitor: Someone) -> Response:
    return fragment("chat/_lines.html", **_values(visitor))


@router.post("/chat/messages")
async def say(
    request: Request,
    visitor: Someone,
    csrf: Text = "",
    text: Text = "",
    answers: Text = "",
    choice: Text = "",
) -> Response:
    """Take what the visitor wrote, or the button they pressed, into the store."""
    visitor.check(csrf)
    said = await run_in_threadpool(_pressed, visitor, answers, choice) if choice else {"text": text}
    problem = _problem(said["text"], visitor.words)
    if not problem:
        await _accept(visitor, {"id": secrets.token_urlsafe(12), "language": visitor.lang, **said})
    if not wants_fragment(request):
        return see("/chat")
    values = await run_in_threadpool(_values, visitor)
    return fragment("chat/_lines.html", **values | {"problem": problem})


@router.post("/chat/seen")
async def seen(visitor: Someone, csrf: Text = "") -> Response:
    """The visitor's screen shows all that was sent so far."""
    visitor.check(csrf)
    ids = await run_in_threadpool(_unread, visitor)
    if ids:
        await _accept(visitor, {"status": "read", "ids": ids})
    return Response(status_code=204)


@router.get("/chat/events")
def events(visitor: Someone) -> Response:
    """Tells the page when its conversation changed, also one that is yet to begin."""

    def topics() -> list[str]:
        with visitor.app.db.reading() as session:
            found = lookups.conversation_at(session, "web", visitor.address)
        return [f"conversation:{found.id}"] if found else [f"address:{visitor.address}"]

    return live.stream(visitor.app.feed, topics)


@router.get("/chat/embed.js")
def embed(app: CurrentApp) -> Response:
    """The script another site includes."""
    web_channel(app)
    return Response((STATIC / "embed.js").read_text("utf-8"), media_type="text/javascript")


def web_channel(app: App) -> WebChannel:
    """The first configured web chat. Raises PageError if there is none."""
    for channel in app.channels.values():
        if isinstance(channel, WebChannel):
            return channel
    raise PageError(404, "No web chat", "This company has not switched its web chat on.")


def _values(visitor: Visitor) -> dict[str, Any]:
    talk = visitor.read()
    return {
        **common(visitor.app),
        "lang": visitor.lang,
        "words": visitor.words,
        "csrf": visitor.csrf,
        "place": "chat",
        "action": "/chat/messages",
        "lines": talk.lines,
        "writing": talk.writing,
        "note": talk.note,
        "problem": "",
    }


def _problem(text: str, words: Words) -> str:
    if not text.strip():
        return words.empty
    return words.too_long if len(text) > LONGEST else ""


def _pressed(visitor: Visitor, answers: str, choice: str) -> dict[str, str]:
    """The button's title and payload from our own message: a browser cannot make one up."""
    with visitor.app.db.reading() as session:
        found = lookups.conversation_at(session, "web", visitor.address)
        button = found and lines.chosen(session, found.id, answers, choice)
    return {"text": button.title, "payload": button.payload} if button else {"text": ""}


def _unread(visitor: Visitor) -> list[str]:
    with visitor.app.db.reading() as session:
        found = lookups.conversation_at(session, "web", visitor.address)
        said = messages.thread(session, found.id, lines.SHOWN) if found else []
    due = (MessageStatus.SENT, MessageStatus.DELIVERED)
    return [one.provider_id for one in said if one.status in due and one.provider_id]


async def _accept(visitor: Visitor, data: Mapping[str, Any]) -> None:
    headers = {"authorization": f"Bearer {visitor.token}"}
    request = WebhookRequest("POST", "", headers, json.dumps(data).encode())
    await inbound.accept(visitor.app, visitor.channel.parse(request))
    visitor.app.feed.publish(f"address:{visitor.address}")
