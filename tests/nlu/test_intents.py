"""Words, slang and the classifier."""

import pytest

from nlu.embedded.engine import EmbeddedEngine
from nlu.embedded.intent_training import train
from nlu.embedded.normalise import LONGEST, clean, words

WORDS = [
    ("Brp poin GW?", ["berapa", "poin", "saya", "?"]),
    ("bangeeeet", ["banget"]),
    ("TS-204815", ["ts", "-", "000000"]),
    ("gak bisa yg itu", ["tidak", "bisa", "yang", "itu"]),
    ("\uff28\uff21\uff2c\uff2f", ["halo"]),
    ("a\x00b\u202e", ["a", "b"]),
    ("", []),
]


@pytest.mark.parametrize(("text", "found"), WORDS)
def test_words_are_normalised(text: str, found: list[str]) -> None:
    assert words(text) == found


UNDERSTOOD = [
    ("haloo", "greet"),
    ("jam brp bukanya", "ask_hours"),
    ("makasihh", "thanks"),
    ("kulkas gw rusak mau lapor", "complain"),
    ("batalin", "stop"),
    ("thank youuuu", "thanks"),
]


@pytest.mark.parametrize(("text", "intent"), UNDERSTOOD)
def test_slang_and_typos_are_understood(engine: EmbeddedEngine, text: str, intent: str) -> None:
    assert (
        engine.parse(text).ranking[0].name == intent or engine.parse(text).ranking[1].name == intent
    )


@pytest.mark.parametrize("text", ["", "   ", "?!", "zxqv wkrp blorf"])
def test_nonsense_is_not_claimed_to_be_understood(engine: EmbeddedEngine, text: str) -> None:
    assert engine.parse(text).intent.confidence < 0.75


def test_a_ranking_falls_and_sums_to_one_at_most(engine: EmbeddedEngine) -> None:
    ranking = [each.confidence for each in engine.parse("halo min").ranking]
    assert ranking == sorted(ranking, reverse=True)
    assert sum(ranking) <= 1.001


@pytest.mark.parametrize("examples", [[], [("only", "hi")], [("a", ""), ("b", "")]])
def test_too_little_data_trains_a_model_that_is_never_sure(examples: list[tuple[str, str]]) -> None:
    assert train(examples).rank("").confidence == 0.0


def test_two_intents_are_enough() -> None:
    model = train([("yes", "ya betul"), ("yes", "iya"), ("no", "tidak"), ("no", "jangan dong")])
    assert model.rank("ya").order[0][0] == "yes"


def test_folding_makes_no_text_longer_than_it_may_be():
    """Or 2,000 signs of one customer, 36,000 letters, would keep all others waiting."""
    assert len(clean("ﷺ" * 2000)) == LONGEST
