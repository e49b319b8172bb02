"""Complaints read: the kind, the wish, the danger, what the first message already says."""

import pytest

from actions import triage


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("kulkas saya gak dingin", "damaged"),
        ("it won't turn on", "damaged"),
        ("barang belum sampai", "delivery"),
        ("my parcel never arrived", "delivery"),
        ("salah kirim warna", "wrong_item"),
        ("kartu saya ketagih dua kali", "billing"),
        ("kasirnya jutek", "service"),
        ("the cashier was rude", "service"),
        ("teknisi tidak datang memasang", "installation"),
        ("keluar asap", "damaged"),
        ("entahlah", None),
    ],
)
def test_the_kind_of_complaint(text: str, kind: str | None) -> None:
    assert triage.category(text) == kind


@pytest.mark.parametrize(
    ("text", "wish"),
    [
        ("diganti baru", "replace"),
        ("tuker aja", "replace"),
        ("refund dong", "refund"),
        ("balikin uang saya", "refund"),
        ("diperbaiki", "repair"),
        ("fix it please", "repair"),
        ("lainnya", "other"),
        ("kurang tahu", None),
    ],
)
def test_the_wish(text: str, wish: str | None) -> None:
    assert triage.wish(text) == wish


@pytest.mark.parametrize(
    "text", ["mau komplain dong", "I want to make a complaint", "saya mau komplain soal kulkas"]
)
def test_an_announcement_is_no_description(text: str) -> None:
    rest = text.replace("kulkas", " ")
    assert "complaint_description" not in triage.first_words(text, rest, None)


def test_a_complaint_in_one_breath_is_read_whole() -> None:
    text = "kulkas saya bocor terus"
    assert triage.first_words(text, "saya bocor terus", "kulkas") == {
        "complaint_description": text,
        "complaint_category": "damaged",
        "complaint_product": "kulkas",
    }


def test_as_soon_as_possible_is_no_smoke() -> None:
    assert not triage.is_dangerous("tolong dibalas asap ya")
