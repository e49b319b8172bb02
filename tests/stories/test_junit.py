"""`akrab test --junit FILE`: what a CI shows of stories."""

from xml.etree import ElementTree

import pytest

from bot.errors import UserError
from bot.stories import junit
from bot.stories.reading import Story

WELL = Story("hello", "test_a.yml:3", ())
BADLY = Story("a <b> & \x00", "test_b.yml:7", ())


def test_a_story_that_goes_otherwise_is_a_failure_with_its_place(tmp_path):
    junit.write(tmp_path / "it.xml", [(WELL, []), (BADLY, ["'x': did y", "more \x1b"])])
    suite = ElementTree.parse(tmp_path / "it.xml").getroot()
    assert (suite.get("tests"), suite.get("failures")) == ("2", "1")
    (failure,) = suite.iter("failure")
    assert (failure.get("message"), failure.text) == ("'x': did y", "'x': did y\nmore \ufffd")
    places = [(one.get("classname"), one.get("line")) for one in suite.iter("testcase")]
    assert places == [("test_a.yml", "3"), ("test_b.yml", "7")]


def test_a_file_that_cannot_be_written_is_told(tmp_path):
    with pytest.raises(UserError, match="No such file"):
        junit.write(tmp_path / "nowhere" / "it.xml", [])
