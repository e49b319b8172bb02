"""Small Rasa projects made up by lot: one seed, one project. What is said in them: made_up_talk."""

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

INTENTS = ("greet", "book", "tell", "deny", "affirm", "ask", "out_of_scope", "nlu_fallback")
ENTITIES = {"city": ("from", "to"), "size": (), "name": ()}
GROUPS = ("1", "2")
VALUES = {
    "city": ("bandung", "bogor"),
    "size": ("big", "small", 3),
    "name": ("ana", "budi", "true"),
}
TYPES = ("text", "bool", "categorical", "float", "list", "any")
SLOTS = ("s_one", "s_two", "s_three", "s_four", "s_five")
FORMS = ("first_form", "second_form")
CHANNELS = ("whatsapp", "sms")
CUSTOM = ("action_one", "action_two")


@dataclass
class Lot:
    """Throws for one project."""

    chance: random.Random

    def likely(self, share: float) -> bool:
        return self.chance.random() < share

    def one(self, options: Any) -> Any:
        return self.chance.choice(list(options))

    def some(self, options: Any, least: int, most: int) -> list[Any]:
        listed = list(options)
        return self.chance.sample(listed, min(len(listed), self.chance.randint(least, most)))


@dataclass
class Made:
    """A project as plain data, for its files."""

    domain: dict[str, Any]
    rules: list[dict[str, Any]]
    policy: dict[str, Any] = field(default_factory=dict)


def project(seed: str) -> Made:
    lot = Lot(random.Random(seed))
    forms = lot.some(FORMS, 0, 2) if lot.likely(0.9) else []
    slots = {name: _slot(lot, forms) for name in lot.some(SLOTS, 2, 5)}
    domain: dict[str, Any] = {
        "version": "3.1",
        "intents": [_intent(lot, name) for name in INTENTS[:6]] + ["out_of_scope", "faq"],
        "entities": [
            {"city": {"roles": list(ENTITIES["city"]), "groups": list(GROUPS)}},
            "size",
            {"name": {"influence_conversation": False}} if lot.likely(0.3) else "name",
        ],
        "slots": slots,
        "forms": {name: _form(lot, slots) for name in forms},
        "responses": _responses(lot, slots, forms),
        "actions": _actions(lot, slots, forms),
        "session_config": {
            "session_expiration_time": 0,
            "carry_over_slots_to_new_session": True,
        },
    }
    if lot.likely(0.15):
        domain["config"] = {"store_entities_as_slots": False}
    rules = list(_rules(lot, domain))
    policy: dict[str, Any] = {"name": "RulePolicy"}
    if lot.likely(0.15):
        policy["enable_fallback_prediction"] = False
    elif lot.likely(0.2):
        policy["core_fallback_action_name"] = lot.one(("action_one", "utter_hello"))
    return Made(domain, rules, policy)


def _intent(lot: Lot, name: str) -> Any:
    if lot.likely(0.1):
        return {name: {"use_entities": lot.some(ENTITIES, 0, 2)}}
    if lot.likely(0.1):
        return {name: {"ignore_entities": lot.some(ENTITIES, 1, 2)}}
    return name


def _slot(lot: Lot, forms: list[str]) -> dict[str, Any]:
    kind = lot.one(TYPES)
    made: dict[str, Any] = {"type": kind}
    if kind == "categorical":
        made["values"] = ["big", "small"]
    if kind == "float" and lot.likely(0.5):
        made |= {"min_value": 0, "max_value": 10}
    if lot.likely(0.2):
        made["initial_value"] = _value(lot, kind)
    if kind != "any" and lot.likely(0.4):
        made["influence_conversation"] = lot.likely(0.5)
    made["mappings"] = [_mapping(lot, forms) for _ in range(lot.one((1, 1, 2, 3)))]
    return made


def _value(lot: Lot, kind: str) -> Any:
    options = {
        "text": ("x", ""),
        "bool": (True, False),
        "categorical": ("big", "other"),
        "float": (0.5, 3, 0),
        "list": (["x"], []),
        "any": ({"a": 1}, "x", 0),
    }
    return lot.one(options[kind])


def _mapping(lot: Lot, forms: list[str]) -> dict[str, Any]:
    kind = lot.one(("from_entity", "from_entity", *_MAPPED))
    made: dict[str, Any] = {"type": kind, **_MAPPED.get(kind, _of_entity)(lot)}
    if kind == "custom":
        return made
    by_intent = kind in ("from_intent", "from_trigger_intent")
    if by_intent or lot.likely(0.5):
        key = "intent" if kind == "from_trigger_intent" else lot.one(("intent", "not_intent"))
        chosen = lot.some(INTENTS[:6], 1, 2)
        made[key] = chosen if len(chosen) > 1 else chosen[0]
    if forms and (lot.likely(0.6) or kind == "from_text"):
        made["conditions"] = [_condition(lot, forms) for _ in range(lot.one((1, 1, 2)))]
    return made


def _of_entity(lot: Lot) -> dict[str, Any]:
    made = {"entity": lot.one(ENTITIES)}
    if made["entity"] == "city" and lot.likely(0.5):
        made["role"] = lot.one(ENTITIES["city"])
    if made["entity"] == "city" and lot.likely(0.2):
        made["group"] = lot.one(GROUPS)
    return made


def _of_intent(lot: Lot) -> dict[str, Any]:
    return {"value": lot.one(("yes", True, False, 0, 7, ["a"]))}


def _of_code(lot: Lot) -> dict[str, Any]:
    return {"action": lot.one(("action_fill", "action_one"))} if lot.likely(0.6) else {}


_MAPPED: dict[str, Callable[[Lot], dict[str, Any]]] = {
    "from_intent": _of_intent,
    "from_trigger_intent": _of_intent,
    "from_text": lambda _lot: {},
    "custom": _of_code,
}


def _condition(lot: Lot, forms: list[str]) -> dict[str, Any]:
    if lot.likely(0.2):
        return {"active_loop": None}
    made = {"active_loop": lot.one(forms)}
    if lot.likely(0.5):
        made["requested_slot"] = lot.one(SLOTS)
    return made


def _form(lot: Lot, slots: dict[str, Any]) -> dict[str, Any]:
    made: dict[str, Any] = {"required_slots": lot.some(slots, 1, 3)}
    if lot.likely(0.3):
        chosen = lot.some(INTENTS[:6], 1, 2)
        made["ignored_intents"] = chosen if lot.likely(0.7) else chosen[0]
    return made


def _responses(lot: Lot, slots: dict[str, Any], forms: list[str]) -> dict[str, Any]:
    names = ["utter_hello", "utter_bye", "utter_tell"]
    names += [name for name in ("utter_default", "utter_ask_rephrase") if lot.likely(0.7)]
    names += ["utter_restart"] if lot.likely(0.5) else []
    for slot in slots:
        names += [f"utter_ask_{slot}"] if lot.likely(0.6) else []
        for form in forms:
            names += [f"utter_ask_{form}_{slot}"] if lot.likely(0.2) else []
    made = {name: _variants(lot, name, slots) for name in names}
    made["utter_faq/a"] = [{"text": "faq a"}]
    made["utter_faq/b"] = _variants(lot, "faq b", slots)
    return made


def _variants(lot: Lot, name: str, slots: dict[str, Any]) -> list[dict[str, Any]]:
    said = "{" + lot.one([*slots, "missing"]) + "}" if lot.likely(0.4) else ""
    made: list[dict[str, Any]] = [{"text": f"{name} {said}"}]
    if lot.likely(0.15):
        made = []
    if lot.likely(0.25):
        made.append({"text": f"{name} by channel", "channel": lot.one(CHANNELS)})
    if lot.likely(0.3):
        slot = lot.one(slots)
        value = lot.one((None, "yes", True, "big", "BIG", 7, 0, ["a"]))
        condition = [{"type": "slot", "name": slot, "value": value}]
        made.append({"text": f"{name} on condition", "condition": condition})
        if lot.likely(0.3):
            made[-1]["channel"] = lot.one(CHANNELS)
    if lot.likely(0.1) and made:
        made[0]["buttons"] = [{"title": "Go", "payload": "/greet"}]
    return made or [{"text": name}]


def _actions(lot: Lot, slots: dict[str, Any], forms: list[str]) -> list[str]:
    made = [*CUSTOM, "action_fill"]
    made += [f"validate_{form}" for form in forms if lot.likely(0.5)]
    made += ["action_validate_slot_mappings"] if lot.likely(0.3) else []
    for slot in slots:
        made += [f"action_ask_{slot}"] if lot.likely(0.35) else []
        made += [f"action_ask_{form}_{slot}" for form in forms if lot.likely(0.2)]
    for name in ("action_default_fallback", "action_default_ask_affirmation"):
        made += [name] if lot.likely(0.1) else []
    made += ["action_session_start"] if lot.likely(0.05) else []
    return made


def _rules(lot: Lot, domain: dict[str, Any]) -> Iterator[dict[str, Any]]:
    number = 0
    for intent in (*INTENTS[:6], "faq"):
        for _ in range(lot.one((0, 1, 1, 1, 1, 1, 2))):
            number += 1
            yield {"rule": f"rule {number}", **_rule(lot, domain, intent)}
    for form in domain["forms"]:
        if lot.likely(0.8):
            yield _submit(lot, form)
        if lot.likely(0.4):
            yield _interruption(lot, form, domain)
    if lot.likely(0.4):
        loop = "action_two_stage_fallback"
        steps = [{"intent": "nlu_fallback"}, {"action": loop}, {"active_loop": loop}]
        yield {"rule": "two stages", "steps": steps}
    elif lot.likely(0.3):
        yield {"rule": "unclear", "steps": [{"intent": "nlu_fallback"}, _said(lot, domain)]}


def _said(lot: Lot, domain: dict[str, Any]) -> dict[str, Any]:
    plain = [name for name in domain["responses"] if "/" not in name and "_ask_" not in name]
    return {"action": lot.one([*CUSTOM, *plain, "utter_faq"])}


def _was_set(lot: Lot, domain: dict[str, Any]) -> dict[str, Any]:
    """Without what Rasa takes for the contrary, which we refuse (tests/nlu/test_rasas_ways.py)."""
    slot = lot.one(domain["slots"])
    kind = domain["slots"][slot]["type"]
    if kind in ("text", "list") and lot.likely(0.7):
        return {"slot_was_set": [slot]}
    values = ("yes", True, False, "big", 7, "x", *((None,) if kind != "list" else ()))
    return {"slot_was_set": [{slot: lot.one(values)}]}


def _rule(lot: Lot, domain: dict[str, Any], intent: str) -> dict[str, Any]:
    user = _user(lot, intent)
    if lot.likely(0.15):
        user = {"or": [user, {"intent": lot.one(INTENTS[:6])}]}
    steps = [user, *_deeds(lot, domain)]
    if lot.likely(0.05):
        steps += [{"action": "action_deactivate_loop"}, {"active_loop": None}]
    made: dict[str, Any] = {"steps": steps}
    condition = [_was_set(lot, domain)] if lot.likely(0.25) else []
    if domain["forms"] and lot.likely(0.2):
        condition.append({"active_loop": lot.one([*domain["forms"], None])})
    if condition:
        made["condition"] = condition
    for key, value in (("conversation_start", True), ("wait_for_user_input", False)):
        if lot.likely(0.08):
            made[key] = value
    return made


def _user(lot: Lot, intent: str) -> dict[str, Any]:
    made: dict[str, Any] = {"intent": intent}
    if lot.likely(0.25):
        name = lot.one(ENTITIES)
        marked: dict[str, Any] = {name: lot.one(VALUES[name])}
        if name == "city" and lot.likely(0.5):
            marked["role"] = lot.one(ENTITIES["city"])
        made["entities"] = [marked] if lot.likely(0.6) else [name]
    return made


def _deeds(lot: Lot, domain: dict[str, Any]) -> list[dict[str, Any]]:
    if domain["forms"] and lot.likely(0.45):
        form = lot.one(domain["forms"])
        return [{"action": form}, {"active_loop": form}]
    before = [_was_set(lot, domain)] if lot.likely(0.15) else []
    after = [_was_set(lot, domain)] if lot.likely(0.04) else []
    return [*before, *(_said(lot, domain) for _ in range(lot.one((1, 1, 2)))), *after]


def _submit(lot: Lot, form: str) -> dict[str, Any]:
    steps: list[dict[str, Any]] = [{"action": form}, {"active_loop": None}]
    if lot.likely(0.6):
        steps.append({"slot_was_set": [{"requested_slot": None}]})
    steps.append({"action": lot.one((*CUSTOM, "utter_bye"))})
    return {"rule": f"submit {form}", "condition": [{"active_loop": form}], "steps": steps}


def _interruption(lot: Lot, form: str, domain: dict[str, Any]) -> dict[str, Any]:
    steps = [{"intent": lot.one(INTENTS[:6])}, _said(lot, domain)]
    if lot.likely(0.6):
        steps += [{"action": form}, {"active_loop": form}]
    elif lot.likely(0.5):
        steps += [{"action": "action_deactivate_loop"}, {"active_loop": None}]
    return {"rule": f"inside {form}", "condition": [{"active_loop": form}], "steps": steps}
