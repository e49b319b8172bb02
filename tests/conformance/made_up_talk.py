"""What is said in projects made up by lot, and what their custom actions answer."""

import random
from typing import Any

from tests.conformance.made_up import CUSTOM, ENTITIES, GROUPS, INTENTS, VALUES, Lot


def lines(seed: str, count: int) -> list[dict[str, Any]]:
    """Messages as understood: {text, parsed}."""
    lot = Lot(random.Random(f"lines {seed}"))
    return [_line(lot, number) for number in range(count)]


def _line(lot: Lot, number: int) -> dict[str, Any]:
    intent = lot.one((*INTENTS[:6], *INTENTS[:6], *INTENTS, "faq"))
    if lot.likely(0.03):
        intent = lot.one(("restart", "back", "session_start"))
    entities = [_entity(lot) for _ in range(lot.one((0, 0, 1, 1, 2)))]
    # the texts repeat, so that custom actions repeat what they do
    text = f"{intent} {lot.one(range(9))}"
    ranked = [
        {"name": intent, "confidence": 0.9},
        {"name": lot.one(INTENTS[:6]), "confidence": 0.1},
    ]
    chosen = f"faq/{lot.one('ab')}"
    parsed = {
        "text": text,
        "intent": {"name": intent, "confidence": 0.9},
        "entities": entities,
        "intent_ranking": ranked,
        "response_selector": {
            "faq": {"response": {"intent_response_key": chosen, "utter_action": f"utter_{chosen}"}}
        },
    }
    return {"text": text, "parsed": parsed}


def _entity(lot: Lot) -> dict[str, Any]:
    name = lot.one(ENTITIES)
    made = {"entity": name, "value": lot.one(VALUES[name]), "start": 0, "end": 1}
    if name == "city" and lot.likely(0.6):
        made["role"] = lot.one(ENTITIES["city"])
    if name == "city" and lot.likely(0.25):
        made["group"] = lot.one(GROUPS)
    return made


SET = (None, "x", "big", True, False, 0, 7, ["a"], "", [])
EFFECTS = {
    "nothing": 8,
    "slot": 8,
    "empty slot": 4,
    "two slots": 3,
    "requested": 2,
    "nothing requested": 1,
    "followup": 2,
    "close": 1,
    "open": 1,
    "declined": 0.7,
    "reset_slots": 1,
    "restart": 0.3,
    "rewind": 0.5,
    "undo": 0.5,
    "pause": 0.1,
}
"""How often an action does what; the last five are events of that name."""


def answers(seed: str, domain: dict[str, Any]) -> dict[str, Any]:
    """What custom actions do: {action: [eight answers]}, chosen from by the text's last sign."""
    lot = Lot(random.Random(f"answers {seed}"))
    names = [*domain["actions"], *(f"validate_{form}" for form in domain["forms"])]
    return {name: [_answer(lot, name, domain) for _ in range(9)] for name in names}


def _answer(lot: Lot, name: str, domain: dict[str, Any]) -> dict[str, Any] | None:
    if lot.likely(0.07):
        return None
    kinds = list(EFFECTS)
    events: list[dict[str, Any]] = []
    for _ in range(lot.one((1, 1, 2))):
        kind = lot.chance.choices(kinds, [EFFECTS[one] for one in kinds])[0]
        events += _effect(lot, kind, domain)
    if name == "action_session_start":
        events = [{"event": "session_started"}, {"event": "action", "name": "action_listen"}]
    responses: list[dict[str, Any]] = []
    if lot.likely(0.5):
        responses.append({"text": f"{name} has run"})
    if lot.likely(0.15):
        plain = [one for one in domain["responses"] if "/" not in one]
        responses.append({"response": lot.one(plain), "missing": "given"})
    return {"events": events, "responses": responses}


def _effect(lot: Lot, kind: str, domain: dict[str, Any]) -> list[dict[str, Any]]:
    slots, forms = list(domain["slots"]), list(domain["forms"])
    follows = (*CUSTOM, *forms, "utter_bye", "action_listen", "action_nowhere")
    made = {
        "nothing": lambda: [],
        "slot": lambda: [_put(lot.one(slots), lot.one(SET))],
        "empty slot": lambda: [_put(lot.one(slots), None)],
        "two slots": lambda: [_put(lot.one([*slots, "unknown"]), lot.one(SET)) for _ in range(2)],
        "requested": lambda: [_put("requested_slot", lot.one(slots))],
        "nothing requested": lambda: [_put("requested_slot", None)],
        "followup": lambda: [{"event": "followup", "name": lot.one(follows)}],
        "close": lambda: [{"event": "active_loop", "name": None}],
        "open": lambda: [{"event": "active_loop", "name": lot.one(forms)}] if forms else [],
        "declined": lambda: [
            {"event": "action_execution_rejected", "name": lot.one((*CUSTOM, *forms))}
        ],
    }
    return made[kind]() if kind in made else [{"event": kind}]


def _put(name: str, value: Any) -> dict[str, Any]:
    return {"event": "slot", "name": name, "value": value}
