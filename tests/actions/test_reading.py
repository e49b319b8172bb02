"""What people type, read as the numbers and addresses the store keeps."""

import pytest

from actions import reading
from actions.reading import Address


@pytest.mark.parametrize("text", ["TS-204815", "ts 204815", "pesanan ts204815 dong"])
def test_an_order_number(text: str) -> None:
    assert reading.order_number(text) == "TS-204815"


@pytest.mark.parametrize("text", ["K-2026-000123", "k 2026 123", "komplain k2026-000123 gimana"])
def test_a_complaint_number(text: str) -> None:
    assert reading.complaint_number(text) == "K-2026-000123"


@pytest.mark.parametrize("text", ["vip 1234 5678", "VIP-12345678", "kartu vip1234-5678"])
def test_a_card_number(text: str) -> None:
    assert reading.card_number(text) == "VIP-12345678"


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("0812-0000-0001", Address("phone", "+6281200000001")),
        ("nomor saya +62 812 0000 0001 ya", Address("phone", "+6281200000001")),
        ("Ana@Mail.Example.", Address("email", "ana@mail.example")),
        ("vip 1234 5678", Address("card", "VIP-12345678")),
        ("rahasia", None),
        ("", None),
    ],
)
def test_an_address(text: str, address: Address | None) -> None:
    assert reading.address(text) == address


@pytest.mark.parametrize(
    ("text", "code"),
    [("123456", "123456"), ("kodenya 123 456", "123456"), ("12345", None), ("1234567", None)],
)
def test_a_code(text: str, code: str | None) -> None:
    assert reading.code(text) == code


@pytest.mark.parametrize(
    ("text", "bare"),
    [("Siti Aminah", True), ("nama saya Siti", False), ("0812", False), ("a b c d e", False)],
)
def test_a_bare_name(text: str, bare: bool) -> None:
    assert reading.is_bare_name(text) is bare
