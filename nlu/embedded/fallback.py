"""Rasa 3.6's built-in actions, the two-stage fallback among them."""

from collections.abc import Callable
from typing import Any

from nlu.embedded import names
from nlu.embedded.loops import Loop, Stage
from nlu.embedded.responses import bot_event
from nlu.embedded.slots import same
from nlu.embedded.tracker import Event, Tracker

_REWIND: Event = {"event": "rewind"}
_UNCLEAR = (names.NLU_FALLBACK, names.OUT_OF_SCOPE)


class TwoStageFallback(Loop):
    """Ask "did you mean …?", then to say it differently, then give up."""

    def do(self, tracker: Tracker, so_far: list[Event]) -> list[Event]:
        just_started = any(event["event"] == "active_loop" for event in so_far)
        unclear = tracker.intent == names.NLU_FALLBACK
        action = names.ASK_AFFIRMATION if just_started or unclear else names.ASK_REPHRASE
        return self.stage.run(action, tracker)

    def is_done(self, tracker: Tracker, so_far: list[Event]) -> bool:
        return tracker.intent not in _UNCLEAR or _hopeless(tracker)

    def deactivate(self, tracker: Tracker) -> list[Event]:
        if _hopeless(tracker):
            return self.stage.run(names.FALLBACK, tracker)
        message = dict(tracker.message)
        message["intent"] = {**message["intent"], "confidence": 1.0}
        again = {"event": "user", "text": message.get("text"), "parse_data": message}
        return [_REWIND, {"event": "action", "name": names.LISTEN}, again]


def _hopeless(tracker: Tracker) -> bool:
    latest = tracker.recent[::-1]
    twice_unclear = latest[:2] == [names.NLU_FALLBACK, names.NLU_FALLBACK]
    denied_again = latest[:3] == [names.OUT_OF_SCOPE, names.NLU_FALLBACK, names.OUT_OF_SCOPE]
    return twice_unclear or denied_again


def run_default(name: str, stage: Stage, tracker: Tracker) -> list[Event]:
    """Run one of names.DEFAULT_ACTIONS that the domain does not replace."""
    return DEFAULTS[name](stage, tracker)


def _saying(response: str, *events: Event) -> Callable[[Stage, Tracker], list[Event]]:
    def run(stage: Stage, tracker: Tracker) -> list[Event]:
        return [*stage.run(response, tracker), *events]

    return run


def _nothing(_stage: Stage, _tracker: Tracker) -> list[Event]:
    return []


def _session_start(stage: Stage, tracker: Tracker) -> list[Event]:
    events: list[Event] = [{"event": "session_started"}]
    if stage.domain.session.carry_over_slots:
        events += [
            {"event": "slot", "name": name, "value": value}
            for name, value in tracker.slots.items()
            if not same(value, _initial(stage, name))
        ]
    return [*events, {"event": "action", "name": names.LISTEN}]


def _initial(stage: Stage, name: str) -> Any:
    slot = stage.domain.slots.get(name)
    return slot.initial_value if slot else None


def _deactivate_loop(_stage: Stage, _tracker: Tracker) -> list[Event]:
    return [
        {"event": "active_loop", "name": None},
        {"event": "slot", "name": names.REQUESTED_SLOT, "value": None},
    ]


def _ask_affirmation(_stage: Stage, tracker: Tracker) -> list[Event]:
    intent = tracker.intent
    ranking = tracker.message.get("intent_ranking") or []
    if intent == names.NLU_FALLBACK and len(ranking) > 1:
        intent = ranking[1]["name"]
    buttons = [
        {"title": "Yes", "payload": f"/{intent}"},
        {"title": "No", "payload": f"/{names.OUT_OF_SCOPE}"},
    ]
    text = f"Did you mean '{intent}'?"
    return [bot_event({"text": text, "buttons": buttons, "utter_action": names.ASK_AFFIRMATION})]


def _two_stage(stage: Stage, tracker: Tracker) -> list[Event]:
    return TwoStageFallback(names.TWO_STAGE, stage).run(tracker)


def _extract(stage: Stage, tracker: Tracker) -> list[Event]:
    return stage.extract(tracker)


DEFAULTS: dict[str, Callable[[Stage, Tracker], list[Event]]] = {
    names.LISTEN: _nothing,
    names.RESTART: _saying("utter_restart", {"event": "restart"}),
    names.SESSION_START: _session_start,
    names.FALLBACK: _saying("utter_default", _REWIND),
    names.DEACTIVATE_LOOP: _deactivate_loop,
    names.REVERT_FALLBACK: _nothing,
    names.ASK_AFFIRMATION: _ask_affirmation,
    names.ASK_REPHRASE: _saying("utter_ask_rephrase"),
    names.TWO_STAGE: _two_stage,
    names.UNLIKELY_INTENT: _nothing,
    names.BACK: _saying("utter_back", _REWIND, _REWIND),
    names.EXTRACT_SLOTS: _extract,
}
