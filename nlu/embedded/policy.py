"""What to do next: rules compiled into tables, chosen from exactly as Rasa 3.6's RulePolicy.

A rule is learned as pairs of "what is seen" and "action that follows". What is seen is the
list of views since the rule began; a pair applies if each of its views agrees with the
conversation's latest ones, and the most specific pair (the longest, written as JSON) wins.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from nlu.embedded import names
from nlu.embedded.domain import Domain, Features
from nlu.embedded.rules import Rule, Step
from nlu.embedded.tracker import Event, Tracker
from nlu.embedded.trail import View

INTERRUPTED = "loop was interrupted"
KEEP_OUT = "do not predict the loop"


@dataclass(frozen=True, slots=True)
class Seen:
    """One view of a rule: only what the rule constrains."""

    prev: str | None
    intent: str | None
    entities: tuple[str, ...]
    slots: tuple[tuple[str, Features], ...]
    loop: str | None

    def agrees(self, view: View) -> bool:
        if self.prev is None or view.prev is None:
            return self.prev is None and view.prev is None
        return (
            self.prev == view.prev
            and (self.intent is None or self.intent == view.intent)
            and (not self.entities or self.entities == view.entities)
            and _agree(self.loop, view.loop)
            and all(_agree(wanted, view.slots.get(name)) for name, wanted in self.slots)
        )

    def in_loop(self) -> str | None:
        return None if self.loop == names.NOT_SET else self.loop


def _agree(wanted: Any, found: Any) -> bool:
    if not wanted:
        return True
    if wanted == names.NOT_SET:
        return not found or found == names.NOT_SET
    return bool(wanted == found)


@dataclass(frozen=True, slots=True)
class Pair:
    """What is seen (latest view first) and the action that follows."""

    seen: tuple[Seen, ...]
    action: str
    length: int
    """Of the JSON text Rasa would compare; the longer the more specific."""
    rules: tuple[str, ...] = ()

    def applies(self, views: Iterable[View]) -> bool:
        return all(seen.agrees(view) for seen, view in zip(self.seen, views, strict=False))


@dataclass(slots=True)
class RuleBook:
    """All pairs of all rules; `predict` chooses."""

    pairs: dict[tuple[str | None, str | None], list[Pair]] = field(default_factory=dict)
    """By the latest view's action and intent (None: any intent)."""
    unhappy: list[Pair] = field(default_factory=list)
    seen_slots: frozenset[str] = frozenset()
    longest: int = 1
    fallback: str | None = names.FALLBACK
    _cache: dict[tuple[str | None, str | None], list[Pair]] = field(default_factory=dict)

    def candidates(self, view: View) -> list[Pair]:
        key = (view.prev, view.intent)
        found = self._cache.get(key)
        if found is None:
            keys = [key] if view.intent is None else [key, (view.prev, None)]
            pairs = [pair for each in keys for pair in self.pairs.get(each, ())]
            found = sorted(pairs, key=lambda pair: -pair.length)
            if len(self._cache) < 10_000:
                self._cache[key] = found
        return found


@dataclass(frozen=True, slots=True)
class Prediction:
    action: str
    interrupted: bool = False
    """The loop comes back after something else: it must not take the message as its answer."""
    pair: Pair | None = None


def predict(tracker: Tracker, book: RuleBook) -> Prediction:
    """The next action."""
    found = choose(tracker, book)
    if found.action != tracker.refused:
        return found
    # Rasa sets a refused action's score to 0, which leaves the fallback's, or else the first
    second = book.fallback if book.fallback != tracker.refused else None
    return Prediction(second or names.LISTEN, found.interrupted)


def choose(tracker: Tracker, book: RuleBook) -> Prediction:
    """The next action, whether or not it has just declined to run."""
    if tracker.latest_action == names.LISTEN and tracker.intent in names.INTENT_ACTIONS:
        return Prediction(names.INTENT_ACTIONS[tracker.intent])
    if tracker.active_loop is not None and not tracker.rejected:
        ran = tracker.latest_action == tracker.active_loop
        return Prediction(names.LISTEN if ran else tracker.active_loop)
    return _from_rules(tracker, book) or Prediction(book.fallback or names.LISTEN)


def _from_rules(tracker: Tracker, book: RuleBook) -> Prediction | None:
    now = tracker.view()
    views = list(islice(tracker.trail.views(now), book.longest))
    best = next((pair for pair in book.candidates(now) if pair.applies(views)), None)
    if tracker.active_loop is None:
        return Prediction(best.action, pair=best) if best else None
    marks = {pair.action for pair in book.unhappy if pair.applies(views)}
    if best and best.action == names.LISTEN and not best.seen[0].in_loop():
        if KEEP_OUT not in marks:
            return Prediction(tracker.active_loop, pair=best)
        best = None
    if best is None:
        return Prediction(book.fallback or names.LISTEN, INTERRUPTED in marks)
    return Prediction(best.action, INTERRUPTED in marks, best)


def rule_events(rule: Rule, domain: Domain) -> list[Event]:
    """A rule as events, with the listening and slots Rasa adds."""
    events = [event for step in rule.conditions for event in _events(step, domain)]
    if not rule.conversation_start:
        events.append(_did(names.SNIPPET))
    for step in rule.steps:
        if step.kind == "user" and not (events and events[-1] == _did(names.LISTEN)):
            events.append(_did(names.LISTEN))
        events += _events(step, domain)
    if not rule.wait_for_user_input:
        events.append(_did(names.SNIPPET))
    if events[-1] != _did(names.LISTEN):
        events.append(_did(names.LISTEN))
    return events


def _did(action: str) -> Event:
    return {"event": "action", "name": action}


def _events(step: Step, domain: Domain) -> list[Event]:
    if step.kind == "action":
        return [_did(step.name or "")]
    if step.kind == "loop":
        return [{"event": "active_loop", "name": step.name or names.NOT_SET}]
    if step.kind == "slot":
        value = _slot_value(step, domain)
        return [{"event": "slot", "name": step.name, "value": value}]
    entities = [
        {"entity": entity, "value": value, "role": role, "group": group}
        for entity, value, role, group in step.entities
    ]
    parsed = {"intent": {"name": step.name}, "entities": entities}
    return [{"event": "user", "parse_data": parsed}, *_entity_slots(entities, domain)]


def _slot_value(step: Step, domain: Domain) -> Any:
    if step.by_name:
        slot = domain.slots.get(step.name or "")
        return ["filled"] if slot and slot.type == "list" else "filled"
    return names.NOT_SET if step.value is None else step.value


def _entity_slots(entities: list[dict[str, Any]], domain: Domain) -> list[Event]:
    """Slots that a rule's entities fill, as store_entities_as_slots has it."""
    if not domain.entities_fill_slots:
        return []
    events: list[Event] = []
    for slot in domain.slots.values():
        found: list[Any] = []
        for mapping in slot.mappings:
            in_form = mapping.conditions and mapping.conditions[0].active_loop is not None
            if mapping.type == "from_entity" and not in_form:
                found += [
                    entity["value"]
                    for entity in entities
                    if (entity["entity"], entity["role"], entity["group"])
                    == (mapping.entity, mapping.role, mapping.group)
                ]
        if found:
            value = found if slot.type == "list" else found[-1]
            events.append({"event": "slot", "name": slot.name, "value": value})
    return events


@dataclass(frozen=True, slots=True)
class Lesson:
    """One thing a rule teaches: what was seen, since its beginning, and what follows."""

    views: tuple[Seen, ...]
    """Latest first."""
    action: str
    rule: Rule


def lessons(rule: Rule, domain: Domain) -> list[Lesson]:
    """Play a rule and note what is seen before each of its actions."""
    influencing = frozenset(name for name, slot in domain.slots.items() if slot.influences)
    tracker = Tracker(domain, influencing)
    # a rule knows nothing of slots it does not mention, whatever they are at first
    tracker.features.clear()
    found: list[Lesson] = []
    first = True
    for event in rule_events(rule, domain):
        if event["event"] == "user":
            first = False
        elif event["event"] == "action":
            if not first:
                views = tracker.trail.views(tracker.view())
                found.append(Lesson(_since_start(views), event["name"], rule))
            first = False
        tracker.apply([event])
    return found


def _since_start(views: Iterable[View]) -> tuple[Seen, ...]:
    found: list[Seen] = []
    for view in views:
        if view.prev == names.SNIPPET:
            break
        slots = tuple(sorted(view.slots.items()))
        found.append(Seen(view.prev, view.intent, view.entities, slots, view.loop))
    return tuple(found)


def compile_rules(rules: Iterable[Rule], domain: Domain) -> RuleBook:
    """The rule book of a domain. Pairs that contradict each other are left out, as in Rasa."""
    book = RuleBook()
    taught: dict[tuple[Seen, ...], dict[str, set[str]]] = {}
    unhappy: dict[tuple[Seen, ...], str] = {}
    for rule in rules:
        for lesson in lessons(rule, domain):
            if lesson.views and lesson.action != names.SNIPPET:
                by_action = taught.setdefault(lesson.views, {})
                by_action.setdefault(lesson.action, set()).add(rule.name)
            _note_unhappy(lesson, unhappy)
    for seen, by_action in taught.items():
        if len(by_action) == 1:
            action, sources = next(iter(by_action.items()))
            pair = Pair(seen, action, _length(seen), tuple(sorted(sources)))
            book.pairs.setdefault((seen[0].prev, seen[0].intent), []).append(pair)
    book.unhappy = [Pair(seen, mark, 0) for seen, mark in unhappy.items()]
    everything = [*taught, *unhappy]
    book.longest = max((len(seen) for seen in everything), default=1)
    book.seen_slots = frozenset(
        name for seen in everything for each in seen for name, _ in each.slots
    )
    return book


def _note_unhappy(lesson: Lesson, unhappy: dict[tuple[Seen, ...], str]) -> None:
    """Learn how rules leave an active loop and come back to it."""
    if not lesson.views or not (loop := lesson.views[0].in_loop()):
        return
    now = lesson.views[0]
    before = lesson.views[1:2]
    seen = (now, *(Seen(view.prev, None, (), (), None) for view in before if view.prev))
    listening = now.prev == names.LISTEN
    if listening and lesson.action == loop:
        unhappy[seen] = INTERRUPTED
    elif not listening and lesson.action != loop:
        unhappy[seen] = KEEP_OUT


def _length(seen: tuple[Seen, ...]) -> int:
    """Of the text under which Rasa would store this rule: it decides between two that fit."""
    states = []
    for each in reversed(seen):
        user = {"intent": each.intent, "entities": each.entities}
        state = {
            "prev_action": {"action_name": each.prev} if each.prev else {},
            "user": {key: value for key, value in user.items() if value},
            "slots": dict(each.slots),
            "active_loop": {"name": each.loop} if each.loop else {},
        }
        states.append({key: value for key, value in state.items() if value})
    return len(json.dumps(states, sort_keys=True))
