"""Rules that cannot all hold, found as Rasa 3.6 finds them: by playing each against all."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from nlu.embedded import names
from nlu.embedded.domain import Domain
from nlu.embedded.policy import RuleBook, choose, compile_rules, lessons, rule_events
from nlu.embedded.problems import Problems
from nlu.embedded.rules import Rule
from nlu.embedded.tracker import Event, Tracker
from nlu.embedded.trail import View


def check_rules(rules: Sequence[Rule], domain: Domain, problems: Problems) -> None:
    """Report rules that contradict each other or leave out what an action does elsewhere."""
    before = len(problems.found)
    _check_incomplete(rules, domain, problems)
    _check_same_situation(rules, domain, problems)
    if len(problems.found) > before:
        return
    book = compile_rules(rules, domain)
    for rule in rules:
        for text in _surprises(rule, domain, book):
            problems.add(rule.file, rule.line, f"rule '{rule.name}' {text}")


def _check_same_situation(rules: Sequence[Rule], domain: Domain, problems: Problems) -> None:
    """Two rules that have seen exactly the same must go on in the same way."""
    taught: dict[object, tuple[str, Rule]] = {}
    for rule in rules:
        for lesson in lessons(rule, domain):
            if not lesson.views or lesson.action == names.SNIPPET:
                continue
            action, other = taught.setdefault(lesson.views, (lesson.action, rule))
            if action != lesson.action:
                text = (
                    f"rule '{rule.name}' contradicts rule '{other.name}' "
                    f"({other.file}:{other.line}): '{lesson.action}' or '{action}'?"
                )
                problems.add(rule.file, rule.line, text)


def _moments(rule: Rule, domain: Domain, seen: frozenset[str]) -> Iterator[tuple[Tracker, str]]:
    """The tracker before each action of a rule, and the action."""
    tracker = Tracker(domain, seen)
    for event in rule_events(rule, domain):
        if event["event"] == "action":
            yield tracker, event["name"]
        tracker.apply([event])


def _surprises(rule: Rule, domain: Domain, book: RuleBook) -> Iterator[str]:
    """Where all rules together would do something else than this rule says."""
    foreseeable = False
    for tracker, wanted in _moments(rule, domain, book.seen_slots):
        if wanted == names.SNIPPET:
            foreseeable = False
            continue
        if not foreseeable:
            foreseeable = True
            continue
        found = choose(tracker, book)
        if found.action != wanted and found.action == tracker.active_loop:
            # inside a form the rule means what happens when the form declines
            tracker.apply([{"event": "action_execution_rejected", "name": tracker.active_loop}])
            found = choose(tracker, book)
        if found.action != wanted and found.action != book.fallback:
            sources = ", ".join(f"'{name}'" for name in found.pair.rules) if found.pair else ""
            because = f"rule {sources}" if sources else "the handling of forms and defaults"
            yield f"wants '{wanted}' where {because} does '{found.action}'"


@dataclass(slots=True)
class _Effects:
    """What rules say happens right after an action: slots it sets, loops it starts or ends."""

    slots: set[str] = field(default_factory=set)
    loops: set[str] = field(default_factory=set)


def _check_incomplete(rules: Sequence[Rule], domain: Domain, problems: Problems) -> None:
    """A rule must mention every slot and loop that other rules say an action changes."""
    influencing = frozenset(name for name, slot in domain.slots.items() if slot.influences)
    effects = _effects(rules, domain, influencing)
    for rule in rules:
        for tracker, following in _moments(rule, domain, influencing):
            view = tracker.view()
            if following != names.SNIPPET and view.prev not in (None, names.SNIPPET):
                for text in _left_out(view, effects.get(str(view.prev), _Effects())):
                    problems.add(rule.file, rule.line, f"rule '{rule.name}': {text}")


def _left_out(view: View, effects: _Effects) -> Iterator[str]:
    if missing := sorted(effects.slots - set(view.slots)):
        yield (
            f"action '{view.prev}' sets {', '.join(missing)} in other rules; say so here too, or "
            "add 'wait_for_user_input: false' if it is the last action"
        )
    if effects.loops and view.loop not in effects.loops:
        loops = ", ".join("null" if n == names.NOT_SET else n for n in sorted(effects.loops))
        yield f"action '{view.prev}' sets active_loop to {loops} in other rules; say so here too"


def _effects(
    rules: Sequence[Rule], domain: Domain, influencing: frozenset[str]
) -> dict[str, _Effects]:
    found: dict[str, _Effects] = {}
    for rule in rules:
        action: str | None = None
        for event in rule_events(rule, domain):
            if event["event"] == "action":
                action = event["name"]
            elif event["event"] == "user":
                action = None
            elif action is not None:
                _add_effect(found.setdefault(action, _Effects()), event, influencing)
    return found


def _add_effect(effects: _Effects, event: Event, influencing: frozenset[str]) -> None:
    if event["event"] == "slot" and event["name"] in influencing:
        effects.slots.add(event["name"])
    elif event["event"] == "active_loop":
        effects.loops.add(event["name"])
