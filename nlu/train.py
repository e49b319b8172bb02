"""Training: an assistant's folder in, one model file out."""

import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from nlu.embedded import intent_training, names
from nlu.embedded.checks import check_project
from nlu.embedded.lexicon import Annotated, Lexicon
from nlu.embedded.likeness import cut_down
from nlu.embedded.model import MADE_BY, Fallback, Model
from nlu.embedded.problems import Problems
from nlu.embedded.project import Project, read_project, rules_to_plain
from nlu.embedded.roles import word_before
from nlu.embedded.rule_checks import check_rules
from nlu.embedded.training_data import NluData
from nlu.fingerprint import fingerprint


@dataclass(frozen=True, slots=True)
class TrainingReport:
    """What was trained, for people and for `--json` (dataclasses.asdict)."""

    model: str
    sha256: str
    seconds: float
    intents: int
    examples: int
    entities: int
    responses: int
    forms: int
    rules: int


def train(assistant_dir: str | Path, model_path: str | Path) -> TrainingReport:
    """Read, check and train an assistant, and write its model file.

    Raises TrainingDataError, which lists every problem of the files at once.
    """
    began = time.perf_counter()
    source = fingerprint(Path(assistant_dir), MADE_BY)
    project = load_project(Path(assistant_dir))
    model = build(project)
    digest = model.save(Path(model_path), source)
    domain = project.domain
    return TrainingReport(
        model=str(model_path),
        sha256=digest,
        seconds=round(time.perf_counter() - began, 2),
        intents=len({name.partition("/")[0] for name in project.nlu.places}),
        examples=len(project.nlu.examples),
        entities=len(domain.entities),
        responses=len(domain.responses),
        forms=len(domain.forms),
        rules=len({(rule.file, rule.line) for rule in project.rules}),
    )


def load_project(folder: Path) -> Project:
    """Read and check a project. Raises TrainingDataError."""
    problems = Problems()
    project = read_project(folder, problems)
    check_project(project, problems)
    problems.check()
    check_rules(project.rules, project.domain, problems)
    problems.check()
    return project


def build(project: Project) -> Model:
    """The model of a checked project."""
    return Model(
        intents=intent_training.train(pairs(project.nlu)),
        plain_domain=project.plain_domain,
        plain_rules=rules_to_plain(project.rules),
        lexicon=lexicon(project.nlu),
        fallback=_fallback(project),
        core_fallback=_core_fallback(project),
        likeness=cut_down(),
    )


def pairs(nlu: NluData) -> list[tuple[str, str]]:
    """(intent, text) of every example."""
    return [(example.intent, example.text) for example in nlu.examples]


def lexicon(nlu: NluData) -> Lexicon:
    """What entities are found by."""
    values: dict[Annotated, None] = {}
    for example in nlu.examples:
        for mark in example.marks:
            before = word_before(example.text, mark.start)
            values[mark.entity, mark.text, mark.role, mark.group, before] = None
    return Lexicon(tuple(nlu.regexes), tuple(nlu.lookups), tuple(values), dict(nlu.synonyms))


def _fallback(project: Project) -> Fallback | None:
    options = project.component(project.pipeline, "FallbackClassifier")
    if options is None:
        return None
    return Fallback(
        float(options.get("threshold", 0.3)),
        float(options.get("ambiguity_threshold", 0.1)),
    )


def _core_fallback(project: Project) -> str | None:
    options: dict[str, Any] = project.component(project.policies, "RulePolicy") or {}
    if options.get("enable_fallback_prediction") is False:
        return None
    name = options.get("core_fallback_action_name", names.FALLBACK)
    return str(name) if name else None
