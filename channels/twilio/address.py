"""Twilio's addresses ("whatsapp:+62…") -> our kind and address, and back."""

import re
from dataclasses import dataclass

from channels.base import ChannelKind
from channels.phones import e164, is_e164

# Meta: <country>.<1-128 letters and digits>; ENT marks the id of a parent business.
_SCOPED_ID = re.compile(r"[A-Z]{2}\.(?:ENT\.)?[A-Za-z0-9]{1,128}\Z", re.ASCII)
# Other products' addresses have a colon: "rcs:", "messenger:".
_SHORT_OR_NAMED = re.compile(r"[^:\x00-\x1f\x7f]{1,40}\Z")
_SPACE_FOR_PLUS = re.compile(r" (?=[1-9]\d{1,14}\s*\Z)", re.ASCII)
_NUMBER = re.compile(r"\+[1-9]\d{1,14}\Z", re.ASCII)
_SUBSCRIBER = re.compile(r"\d{9,15}\Z", re.ASCII)  # short codes have up to 8 digits
_PREFIX = "whatsapp:"


@dataclass(frozen=True, slots=True)
class Address:
    """Where somebody is reached. `value` is E.164, a business-scoped id or an SMS sender's name."""

    kind: ChannelKind
    value: str

    @property
    def phone(self) -> str | None:
        """The address if it is a phone number."""
        return self.value if is_e164(self.value) else None

    @property
    def is_machine(self) -> bool:
        """Whether a service sends from here, not a person: a short code or a sender's name."""
        return self.kind is ChannelKind.SMS and not self.value.startswith("+")


def is_scoped_id(text: str) -> bool:
    """Whether this is WhatsApp's business-scoped user id, such as "ID.4566540000000001"."""
    return _SCOPED_ID.match(text) is not None


def read(text: str, country: str = "") -> Address | None:
    """Read `From` or `To`; None for an address of a kind that we do not serve (Messenger, RCS).

    `country` (ISO 3166) is where a number in national form is from; Indonesia if it is left out.
    """
    # Sent without being encoded, a plus arrives as a space.
    stripped = _SPACE_FOR_PLUS.sub("+", text).strip()
    if stripped[: len(_PREFIX)].lower() == _PREFIX:
        return _whatsapp(stripped[len(_PREFIX) :].strip())
    if is_scoped_id(stripped):
        return Address(ChannelKind.WHATSAPP, stripped)
    if _SUBSCRIBER.match(stripped):
        return Address(ChannelKind.SMS, e164(stripped, country or "ID") or stripped)
    return Address(ChannelKind.SMS, stripped) if _SHORT_OR_NAMED.match(stripped) else None


def write(kind: ChannelKind, value: str) -> str:
    """The form Twilio takes as `To` and `From`."""
    return f"{_PREFIX}{value}" if kind is ChannelKind.WHATSAPP else value


def whatsapp_phone(digits: str) -> str | None:
    """`WaId` (digits without plus) as E.164."""
    number = f"+{digits.strip().removeprefix('+')}"
    return number if is_e164(number) else None


def _whatsapp(value: str) -> Address | None:
    number = f"+{value}" if value.isascii() and value.isdigit() else value
    known = _NUMBER.match(number) or is_scoped_id(number)
    # Words such as "anonymous" stand for many people, who must not share a conversation.
    return Address(ChannelKind.WHATSAPP, number) if known else None
