"""Who may be played in the simulator, and what the visitor is invited to try."""

import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass

from bot.demo.cast import ANA_EMAIL, ANA_PHONE, BUDI_PHONE
from channels.base import ChannelKind

NEW = re.compile(r"new-([0-9a-f]{8})")
KINDS = (ChannelKind.WHATSAPP, ChannelKind.SMS, ChannelKind.TELEGRAM, ChannelKind.EMAIL)


@dataclass(frozen=True, slots=True)
class Step:
    """One thing to try: a text on a phone, or sharing the contact there."""

    kind: ChannelKind
    title: str
    hint: str
    text: str = ""
    contact: bool = False


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody with an address per phone; `name` is what the phones tell, if anything."""

    key: str
    label: str
    first_name: str
    name: str | None
    phone: str
    addresses: Mapping[ChannelKind, str]
    steps: tuple[Step, ...]


WHATSAPP, SMS, TELEGRAM, EMAIL = KINDS
JOIN = Step(WHATSAPP, "Join on WhatsApp", "“mau daftar member”", "mau daftar member")
POINTS = Step(WHATSAPP, "Ask for your points", "WhatsApp: “poin saya berapa”", "poin saya berapa")
PROVE = Step(TELEGRAM, "Prove it is you", "Telegram: share my contact", contact=True)
COMPLAIN = Step(EMAIL, "Complain by email", "“my fridge is broken”", "my fridge is broken")
PERSON = Step(SMS, "Ask for a person", "SMS: “mau bicara sama orang”", "mau bicara sama orang")
NEWCOMER = (JOIN, PROVE, COMPLAIN, PERSON)
CHIPS: Mapping[ChannelKind, tuple[str, ...]] = {
    WHATSAPP: ("mau daftar member", "poin saya berapa", "mau bicara sama orang"),
    SMS: ("poin saya berapa", "jam buka toko?", "STOP"),
    TELEGRAM: ("poin saya berapa", "stok kulkas ada?"),
    EMAIL: ("my fridge is broken", "where is my order?"),
}


def _addresses(phone: str, telegram: str, email: str) -> dict[ChannelKind, str]:
    return {WHATSAPP: phone, SMS: phone, TELEGRAM: telegram, EMAIL: email}


ANA = Person(
    "ana",
    "Ana",
    "Ana",
    "Ana Permata",
    ANA_PHONE,
    _addresses(ANA_PHONE, "799000001", ANA_EMAIL),
    NEWCOMER,
)
BUDI = Person(
    "budi",
    "Budi",
    "Budi",
    "Budi Hartono",
    BUDI_PHONE,
    _addresses(BUDI_PHONE, "799000002", "budi@surat.example"),
    (POINTS, PROVE, COMPLAIN, PERSON),
)


def find(key: str) -> Person | None:
    """The person with this key: ana, budi, or new-<eight hexadecimal digits>."""
    known = {person.key: person for person in (ANA, BUDI)}
    match = NEW.fullmatch(key)
    return _newcomer(key, match[1]) if match else known.get(key)


def new_key() -> str:
    """A key for somebody nobody has heard of."""
    return f"new-{secrets.token_hex(4)}"


def _newcomer(key: str, digits: str) -> Person:
    number = int(digits, 16) % 10**8
    phone = f"+62813{number:08d}"
    addresses = _addresses(phone, f"8{number:09d}", f"baru.{digits}@surat.example")
    return Person(key, "New customer", "somebody new", None, phone, addresses, NEWCOMER)
