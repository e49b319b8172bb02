"""Telling Indonesian from English."""

import pytest

from nlu.embedded.language import detect

CASES = [
    ("saya mau komplain barang rusak", "id"),
    ("brp poin gw", "id"),
    ("gak bisa login nih", "id"),
    ("kapan pesanan saya dikirim?", "id"),
    ("terima kasih banyak ya", "id"),
    ("where is my order", "en"),
    ("how many points do I have?", "en"),
    ("I\u2019d like to talk to a person", "en"),
    ("can you help me please", "en"),
    ("my kulkas rusak min", None),
    ("ok", None),
    ("TS-204815", None),
    ("", None),
    ("\U0001f600", None),
    ("kulkas", None),
]


@pytest.mark.parametrize(("text", "language"), CASES)
def test_a_language_is_told_only_if_sure(text: str, language: str | None) -> None:
    assert detect(text) == language


def test_longer_text_without_frequent_words_is_judged_by_likeness() -> None:
    assert detect("Pemerintah mengumumkan kebijakan ekonomi terbaru") == "id"
