"""Understanding one message: a command of ours, or text with intent, entities and language."""

import json
import re
from dataclasses import dataclass
from datetime import datetime
from operator import itemgetter
from typing import Any

from nlu.embedded import names
from nlu.embedded.dates import today
from nlu.embedded.entities import EntityFinder
from nlu.embedded.language import bring, detect
from nlu.embedded.model import Model
from nlu.types import Entity, Intent, Understanding

LONGEST_TEXT = 4_000
"""Characters of a message that are kept: a slot filled from text must not grow the state."""
_COMMAND = re.compile(r"/(?P<intent>[^{@\s]+)(?:@[0-9.]+)?\s*(?P<entities>\{.*\})?\s*\Z", re.DOTALL)
_RANKED = 10


@dataclass(frozen=True, slots=True)
class Heard:
    """A message understood: for the caller, and in Rasa's shape for rules and actions."""

    understanding: Understanding
    message: dict[str, Any]


class Interpreter:
    """Understands messages with a trained model."""

    def __init__(self, model: Model) -> None:
        self._model = model
        self._domain = model.domain
        bring(model.likeness)
        self._entities = EntityFinder(self._domain, model.lexicon, model.intents.vocabulary)
        self._base = {label: label.partition("/")[0] for label in model.intents.labels}
        self._retrieval = {base for label, base in self._base.items() if "/" in label}

    def hear(self, text: str, *, payload: str | None = None, now: datetime | None = None) -> Heard:
        """Understand a message. Only `payload` can be a command; unknown ones are text."""
        if payload:
            if (command := self._command(payload)) is not None:
                return command
            text = text or payload
        return self._text(text.strip()[:LONGEST_TEXT], now)

    def _command(self, payload: str) -> Heard | None:
        match = _COMMAND.match(payload.strip())
        if match is None or not self._domain.knows_intent(match["intent"]):
            return None
        intent = Intent(match["intent"], 1.0)
        entities = tuple(
            Entity(
                name,
                value,
                match.start("entities"),
                match.end("entities"),
                str(value),
                extractor="command",
            )
            for name, value in self._given(match["entities"])
        )
        understanding = Understanding(payload, intent, entities, (intent,))
        return Heard(understanding, _message(understanding, {}))

    def _given(self, written: str | None) -> list[tuple[str, Any]]:
        """(entity, value) pairs of a command's JSON; what is not JSON or not known is left out."""
        if not written:
            return []
        try:
            found = json.loads(written)
        except json.JSONDecodeError:
            return []
        return [
            (name, value)
            for name, values in found.items()
            if name in self._domain.entities
            for value in (values if isinstance(values, list) else [values])
        ]

    def _text(self, text: str, now: datetime | None) -> Heard:
        ranked = self._model.intents.rank(text)
        ranking, selector = self._merge(ranked.order, ranked.confidence)
        entities = self._entities.find(text, today(now))
        ranking = self._doubt(ranking)
        intent = ranking[0] if ranking else Intent(names.NLU_FALLBACK, 0.0)
        understanding = Understanding(
            text, intent, entities, tuple(ranking[:_RANKED]), detect(text)
        )
        return Heard(understanding, _message(understanding, selector))

    def _merge(
        self, order: list[tuple[str, float]], confidence: float
    ) -> tuple[list[Intent], dict[str, Any]]:
        """Sub-intents as their retrieval intent, and which sub-intent each would choose."""
        total: dict[str, float] = {}
        chosen: dict[str, str] = {}
        for label, probability in order:
            base = self._base[label]
            total[base] = total.get(base, 0.0) + probability
            if base in self._retrieval:
                chosen.setdefault(base, label)
        ranking = sorted(total.items(), key=itemgetter(1), reverse=True)
        selector = {base: _selected(label) for base, label in chosen.items()}
        return _scaled(ranking, confidence), selector

    def _doubt(self, ranking: list[Intent]) -> list[Intent]:
        """Put nlu_fallback first if the FallbackClassifier's thresholds say so."""
        limits = self._model.fallback
        if limits is None:
            return ranking
        best = ranking[0].confidence if ranking else 0.0
        unsure = best < limits.threshold
        if len(ranking) > 1 and not unsure:
            unsure = best - ranking[1].confidence < limits.ambiguity
        return [Intent(names.NLU_FALLBACK, limits.threshold), *ranking] if unsure else ranking


def _selected(label: str) -> dict[str, Any]:
    return {"response": {"intent_response_key": label, "utter_action": f"{names.UTTER}{label}"}}


def _scaled(ranking: list[tuple[str, float]], confidence: float) -> list[Intent]:
    """The best intent with its calibrated confidence, the others sharing the rest."""
    if not ranking:
        return []
    (best, probability), others = ranking[0], ranking[1:_RANKED]
    rest = (1 - confidence) / max(1 - probability, 1e-9)
    found = [Intent(best, confidence)]
    found += [Intent(name, min(value * rest, confidence)) for name, value in others]
    return found


def _message(understanding: Understanding, selector: dict[str, Any]) -> dict[str, Any]:
    intent = {
        "name": understanding.intent.name,
        "confidence": understanding.intent.confidence,
    }
    return {
        "text": understanding.text,
        "intent": intent,
        "entities": [_entity(entity) for entity in understanding.entities],
        "intent_ranking": [
            {"name": each.name, "confidence": each.confidence} for each in understanding.ranking
        ],
        "response_selector": selector,
    }


def _entity(entity: Entity) -> dict[str, Any]:
    found = {
        "entity": entity.entity,
        "start": entity.start,
        "end": entity.end,
        "value": entity.value,
        "extractor": entity.extractor,
    }
    if entity.role:
        found["role"] = entity.role
    if entity.group:
        found["group"] = entity.group
    return found
