"""Every row of the provider contracts is named by a test, so that none is lost in a rewrite.

A row is named in a test's name ("test_a2_6_…"; "b1_2_b1_6" and "c3_1_to_c3_5" name several) or
in a parameter's id ("A7 throttle: 63018").
"""

import re
from pathlib import Path

import pytest

from channels.twilio import failures

TESTS = Path(__file__).resolve().parents[1]
ROWS = {
    "A1": 8, "A2": 10, "A3": 5, "A4": 3, "A5": 10, "A6": 8, "A8": 4, "A9": 1,
    "B1": 9, "B2": 10, "B3": 5, "B4": 5,
    "C3": 6, "C8": 3,
}  # fmt: skip
"""Twilio, Telegram, and email's bounces and sending: sections and their numbers of rows."""
_NAMED = re.compile(r"(?<=_)([abc]\d)_(\d+)(?:_to_[abc]\d_(\d+))?(?=_)")


def named() -> set[str]:
    """The rows that a test's name has in it."""
    found: set[str] = set()
    for path in TESTS.rglob("test_*.py"):
        for name in re.findall(r"^ *(?:async )?def (test_\w+)", path.read_text(), re.MULTILINE):
            for section, first, last in _NAMED.findall(name):
                found |= {f"{section}.{n}" for n in range(int(first), int(last or first) + 1)}
    return found


NAMED = named()


@pytest.mark.parametrize(
    "row", [f"{section}.{n}" for section, count in ROWS.items() for n in range(1, count + 1)]
)
def test_a_row_of_the_contracts_is_named_by_a_test(row):
    assert row.lower() in NAMED


def test_a7_each_of_its_codes_is_named_in_the_test_of_its_table():
    table = (TESTS / "channels/twilio/test_failures.py").read_text()
    assert [code for code in failures.CODES if str(code) not in table] == []


def test_b4_5_the_librarys_handlers_are_not_used_so_order_is_the_stores():
    adapter = TESTS.parent / "channels/telegram"
    assert not [path.name for path in adapter.glob("*.py") if "telegram.ext" in path.read_text()]
