"""Numbers, money, dates and hours as read in Indonesia and abroad."""

from datetime import UTC, datetime

import pytest

from actions import formats


@pytest.mark.parametrize(
    ("amount", "currency", "language", "text"),
    [
        (1_500_000, "IDR", "id", "Rp 1.500.000"),
        (1_500_000, "IDR", "en", "Rp 1,500,000"),
        (-500, "IDR", "id", "-Rp 500"),
        (123_456, "USD", "en", "US$ 1,234.56"),
        (123_456, "USD", "id", "US$ 1.234,56"),
        (500, "SGD", "en", "SGD 5.00"),
    ],
)
def test_money(amount: int, currency: str, language: str, text: str) -> None:
    assert formats.money(amount, currency, language) == text


@pytest.mark.parametrize(("language", "text"), [("id", "12 Mei 2026"), ("en", "12 May 2026")])
def test_a_day_is_the_day_in_the_company_zone(language: str, text: str) -> None:
    late = datetime(2026, 5, 11, 18, 30, tzinfo=UTC)
    assert formats.day(late, language, "Asia/Jakarta") == text


def test_hours_in_indonesian() -> None:
    said = formats.hours("Mon-Sat 09:00-21:00; Sun 10:00-20:00", "id")
    assert said == "Senin-Sabtu 09.00-21.00; Minggu 10.00-20.00"


@pytest.mark.parametrize(
    ("address", "shown"),
    [("+6281200000001", "+62*******0001"), ("ana@mail.example", "a***@mail.example")],
)
def test_an_address_is_masked(address: str, shown: str) -> None:
    assert formats.mask(address) == shown
