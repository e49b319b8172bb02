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


@pytest.mark.parametrize("text", ["tv mati", "kulkas rusak", "salah kirim blender"])
def test_a_product_and_what_is_wrong_with_it_are_enough(text: str) -> None:
    product = "kulkas"
    assert triage.first_words(text, "", product)["complaint_description"] == text


@pytest.mark.parametrize("text", ["komplain soal kulkas", "teknisi kulkas", "kulkas saya"])
def test_a_product_alone_tells_nothing(text: str) -> None:
    rest = text.replace("kulkas", " ")
    assert "complaint_description" not in triage.first_words(text, rest, "kulkas")


@pytest.mark.parametrize(
    ("text", "wish"),
    [
        ("sudah diperbaiki dua kali tetap bocor", None),
        ("tolong diperbaiki, bocor lagi", "repair"),
        ("replace it, it is still broken", "replace"),
        ("it still leaks, please replace it", "replace"),
        ("uang kembali", "refund"),
        ("do you deliver to Bogor?", None),
        ("bisa diganti ga?", "replace"),
    ],
)
def test_what_was_tried_is_no_wish(text: str, wish: str | None) -> None:
    assert triage.wish_told(text) == wish


@pytest.mark.parametrize(
    ("text", "tells"),
    [
        ("tidak dingin sejak kemarin", True),
        ("the door is dented as well", True),
        ("hmm gimana ya", False),
        ("saya belum tahu kak", False),
        ("kapan teknisinya datang", False),
        ("could you call me?", False),
        ("penyok juga", False),
    ],
)
def test_more_about_the_problem_is_told_apart(text: str, tells: bool) -> None:
    assert triage.tells(text) is tells


@pytest.mark.parametrize(
    ("text", "wish", "more"),
    [
        ("lainnya", "other", False),
        ("something else", "other", False),
        ("minta maaf aja", "other", True),
        ("diganti baru", "replace", False),
        ("diganti, pintunya juga penyok", "replace", True),
    ],
)
def test_words_beside_the_wish_are_worth_keeping(text: str, wish: str, more: bool) -> None:
    assert triage.tells_more(text, wish) is more


def test_as_soon_as_possible_is_no_smoke() -> None:
    assert not triage.is_dangerous("tolong dibalas asap ya")
