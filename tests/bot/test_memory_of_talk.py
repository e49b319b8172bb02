"""Which payloads count, and when two programs are talking."""

import pytest

from bot.turns.memory import Memory, load

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


def test_messages_of_an_hour_are_counted_in_few_numbers():
    memory = Memory()
    for second in range(0, 3000, 30):
        memory = memory.heard(f"message {second}", 1_000_200.0 + second)
    assert (memory.within_an_hour, len(memory.hour)) == (100, 5)
    assert memory.heard("tomorrow", 1_100_000.0).within_an_hour == 1


@pytest.mark.parametrize(
    ("album", "seconds", "goes_on"),
    [("", 3.0, True), ("", 30.0, False), ("a1", 3.0, False)],
)
def test_files_without_an_album_belong_together_for_seconds(album, seconds, goes_on):
    memory = Memory().heard("", 100.0, files="").heard("", 100.0 + seconds, files=album)
    assert memory.goes_on is goes_on


def test_an_album_counts_once_however_late_its_parts_come():
    memory = Memory()
    for second in range(0, 200, 20):
        memory = memory.heard("", 100.0 + second, files="a1")
    assert (memory.goes_on, memory.within_an_hour, len(memory.pace)) == (True, 1, 1)


def test_words_under_a_file_are_heard():
    memory = Memory().heard("", 100.0, files="a1").heard("ini rusak", 101.0, files="a1")
    assert not memory.goes_on


def test_what_was_kept_by_an_older_version_is_read():
    old = '[{"slots":{}},[[["Ya","/affirm"]]],[100.0],"halo",1]'
    assert load(old).payload(None, "1") == "/affirm"
    assert load(old).within_an_hour == 0
