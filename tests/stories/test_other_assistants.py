"""`akrab test` for an assistant that is not ours: its own actions, or a clear word without them."""

import pytest

from actions import registry
from bot.commands import stories as command
from bot.stories import foreign_actions, reading
from bot.stories.foreign_actions import ActionsError
from tests.stories.conftest import PIZZERIA

ACTIONS = PIZZERIA / "pizza_actions.py"


def stories():
    return reading.read([PIZZERIA / "tests"])


def test_its_stories_go_as_written_with_its_own_actions(play):
    foreign_actions.load(ACTIONS)
    assert [play(story)[1] for story in stories()] == [[], []]


def test_without_them_the_story_says_once_which_action_is_missing(play):
    heard, found = play(stories()[0])
    assert heard[-1].error.count("action_bake") == 1
    assert "No action has this name" in found[0]
    assert "nlu/assistant" not in found[0]


def test_the_command_tells_where_an_action_without_code_is_declared(pizzeria, tmp_path, capsys):
    config = tmp_path / "pizzeria.yml"
    config.write_text(
        f"data: {tmp_path}\ndatabase: {{url: 'sqlite:///{tmp_path}/akrab.db'}}\n"
        f"assistant: {{project: '{pizzeria}', model: '{tmp_path}/model'}}\n"
    )
    given = {"engine": "embedded", "actions": [], "report": None}
    assert command.test(config, [pizzeria / "tests"], **given) == 1
    declared = (pizzeria / "domain.yml").read_text().splitlines().index("actions: [action_bake]")
    told = "".join(capsys.readouterr().out.split())
    assert "".join(f"action_bake ({pizzeria}/domain.yml:{declared + 1})".split()) in told


def test_which_actions_nobody_has_is_known_beforehand():
    assert foreign_actions.missing(["action_bake", "action_stop_messages"]) == ["action_bake"]


def test_a_base_class_is_no_action():
    assert foreign_actions.load(ACTIONS) == ["action_bake", "action_clean"]


def test_a_folder_called_actions_does_not_shadow_our_own(pizzeria):
    import actions

    folder = pizzeria / "actions"
    folder.mkdir()
    (folder / "__init__.py").touch()
    (folder / "oven.py").write_text(ACTIONS.read_text())
    assert foreign_actions.load(folder) == ["action_bake", "action_clean"]
    assert actions.registry is registry


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (None, "there is no such file"),
        ("import nothing_of_the_kind", "No module named 'nothing_of_the_kind'"),
        ("x = 1", "no class of rasa_sdk.Action"),
        ("def", "SyntaxError"),
    ],
)
def test_code_that_cannot_be_used_is_told_with_its_place(tmp_path, text, reason):
    place = tmp_path / "theirs.py"
    if text:
        place.write_text(text)
    with pytest.raises(ActionsError, match=f"theirs.py: .*{reason}"):
        foreign_actions.load(place)
