"""How many segments an SMS takes (3GPP TS 23.038)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from channels.segments import Encoding, measure

GSM, UCS = Encoding.GSM7, Encoding.UCS2


@pytest.mark.parametrize(
    ("text", "encoding", "units", "count", "left"),
    [
        ("", GSM, 0, 0, 160),
        ("a" * 160, GSM, 160, 1, 0),
        ("a" * 161, GSM, 161, 2, 145),
        ("a" * 306, GSM, 306, 2, 0),
        ("a" * 307, GSM, 307, 3, 152),
        ("€" * 80, GSM, 160, 1, 0),
        ("a" * 152 + "€" + "a" * 10, GSM, 164, 2, 141),
        ("’" * 70, UCS, 70, 1, 0),
        ("’" * 71, UCS, 71, 2, 63),
        # As Twilio's own calculator is tested.
        ("{" + "1" * 158, GSM, 160, 1, 0),
        ("{" + "1" * 159, GSM, 161, 2, 145),
        ("1" * 307, GSM, 307, 3, 152),
        ("😜" + "1" * 68, UCS, 70, 1, 0),
        ("😜" + "1" * 69, UCS, 71, 2, 63),
        ("😜" + "1" * 133, UCS, 135, 3, 66),
        ("👋" * 35, UCS, 70, 1, 0),
        ("👋" * 36, UCS, 72, 2, 61),
    ],
)
def test_segments_are_counted_as_they_are_charged(text, encoding, units, count, left):
    found = measure(text)
    assert (found.encoding, found.units, found.count, found.left) == (encoding, units, count, left)


def test_the_characters_that_double_the_price_are_named():
    assert measure("Halo “Ana” – ok “ya”").costly == ("“", "”", "–")


@given(st.text(max_size=400))
def test_no_text_is_cheaper_than_its_units(text):
    found = measure(text)
    room = 153 if found.encoding is GSM else 67
    assert found.count * max(room, 160 if found.count == 1 else room) >= found.units
    assert (found.count == 0) == (text == "")
