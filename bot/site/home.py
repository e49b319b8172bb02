"""The front page: what is running here, and where its doors are."""

from dataclasses import dataclass

from fastapi import APIRouter, Response

from bot.app import App
from bot.site.pages import number, page
from bot.site.request import CurrentApp, common
from channels.web import WebChannel
from crm_store import console_queries

router = APIRouter()


@dataclass(frozen=True, slots=True)
class Door:
    """One way in."""

    href: str
    icon: str
    title: str
    text: str


CHAT = Door("/chat", "chat", "Web chat", "The page for your customers, on a phone or in a frame.")
DESK = Door("/console", "hand", "Console", "Staff take over with the whole history in front.")
PHONES = Door(
    "/simulator", "phones", "Simulator", "Four phones beside one profile. The quickest way to see."
)


@router.get("/")
def show(app: CurrentApp) -> Response:
    """The landing page."""
    return page("home.html", **common(app), doors=doors(app), facts=_facts(app))


def doors(app: App) -> list[Door]:
    """The parts that are switched on."""
    chat = any(isinstance(channel, WebChannel) for channel in app.channels.values())
    wanted = ((app.settings.simulator.enabled, PHONES), (chat, CHAT), (True, DESK))
    return [door for is_on, door in wanted if is_on]


def _facts(app: App) -> list[tuple[str, str]]:
    with app.db.reading() as session:
        customers, said = console_queries.remembered(session)
    return [
        ("Company", app.settings.company.name),
        ("Dialogue engine", app.engine.name),
        ("Store", {"sqlite": "SQLite", "postgresql": "PostgreSQL"}[app.db.dialect]),
        ("Channels", str(len(app.channels))),
        ("Customers known", number(customers)),
        ("Messages remembered", number(said)),
    ]
