"""Fitting a message to what a channel can show."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from channels.base import Attachment, Button, ChannelKind, Limits, OutboundMessage, Template
from channels.render import render, split, whole_cluster

FAMILY = "\N{MAN}\u200d\N{WOMAN}\u200d\N{GIRL}"
FLAG = "\U0001f1ee\U0001f1e9"
THUMB = "\U0001f44d\U0001f3fd"
URL = "https://toko-sinar.example/katalog/kulkas-2-pintu?warna=putih"
YES_NO = (Button("Ya", "/affirm"), Button("Tidak", "/deny"))


def message(text="", **fields):
    return OutboundMessage("1", ChannelKind.SMS, "+628120000001", text, **fields)


def test_a_short_text_stays_one_message():
    assert split("Halo Ana", 100) == ("Halo Ana",)


def test_nothing_is_sent_for_nothing():
    assert split("   ", 100) == ()


@pytest.mark.parametrize(
    ("text", "limit", "parts"),
    [
        ("satu dua tiga", 8, ("satu dua", "tiga")),
        ("Halo. Apa kabar?", 8, ("Halo.", "Apa", "kabar?")),
        ("baris satu\nbaris dua", 14, ("baris satu", "baris dua")),
        ("a\n\nb c d e f g h", 9, ("a\n\nb c d", "e f g h")),
        ("abcdefghij", 4, ("abcd", "efgh", "ij")),
    ],
)
def test_text_is_cut_at_the_best_break(text, limit, parts):
    assert split(text, limit) == parts


@pytest.mark.parametrize("emoji", [FAMILY, FLAG, THUMB, "e\u0301"])
def test_an_emoji_is_never_cut(emoji):
    for limit in range(len(emoji), 4 * len(emoji)):
        for part in split(emoji * 8, limit):
            assert part == emoji * (len(part) // len(emoji))


def test_an_address_is_moved_whole_to_the_next_part():
    parts = split(f"Lihat katalog kami di {URL} ya", len(URL) + 5)
    assert any(URL in part for part in parts)


def test_an_address_longer_than_the_limit_is_cut_in_the_end():
    assert "".join(split(URL, 20)) == URL


@given(st.text(max_size=300), st.integers(min_value=1, max_value=50))
def test_splitting_loses_nothing_but_spaces(text, limit):
    parts = split(text, limit)
    assert all(0 < len(part) <= limit for part in parts)
    assert "".join("".join(parts).split()) == "".join(text.split())


def test_flags_are_cut_between_pairs():
    assert [whole_cluster(FLAG * 2, at) for at in range(5)] == [True, False, True, False, True]


def test_buttons_become_a_numbered_list_where_there_are_none():
    [shown] = render(message("Lanjut?", buttons=YES_NO), Limits(buttons=0))
    assert shown.text == "Lanjut?\n\n1. Ya\n2. Tidak"
    assert shown.buttons == ()


def test_buttons_that_fit_stay_buttons():
    [shown] = render(message("Lanjut?", buttons=YES_NO), Limits(buttons=3))
    assert shown.buttons == YES_NO


def test_a_title_too_long_for_a_button_makes_a_list():
    long = (Button("Saya mau lanjut mendaftar", "/affirm"),)
    [shown] = render(message("?", buttons=long), Limits(buttons=3, button_title=20))
    assert "1. Saya mau lanjut mendaftar" in shown.text


def test_attachments_become_links_where_there_are_none():
    file = Attachment("https://toko-sinar.example/kartu.png", filename="Kartu")
    [shown] = render(message("Ini kartunya", attachments=(file,)), Limits())
    assert shown.text == "Ini kartunya\nKartu: https://toko-sinar.example/kartu.png"
    assert shown.attachments == ()


def test_buttons_go_with_the_last_part_and_the_reference_with_the_first():
    long = message("satu dua tiga", buttons=YES_NO, reply_to="m1")
    first, last = render(long, Limits(text=8, buttons=3))
    assert (first.buttons, first.reply_to) == ((), "m1")
    assert (last.buttons, last.reply_to) == (YES_NO, None)


def test_a_template_is_left_to_the_provider():
    ready = message("x" * 50, template=Template("HX1"))
    assert render(ready, Limits(text=10)) == (ready,)
