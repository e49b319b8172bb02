"""The simulator's page and its parts; only where `simulator.enabled`."""

from dataclasses import replace
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Form, Request, Response
from starlette.concurrency import run_in_threadpool

from bot import inbound
from bot.simulator import personas, phones
from bot.site import live, signing
from bot.site.pages import fragment, page
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
from bot.webchat.words import ENGLISH
from channels.base import ChannelKind, DeliveryStatus, InboundMessage, StatusUpdate
from channels.memory import MemoryChannel
from crm_store import lookups, messages
from crm_store.models.kinds import MessageStatus

COOKIE = "akrab_simulator"
PURPOSE = "simulator"
Text = Annotated[str, Form()]


def only_if_enabled(app: CurrentApp) -> None:
    """Raises PageError: the page lets anybody write as anybody, so it is off unless asked for."""
    if not app.settings.simulator.enabled:
        text = "Set simulator.enabled in config.yml to show it."
        raise PageError(404, "The simulator is switched off", text)


router = APIRouter(dependencies=[Depends(only_if_enabled)])


class Player:
    """The browser that plays, and whom it plays."""

    def __init__(self, request: Request, app: CurrentApp, key: str = "ana") -> None:
        self.app = app
        secret = app.settings.secret_key()
        cookie = request.cookies.get(COOKIE, "")
        self.new = signing.read_cookie(secret, PURPOSE, cookie) is None
        self.cookie = signing.new_cookie(secret, PURPOSE) if self.new else cookie
        self.csrf = signing.sign(secret, "simulator form", self.cookie)
        person = personas.find(key)
        if person is None:
            raise PageError(404, "Nobody by that name", "Choose a person.", "/simulator")
        self.person = person

    def check(self, csrf: str) -> None:
        """Raises PageError unless the form was made for this browser."""
        secret = self.app.settings.secret_key()
        if not signing.matches(secret, "simulator form", self.cookie, csrf):
            raise expired_form("/simulator")

    def channel(self, kind: ChannelKind) -> MemoryChannel:
        """The channel of one phone. Raises PageError if there is none."""
        channel = phones.channel_of(self.app, kind)
        if channel is None:
            raise PageError(404, "No such phone", "config.yml has no such channel.", "/simulator")
        return channel

    def values(self) -> dict[str, Any]:
        """What every part of the page is drawn with."""
        values = {"person": self.person, "csrf": self.csrf, "words": ENGLISH, "lang": "en"}
        return common(self.app) | values


Playing = Annotated[Player, Depends()]


@router.get("/simulator")
def first(player: Playing) -> Response:
    return _show(player)


@router.post("/simulator/people")
def choose(player: Playing, csrf: Text = "", person: Text = "ana") -> Response:
    """Play somebody else; each new customer is another one."""
    player.check(csrf)
    known = personas.find(person)
    key = known.key if known and not person.startswith("new") else personas.new_key()
    return see(f"/simulator/{key}")


@router.get("/simulator/{key}")
def show(player: Playing) -> Response:
    return _show(player)


@router.get("/simulator/{key}/profile")
def show_profile(player: Playing) -> Response:
    with player.app.db.reading() as session:
        beside = phones.beside(session, player.person)
    return fragment(
        "simulator/_profile.html", **player.values(), card=beside.card, others=beside.others
    )


@router.get("/simulator/{key}/tour")
def show_tour(player: Playing) -> Response:
    with player.app.db.reading() as session:
        tour = phones.tour(session, player.app, player.person)
    return fragment("simulator/_tour.html", **player.values(), tour=tour)


@router.get("/simulator/{key}/events")
def events(player: Playing) -> Response:
    """Tells the page when any of the person's conversations or profiles changed."""

    def topics() -> list[str]:
        with player.app.db.reading() as session:
            known = phones.identities(session, player.person)
            talks = [lookups.conversation_at(session, one.kind, one.address) for one in known]
        customers = [f"customer:{one.customer_id}" for one in known]
        heard = [f"conversation:{talk.id}" for talk in talks if talk]
        return [*heard, *customers, f"address:{player.person.key}"]

    return live.stream(player.app.feed, topics)


@router.get("/simulator/{key}/{kind}")
def show_lines(player: Playing, kind: ChannelKind) -> Response:
    return _lines(player, kind)


@router.post("/simulator/{key}/{kind}")
async def write(
    request: Request,
    player: Playing,
    kind: ChannelKind,
    csrf: Text = "",
    text: Text = "",
    subject: Text = "",
    contact: Text = "",
    answers: Text = "",
    choice: Text = "",
) -> Response:
    """Send from one of the phones, by the way a real message comes."""
    player.check(csrf)
    text = text.strip() or subject.strip()
    message = phones.written(
        player.person, player.channel(kind), text, subject=subject, contact=bool(contact)
    )
    if choice:
        message = await run_in_threadpool(_pressed, player, message, answers, choice)
    problem = _problem(message)
    if not problem:
        await inbound.accept(player.app, [message])
        player.app.feed.publish(f"address:{player.person.key}")
    if not wants_fragment(request):
        return see(f"/simulator/{player.person.key}")
    return await run_in_threadpool(_lines, player, kind, problem)


@router.post("/simulator/{key}/{kind}/seen")
async def seen(player: Playing, kind: ChannelKind, csrf: Text = "") -> Response:
    """The phone's screen shows all that was sent so far."""
    player.check(csrf)
    channel = player.channel(kind)
    ids = await run_in_threadpool(_unread, player, kind)
    read = DeliveryStatus.READ
    await inbound.accept(player.app, [StatusUpdate(channel.name, one, read) for one in ids])
    return Response(status_code=204)


def _show(player: Player) -> Response:
    with player.app.db.reading() as session:
        beside = phones.beside(session, player.person)
        values: dict[str, Any] = {
            "phones": phones.phones(session, player.app, player.person),
            "tour": phones.tour(session, player.app, player.person),
            "card": beside.card,
            "others": beside.others,
        }
    people = [personas.ANA, personas.BUDI, _newcomer(player.person)]
    response = page("simulator/page.html", **player.values(), **values, people=people)
    if player.new:
        set_cookie(player.app, response, COOKIE, player.cookie)
    return response


def _newcomer(person: personas.Person) -> personas.Person:
    known = person.key.startswith("new-")
    return person if known else replace(personas.ANA, key="new", label="New customer")


def _lines(player: Player, kind: ChannelKind, problem: str = "") -> Response:
    channel = player.channel(kind)
    with player.app.db.reading() as session:
        phone = phones.phone(session, channel, player.person)
    return fragment(
        "simulator/_lines.html",
        **player.values(),
        phone=phone,
        place=phone.kind,
        action=f"/simulator/{player.person.key}/{phone.kind}",
        lines=phone.talk.lines,
        writing=phone.talk.writing,
        note=phone.talk.note,
        problem=problem,
    )


def _pressed(player: Player, message: InboundMessage, answers: str, choice: str) -> InboundMessage:
    address = message.sender.address
    with player.app.db.reading() as session:
        found = lookups.conversation_at(session, message.kind.value, address)
        button = found and lines.chosen(session, found.id, answers, choice)
    return replace(message, text=button.title, payload=button.payload) if button else message


def _unread(player: Player, kind: ChannelKind) -> list[str]:
    with player.app.db.reading() as session:
        address = player.person.addresses[kind]
        found = lookups.conversation_at(session, kind.value, address)
        said = messages.thread(session, found.id, lines.SHOWN) if found else []
    due = (MessageStatus.SENT, MessageStatus.DELIVERED)
    return [one.provider_id for one in said if one.status in due and one.provider_id]


def _problem(message: InboundMessage) -> str:
    if not message.text and not message.shared_phone:
        return ENGLISH.empty
    return ENGLISH.too_long if len(message.text) > LONGEST else ""
