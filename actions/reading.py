"""What people type, read as the numbers and addresses the store keeps."""

import re
from dataclasses import dataclass

import phonenumbers

ORDER = re.compile(r"\bTS[\s-]*(\d{6})\b", re.I)
COMPLAINT = re.compile(r"\bK[\s-]*(\d{4})[\s-]*(\d{1,6})\b", re.I)
CARD = re.compile(r"\bVIP[\s-]*((?:\d[\s-]?){7}\d)\b", re.I)
EMAIL = re.compile(r"[^\s<>@,;]+@[^\s<>@,;]+\.[A-Za-z]{2,}")
CODE = re.compile(r"(?<!\d)(\d{3})[\s-]?(\d{3})(?!\d)")
AGREES = re.compile(r"\W*(i?ya+h?|yes|yep|yup|ok|oke|okay|betul|benar|sure)\b", re.I)
NAME_WORDS = 4
NO_NAME = re.compile(
    r"\d|[^\w.'’-]|^(nama\w*|saya|aku|gw|gue|panggil|kak|min|my|name|is|i|am|call|me|it's|its|ya|"
    r"jadi|atas|the|please|dong|aja|saja|to|ganti|adalah|yes|no|tidak|iya|change)$",
    re.I,
)
EMAIL_LENGTH = 254
PLACE = re.compile(
    r"\b(?:di|in)\s+(?:kota\s+|daerah\s+|wilayah\s+)?"
    r"(?!(?:ma?na|sini|situ|sana|toko\w*|outlet|gerai|cabang|hari|hr|akhir|tanggal|tgl|bulan|jam|"
    r"saat|waktu|minggu|senin|selasa|rabu|kamis|jum.?at|sabtu|libur\w*|weekend|dekat|deket|sekitar|"
    r"rumah|tempat|jalan|jln?|mall?|kota\w*|semua|seluruh|indonesia|website|web|aplikasi|google|maps?|"
    r"the|your|my|this|that|any|all|which|what|case|general|store|shop|town|person|english|"
    r"december|january|[a-z]*(?:day|days|ing))\b)([^\W\d_]{3,})",
    re.I,
)
"""A word after "di" or "in" that may be a city."""


@dataclass(frozen=True, slots=True)
class Address:
    """Where a person can be reached, or a card that names them. `kind`: phone, email, card."""

    kind: str
    value: str

    def __str__(self) -> str:
        return self.value


def is_bare_name(text: str) -> bool:
    """Whether the text is one to four words that may all be part of a name."""
    words = text.split()
    return 0 < len(words) <= NAME_WORDS and not any(NO_NAME.search(word) for word in words)


def agrees(text: str) -> bool:
    """Whether the text begins with a yes, as in "ya, batalkan"."""
    return AGREES.match(text) is not None


def order_number(text: str) -> str | None:
    """ "ts 204815" -> "TS-204815"."""
    match = ORDER.search(text)
    return f"TS-{match[1]}" if match else None


def complaint_number(text: str) -> str | None:
    """ "k2026 123" -> "K-2026-000123"."""
    match = COMPLAINT.search(text)
    return f"K-{match[1]}-{int(match[2]):06d}" if match else None


def card_number(text: str) -> str | None:
    """ "vip 1234 5678" -> "VIP-12345678"."""
    match = CARD.search(text)
    return "VIP-" + re.sub(r"\D", "", match[1]) if match else None


def email(text: str) -> str | None:
    """The first email address in the text, lower case."""
    match = EMAIL.search(text)
    found = match[0].rstrip(".").lower() if match else ""
    return found if 0 < len(found) <= EMAIL_LENGTH else None


def phone(text: str, country: str = "ID") -> str | None:
    """The first valid phone number in the text as E.164."""
    for match in phonenumbers.PhoneNumberMatcher(text, country, phonenumbers.Leniency.POSSIBLE):
        return phonenumbers.format_number(match.number, phonenumbers.PhoneNumberFormat.E164)
    return None


def place(text: str) -> str | None:
    """ "jam buka di Medan" -> "Medan"; None if no place is named."""
    match = PLACE.search(text)
    return match[1] if match else None


def code(text: str) -> str | None:
    """Six digits, "123 456" too."""
    match = CODE.search(text)
    return match[1] + match[2] if match else None


def address(text: str, country: str = "ID") -> Address | None:
    """A card number, email address or phone number, whichever the text holds."""
    readers = (("card", card_number), ("email", email))
    for kind, read in readers:
        if found := read(text):
            return Address(kind, found)
    number = phone(text, country)
    return Address("phone", number) if number else None
