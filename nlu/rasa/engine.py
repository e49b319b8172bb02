"""The DialogueEngine protocol over a Rasa server: one HTTP call is one turn.

Rasa understands, fills slots, runs forms and rules and calls the actions at our web edge. Entities
are found here, by the finder the embedded engine uses, and sent along, as Rasa's own Duckling is
asked over HTTP: so both engines hand the same values to the same actions.

The state kept for the conversation is the embedded engine's, brought up to date with Rasa's events.
If Rasa does not answer, the embedded engine goes on from it in the middle of a form, and Rasa later
goes on from what that led to: before it predicts again it is told slots, form and the last turns.
"""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from nlu.embedded import names, responses
from nlu.embedded.dates import today
from nlu.embedded.engine import EmbeddedEngine
from nlu.embedded.entities import EntityFinder
from nlu.embedded.interpreter import Interpreter
from nlu.embedded.language import bring, detect
from nlu.embedded.model import Model
from nlu.embedded.state import restore, store
from nlu.embedded.tracker import KINDS, Tracker
from nlu.rasa import history
from nlu.rasa.breaker import Breaker
from nlu.rasa.client import ActionFailed, RasaClient, RasaUnavailable
from nlu.types import (
    ActionRunner,
    Entity,
    Intent,
    State,
    TurnInput,
    TurnResult,
    Understanding,
)

log = logging.getLogger(__name__)
LONGEST_TEXT = 8_000
BEHIND = "rasa_behind"
"""In the state: Rasa has not seen the latest turn and must be told where things stand."""
FOLLOWS = "rasa_last"
"""In the state: the key of the message whose answer it holds. Rasa may have seen more: a turn whose
answer was dropped, because a person had stepped in or because it came too late."""
TURNS = "rasa_turns"
"""In the state: the last turns as events (nlu.rasa.history)."""
MISSED = "missed"
"""In a turn's metadata: what was said while a person had the conversation."""


class RasaEngine:
    """Answers by way of a Rasa server; by `stand_in` while that does not answer."""

    name = "rasa"
    in_process = False

    def __init__(
        self,
        client: RasaClient,
        model: Model,
        *,
        stand_in: bool = True,
        breaker: Breaker | None = None,
        own_ears: bool = True,
    ) -> None:
        """Without `own_ears` Rasa is told what each text means, as the embedded engine hears it."""
        self._client = client
        self._domain = model.domain
        self.rasa_domain = model.domain.as_rasa()
        """What actions read of the domain; Rasa need not send it with every call."""
        book = model.rule_book()
        self._seen_slots, self._longest_rule = book.seen_slots, book.longest
        self._finder = EntityFinder(model.domain, model.lexicon)
        self._stand_in = EmbeddedEngine(model) if stand_in else None
        self._breaker = breaker or Breaker()
        self._ears = None if own_ears else Interpreter(model)
        bring(model.likeness)

    def parse(self, text: str) -> Understanding:
        """Understand a text without a conversation. Raises RasaUnavailable, RasaRefused."""
        text = text.strip()[:LONGEST_TEXT]
        return _understanding(self._client.parse(text, self._entities(text, None)))

    def reply(self, turn: TurnInput, run_action: ActionRunner) -> TurnResult:
        """Answer one message; Rasa calls the actions itself, `run_action` is for the stand-in.

        Raises RasaUnavailable if there is no stand-in, ActionFailed.
        """
        try:
            return self._asked(turn)
        except RasaUnavailable as error:
            if self._stand_in is None:
                raise
            log.warning("the embedded engine stands in: %s", error)
            return self._stood_in(self._stand_in, turn, run_action)

    def close(self) -> None:
        self._client.close()

    def _stood_in(
        self, stand_in: EmbeddedEngine, turn: TurnInput, run_action: ActionRunner
    ) -> TurnResult:
        result, events = stand_in.played(replace(turn, metadata=_metadata(turn)), run_action)
        before, _ = restore(turn.state, self._domain, self._seen_slots)
        told = history.with_lines(events, turn.metadata.get(MISSED, ()))
        turns = history.grown(_turns(turn.state), history.stand(before), result.slots, told)
        return replace(result, state={**result.state, BEHIND: True, TURNS: turns})

    def _asked(self, turn: TurnInput) -> TurnResult:
        if not self._breaker.allows():
            raise RasaUnavailable("Rasa has failed several times and is left alone for a while")
        try:
            result = self._read(turn, self._client.turn(self._call(turn)))
        except RasaUnavailable:
            self._breaker.failed()
            raise
        except ActionFailed:
            # Rasa is there: it was the action that failed
            self._breaker.succeeded()
            raise
        self._breaker.succeeded()
        return result

    def _read(self, turn: TurnInput, answer: Mapping[str, Any]) -> TurnResult:
        """Raises RasaUnavailable for an answer that has the right form only at first sight."""
        try:
            return self._result(turn, answer)
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise RasaUnavailable(f"Rasa's answer makes no sense: {error!r}") from error

    def _call(self, turn: TurnInput) -> dict[str, Any]:
        text = turn.text.strip()[:LONGEST_TEXT]
        return {
            "conversation": turn.conversation_id,
            "message_id": turn.message_id,
            "message_key": _key(turn),
            "follows": (turn.state or {}).get(FOLLOWS),
            "text": text,
            "payload": turn.payload,
            "entities": self._entities(text, turn.now),
            "parsed": self._heard(turn),
            "channel": turn.channel,
            "slots": dict(turn.slots),
            "metadata": _metadata(turn),
            MISSED: list(turn.metadata.get(MISSED, ())),
            "seed": self._seed(turn),
            "behind": (turn.state or {}).get(BEHIND) is not False,
        }

    def _heard(self, turn: TurnInput) -> dict[str, Any] | None:
        if self._ears is None:
            return None
        return self._ears.hear(turn.text, payload=turn.payload, now=turn.now).message

    def _entities(self, text: str, now: datetime | None) -> list[dict[str, Any]]:
        return [_entity_json(entity) for entity in self._finder.find(text, today(now))]

    def _seed(self, turn: TurnInput) -> dict[str, Any] | None:
        """Where things stand: for a Rasa that missed turns, or has lost its trackers."""
        if not turn.state:
            return None
        tracker, memory = restore(turn.state, self._domain, self._seen_slots)
        minutes = self._domain.session.expiration_minutes
        over = bool(minutes and turn.now.timestamp() - memory.last_at > minutes * 60)
        return history.seed(tracker, _turns(turn.state), over=over)

    def _result(self, turn: TurnInput, answer: Mapping[str, Any]) -> TurnResult:
        events = answer["events"]
        heard: Mapping[str, Any] = next((one for one in events if one["event"] == "user"), {})
        slots = {
            name: value for name, value in answer["slots"].items() if name != names.METADATA_SLOT
        }
        return TurnResult(
            replies=tuple(responses.reply(one) for one in events if one["event"] == "bot"),
            state=self._state(turn, answer),
            understanding=_understanding(heard.get("parse_data") or {"text": turn.text}),
            actions=_actions(events),
            slots=slots,
            active_loop=answer["active_loop"],
        )

    def _state(self, turn: TurnInput, answer: Mapping[str, Any]) -> State:
        """The embedded engine's state as if it had seen Rasa's events."""
        tracker, memory = restore(turn.state, self._domain, self._seen_slots)
        if memory.last_at == 0:
            tracker.apply([{"event": "action", "name": names.LISTEN}])
        before = history.stand(tracker)
        tracker.trail.trim(self._longest_rule)
        tracker.apply(_known(answer["events"]))
        _settle(tracker, answer)
        said = memory.said + sum(one["event"] == "bot" for one in answer["events"])
        turns = history.grown(_turns(turn.state), before, tracker.slots, answer["events"])
        kept = {BEHIND: False, FOLLOWS: _key(turn), TURNS: turns}
        return {**store(tracker, turn.now, said), **kept}


def _key(turn: TurnInput) -> str:
    """Not the number alone: a store made anew begins at 1 again, Rasa's trackers do not."""
    return f"{turn.message_id}.{turn.now.timestamp():.3f}"


def _metadata(turn: TurnInput) -> dict[str, Any]:
    return {key: value for key, value in turn.metadata.items() if key != MISSED}


def _turns(state: State | None) -> list[history.Turn]:
    return list((state or {}).get(TURNS, ()))


def _known(events: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Events the embedded tracker has a use for."""
    return [event for event in events if event["event"] in KINDS]


def _settle(tracker: Tracker, answer: Mapping[str, Any]) -> None:
    """Rasa has the last word on slots and form."""
    for name, value in answer["slots"].items():
        if name in tracker.slots:
            tracker.put_slot(name, value)
    if tracker.loop != answer["active_loop"]:
        tracker.apply([{"event": "active_loop", "name": answer["active_loop"]}])


def _actions(events: Sequence[history.Event]) -> tuple[str, ...]:
    """What was done, but for the listening that is part of a session's start."""
    heard = next((at for at, one in enumerate(events) if one["event"] == "user"), 0)
    return tuple(
        one["name"]
        for at, one in enumerate(events)
        if one["event"] == "action" and (at >= heard or one["name"] != names.LISTEN)
    )


def _understanding(parsed: Mapping[str, Any]) -> Understanding:
    text = str(parsed.get("text") or "")
    intent = parsed.get("intent") or {}
    return Understanding(
        text=text,
        intent=_intent(intent),
        entities=tuple(_entity(text, one) for one in parsed.get("entities") or ()),
        ranking=tuple(_intent(one) for one in parsed.get("intent_ranking") or ()),
        language=detect(text),
    )


def _intent(found: Mapping[str, Any]) -> Intent:
    return Intent(str(found.get("name") or names.NLU_FALLBACK), float(found.get("confidence") or 0))


def _entity(text: str, found: Mapping[str, Any]) -> Entity:
    start, end = int(found.get("start") or 0), int(found.get("end") or 0)
    return Entity(
        str(found["entity"]),
        found.get("value"),
        start,
        end,
        text[start:end],
        role=found.get("role"),
        group=found.get("group"),
        extractor=str(found.get("extractor") or "rasa"),
    )


def _entity_json(entity: Entity) -> dict[str, Any]:
    found = {
        "entity": entity.entity,
        "start": entity.start,
        "end": entity.end,
        "value": entity.value,
        "extractor": entity.extractor,
        "role": entity.role,
        "group": entity.group,
    }
    return {key: value for key, value in found.items() if value is not None}
