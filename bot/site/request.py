"""What a view needs to know of its request: the program, and whether htmx asks for a fragment."""

from typing import Annotated, Any

from fastapi import Depends, Request, Response
from fastapi.responses import RedirectResponse

from bot.app import App

LONGEST = 4_000
"""Characters a person may write at once on our own pages."""


class PageError(Exception):
    """An answer other than the page: a status, a title and a sentence for whoever reads it."""

    def __init__(self, status: int, title: str, text: str, back: str = "/") -> None:
        super().__init__(title)
        self.status, self.title, self.text, self.back = status, title, text, back


def expired_form(back: str) -> PageError:
    """The form was not made by us for this visitor, or long ago."""
    return PageError(403, "This form has expired", "Open the page again and retry.", back)


def current_app(request: Request) -> App:
    """The program this request is served by."""
    app: App = request.app.state.akrab
    return app


CurrentApp = Annotated[App, Depends(current_app)]


def wants_fragment(request: Request) -> bool:
    """Whether htmx asks, which puts the answer into the page; without it whole pages are shown."""
    return request.headers.get("hx-request") == "true"


def see(address: str) -> Response:
    """After a form: show that page (303, RFC 9110 section 15.4.4)."""
    return RedirectResponse(address, 303)


def common(app: App) -> dict[str, Any]:
    """What every page shows."""
    return {"company": app.settings.company, "simulator_enabled": app.settings.simulator.enabled}


def set_cookie(
    app: App, response: Response, name: str, value: str, *, framed: bool = False
) -> None:
    """Keep a value in the browser for a year, out of reach of scripts.

    A framed page gets its cookie on another site only with SameSite=None and Partitioned (CHIPS),
    which browsers accept over https alone.
    """
    secure = app.settings.web.public_url.startswith("https://")
    cross = "; SameSite=None; Partitioned" if framed and secure else "; SameSite=Lax"
    value = f"{name}={value}; Path=/; Max-Age=31536000; HttpOnly{cross}"
    response.headers.append("Set-Cookie", value + ("; Secure" if secure else ""))
