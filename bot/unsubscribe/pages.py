"""Stop promotions with one click: for mail programs (RFC 8058) and, as a page, for people.

The link's signature is all that is asked for: no sign-in, no cookie, no form token. Looking at
the page changes nothing, since scanners open every link in a mail.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from fastapi import APIRouter, Request, Response
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData

from bot.app import App
from bot.delivery.rates import Limiter
from bot.logs import logger
from bot.site.pages import page
from bot.site.request import common
from bot.unsubscribe import withdrawing
from bot.unsubscribe.withdrawing import Ticket
from bot.unsubscribe.words import LANGUAGES, WORDS, Words
from bot.webchat.words import choose
from channels.base import Rates, Ration
from crm_store import consents
from crm_store.session import Session

log = logger("unsubscribe")
FIELD, ONE_CLICK = "List-Unsubscribe", "One-Click"
POSTS_A_SECOND, POSTS_AT_ONCE = 5.0, 5.0
"""For one link; a person clicks twice, a mail program asks again, nobody more."""
VERSION = "unsubscribe-1"
HEADERS = {"Cache-Control": "no-store", "X-Robots-Tag": "noindex", "Referrer-Policy": "no-referrer"}


@dataclass(frozen=True, slots=True)
class Wish:
    """What a click asks for: no promotions on the link's own channel, or on every one."""

    ticket: Ticket
    everywhere: bool
    wording: str


@dataclass(frozen=True, slots=True)
class Place:
    """The address a link is about, as the page shows it."""

    kind: str
    address: str
    stopped: bool


def routes(app: App) -> APIRouter:
    """The page and what its button, or a mail program, posts."""
    router = APIRouter()
    limiter, ration = Limiter(Rates()), Ration(POSTS_A_SECOND, POSTS_AT_ONCE)

    @router.get("/unsubscribe/{token}")
    async def ask(token: str, request: Request) -> Response:
        ticket = withdrawing.read(app.settings.secret_key(), token)
        lang = _language(app, request)
        if ticket is None:
            return _page(app, lang, "unknown", 404)
        place = await run_in_threadpool(_place, app, ticket)
        return _page(app, lang, "stopped" if place.stopped else "ask", place=place)

    @router.post("/unsubscribe/{token}")
    async def stop(token: str, request: Request) -> Response:
        ticket = withdrawing.read(app.settings.secret_key(), token)
        lang = _language(app, request)
        if ticket is None:
            return _page(app, lang, "unknown", 404)
        if limiter.take(token, ration=ration) > 0:
            return Response("slow down", 429, {"Retry-After": "1"}, "text/plain")
        async with request.form(max_files=0, max_fields=10) as form:
            wish = _wish(ticket, form, WORDS[lang])
        if wish is None:
            return _page(app, lang, "ask", 400, await run_in_threadpool(_place, app, ticket))
        await _stop(app, wish)
        done = "done_all" if wish.everywhere else "done"
        return _page(app, lang, done, place=await run_in_threadpool(_place, app, ticket))

    return router


def _wish(ticket: Ticket, form: FormData, words: Words) -> Wish | None:
    """RFC 8058 3.2: exactly `List-Unsubscribe=One-Click`; our page sends what it said as well."""
    if form.get(FIELD) != ONE_CLICK:
        return None
    everywhere, by_page = form.get("scope") == "all", form.get("from") == "page"
    said = words.everywhere if everywhere else words.button
    return Wish(ticket, everywhere, said if by_page else f"{FIELD}={ONE_CLICK} (RFC 8058)")


async def _stop(app: App, wish: Wish) -> None:
    customer = await app.work.do(record, wish)
    if customer:
        log.info("promotions stopped", identity_id=wish.ticket.identity_id)
        app.feed.publish(f"customer:{customer}")


def record(session: Session, wishes: Sequence[Wish]) -> list[int | None]:
    """The lane's handler: keep the withdrawals; gives the customers for whom that was news."""
    return [_record(session, wish) for wish in wishes]


def _record(session: Session, wish: Wish) -> int | None:
    identity, message_id = withdrawing.of_ticket(session, wish.ticket)
    if identity is None:  # erased: nothing will be sent
        return None
    new = withdrawing.withdraw(
        session,
        identity,
        wording=wish.wording,
        version=VERSION,
        channel=consents.ALL if wish.everywhere else None,
        message_id=message_id,
    )
    return identity.customer_id if new else None


def _place(app: App, ticket: Ticket) -> Place:
    with app.db.reading() as session:
        identity, _ = withdrawing.of_ticket(session, ticket)
        if identity is None:
            return Place("", "", stopped=True)
        purpose, customer = consents.MARKETING, identity.customer_id
        stopped = consents.withdrawn(session, customer, purpose, identity.kind)
    return Place(identity.kind, masked(identity.address), stopped)


def masked(address: str) -> str:
    """Enough for its owner to know it, for nobody else: who forwards a mail forwards its link."""
    name, at, domain = address.rpartition("@")
    if at:
        return f"{name[:1]}•••@{domain}"
    return f"•••{address[-4:]}" if len(address) > 6 else "•••"


def _language(app: App, request: Request) -> str:
    chosen = request.query_params.get("lang", "")
    accepted = request.headers.get("accept-language", "")
    return chosen if chosen in WORDS else choose(accepted, app.settings.company.language)


def _page(
    app: App, lang: str, state: str, status: int = 200, place: Place | None = None
) -> Response:
    values: Mapping[str, Any] = {
        **common(app),
        "lang": lang,
        "words": WORDS[lang],
        "others": {code: name for code, name in LANGUAGES.items() if code != lang},
        "state": state,
        "place": place,
    }
    response = page("unsubscribe.html", status=status, **values)
    response.headers.update(HEADERS)
    return response
