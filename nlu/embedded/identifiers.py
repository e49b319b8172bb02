"""Numbers and addresses that name something: orders, cards, complaints, codes, phones, email."""

import re
from datetime import date

import phonenumbers

from nlu.embedded.found import Found

_ORDER = re.compile(r"(?<![\w])ts[ \t-]{0,3}(\d{6})(?!\d)")
_COMPLAINT = re.compile(r"(?<![\w])k[ \t-]{0,3}(20\d{2})[ \t/-]{0,3}(\d{6})(?!\d)")
_CARD = re.compile(r"(?<![\w])vip[ \t-]{0,3}((?:\d[ \t-]?){7}\d)(?!\d)")
_BARE_CARD = re.compile(r"(?<![\w-])(\d{4}[ \t-]?\d{4})(?![\w-])")
_CARD_WORDS = re.compile(r"kartu|card|member|vip")
_CODE = re.compile(r"(?<![\w.,/+-])(\d{3}[ \t-]?\d{3})(?![\w/-]|[.,]\d)")
_PHONE = re.compile(r"(?<![\w.,/-])(?:\+|0|62|8)[\d ().-]{6,20}\d(?![\w/-])")
_EMAIL = re.compile(r"[a-z0-9._%+-]{1,64}@(?:[a-z0-9-]{1,63}\.){1,8}[a-z]{2,24}(?![\w])")


def find_orders(text: str, _today: date) -> list[Found]:
    """Order numbers, "ts 204815" included, as TS-204815."""
    return [Found(m.start(), m.end(), f"TS-{m[1]}") for m in _ORDER.finditer(text)]


def find_complaints(text: str, _today: date) -> list[Found]:
    """Complaint numbers as K-2026-000123."""
    return [Found(m.start(), m.end(), f"K-{m[1]}-{m[2]}") for m in _COMPLAINT.finditer(text)]


def find_cards(text: str, _today: date) -> list[Found]:
    """Loyalty cards with a right check digit as VIP-12345678.

    Eight digits alone count if the message speaks of a card.
    """
    matches = list(_CARD.finditer(text))
    if not matches and _CARD_WORDS.search(text):
        matches = list(_BARE_CARD.finditer(text))
    found = []
    for match in matches:
        digits = re.sub(r"\D", "", match[1])
        if luhn(digits):
            found.append(Found(match.start(), match.end(), f"VIP-{digits}"))
    return found


def luhn(digits: str) -> bool:
    """Whether the last digit is the check digit of the others (ISO/IEC 7812-1, annex B)."""
    total = 0
    for position, digit in enumerate(reversed(digits)):
        value = int(digit) * (2 if position % 2 else 1)
        total += value - 9 if value > 9 else value
    return total % 10 == 0


def find_codes(text: str, _today: date) -> list[Found]:
    """One-time codes: six digits standing alone."""
    return [Found(m.start(), m.end(), re.sub(r"\D", "", m[1])) for m in _CODE.finditer(text)]


def find_phones(text: str, _today: date) -> list[Found]:
    """Phone numbers valid in Indonesia, or anywhere if written with +, as E.164."""
    found = []
    for match in _PHONE.finditer(text):
        try:
            number = phonenumbers.parse(match[0], "ID")
        except phonenumbers.NumberParseException:
            continue
        if phonenumbers.is_valid_number(number):
            value = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
            found.append(Found(match.start(), match.end(), value))
    return found


def find_emails(text: str, _today: date) -> list[Found]:
    """Email addresses, in lower case."""
    if "@" not in text:
        return []
    return [Found(m.start(), m.end(), m[0]) for m in _EMAIL.finditer(text)]
