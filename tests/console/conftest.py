"""A shop with its staff, browsers for them, and Ana who has asked for a person."""

from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

import pytest

from bot.app import App
from bot.web import create_web
from crm_store import conversations, lookups, messages, staff
from crm_store.models import Conversation, Message
from tests.console import cast
from tests.console.cast import Browser


@pytest.fixture
def app(tmp_path: Path) -> Iterator[App]:
    built = cast.open_shop(cast.settings(tmp_path))
    yield built
    built.close()


@pytest.fixture
def open_browser() -> Iterator[Callable[[App], Browser]]:
    """A new browser on any program; closed at the end."""
    opened: list[Browser] = []
    site = cache(lambda key: create_web(apps[key]))
    apps: dict[int, App] = {}

    def make(app: App) -> Browser:
        apps[id(app)] = app
        opened.append(Browser(site(id(app))))
        return opened[-1]

    yield make
    for one in opened:
        one.close()


@pytest.fixture
def browser(app: App, open_browser: Callable[[App], Browser]) -> Callable[[], Browser]:
    """A new browser that nobody is signed in with."""
    return lambda: open_browser(app)


@pytest.fixture
def signed_in(app: App, browser: Callable[[], Browser]) -> Callable[[str], Browser]:
    """A browser with an open session; the sign-in form has tests of its own."""

    def enter(email: str) -> Browser:
        one = browser()
        with app.db.transaction() as session:
            found = staff.by_email(session, email)
            assert found is not None
            one.cookies.set("akrab_staff", staff.open_session(session, found.id), "localhost.local")
        return one

    return enter


@pytest.fixture
def rani(signed_in: Callable[[str], Browser]) -> Browser:
    return signed_in(cast.RANI)


@pytest.fixture
def waiting(app: App) -> int:
    """Ana's conversation, in the queue of the service team."""
    cast.ana_says(app, "mau bicara sama orang")
    with app.db.transaction() as session:
        talk = lookups.conversation_at(session, "whatsapp", cast.ANA)
        assert talk is not None
        talk.team = "service"
        return talk.id


@pytest.fixture
def taken(rani: Browser, waiting: int) -> int:
    """The same, taken by Rani."""
    assert cast.post(rani, f"/console/conversations/{waiting}/take").status_code == 303
    return waiting


@pytest.fixture
def said(app: App) -> Callable[[int], list[Message]]:
    """Everything in a conversation's thread."""

    def read(conversation_id: int) -> list[Message]:
        with app.db.reading() as session:
            return messages.thread(session, conversation_id)

    return read


@pytest.fixture
def talk(app: App) -> Callable[[int], Conversation]:
    """A conversation as it is now."""

    def read(conversation_id: int) -> Conversation:
        with app.db.reading() as session:
            return conversations.get(session, conversation_id)

    return read
