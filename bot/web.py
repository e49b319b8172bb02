"""The web edge: every page and webhook under one roof, with what must hold for all of them."""

from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.staticfiles import StaticFiles
from starlette.exceptions import HTTPException
from starlette.types import Scope

from bot import webhooks
from bot.app import App
from bot.console import routes as console
from bot.console.access import SignInNeededError
from bot.rasa import action_server
from bot.simulator import views as simulator
from bot.site import home
from bot.site.pages import STATIC, VENDOR, page
from bot.site.request import PageError, common, see
from bot.unsubscribe import pages as unsubscribe
from bot.webchat import views as webchat

TITLES = {404: "Nothing here", 405: "Not like this", 413: "Too large"}
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]


def create_web(app: App) -> FastAPI:
    """The whole site over a built program."""
    web = FastAPI(title="Akrab", docs_url=None, redoc_url=None, openapi_url=None)
    web.state.akrab = app
    web.include_router(webhooks.routes(app))
    web.include_router(action_server.routes(app))
    web.include_router(unsubscribe.routes(app))
    for router in (home.router, webchat.router, simulator.router, *console.routers):
        web.include_router(router)
    web.mount("/static/vendor", KeptFiles(directory=VENDOR), "vendor")
    web.mount("/static", KeptFiles(directory=STATIC), "static")
    web.add_exception_handler(PageError, _page_error)
    web.add_exception_handler(SignInNeededError, _sign_in_needed)
    web.add_exception_handler(HTTPException, _http_error)
    web.add_exception_handler(RequestValidationError, _not_ours)
    web.add_middleware(Doorman, app=app)
    return web


LARGEST_FORM = 1_000_000
"""Bytes of a request to a page."""


class KeptFiles(StaticFiles):
    """Files whose address changes with their content: browsers may keep them for good."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        response = await super().get_response(path, scope)
        if b"v=" in scope.get("query_string", b"") and response.status_code == 200:
            response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
        return response


class Doorman:
    """Refuses bodies too large for a form, and adds the security headers an answer has not set."""

    def __init__(self, inner: Any, app: App) -> None:
        self._inner = inner
        self._largest = app.settings.web.largest_body
        self._frames = app.settings.web.embed_on
        self._https = app.settings.web.public_url.startswith("https://")

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._inner(scope, receive, send)
            return
        headers = self._headers(scope["path"])

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                own = {name.lower() for name, _ in message["headers"]}
                message["headers"] = [
                    *message["headers"],
                    *(header for header in headers if header[0] not in own),
                ]
            await send(message)

        await self._inner(scope, _limited(receive, self._limit(scope["path"])), send_with_headers)

    def _limit(self, path: str) -> int:
        """Providers send mails with photos; people fill in forms."""
        machines = path.startswith(("/webhooks/", "/actions/"))
        return self._largest if machines else min(self._largest, LARGEST_FORM)

    def _headers(self, path: str) -> list[tuple[bytes, bytes]]:
        frames = " ".join(("'self'", *self._frames)) if path.startswith("/chat") else "'none'"
        files = "frame-src 'self'; media-src 'self'; " if path.startswith("/console") else ""
        policy = (
            "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
            "connect-src 'self'; form-action 'self'; base-uri 'none'; "
            f"{files}frame-ancestors {frames}"
        )
        headers = {
            "content-security-policy": policy,
            "x-content-type-options": "nosniff",
            "referrer-policy": "same-origin",
            "permissions-policy": "camera=(), microphone=(), geolocation=()",
            "cross-origin-opener-policy": "same-origin",
        }
        if self._https:
            headers["strict-transport-security"] = "max-age=31536000"
        return [(name.encode(), value.encode()) for name, value in headers.items()]


def _limited(receive: Receive, largest: int) -> Receive:
    seen = 0

    async def receive_some() -> Message:
        nonlocal seen
        message = await receive()
        seen += len(message.get("body", b""))
        if seen > largest:
            raise HTTPException(413, "That is more than this server takes at once.")
        return message

    return receive_some


async def _page_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, PageError)
    return _told(request, error.status, error.title, error.text, error.back)


async def _http_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    title = TITLES.get(error.status_code, "That did not work")
    response = _told(request, error.status_code, title, str(error.detail), "/")
    response.headers.update(error.headers or {})
    return response


async def _not_ours(request: Request, error: Exception) -> Response:
    text = "There is nothing at this address, or this form is not one of ours."
    return _told(request, 422, "That did not work", text, "/")


async def _sign_in_needed(request: Request, error: Exception) -> Response:
    if request.headers.get("hx-request"):
        return Response(status_code=401, headers={"HX-Redirect": "/console/sign-in"})
    return see("/console/sign-in")


def _told(request: Request, status: int, title: str, text: str, back: str) -> Response:
    if request.headers.get("hx-request"):
        return Response(text, status, media_type="text/plain")
    values = common(request.app.state.akrab)
    shown = {"title": title, "text": text, "back": back, "back_text": "Go back"}
    return page("error.html", status=status, **values, **shown)
