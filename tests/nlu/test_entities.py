"""Entities of whole messages."""

from datetime import date

import pytest

from nlu.embedded.domain import Domain, EntityKind
from nlu.embedded.entities import EntityFinder
from nlu.embedded.lexicon import Lexicon

TODAY = date(2026, 11, 22)
DOMAIN = Domain(
    entities={
        "product": EntityKind(),
        "store": EntityKind(),
        "city": EntityKind(roles=("from", "to")),
        "order_number": EntityKind(),
        "amount": EntityKind(),
        "date": EntityKind(),
        "phone": EntityKind(),
        "code": EntityKind(),
        "email": EntityKind(),
        "channel": EntityKind(),
        "ticket": EntityKind(),
    }
)
LEXICON = Lexicon(
    regexes=(("ticket", r"\bT\d{3}\b"), ("unknown", r"\w+")),
    lookups=(("city", "Bandung"), ("city", "Jakarta"), ("store", "Sinar Kelapa Gading")),
    values=(
        ("product", "kulkas", None, None, "punya"),
        ("product", "mesin cuci", None, None, ""),
        ("product", "tv", None, None, ""),
        ("city", "Bandung", "from", None, "dari"),
        ("city", "Jakarta", "to", None, "ke"),
    ),
    synonyms={"lemari es": "kulkas", "washing machine": "mesin cuci"},
)
FINDER = EntityFinder(DOMAIN, LEXICON)
CASES = [
    ("kulkas saya rusak", [("product", "kulkas")]),
    ("KULKAS rusak", [("product", "kulkas")]),
    ("lemari es saya", [("product", "kulkas")]),
    ("mesin cuci bocor", [("product", "mesin cuci")]),
    ("mesin cusi bocor", [("product", "mesin cuci")]),
    ("kulkass rusak", [("product", "kulkas")]),
    ("di sinar kelapa gading ada?", [("store", "Sinar Kelapa Gading")]),
    ("bandungan", []),
    ("tiket t123", [("ticket", "t123")]),
    ("TS-204815 tgl 12 mei 2026", [("order_number", "TS-204815"), ("date", "2026-05-12")]),
    ("hp 0812-0000-1234 ya", [("phone", "+6281200001234")]),
    ("kode 123456", [("code", "123456")]),
    ("budget 500000", [("amount", 500_000)]),
    ("balas ke ana@pelanggan.example", [("email", "ana@pelanggan.example")]),
    ("tvri", []),
    ("", []),
    ("\x00\u202e\U0001f600", []),
]


@pytest.mark.parametrize(("text", "wanted"), CASES)
def test_entities_are_found(text: str, wanted: list[tuple[str, object]]) -> None:
    found = FINDER.find(text, TODAY)
    assert [(each.entity, each.value) for each in found] == wanted


def test_offsets_are_those_of_the_original_text() -> None:
    text = "\u0130stri punya KULKAS 1,5 Jt"
    for found in FINDER.find(text, TODAY):
        assert text[found.start : found.end] == found.text


def test_a_role_follows_the_word_before() -> None:
    found = FINDER.find("dari Jakarta ke Bandung", TODAY)
    assert [(each.value, each.role) for each in found] == [("Jakarta", "from"), ("Bandung", "to")]


def test_a_normaliser_works_only_for_declared_entities() -> None:
    finder = EntityFinder(Domain(entities={"city": EntityKind()}), LEXICON)
    assert finder.find("TS-204815 besok 500rb", TODAY) == ()


def test_the_same_words_may_be_two_entities() -> None:
    lexicon = Lexicon(lookups=(("city", "Bandung"), ("store", "Bandung")))
    found = EntityFinder(DOMAIN, lexicon).find("bandung", TODAY)
    assert {each.entity for each in found} == {"city", "store"}


@pytest.mark.parametrize(("text", "found"), [("hp rusak", True), ("no hp saya", False)])
def test_a_pattern_knows_better_than_a_listed_value(text: str, found: bool) -> None:
    lexicon = Lexicon(
        regexes=(("product", r"(?<!no )\bhp\b"),), values=(("product", "hp", None, None, ""),)
    )
    assert bool(EntityFinder(DOMAIN, lexicon).find(text, TODAY)) is found


@pytest.mark.parametrize("text", ["a" * 100_000, "1.0" * 30_000, "+62 " * 30_000, "@a" * 50_000])
def test_a_huge_text_is_read_quickly(text: str) -> None:
    assert FINDER.find(text, TODAY) is not None
