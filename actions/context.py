"""Who and what the running turn is about, and what the actions ask of the product."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from crm_store.session import Session


@dataclass(frozen=True, slots=True)
class Company:
    """What actions need to know of the company. `welcome_points` are earned by enrolling."""

    name: str = "Toko Sinar"
    timezone: str = "Asia/Jakarta"
    country: str = "ID"
    currency: str = "IDR"
    welcome_points: int = 0
    points_months: int = 12


@dataclass(frozen=True, slots=True)
class TurnContext:
    """One turn. `verified`: the channel or a code vouches for who is writing.

    `channel` is the configured name, `kind` the kind of channel (whatsapp, telegram, …), `now` an
    aware UTC time.
    """

    session: Session
    customer_id: int
    identity_id: int
    conversation_id: int
    message_id: int
    channel: str
    kind: str
    text: str
    verified: bool
    language: str
    now: datetime
    company: Company = Company()

    def key(self, what: str) -> str:
        """An idempotency key: the same for every repeat of this message."""
        return f"{what}:message:{self.message_id}"

    def request_person(self, reason: str) -> None:
        """Ask the product to put the conversation into the queue for a person."""
        requests().append(PersonWanted(reason))

    def ask_contact(self) -> None:
        """Ask the product to show the channel's own "share my phone number" button."""
        requests().append(ContactWanted())

    def send_code(self, kind: str, address: str, text: str, code: str) -> None:
        """Ask the product to queue a one-time code for another address.

        `kind` is the kind of channel, `text` the whole message to send there, code included.
        """
        requests().append(CodeWanted(kind, address, text, code))


@dataclass(frozen=True, slots=True)
class PersonWanted:
    """Hand this conversation over. `reason` is what staff read."""

    reason: str


@dataclass(frozen=True, slots=True)
class ContactWanted:
    """Send this turn's last reply with a contact-share button (Telegram)."""


@dataclass(frozen=True, slots=True)
class CodeWanted:
    """Queue `text` to another address; it never shows in this conversation."""

    kind: str
    address: str
    text: str
    code: str = ""
    """For channels that let us send only the code, in words of their own."""


Request = PersonWanted | ContactWanted | CodeWanted


class NoTurn(RuntimeError):
    """Actions run inside `with running(context)`."""

    def __init__(self) -> None:
        super().__init__(self.__doc__)


_current: ContextVar[TurnContext | None] = ContextVar("turn", default=None)
_requests: ContextVar[list[Request] | None] = ContextVar("requests", default=None)


@contextmanager
def running(context: TurnContext) -> Iterator[list[Request]]:
    """Run actions for one turn; yields the requests they make, in order."""
    wanted: list[Request] = []
    turn, asked = _current.set(context), _requests.set(wanted)
    try:
        yield wanted
    finally:
        _current.reset(turn)
        _requests.reset(asked)


def current() -> TurnContext:
    """The running turn, as the last action left it. Raises NoTurn."""
    context = _current.get()
    if context is None:
        raise NoTurn
    return context


def requests() -> list[Request]:
    """What the actions of this turn have asked for so far. Raises NoTurn."""
    wanted = _requests.get()
    if wanted is None:
        raise NoTurn
    return wanted


def change(**values: Any) -> TurnContext:
    """Replace parts of the running turn: after a code, `customer_id` and `verified`."""
    context = replace(current(), **values)
    _current.set(context)
    return context
