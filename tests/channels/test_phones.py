"""Phone numbers as people in Indonesia type them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from channels.phones import country, e164, is_e164

NUMBER = "+6281200000001"


@pytest.mark.parametrize(
    "typed",
    [
        "+6281200000001",
        "+62 812-0000-0001",
        "0812 0000 0001",
        "0812-0000-0001",
        "(0812) 0000.0001",
        "6281200000001",
        "62 812 0000 0001",
        "00 62 812 0000 0001",
        "\u202a+62 812\u20110000\u20110001\u202c",
    ],
)
def test_all_ways_to_write_a_number_are_one(typed):
    assert e164(typed) == NUMBER


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "halo",
        "123",
        "+",
        "TS-204815",
        "٠٨١٢٠٠٠٠٠٠٠١",
        "0812 0000 0001 ext 5",
        "8" * 100,
        "+999 1",
    ],
)
def test_what_is_no_number_gives_none(typed):
    assert e164(typed) is None


def test_a_foreign_number_keeps_its_country():
    assert e164("+65 9123 4567") == "+6591234567"
    assert e164("9123 4567", "SG") == "+6591234567"


def test_the_country_of_a_number_is_known():
    assert (country(NUMBER), country("+14155238886"), country("x")) == ("ID", "US", None)


@given(st.text())
def test_any_text_gives_e164_or_none(text):
    number = e164(text)
    assert number is None or is_e164(number)
