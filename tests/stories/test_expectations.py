"""What must be true after a story: a wrong expectation fails, and says what is the case."""

import pytest

from bot.stories.reading import StoryError
from bot.stories.stage import Stage
from tests.stories.conftest import ASSISTANT

STORY = """
- story: hello
  metadata: {{language: en, given: {given}, expect: {expect}}}
  steps:
  - user: "hello"
    intent: greet
  - action: {action}
"""


@pytest.fixture
def tried(play, written):
    def one(expect="{}", given="{}", action="utter_greet"):
        return play(*written(STORY.format(expect=expect, given=given, action=action)))[1]

    return one


@pytest.mark.parametrize(
    ("expect", "given", "said"),
    [
        ("{complaints: 1}", "{}", "complaints: 0, expected 1"),
        ("{balance: 50}", "{member: {points: 40}}", "balance: 40, expected 50"),
        ("{members: 0}", "{member: {}}", "members: 1, expected 0"),
        ("{wish: repair}", "{}", "wish: there is no complaint, expected repair"),
        ("{owner: queue}", "{}", "owner: bot, expected queue"),
        ("{replies_contain: [goodbye]}", "{}", "no reply says 'goodbye'"),
        ("{replies_lack: [Hungry]}", "{}", "a reply says 'Hungry'"),
        ("{active_loop: pizza_form}", "{}", "active_loop: None, expected pizza_form"),
        ("{slots: {topping: ham}}", "{}", "slots: {'topping': None}, expected {'topping': 'ham'}"),
    ],
)
def test_a_wrong_expectation_is_told_with_what_is_the_case(tried, expect, given, said):
    assert tried(expect, given) == [said]


@pytest.mark.parametrize(
    "expect", ["{complaints: 0}", "{members: 0, balance: 0}", "{owner: bot, active_loop: null}"]
)
def test_a_right_expectation_is_silent(tried, expect):
    assert tried(expect) == []


def test_another_action_than_written_names_both(tried):
    (found,) = tried(action="utter_goodbye")
    assert found == (
        "'hello': did ['utter_greet'] on intent greet, expected ['utter_goodbye'] on greet"
    )


def test_an_expectation_that_there_is_not_is_refused_with_file_and_line(tried):
    with pytest.raises(StoryError, match=r"test_written.yml:\d+: unknown expectation colour"):
        tried("{colour: red}")


def test_a_story_has_a_store_of_its_own(play, written, stage):
    assert isinstance(stage, Stage)
    both = written(
        STORY.format(expect="{members: 1}", given="{member: {}}", action="utter_greet")
        + STORY.format(expect="{members: 0}", given="{}", action="utter_greet")
    )
    assert [play(story)[1] for story in both] == [[], []]


def test_most_of_our_stories_look_into_the_store():
    from bot.stories import reading

    stories = reading.read([ASSISTANT / "tests"])
    in_store = [one for one in stories if one.expect.keys() - {"replies_contain", "replies_lack"}]
    assert all(story.expect for story in stories)
    assert len(in_store) > len(stories) / 2
