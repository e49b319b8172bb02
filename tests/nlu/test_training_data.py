"""What a project may hold, and how its mistakes are told: with file and line."""

from collections.abc import Callable
from pathlib import Path

import pytest

from nlu.embedded import annotations
from nlu.embedded.annotations import AnnotationError, Mark
from nlu.embedded.model import Fallback
from nlu.embedded.problems import TrainingDataError
from nlu.train import build, load_project

from .conftest import PROJECTS

DOMAIN = """version: "3.1"
intents: [greet, bye]
entities: [product]
slots:
  product:
    type: text
    mappings: [{type: from_entity, entity: product}]
forms:
  order_form: {required_slots: [product]}
actions: [action_x]
responses:
  utter_greet: [{text: hi}]
  utter_ask_product: [{text: which}]
"""
RULES = """version: "3.1"
rules:
  - rule: greet
    steps:
      - intent: greet
      - action: utter_greet
"""
Write = Callable[..., Path]

ANNOTATIONS = [
    ("[kulkas](product)", Mark("product", 0, 6, "kulkas")),
    ("[lemari es](product:kulkas)", Mark("product", 0, 9, "lemari es", "kulkas")),
    ('[Jkt]{"entity": "city", "role": "to"}', Mark("city", 0, 3, "Jkt", role="to")),
    ('[x]{"entity": "e", "group": "1", "value": "y"}', Mark("e", 0, 1, "x", "y", group="1")),
]


@pytest.mark.parametrize(("example", "mark"), ANNOTATIONS)
def test_an_annotation_is_read(example: str, mark: Mark) -> None:
    assert annotations.parse(example) == (mark.text, (mark,))


def test_one_piece_may_be_two_entities() -> None:
    text, marks = annotations.parse('a [b c][{"entity": "x"}, {"entity": "y", "role": "r"}] d')
    assert text == "a b c d"
    assert [(m.entity, m.role, m.start, m.end) for m in marks] == [
        ("x", None, 2, 5),
        ("y", "r", 2, 5),
    ]


@pytest.mark.parametrize(
    "example", ["[x]{entity}", '[x]{"role": "r"}', '[x]{"entity": "e", "z": 1}']
)
def test_a_wrong_annotation_is_refused(example: str) -> None:
    with pytest.raises(AnnotationError):
        annotations.parse(example)


def test_brackets_without_an_entity_are_text() -> None:
    assert annotations.parse("[urgent] help (now)") == ("[urgent] help (now)", ())


@pytest.mark.parametrize("name", ["shop", "travel"])
def test_a_whole_project_loads(name: str) -> None:
    assert load_project(PROJECTS / name).rules


def nlu(entry: str) -> dict[str, str]:
    return {"data__nlu": f'version: "3.1"\nnlu:\n{entry}'}


def rule(steps: str, more: str = "") -> dict[str, str]:
    return {"data__more": f"rules:\n  - rule: wrong\n{more}    steps:\n{steps}"}


def domain(text: str) -> dict[str, str]:
    return {"domain__more": text}


def config(text: str) -> dict[str, str]:
    return {"config": text}


def deep(levels: int) -> str:
    return "responses:\n" + "".join(f"{' ' * n}a:\n" for n in range(1, levels))


def multiplied(levels: int) -> str:
    """A list that holds nine times a list that holds nine times …"""
    lists = [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]\n" for n in range(1, levels)]
    return "".join(["a0: &a0 [x]\n", *lists])


PROBLEMS = [
    (nlu("  - intent: greet\n    examples: |\n      - hi\n      hello\n"), "nlu.yml:6: an example"),
    (nlu("  - intent: nope\n    examples: |\n      - hi\n"), "nlu.yml:3: intent 'nope'"),
    (nlu("  - intent: greet\n"), "nlu.yml:3: this intent has no examples"),
    (nlu("  - intent: a@b\n    examples: |\n      - hi\n"), "nlu.yml:3: intent name"),
    (nlu("  - what: greet\n    examples: |\n      - hi\n"), "nlu.yml:3: an nlu entry needs"),
    (nlu("  - intent: greet\n    examples: |\n      - [a](b)\n"), "nlu.yml:5: entity 'b'"),
    (
        nlu('  - intent: greet\n    examples: |\n      - [a]{"entity": "product", "role": "r"}\n'),
        "nlu.yml:5: entity 'product' has no role",
    ),
    (nlu("  - regex: product\n    examples: |\n      - (\n"), "nlu.yml:5: regex 'product'"),
    (nlu("  - intent: greet/sub\n    examples: |\n      - hi\n"), "no response 'utter_greet/sub'"),
    (rule("      - intent: nope\n      - action: utter_greet\n"), "more.yml:4: rule 'wrong'"),
    (rule("      - intent: bye\n      - action: utter_nope\n"), "more.yml:5: rule 'wrong'"),
    (rule("      - intent: bye\n      - action: act\n"), "action 'act' is not in the domain"),
    (rule("      - checkpoint: c\n"), "more.yml:4: rule 'wrong': 'checkpoint' steps"),
    (rule("      - user: hi\n"), "'user' steps are not supported"),
    (rule("      - bot: hi\n"), "'bot' steps are not supported"),
    (rule("      - dance: hi\n"), "unknown step"),
    (rule("      - action: order_form\n      - active_loop: no_form\n"), "form 'no_form'"),
    (rule("      - action: action_x\n      - slot_was_set: [{s: 1}]\n"), "slot 's' is not in"),
    (
        rule("      - intent: bye\n      - action: utter_greet\n      - intent: greet\n"),
        "has 2 user messages",
    ),
    (
        rule("      - action: action_x\n", "    condition:\n      - intent: bye\n"),
        "condition may hold only",
    ),
    (rule("      - intent: greet\n      - action: action_x\n"), "contradicts rule 'wrong'"),
    ({"data__s": "stories:\n  - story: long\n    steps: []\n"}, "s.yml:2: story 'long'"),
    ({"data__s": "version: '1.0'\n"}, "version 1.0 is not supported"),
    ({"data__s": "nonsense: 1\n"}, "s.yml:1: unknown key 'nonsense'"),
    ({"data__s": "nlu: [\n"}, "not valid YAML"),
    ({"data__s": "nlu: []\nnlu: []\n"}, "the same key"),
    (domain("slots:\n  a: {type: text}\n"), "more.yml:2: slot 'a' has no mappings"),
    (domain("slots:\n  a:\n    type: date\n    mappings: [{type: custom}]\n"), "has type 'date'"),
    (domain("slots:\n  a:\n    type: any\n    mappings: [{type: guess}]\n"), "unknown mapping"),
    (
        domain("slots:\n  a:\n    type: text\n    mappings: [{type: from_entity}]\n"),
        "a from_entity mapping needs 'entity'",
    ),
    (
        domain("slots:\n  a:\n    type: text\n    mappings: [{type: from_entity, entity: q}]\n"),
        "no entity 'q'",
    ),
    (domain("forms:\n  f: {required_slots: [zzz]}\n"), "form 'f': no slot 'zzz'"),
    (domain("responses:\n  hello: [{text: x}]\n"), "must start with 'utter_'"),
    (domain("responses:\n  utter_a: [{channel: sms}]\n"), "needs one of text"),
    (domain("responses:\n  utter_a: [{text: x, colour: red}]\n"), "unknown key 'colour'"),
    (domain("actions: [utter_missing]\n"), "has no response"),
    (domain("intents: [greet]\n"), "already declared at domain.yml:2"),
    (domain("session_config: {session_expiration_time: -1}\n"), "number of minutes"),
    (rule("      - {dance: hi, 3: x}\n"), "unknown step with keys 3, dance"),
    (rule("      - or: [{intent: greet}, {intent: bye}]\n" * 20), "1,048,576 alternatives"),
    ({"data__s": deep(1_500)}, "s.yml:1: nested too deeply"),
    ({"data__s": deep(100)}, "s.yml:1: nested too deeply"),
    ({"data__s": "nlu: " + "[" * 300 + "]" * 300}, "s.yml:1: nested too deeply"),
    ({"data__s": multiplied(9)}, "s.yml:1: holds more than 500,000 values"),
    (config("pipeline: 3\n"), "config.yml:1: expected a list, found 3"),
    (config("- pipeline\n"), "config.yml:1: expected a mapping"),
    (config("policies:\n- RulePolicy\n"), "config.yml:2: a component must be a mapping"),
    (config("pipeline:\n- {threshold: 1}\n"), "config.yml:2: a component must be a mapping"),
    (
        config("pipeline:\n- name: FallbackClassifier\n  threshold: high\n"),
        "config.yml:2: 'threshold' must be a number, found 'high'",
    ),
    (config("imports:\n- ../other\n"), "config.yml:1: 'imports' is not supported"),
]


@pytest.mark.parametrize(("files", "told"), PROBLEMS, ids=[told for _, told in PROBLEMS])
def test_a_mistake_is_told_with_its_place(project: Write, files: dict[str, str], told: str) -> None:
    folder = project(domain=DOMAIN, data__rules=RULES, **files)
    with pytest.raises(TrainingDataError) as caught:
        load_project(folder)
    assert told in str(caught.value)


def test_all_mistakes_are_told_at_once(project: Write) -> None:
    folder = project(
        domain=DOMAIN,
        data__rules=RULES,
        **rule("      - intent: nope\n      - action: zip\n"),
        **nlu("  - intent: x\n    examples: |\n      - hi\n"),
    )
    with pytest.raises(TrainingDataError) as caught:
        load_project(folder)
    assert [p.line for p in caught.value.problems] == [4, 5, 3]


def test_a_form_must_be_told_the_same_way_in_every_rule(project: Write) -> None:
    begin = "      - intent: greet\n      - action: order_form\n"
    rules = f"rules:\n  - rule: a\n    steps:\n{begin}      - active_loop: order_form\n"
    rules += "  - rule: b\n    steps:\n      - intent: bye\n      - action: order_form\n"
    with pytest.raises(TrainingDataError, match="sets active_loop to order_form"):
        load_project(project(domain=DOMAIN, data__rules=rules))


def test_a_folder_without_an_assistant_says_so(tmp_path: Path) -> None:
    with pytest.raises(TrainingDataError, match=r"no domain\.yml"):
        load_project(tmp_path)


def test_examples_may_be_in_the_long_form(project: Write) -> None:
    entry = "  - intent: greet\n    metadata: {a: 1}\n    examples:\n"
    entry += "      - text: |\n          hi there\n        metadata: {b: 2}\n      - text: hello\n"
    loaded = load_project(project(domain=DOMAIN, data__rules=RULES, **nlu(entry)))
    assert [example.text for example in loaded.nlu.examples] == ["hi there", "hello"]


def test_conversation_tests_are_not_data(project: Write) -> None:
    stories = "stories:\n  - story: a test\n    steps: []\n"
    assert load_project(project(domain=DOMAIN, data__rules=RULES, data__test_talk=stories)).rules


@pytest.mark.parametrize(
    ("text", "limits"),
    [
        ("language: en\n", Fallback(0.3, 0.1)),
        ("pipeline:\npolicies:\n", Fallback(0.3, 0.1)),
        ("pipeline: []\n", None),
        ("pipeline: [{name: FallbackClassifier, threshold: 0.7}]\n", Fallback(0.7, 0.1)),
    ],
)
def test_a_pipeline_left_out_is_the_one_rasa_puts_in(
    project: Write, text: str, limits: Fallback | None
) -> None:
    examples = nlu("  - intent: greet\n    examples: |\n      - hi\n")
    folder = project(domain=DOMAIN, data__rules=RULES, config=text, **examples)
    assert build(load_project(folder)).fallback == limits


def test_as_in_rasa_a_piece_of_domain_under_data_is_not_looked_at(project: Write) -> None:
    blueprint = "forms:\n  order_form: {required_slots: [nothing]}\nslot_mappings: {}\n"
    loaded = load_project(project(domain=DOMAIN, data__rules=RULES, data__forms=blueprint))
    assert list(loaded.domain.forms["order_form"].required_slots) == ["product"]
