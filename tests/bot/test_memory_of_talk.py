"""Which payloads count, and when two programs are talking."""

import pytest

from bot.memory import Memory, load

YES, NO = ("Ya", "/affirm"), ("Tidak", "/deny")


@pytest.fixture
def asked():
    return Memory().answered({"slots": {}}, [YES, NO])


@pytest.mark.parametrize(
    ("text", "payload"),
    [
        ("1", "/affirm"),
        (" 2 ", "/deny"),
        ("ya", "/affirm"),
        ("TIDAK", "/deny"),
        ("3", None),
        ("0", None),
        ("\u0661", None),
        ("ya dong", None),
        ("/affirm", None),
        ("/restart", None),
    ],
)
def test_a_number_or_title_answers_what_was_asked_last(asked, text, payload):
    assert asked.payload(None, text) == payload


def test_a_pressed_button_counts_only_if_we_showed_it(asked):
    assert asked.payload("/deny", "Tidak") == "/deny"
    assert asked.payload("/restart", "x") is None


def test_an_older_button_still_works_but_an_older_number_does_not(asked):
    later = asked.answered({}, [])
    assert later.payload("/affirm", "Ya") == "/affirm"
    assert later.payload(None, "1") is None


def test_a_button_is_forgotten_after_three_turns(asked):
    for _ in range(3):
        asked = asked.answered({}, [])
    assert asked.payload("/affirm", "Ya") is None


def test_it_survives_the_store(asked):
    kept = load(asked.heard("halo", 100.0).dump())
    assert kept.payload(None, "1") == "/affirm"
    assert (kept.engine, kept.pace, kept.said) == ({"slots": {}}, (100.0,), "halo")


def test_a_new_conversation_has_an_empty_memory():
    assert load(None) == Memory()


def test_writing_faster_than_a_person_is_a_loop():
    memory = Memory()
    for second in range(15):
        memory = memory.heard(f"message {second}", float(second))
    assert memory.looping(turns=14, repeats=4)
    assert not memory.heard("later", 500.0).looping(turns=14, repeats=4)


def test_the_same_sentence_again_and_again_is_a_loop():
    memory = Memory()
    for minute in range(4):
        memory = memory.heard("Terima kasih, pesan Anda kami terima", 100.0 * minute)
    assert memory.looping(turns=14, repeats=4)


def test_a_short_answer_may_repeat():
    memory = Memory()
    for minute in range(9):
        memory = memory.heard("ya", 100.0 * minute)
    assert not memory.looping(turns=14, repeats=4)
