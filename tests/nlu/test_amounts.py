"""Amounts of money in messages."""

from datetime import date

import pytest

from nlu.embedded.amounts import find_amounts

AMOUNTS = [
    ("1,5 jt", 1_500_000),
    ("1.5 juta", 1_500_000),
    ("1,25jt", 1_250_000),
    ("250rb", 250_000),
    ("250 ribu", 250_000),
    ("500k", 500_000),
    ("rp 1.500.000", 1_500_000),
    ("rp1.500.000,-", 1_500_000),
    ("rp. 75.000", 75_000),
    ("rp 1.500.000,50", 1_500_000),
    ("idr 2,500,000", 2_500_000),
    ("500000", 500_000),
    ("2.000.000", 2_000_000),
    ("2 juta", 2_000_000),
    ("2 million", 2_000_000),
    ("3 miliar", 3_000_000_000),
    ("5000 rupiah", 5_000),
    ("100 perak", 100),
    ("dua juta", 2_000_000),
    ("dua juta lima ratus ribu", 2_500_000),
    ("tiga ratus lima puluh ribu", 350_000),
    ("seratus ribu", 100_000),
    ("lima belas ribu", 15_000),
    ("setengah juta", 500_000),
    ("seribu", 1_000),
    ("sejuta", 1_000_000),
    ("goceng", 5_000),
    ("ceban", 10_000),
    ("two hundred thousand", 200_000),
    ("twenty five thousand", 25_000),
    ("500rban", 500_000),
]
NOT_AMOUNTS = [
    "2 pintu", "tahun 2026", "ts-204815", "k-2026-000123", "+62812-0000-1234", "123456",
    "jam 10.30", "satu saja", "vip-12345674", "nol", "0 rupiah", "12/05/2026",
]  # fmt: skip


@pytest.mark.parametrize(("text", "value"), AMOUNTS)
def test_an_amount_is_read(text: str, value: int) -> None:
    found = find_amounts(f"budget {text} bisa?", date(2026, 11, 22))
    assert [each.value for each in found] == [value]


@pytest.mark.parametrize("text", NOT_AMOUNTS)
def test_other_numbers_are_no_amounts(text: str) -> None:
    assert find_amounts(f"ini {text} ya", date(2026, 11, 22)) == []


def test_offsets_hold_exactly_the_amount() -> None:
    text = "harganya rp 1,5 jt ya"
    found = find_amounts(text, date(2026, 11, 22))[0]
    assert text[found.start : found.end] == "rp 1,5 jt"
