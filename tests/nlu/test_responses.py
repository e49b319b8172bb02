"""Choosing a variant and filling it."""

from typing import Any

import pytest

from nlu.embedded.responses import Asking, Responses, bot_event, fill, reply


def when(**slots: Any) -> list[dict[str, Any]]:
    return [{"type": "slot", "name": name, "value": value} for name, value in slots.items()]


VARIANTS = [
    {"text": "both", "channel": "sms", "condition": when(lang="en")},
    {"text": "channel", "channel": "sms"},
    {"text": "condition", "condition": when(lang="en")},
    {"text": "yes", "condition": when(vip=True)},
    {"text": "default"},
]
RESPONSES = Responses({"utter_x": VARIANTS, "utter_many": [{"text": t} for t in "abc"]})
CHOICES = [
    ("sms", {"lang": "en"}, "both"),
    ("sms", {"lang": "EN"}, "both"),
    ("sms", {"lang": "id"}, "channel"),
    ("web", {"lang": "en"}, "condition"),
    ("web", {"vip": True}, "yes"),
    ("web", {"vip": False}, "default"),
    ("web", {}, "default"),
]


def asking(channel: str = "web", count: int = 0, **slots: Any) -> Asking:
    return Asking(slots, channel, "ana", count)


@pytest.mark.parametrize(("channel", "slots", "text"), CHOICES)
def test_condition_and_channel_choose(channel: str, slots: dict[str, Any], text: str) -> None:
    message = RESPONSES.render("utter_x", asking(channel, **slots))
    assert message is not None
    assert message["text"] == text


def test_variants_take_turns_and_are_the_same_when_played_again() -> None:
    said = [RESPONSES.render("utter_many", asking(count=n)) for n in range(6)]
    texts = [message["text"] for message in said if message]
    assert sorted(texts[:3]) == ["a", "b", "c"]
    assert texts[:3] == texts[3:]


def test_nothing_fitting_is_nothing_to_say() -> None:
    only = Responses({"utter_x": [{"text": "x", "channel": "sms"}]})
    assert only.render("utter_x", asking("web")) is None


FILLED = [
    ("Halo {name}!", "Halo {Budi}!"),
    ("{unknown} {name}", "{unknown} {name}"),
    ("{{name}}", "{name}"),
    ("{{name}} {name}", "{{name}} {name}"),
    ('/x{{"n": "{n}"}}', '/x{"n": "3"}'),
    ('/x{"n": "{n}"}', '/x{"n": "{n}"}'),
    ("{{{n}}}", "{3}"),
    ("{ }", "{ }"),
    ("{0.__class__}", "{0.__class__}"),
    ("a { b", "a { b"),
    ("{n}", "3"),
]


@pytest.mark.parametrize(("template", "text"), FILLED)
def test_placeholders_are_filled_once_and_as_rasa_fills_them(template: str, text: str) -> None:
    assert fill(template, {"name": "{Budi}", "n": 3}) == text


def test_buttons_and_custom_values_are_filled_too() -> None:
    value = {"buttons": [{"title": "{n}", "payload": '/x{"n": 1}'}], "deep": [{"k": "{n}"}]}
    found = fill(value, {"n": 5})
    assert found == {"buttons": [{"title": "5", "payload": '/x{"n": 1}'}], "deep": [{"k": "5"}]}


def test_a_message_becomes_a_reply() -> None:
    message = {
        "text": "t",
        "image": "i.png",
        "buttons": [{"title": "A"}],
        "utter_action": "utter_a",
    }
    found = reply(bot_event(message))
    assert (found.text, found.image, found.name, found.attachment) == (
        "t",
        "i.png",
        "utter_a",
        None,
    )
    assert found.buttons[0].payload == "A"
