"""Tests of other people's making: what is read, and what is refused with file and line."""

from pathlib import Path

import pytest

from bot.stories import reading
from bot.stories.reading import StoryError
from bot.stories.wanted import Wanted

OF_RASA = """version: "3.1"
stories:
- story: old
  steps:
  - user: |
      a [big](size) pizza with [ham]{"entity": "topping", "value": "ham"}
    intent: order_pizza
    entities: [{size: big}]
  - action: pizza_form
  - active_loop: pizza_form
  - slot_was_set:
    - size: big
    - topping
    - requested_slot: null
  - active_loop: null
"""
OF_PRO = """test_cases:
- test_case: new
  steps:
  - user: hello
  - utter: utter_greet
  - bot: How are you?
  - slot_was_not_set: [name]
  - user: Ana
    assertions:
    - action_executed: action_x
    - bot_uttered: {utter_name: utter_name, text_matches: "A.a"}
    - slot_was_set: [{name: name, value: Ana}, {name: seen}]
    - slot_was_not_set: [{name: name, value: Budi}]
"""


@pytest.fixture
def told(tmp_path):
    """What is said of a file."""

    def read(text, name="test_it.yml"):
        path = tmp_path / name
        path.write_bytes(text.encode() if isinstance(text, str) else text)
        try:
            return reading.read([path])
        except StoryError as refusal:
            return str(refusal).replace(f"{path}", name)

    return read


def test_a_story_of_rasa_is_read_with_its_forms_and_slots(told):
    (story,) = told(OF_RASA)
    (step,) = story.steps
    assert (step.text, step.actions) == ("a big pizza with ham", ("pizza_form",))
    assert step.wanted == (
        Wanted("slot", "size", "big"),
        Wanted("set", "topping"),
        Wanted("slot", "requested_slot", None),
        Wanted("form", value=None),
    )


def test_what_a_later_action_may_undo_is_not_looked_at_afterwards(told):
    (story,) = told(OF_RASA + "  - action: action_reset\n  - slot_was_set: [size]\n")
    assert story.steps[0].wanted == (Wanted("form", value=None), Wanted("set", "size"))


def test_an_end_to_end_test_of_rasa_pro_is_read(told):
    (story,) = told(OF_PRO)
    hello, ana = story.steps
    assert [(one.kind, one.name) for one in hello.wanted] == [
        ("utter", "utter_greet"),
        ("bot", "How are you?"),
        ("slot", "name"),
    ]
    assert [one.kind for one in ana.wanted] == "action utter matches slot set unset".split()
    assert (hello.actions, ana.text) == (None, "Ana")


STORY = "stories:\n- story: s\n  steps:\n  - user: hi\n"
REFUSED = [
    ("", "test_it.yml:1: no `stories` and no `test_cases` in it"),
    ("stories: 3", "test_it.yml:1: expected a list, found 3"),
    ("stories:\n- x", "test_it.yml:2: a test must be a mapping with `story` and `steps`"),
    ("stories:\n- story: s", "test_it.yml:2: a test needs `story` (its name) and `steps`"),
    ("stories:\n- {story: s, steps: 3}", "test_it.yml:2: expected a list, found 3"),
    ("stories: [", "test_it.yml:1: not valid YAML"),
    (b"\xff\xfe\x00", "test_it.yml:1: not a readable YAML file"),
    ("stories:\n- story: \x00", "test_it.yml:1: not a readable YAML file"),
    (STORY + "  - action: a\n  - what: x", "test_it.yml:6: unknown key 'what' in a step"),
    (STORY + "    intnet: greet", "test_it.yml:5: unknown key 'intnet' in a step with `user`"),
    (STORY + "  - checkpoint: c", "test_it.yml:5: a test has no checkpoints"),
    (STORY + "  - or: []", "test_it.yml:5: a test has no alternatives"),
    (STORY + "  - 3", "test_it.yml:5: a step must be a mapping"),
    (STORY + "  - user: 3", "test_it.yml:5: `user` must be a text, found 3"),
    (STORY + "  - action: [x]", "test_it.yml:5: a name must be a text, found a list"),
    (STORY + "  - slot_was_set: 3", "test_it.yml:5: expected a list, found 3"),
    (STORY + '  - user: "[x]{entity: y}"', "test_it.yml:5: the entity mark {entity: y} is not"),
    (STORY.replace("user: hi", "intent: hi"), "test_it.yml:4: `intent` without `user`"),
    (STORY.replace("user: hi", "action: a"), "test_it.yml:4: `action` before the first `user`"),
    (STORY + "  metadata: x", "test_it.yml:5: `metadata` must be a mapping"),
    (STORY + "  metadata: {channel: fax}", "test_it.yml:5: unknown channel 'fax'; known: wha"),
    (STORY + "  metadata: {given: {cows: 3}}", "test_it.yml:5: unknown key 'cows' in `given`"),
    (STORY + "  metadata: {given: {orders: [1]}}", "test_it.yml:5: an order needs its `number`"),
    (STORY + "  metadata: {expect: 3}", "test_it.yml:5: `expect` must be a mapping"),
    ("fixtures: []\n" + OF_PRO, "test_it.yml:1: unknown key 'fixtures' in a file of tests"),
    (OF_PRO.replace("action_executed", "flow_started"), "the assertion 'flow_started' is not"),
    (OF_PRO.replace("A.a", "("), "test_it.yml:11: `text_matches` cannot be compiled"),
]


@pytest.mark.parametrize(("text", "said"), REFUSED, ids=[str(n) for n in range(len(REFUSED))])
def test_what_cannot_be_played_is_refused_with_file_and_line(told, text, said):
    assert said in str(told(text))


def test_everything_that_is_wrong_is_told_at_once(told):
    refusal = told(STORY + "  - what: x\n  - or: []\n")
    assert refusal.count("\n") == 1


def test_a_folder_without_tests_is_no_success(tmp_path):
    with pytest.raises(StoryError, match="no conversation tests in it"):
        reading.read([tmp_path])


def test_sentences_to_measure_understanding_with_may_lie_beside_tests(tmp_path: Path):
    (tmp_path / "test_it.yml").write_text(STORY)
    (tmp_path / "test_nlu.yml").write_text("nlu: []")
    assert len(reading.read([tmp_path])) == 1


PLAYED = [
    ("- utter: utter_greet", []),
    ("- bot: Hungry?", ["'hello': nothing said is 'Hungry?' there, but"]),
    ("- utter: utter_goodbye", ["'hello': nothing said is 'utter_goodbye' there, but"]),
    ("- slot_was_set: [topping]", ["'hello': slot topping is not set"]),
    ("- slot_was_set: [{topping: ham}]", ["'hello': slot topping: None, expected 'ham'"]),
    ("- slot_was_not_set: [topping]", []),
    ("- active_loop: pizza_form", ["'hello': active_loop: None, expected pizza_form"]),
    ("- action: action_x", ["'hello': did ['utter_greet'], not action_x"]),
]


@pytest.mark.parametrize(("step", "found"), PLAYED)
def test_an_end_to_end_test_is_played(told, play, step, found):
    head = "test_cases:\n- test_case: t\n  metadata: {language: en}\n  steps:\n  - user: hello\n  "
    surprises = play(*told(head + step))[1]
    assert len(surprises) == len(found)
    assert all(one.startswith(said) for one, said in zip(surprises, found, strict=True))
