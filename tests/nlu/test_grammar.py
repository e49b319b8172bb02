"""E7: all that Rasa's training data 3.1 may hold, piece by piece; and rubbish in it."""

import copy
import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nlu.embedded import annotations
from nlu.embedded.domain import Condition
from nlu.embedded.problems import Problems, TrainingDataError
from nlu.embedded.project import Project
from nlu.embedded.rules import read_rules
from nlu.embedded.source import Node
from nlu.train import load_project

PLACE = re.compile(r"^\S*\.yml:\d+: .+", re.DOTALL)
WHOLE: dict[str, Any] = {
    "domain": {
        "version": "3.1",
        "intents": ["greet", {"order": {"use_entities": ["dish"]}}, "faq", "affirm"],
        "entities": ["dish", {"city": {"roles": ["from", "to"], "groups": [1, 2]}}],
        "actions": ["action_x", {"action_y": {"send_domain": True}}, "validate_order_form"],
        "slots": {
            "dish": {
                "type": "text",
                "influence_conversation": False,
                "mappings": [{"type": "from_entity", "entity": "dish"}],
            },
            "to": {
                "type": "text",
                "mappings": [
                    {"type": "from_entity", "entity": "city", "role": "to", "group": "1"},
                    {"type": "from_text", "not_intent": ["greet", "affirm"], "conditions": []},
                ],
            },
            "sure": {
                "type": "bool",
                "mappings": [
                    {
                        "type": "from_intent",
                        "intent": "affirm",
                        "value": True,
                        "conditions": [{"active_loop": "order_form", "requested_slot": "sure"}],
                    },
                    {
                        "type": "from_trigger_intent",
                        "intent": ["order"],
                        "value": True,
                        "conditions": [{"active_loop": "order_form"}, {"active_loop": None}],
                    },
                ],
            },
            "mood": {
                "type": "categorical",
                "values": ["good", "bad"],
                "initial_value": "good",
                "mappings": [{"type": "custom", "action": "action_x"}],
            },
            "many": {"type": "list", "mappings": [{"type": "custom"}]},
            "level": {
                "type": "float",
                "min_value": 1,
                "max_value": 5,
                "mappings": [{"type": "custom"}],
            },
            "bag": {"type": "any", "mappings": [{"type": "custom"}]},
        },
        "forms": {"order_form": {"required_slots": ["dish", "sure"], "ignored_intents": ["faq"]}},
        "responses": {
            "utter_greet": [
                {
                    "text": "Hi {dish}",
                    "channel": "sms",
                    "condition": [{"type": "slot", "name": "mood", "value": "good"}],
                    "metadata": {"any": [1]},
                    "id": "one",
                },
                {"text": "Hi", "buttons": [{"title": "A", "payload": "/greet"}]},
                {"image": "https://a.example/b.png"},
                {"custom": {"a": [1]}},
                {"attachment": {"type": "file"}, "text": "x", "quick_replies": []},
            ],
            "utter_ask_dish": [{"text": "?"}],
            "utter_faq/price": [{"text": "10"}],
        },
        "session_config": {
            "session_expiration_time": 30,
            "carry_over_slots_to_new_session": False,
        },
        "config": {"store_entities_as_slots": True},
    },
    "data/nlu": {
        "version": "3.1",
        "nlu": [
            {"intent": "greet", "examples": "- hi\n- hello\n", "metadata": {"sentiment": 1}},
            {"intent": "faq/price", "examples": [{"text": "how much", "metadata": {"a": 1}}]},
            {"intent": "order", "examples": "- [nasi](dish) ke [Jkt]{\"entity\": \"city\", "
             "\"role\": \"to\", \"group\": \"1\", \"value\": \"Jakarta\"}\n"},
            {"synonym": "Jakarta", "examples": "- jkt\n- ibu kota\n"},
            {"regex": "dish", "examples": "- \\b(nasi|mie)\\b\n"},
            {"lookup": "dish", "examples": "- nasi goreng\n"},
        ],
    },
    "data/rules": {
        "rules": [
            {
                "rule": "order",
                "steps": [
                    {"or": [{"intent": "order"}, {"intent": "order", "entities": ["dish"]}]},
                    {"action": "order_form"},
                    {"active_loop": "order_form"},
                ],
            },
            {
                "rule": "done",
                "condition": [{"active_loop": "order_form"}, {"slot_was_set": [{"mood": "good"}]}],
                "steps": [
                    {"action": "order_form"},
                    {"active_loop": None},
                    {"slot_was_set": [{"requested_slot": None}]},
                    {"action": "action_x"},
                ],
            },
            {
                "rule": "hello",
                "conversation_start": True,
                "wait_for_user_input": False,
                "steps": [{"intent": "greet"}, {"action": "utter_greet"}],
            },
        ]
    },
}  # fmt: skip


def written(folder: Path, files: dict[str, Any]) -> Path:
    for name, content in files.items():
        path = folder / f"{name}.yml"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(content, indent=1), "utf-8")
    return folder


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Project:
    return load_project(written(tmp_path_factory.mktemp("whole"), WHOLE))


READ: list[tuple[str, Callable[[Project], Any], Any]] = [
    ("an intent's entities", lambda p: p.domain.intents["order"].use_entities, frozenset({"dish"})),
    ("roles", lambda p: p.domain.entities["city"].roles, ("from", "to")),
    ("groups, also numbers", lambda p: p.domain.entities["city"].groups, ("1", "2")),
    ("an action that wants the domain", lambda p: "action_y" in p.domain.actions, True),
    ("a role and group of a mapping", lambda p: mapping(p, "to")[1:4], ("city", "to", "1")),
    ("not_intent", lambda p: slot(p, "to")[1].not_intents, frozenset({"greet", "affirm"})),
    (
        "conditions of a mapping",
        lambda p: slot(p, "sure")[0].conditions,
        (Condition("order_form", "sure"),),
    ),
    ("from_trigger_intent", lambda p: slot(p, "sure")[1].type, "from_trigger_intent"),
    ("no form as a condition", lambda p: slot(p, "sure")[1].conditions[1].active_loop, None),
    ("an action of a custom mapping", lambda p: slot(p, "mood")[0].action, "action_x"),
    ("a first value", lambda p: p.domain.slots["mood"].initial_value, "good"),
    ("categories", lambda p: p.domain.slots["mood"].values, ("good", "bad")),
    ("ignored intents", lambda p: p.domain.forms["order_form"].ignored_intents, ("faq",)),
    ("a session", lambda p: p.domain.session.expiration_minutes, 30.0),
    ("what a session carries over", lambda p: p.domain.session.carry_over_slots, False),
    ("all variants of a response", lambda p: len(p.domain.responses["utter_greet"]), 5),
    ("a retrieval intent", lambda p: p.nlu.retrieval_intents(), {"faq": ["faq/price"]}),
    ("examples in the long form", lambda p: p.nlu.examples[2].text, "how much"),
    ("synonyms, also of marks", lambda p: p.nlu.synonyms["ibu kota"], "Jakarta"),
    ("regexes", lambda p: p.nlu.regexes, [("dish", r"\b(nasi|mie)\b")]),
    ("lookups", lambda p: p.nlu.lookups, [("dish", "nasi goreng")]),
    ("`or` makes several rules", lambda p: [r.name for r in p.rules].count("order"), 2),
    ("entities of a step", lambda p: p.rules[1].steps[0].entities[0][0], "dish"),
    ("a rule's conditions", lambda p: len(rule(p, "done").conditions), 2),
    ("conversation_start", lambda p: rule(p, "hello").conversation_start, True),
    ("wait_for_user_input", lambda p: rule(p, "hello").wait_for_user_input, False),
    ("a slot set to nothing", lambda p: rule(p, "done").steps[2].value, None),
]


def slot(project: Project, name: str) -> Any:
    return project.domain.slots[name].mappings


def mapping(project: Project, name: str) -> tuple[Any, ...]:
    first = slot(project, name)[0]
    return (first.type, first.entity, first.role, first.group)


def rule(project: Project, name: str) -> Any:
    return next(one for one in project.rules if one.name == name)


@pytest.mark.parametrize(("read", "wanted"), [r[1:] for r in READ], ids=[r[0] for r in READ])
def test_it_is_read(whole: Project, read: Callable[[Project], Any], wanted: Any) -> None:
    assert read(whole) == wanted


def test_a_domain_may_be_spread_over_files(tmp_path: Path) -> None:
    files = {f"domain/{key}": {key: value} for key, value in WHOLE["domain"].items()}
    spread = load_project(written(tmp_path, {**WHOLE, **files} | {"domain": {"version": "3.1"}}))
    assert spread.domain.slots.keys() == WHOLE["domain"]["slots"].keys()
    assert spread.domain.session.expiration_minutes == 30


def test_any_key_may_stand_in_any_file(tmp_path: Path) -> None:
    mixed = {**WHOLE["domain"], **WHOLE["data/nlu"], **WHOLE["data/rules"]}
    one = load_project(written(tmp_path, {"domain": {"version": "3.1"}, "data/all": mixed}))
    assert (len(one.rules), len(one.nlu.examples)) == (4, 4)


word = st.text(st.characters(exclude_categories=("C",), exclude_characters="[]"), min_size=1)
name = st.from_regex(r"[a-z_]{1,8}", fullmatch=True)


@given(st.lists(st.tuples(word, st.none() | name), max_size=6))
def test_whatever_is_marked_the_plain_text_and_its_pieces_come_back(
    pieces: list[tuple[str, str | None]],
) -> None:
    example = " ".join(text if mark is None else f"[{text}]({mark})" for text, mark in pieces)
    text, marks = annotations.parse(example)
    assert text == " ".join(piece for piece, _ in pieces)
    assert [(one.entity, text[one.start : one.end]) for one in marks] == [
        (mark, piece) for piece, mark in pieces if mark
    ]


def places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    yield path
    pairs = value.items() if isinstance(value, dict) else enumerate(value)
    for key, child in pairs:
        if isinstance(child, dict | list):
            yield from places(child, (*path, key))
        else:
            yield (*path, key)


CONFIG = {
    "language": "en",
    "pipeline": [{"name": "FallbackClassifier", "threshold": 0.4}],
    "policies": [{"name": "RulePolicy", "core_fallback_action_name": "action_x"}],
}
FUZZED = {**WHOLE, "config": CONFIG}
PLACES = [path for path in places(FUZZED) if len(path) > 1]
rubbish = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False)
    | st.sampled_from(["", "greet", "/", "{", "utter_greet", "null", "- x", "[a](b", "3.1"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["intent", "type", "3", "action"]), inner, max_size=3)
    ),
    max_leaves=4,
)


def problems_of(folder: Path) -> list[str]:
    try:
        load_project(folder)
    except TrainingDataError as refusal:
        return [str(one) for one in refusal.problems]
    return []


@settings(max_examples=150)
@given(place=st.sampled_from(PLACES), instead=rubbish)
def test_whatever_stands_where_it_loads_or_is_refused_with_file_and_line(
    tmp_path_factory: pytest.TempPathFactory, place: tuple[Any, ...], instead: Any
) -> None:
    files = copy.deepcopy(FUZZED)
    inner = files
    for key in place[:-1]:
        inner = inner[key]
    inner[place[-1]] = instead
    refused = problems_of(written(tmp_path_factory.mktemp("rubbish"), files))
    assert [one for one in refused if not PLACE.match(one)] == []


@given(rubbish)
def test_rules_of_anything_are_read_or_told(value: Any) -> None:
    problems = Problems()
    read_rules(Node(value, "data/rules.yml", 7, problems))
    assert all(PLACE.match(str(one)) for one in problems.found)
