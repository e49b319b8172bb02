"""What does not fit together in an assistant: names used and not declared."""

from collections.abc import Iterator

from nlu.embedded import names
from nlu.embedded.annotations import Mark
from nlu.embedded.domain import Domain, SlotMapping
from nlu.embedded.problems import Problems
from nlu.embedded.project import Project
from nlu.embedded.rules import Rule, Step


def check_project(project: Project, problems: Problems) -> None:
    """Report every name that is used and not declared."""
    _check_intents(project, problems)
    _check_slots(project, problems)
    _check_forms(project, problems)
    _check_actions(project, problems)
    for rule in project.rules:
        _check_rule(rule, project, problems)


def _check_intents(project: Project, problems: Problems) -> None:
    for name, (file, line) in project.nlu.places.items():
        base = name.partition("/")[0]
        if not project.domain.knows_intent(base):
            problems.add(file, line, f"intent '{base}' is not in the domain")
        if "/" in name and f"{names.UTTER}{name}" not in project.domain.responses:
            problems.add(file, line, f"there is no response '{names.UTTER}{name}'")
    for example in project.nlu.examples:
        for mark in example.marks:
            if text := _wrong_mark(mark, project.domain):
                problems.add(example.file, example.line, text)


def _wrong_mark(mark: Mark, domain: Domain) -> str | None:
    kind = domain.entities.get(mark.entity)
    if kind is None:
        return f"entity '{mark.entity}' is not in the domain"
    if mark.role and mark.role not in kind.roles:
        return f"entity '{mark.entity}' has no role '{mark.role}' in the domain"
    if mark.group and mark.group not in kind.groups:
        return f"entity '{mark.entity}' has no group '{mark.group}' in the domain"
    return None


def _check_slots(project: Project, problems: Problems) -> None:
    for slot in project.domain.slots.values():
        file, line = project.reader.places["slot", slot.name]
        for mapping in slot.mappings:
            for text in _wrong_mapping(mapping, project.domain):
                problems.add(file, line, f"slot '{slot.name}': {text}")


def _check_forms(project: Project, problems: Problems) -> None:
    for form in project.domain.forms.values():
        file, line = project.reader.places["form", form.name]
        for name in form.required_slots:
            if name not in project.domain.slots:
                problems.add(file, line, f"form '{form.name}': no slot '{name}'")
        for intent in form.ignored_intents:
            if not project.domain.knows_intent(intent):
                problems.add(file, line, f"form '{form.name}': no intent '{intent}'")


def _wrong_mapping(mapping: SlotMapping, domain: Domain) -> Iterator[str]:
    if mapping.entity and mapping.entity not in domain.entities:
        yield f"no entity '{mapping.entity}'"
    for intent in sorted(mapping.intents | mapping.not_intents):
        if not domain.knows_intent(intent):
            yield f"no intent '{intent}'"
    for condition in mapping.conditions:
        if condition.active_loop and condition.active_loop not in domain.forms:
            yield f"no form '{condition.active_loop}'"
    if mapping.action and mapping.action not in domain.actions:
        yield f"no action '{mapping.action}'"


def _check_actions(project: Project, problems: Problems) -> None:
    known = {*project.domain.responses, *project.domain.retrieval_actions()}
    for name in project.domain.actions:
        if name.startswith(names.UTTER) and name not in known:
            file, line = project.reader.places["action", name]
            problems.add(file, line, f"action '{name}' has no response of that name")


def _check_rule(rule: Rule, project: Project, problems: Problems) -> None:
    users = sum(step.kind == "user" for step in rule.steps)
    if users > 1:
        text = f"rule '{rule.name}' has {users} user messages; a rule may have one"
        problems.add(rule.file, rule.line, text)
    for step in rule.all_steps():
        for text in _unknown(step, project):
            problems.add(rule.file, step.line, f"rule '{rule.name}': {text}")


def _unknown(step: Step, project: Project) -> Iterator[str]:
    domain, name = project.domain, step.name or ""
    if step.kind == "user":
        if not domain.knows_intent(name):
            yield f"intent '{name}' is not in the domain"
        for entity, *_ in step.entities:
            if entity not in domain.entities:
                yield f"entity '{entity}' is not in the domain"
    elif step.kind == "action" and name not in domain.action_names():
        kind = "response" if name.startswith(names.UTTER) else "action"
        yield f"{kind} '{name}' is not in the domain"
    elif step.kind == "loop" and name and name not in (*domain.forms, names.TWO_STAGE):
        yield f"form '{name}' is not in the domain"
    elif step.kind == "slot":
        yield from _wrong_slot(step, name, domain)


def _wrong_slot(step: Step, name: str, domain: Domain) -> Iterator[str]:
    """What Rasa 3.6 takes for the contrary, besides slots there are not."""
    slot = domain.slots.get(name)
    if slot is None and name != names.REQUESTED_SLOT:
        yield f"slot '{name}' is not in the domain"
    if slot is None or not slot.influences:
        return
    if step.by_name and slot.type not in ("text", "list"):
        yield f"slot '{name}' alone means 'not set', for it is a {slot.type}; give its value"
    elif slot.type == "list" and step.value is None and not step.by_name:
        yield f"slot '{name}' is a list, for which Rasa 3.6 takes null for 'set'"
