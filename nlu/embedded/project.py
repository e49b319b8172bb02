"""An assistant's folder as a whole: domain, data and config read, checked, and made plain."""

from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from nlu.embedded.domain import Domain
from nlu.embedded.domain_reader import DOMAIN_KEYS, DomainReader
from nlu.embedded.problems import Problems
from nlu.embedded.rules import Rule, Step, read_rules
from nlu.embedded.source import Node, plain, read, yaml_files
from nlu.embedded.training_data import NluData, add_nlu

_OF_TRAINING = {"nlu", "rules", "stories", "e2e_actions", "responses"}
_KNOWN = {*DOMAIN_KEYS, "config", "nlu", "rules", "stories", "version", "e2e_actions", "actions"}


@dataclass(slots=True)
class Project:
    """Everything read from an assistant's folder."""

    reader: DomainReader = field(default_factory=DomainReader)
    nlu: NluData = field(default_factory=NluData)
    rules: list[Rule] = field(default_factory=list)
    pipeline: list[dict[str, Any]] = field(default_factory=list)
    policies: list[dict[str, Any]] = field(default_factory=list)
    plain_domain: dict[str, Any] = field(default_factory=dict)

    @property
    def domain(self) -> Domain:
        return self.reader.domain

    def component(self, listed: list[dict[str, Any]], name: str) -> dict[str, Any] | None:
        """A component of config.yml by the last part of its name."""
        for options in listed:
            if str(options.get("name", "")).rpartition(".")[2] == name:
                return options
        return None


def read_project(folder: Path, problems: Problems) -> Project:
    """Read domain.yml or domain/, data/ and config.yml of a Rasa project."""
    project = Project()
    domain, data = _domain_files(folder), _data_files(folder)
    if not domain and not data:
        problems.add(str(folder), 1, "no domain.yml, domain/ or data/ found")
    for path in [*domain, *data]:
        document = read(path, _name(path, folder), problems)
        if document is not None and not (domain and path in data and _passed_over(document)):
            _read_document(document, project)
    _read_config(folder, project, problems)
    return project


def _name(path: Path, folder: Path) -> str:
    return str(path.relative_to(folder)) if path.is_relative_to(folder) else str(path)


def _domain_files(folder: Path) -> list[Path]:
    found = [folder / name for name in ("domain.yml", "domain.yaml") if (folder / name).is_file()]
    return found + (yaml_files(folder / "domain") if (folder / "domain").is_dir() else [])


def _data_files(folder: Path) -> list[Path]:
    """Training files; as in Rasa, files named test_… are conversation tests, not data."""
    if not (folder / "data").is_dir():
        return []
    return [path for path in yaml_files(folder / "data") if not path.name.startswith("test_")]


def _passed_over(document: Node) -> bool:
    """Whether Rasa does not look at a file under data/: it reads training data and responses there,
    and the rest of the domain only in the domain's own place."""
    keys = set(document.value) if isinstance(document.value, dict) else set()
    return not keys & _OF_TRAINING and bool(keys & {*DOMAIN_KEYS})


def _read_document(document: Node, project: Project) -> None:
    for key, node in document.items():
        if key == "version":
            _check_version(node)
        elif key == "nlu":
            add_nlu(node, project.nlu)
        elif key == "rules":
            project.rules += read_rules(node)
        elif key in ("stories", "e2e_actions"):
            _refuse(key, node)
        elif key in DOMAIN_KEYS or key == "config":
            project.reader.read(key, node)
            _merge(project.plain_domain, key, plain(node.value))
        else:
            known = ", ".join(sorted(_KNOWN))
            node.problem(f"unknown key '{key}'; known keys: {known}")


def _check_version(node: Node) -> None:
    """Rasa 3.6 reads files of older versions as of 3.1; what is no longer there is refused."""
    if str(node.value).strip("\"'") not in ("2.0", "3.0", "3.1"):
        node.problem(f"training data version {node.value} is not supported; 2.0 to 3.1 are")


def _refuse(key: str, node: Node) -> None:
    for element in node.elements():
        name = element.value.get("story") if isinstance(element.value, dict) else None
        what = f"story '{name}'" if name else f"an entry of '{key}'"
        element.problem(f"{what}: learned stories are not supported; write it as rules or a form")


def _merge(target: dict[str, Any], key: str, value: Any) -> None:
    if isinstance(value, dict):
        target.setdefault(key, {}).update(value)
    elif isinstance(value, list):
        target.setdefault(key, []).extend(value)


def _read_config(folder: Path, project: Project, problems: Problems) -> None:
    path = folder / "config.yml"
    document = read(path, "config.yml", problems) if path.is_file() else None
    if document is None or document.value is None:
        return
    for key, node in document.items():
        if key in _ELSEWHERE:
            node.problem(f"'{key}' is not supported: put all files under domain and data")
    pipeline, policies = document.get("pipeline"), document.get("policies")
    left_out = pipeline is None or pipeline.value is None
    project.pipeline = list(_RASAS_OWN) if left_out else _components(pipeline)
    project.policies = _components(policies)


_ELSEWHERE = ("importers", "imports")
"""Keys of config.yml by which Rasa reads other folders too."""
_RASAS_OWN = ({"name": "FallbackClassifier", "threshold": 0.3, "ambiguity_threshold": 0.1},)
"""Of what Rasa puts in for a pipeline left out, as in the projects it makes, what is read here."""
_NUMBERS = {"FallbackClassifier": {"threshold": 0.3, "ambiguity_threshold": 0.1}}
"""Options that must be numbers, with Rasa's defaults."""


def _components(listed: Node | None) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    for element in listed.elements() if listed else ():
        if not isinstance(element.value, dict) or not (name := element.word("name")):
            element.problem("a component must be a mapping with its 'name'")
            continue
        for option, default in _NUMBERS.get(name.rpartition(".")[2], {}).items():
            element.number(option, default)
        found.append(plain(element.value))
    return found


def domain_from_plain(value: dict[str, Any]) -> Domain:
    """The domain of a saved model."""
    problems = Problems()
    reader = DomainReader()
    for key, child in value.items():
        reader.read(key, Node(child, "model", 1, problems))
    problems.check()
    return reader.domain


def rules_to_plain(rules: list[Rule]) -> list[dict[str, Any]]:
    return [asdict(rule) for rule in rules]


def rules_from_plain(value: list[dict[str, Any]]) -> list[Rule]:
    """The rules of a saved model."""
    return [
        Rule(
            **{
                **rule,
                "conditions": tuple(_step(step) for step in rule["conditions"]),
                "steps": tuple(_step(step) for step in rule["steps"]),
            }
        )
        for rule in value
    ]


def _step(value: dict[str, Any]) -> Step:
    entities = tuple((str(e), str(v), role, group) for e, v, role, group in value["entities"])
    return Step(**{**value, "entities": entities})
