"""Numbers and addresses that name something."""

from datetime import date

import pytest

from nlu.embedded import choices, identifiers
from nlu.embedded.found import Finder

TODAY = date(2026, 11, 22)
CASES: list[tuple[Finder, str, str | None]] = [
    (identifiers.find_orders, "nomornya ts-204815 min", "TS-204815"),
    (identifiers.find_orders, "ts 204815", "TS-204815"),
    (identifiers.find_orders, "ts204815", "TS-204815"),
    (identifiers.find_orders, "ts-2048155", None),
    (identifiers.find_orders, "bots-204815", None),
    (identifiers.find_complaints, "k-2026-000123", "K-2026-000123"),
    (identifiers.find_complaints, "k 2026 000123 gimana", "K-2026-000123"),
    (identifiers.find_complaints, "k-1999-000123", None),
    (identifiers.find_cards, "vip-12345674", "VIP-12345674"),
    (identifiers.find_cards, "vip 1234 5674", "VIP-12345674"),
    (identifiers.find_cards, "vip12345674", "VIP-12345674"),
    (identifiers.find_cards, "vip-12345678", None),
    (identifiers.find_cards, "nomor kartu 1234 5674", "VIP-12345674"),
    (identifiers.find_cards, "kode 12345674", None),
    (identifiers.find_codes, "kodenya 123456", "123456"),
    (identifiers.find_codes, "123 456", "123456"),
    (identifiers.find_codes, "ts-123456", None),
    (identifiers.find_codes, "1234567", None),
    (identifiers.find_phones, "hp saya 0812-0000-1234", "+6281200001234"),
    (identifiers.find_phones, "+62 812 0000 1234", "+6281200001234"),
    (identifiers.find_phones, "6281200001234", "+6281200001234"),
    (identifiers.find_phones, "0812", None),
    (identifiers.find_phones, "12345678901234567890", None),
    (identifiers.find_emails, "email ana@pelanggan.example ya", "ana@pelanggan.example"),
    (identifiers.find_emails, "ana at example", None),
    (choices.find_languages, "pakai bahasa inggris dong", "en"),
    (choices.find_languages, "indo aja", "id"),
    (choices.find_channels, "lewat wa saja", "whatsapp"),
    (choices.find_channels, "via e-mail", "email"),
    (choices.find_channels, "tulis ke ana@web.example", None),
]


@pytest.mark.parametrize(("find", "text", "value"), CASES)
def test_an_identifier_is_read(find: Finder, text: str, value: str | None) -> None:
    assert [each.value for each in find(text, TODAY)] == ([value] if value else [])


@pytest.mark.parametrize(("digits", "right"), [("12345674", True), ("12345678", False)])
def test_the_check_digit_is_luhns(digits: str, right: bool) -> None:
    assert identifiers.luhn(digits) is right
