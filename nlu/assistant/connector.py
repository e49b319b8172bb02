"""Akrab's way into a Rasa 3.6 server: a channel that takes one whole turn and tells what it led to.

Rasa loads it as `connector.AkrabInput` from credentials.yml; it runs in Rasa's Python (3.10), not in
Akrab's. Against the plain REST channel it changes five things. Slots of the session are set under
the same lock as the message is taken. The output channel bears the kind of channel the customer
writes on, so that `channel:` variants of responses are chosen. Text is never a command, whatever it
begins with. A failed action fails the turn, and then nothing of it is kept, so that it can be taken
again; a message already taken gives its answer once more. And the tracker stays small.

POST <prefix>/turn   {conversation, message_id, text, channel, slots…} -> {events, slots, …}
POST <prefix>/parse  {text} -> what Rasa understands
GET  <prefix>/health -> {model, version}
"""

import asyncio
import hmac
import logging
import re
from concurrent.futures import ThreadPoolExecutor
from contextvars import ContextVar
from typing import Any, Awaitable, Callable, Dict, List, Optional, Text

import rasa
from jsonschema.exceptions import best_match
from jsonschema.validators import validator_for
from rasa.core.actions.action import RemoteAction
from rasa.core.channels.channel import CollectingOutputChannel, InputChannel, UserMessage
from rasa.shared.core.constants import ACTION_LISTEN_NAME, ACTION_TWO_STAGE_FALLBACK_NAME
from rasa.shared.core.events import (
    ActionExecuted,
    ActiveLoop,
    AgentUttered,
    SessionStarted,
    SlotSet,
    UserUttered,
)
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.utils.endpoints import ClientResponseError, EndpointConfig
from sanic import Blueprint
from sanic.request import Request
from sanic.response import HTTPResponse, json

logger = logging.getLogger(__name__)
MOST_EVENTS = 200
"""A session longer than that is begun anew with the same slots and form: each action is sent all
events, and each turn reads them."""
REJECTED = 400
"""The action server's way to say that an action declined to run, which is no failure."""
COMMAND = re.compile(r"/(?P<intent>[^{@\s]+)(?:@[0-9.]+)?\s*(?:\{.*\})?\s*\Z", re.DOTALL)
SLASHES = re.compile(r"\A[/\s]+")

_failures: ContextVar[List[Dict[Text, Any]]] = ContextVar("failures")


class Refused(Exception):
    """The request cannot be served."""

    def __init__(self, status: int, reason: Text, **more: Any) -> None:
        super().__init__(reason)
        self.status, self.body = status, {"error": reason, **more}


class KindOfChannel(CollectingOutputChannel):
    """Collects what is said; bears the name that `channel:` variants are chosen by."""

    def __init__(self, kind: Text) -> None:
        super().__init__()
        self._kind = kind

    def name(self) -> Text:  # type: ignore[override]
        return self._kind


class WatchedActions(EndpointConfig):
    """The action server's address; notes calls that failed, over which Rasa itself passes."""

    def __init__(self, inner: EndpointConfig) -> None:
        super().__init__()
        self.__dict__.update(inner.__dict__)
        self.seconds = float(inner.kwargs.get("seconds", 20))

    async def request(self, *args: Any, **kwargs: Any) -> Any:
        kwargs["timeout"] = self.seconds
        try:
            return await super().request(*args, **kwargs)
        except Exception as error:
            if not (isinstance(error, ClientResponseError) and error.status == REJECTED):
                _note_failure((kwargs.get("json") or {}).get("next_action"), error)
            raise


def _note_failure(action: Optional[Text], error: Exception) -> None:
    _failures.get([]).append({"action": action, "reason": repr(error)[:300]})


def _check_answers_only() -> None:
    """Rasa checks the schema of actions' answers itself anew with each answer, which takes four
    fifths of a turn's time; here only the answers are checked. A wrong one fails the turn."""
    schema = RemoteAction.action_response_format_spec()
    validator = validator_for(schema)(schema)

    def validate(action: RemoteAction, result: Dict[Text, Any]) -> bool:
        error = best_match(validator.iter_errors(result))
        if error is not None:
            _note_failure(action.name(), error)
            raise error
        return True

    RemoteAction._validate_action_result = validate


_check_answers_only()


class AkrabInput(InputChannel):
    """The channel; `token` is what Akrab must send as `Authorization: Bearer …`."""

    @classmethod
    def name(cls) -> Text:
        return "akrab"

    @classmethod
    def from_credentials(cls, credentials: Optional[Dict[Text, Any]]) -> InputChannel:
        token = (credentials or {}).get("token")
        if not token:
            cls.raise_missing_credentials_exception()
        return cls(str(token))

    def __init__(self, token: Text) -> None:
        self._token = token
        # Understanding takes time; in a thread of its own it does not stop the event loop, on which
        # other conversations wait for their actions. One thread: components are not made for more.
        self._pool = ThreadPoolExecutor(1, "understanding")

    def blueprint(self, on_new_message: Callable[[UserMessage], Awaitable[Any]]) -> Blueprint:
        """The routes under /webhooks/akrab."""
        routes = Blueprint("akrab", "akrab")

        @routes.post("/turn")
        async def turn(request: Request) -> HTTPResponse:
            return await self._served(request, self._turn)

        @routes.post("/parse")
        async def parse(request: Request) -> HTTPResponse:
            return await self._served(request, self._parse)

        @routes.get("/health")
        async def health(request: Request) -> HTTPResponse:
            return await self._served(request, self._health)

        return routes

    async def _served(self, request: Request, serve: Callable[..., Awaitable[Any]]) -> HTTPResponse:
        try:
            given = request.headers.get("authorization", "").partition("Bearer ")[2]
            if not hmac.compare_digest(given.encode(), self._token.encode()):
                raise Refused(401, "wrong token")
            agent = request.app.ctx.agent
            if not agent or not agent.is_ready():
                raise Refused(503, "no model is loaded")
            return json(await serve(agent, request.json if request.method == "POST" else {}))
        except Refused as refusal:
            return json(refusal.body, refusal.status)
        except (KeyError, TypeError, ValueError) as error:
            logger.exception("malformed request")
            return json({"error": f"malformed: {error!r}"}, 400)
        except Exception as error:
            logger.exception("turn failed")
            return json({"error": repr(error)[:300]}, 500)

    async def _health(self, agent: Any, _: Any) -> Dict[Text, Any]:
        return {"model": agent.model_id, "version": rasa.__version__}

    async def _parse(self, agent: Any, call: Dict[Text, Any]) -> Dict[Text, Any]:
        return await self._understood(agent.processor, call["text"], call.get("entities"))

    async def _turn(self, agent: Any, call: Dict[Text, Any]) -> Dict[Text, Any]:
        sender = str(call["conversation"] or "").strip()
        if not sender:
            # Rasa would take everybody without a name for one and the same customer
            raise ValueError("conversation is empty")
        processor = agent.processor
        if not isinstance(processor.action_endpoint, WatchedActions) and processor.action_endpoint:
            processor.action_endpoint = WatchedActions(processor.action_endpoint)
        message = await self._message(processor, call, sender)
        async with agent.lock_store.lock(sender):
            return await _taken(processor, message, call)

    async def _message(self, processor: Any, call: Dict[Text, Any], sender: Text) -> UserMessage:
        parsed = await self._meant(processor, call)
        return UserMessage(
            text=parsed["text"],
            output_channel=KindOfChannel(call["channel"]),
            sender_id=sender,
            parse_data=parsed,
            input_channel=call["channel"],
            message_id=str(call["message_key"]),
            metadata={**(call.get("metadata") or {}), "message_id": str(call["message_id"])},
        )

    async def _meant(self, processor: Any, call: Dict[Text, Any]) -> Dict[Text, Any]:
        """A command of ours if it is one that this model knows, else the text."""
        if call.get("parsed"):
            return call["parsed"]
        payload = (call.get("payload") or "").strip()
        command = COMMAND.match(payload)
        if command and command["intent"] in processor.domain.intents:
            return await self._parsed(processor, payload)
        return await self._understood(processor, call["text"] or payload, call.get("entities"))

    async def _understood(
        self, processor: Any, text: Text, entities: Optional[List[Any]]
    ) -> Dict[Text, Any]:
        """What a text means; a slash at its beginning does not make it a command."""
        text = text.strip()
        # Rasa strips white space of every kind and then looks for the slash: "/\t/restart"
        shown = SLASHES.sub("", text) or "?"
        parsed = await self._parsed(processor, shown)
        moved = len(text) - len(shown)
        for entity in parsed["entities"]:
            entity["start"], entity["end"] = entity["start"] + moved, entity["end"] + moved
        parsed["text"] = text
        if entities is not None:
            parsed["entities"] = entities
        return _slim(parsed)

    async def _parsed(self, processor: Any, text: Text) -> Dict[Text, Any]:
        def parse() -> Dict[Text, Any]:
            return asyncio.run(processor.parse_message(UserMessage(text)))

        return await asyncio.get_running_loop().run_in_executor(self._pool, parse)


def _slim(parsed: Dict[Text, Any]) -> Dict[Text, Any]:
    """Without what nobody reads: the tracker, and with it each call of an action, holds it all."""
    parsed["intent_ranking"] = parsed.get("intent_ranking", [])[:10]
    parsed.pop("text_tokens", None)
    for selected in parsed.get("response_selector", {}).values():
        if isinstance(selected, dict):
            selected.pop("ranking", None)
    return parsed


async def _taken(processor: Any, message: UserMessage, call: Dict[Text, Any]) -> Dict[Text, Any]:
    """What `MessageProcessor.handle_message` does, and its answer; kept only if all went well."""
    lost = await processor.tracker_store.retrieve(message.sender_id) is None
    tracker = await processor.fetch_tracker_and_update_session(
        message.sender_id, message.output_channel, message.metadata
    )
    if (begun := _taken_before(tracker, message.message_id)) is not None:
        return _told(processor, tracker, begun)
    if call.get("behind") or lost or _strayed(tracker, call.get("follows")):
        if call.get("seed") or not lost:
            _begin_anew(processor, tracker, call.get("seed") or {"slots": {}})
    elif len(tracker.events) > MOST_EVENTS:
        _begin_anew(processor, tracker, _kept(processor, tracker))
    _prepare(processor, tracker, call)
    failures: List[Dict[Text, Any]] = []
    _failures.set(failures)
    begun = len(tracker.events)
    await processor._handle_message_with_tracker(message, tracker)
    tracker = await processor.run_action_extract_slots(message.output_channel, tracker)
    await processor._run_prediction_loop(message.output_channel, tracker)
    if failures:
        raise Refused(502, "an action failed", failures=failures)
    if tracker.latest_action_name != ACTION_LISTEN_NAME:
        # Rasa has stopped after ten actions, or was paused: it would do nothing for ever after
        tracker.update(ActionExecuted(ACTION_LISTEN_NAME), processor.domain)
    await processor.run_anonymization_pipeline(tracker)
    await processor.save_tracker(tracker)
    return _told(processor, tracker, begun)


def _taken_before(tracker: DialogueStateTracker, message_id: Text) -> Optional[int]:
    """Where this very message stands in the tracker, if it has been taken already."""
    for index in range(len(tracker.events) - 1, -1, -1):
        event = tracker.events[index]
        if isinstance(event, UserUttered) and event.message_id == message_id:
            return index
    return None


def _strayed(tracker: DialogueStateTracker, follows: Optional[Text]) -> bool:
    """Whether the tracker has a turn that Akrab does not know: its answer was dropped there."""
    if follows is None:
        return False
    for event in reversed(tracker.events):
        # a two-stage fallback copies messages without metadata
        if isinstance(event, UserUttered) and (event.metadata or {}).get("message_id"):
            return bool(event.message_id != follows)
    return True


def _prepare(processor: Any, tracker: DialogueStateTracker, call: Dict[Text, Any]) -> None:
    """The session's slots, and what was said while a person had the conversation."""
    for one in call.get("missed") or ():
        said = AgentUttered(one["text"], data={"author": one["author"]}, timestamp=one.get("at"))
        tracker.update(said, processor.domain)
    for name, value in (call.get("slots") or {}).items():
        if name in tracker.slots and not _same(tracker.slots[name].value, value):
            tracker.update(SlotSet(name, value), processor.domain)


def _same(one: Any, other: Any) -> bool:
    """In JSON 0 and false are two values."""
    return type(one) is type(other) and bool(one == other)


def _kept(processor: Any, tracker: DialogueStateTracker) -> Dict[Text, Any]:
    return {"slots": tracker.current_slot_values(), "loop": tracker.active_loop_name}


def _begin_anew(processor: Any, tracker: DialogueStateTracker, seed: Dict[Text, Any]) -> None:
    """A new session with these slots and this form, whatever was there before."""
    events = [ActionExecuted("action_session_start"), SessionStarted()]
    initial = {slot.name: slot.initial_value for slot in processor.domain.slots}
    events += [
        SlotSet(name, value)
        for name, value in seed["slots"].items()
        if name in initial and not _same(value, initial[name])
    ]
    if seed.get("loop") in (*processor.domain.form_names, ACTION_TWO_STAGE_FALLBACK_NAME):
        events.append(ActiveLoop(seed["loop"]))
    events.append(ActionExecuted("action_listen"))
    tracker.update_with_events(events, processor.domain)


def _told(processor: Any, tracker: DialogueStateTracker, begun: int) -> Dict[Text, Any]:
    """The turn's events up to the next message, and what holds now."""
    events = [event.as_dict() for event in tracker.events]
    return {
        "events": events[begun:],
        "new_session": begun > 0 and _session_began(events[:begun]),
        "slots": tracker.current_slot_values(),
        "active_loop": tracker.active_loop_name,
        "paused": tracker.is_paused(),
        "kept_events": len(events),
        "model": processor.model_metadata.model_id,
    }


def _session_began(earlier: List[Dict[Text, Any]]) -> bool:
    """Whether no message stands between the session's start and this turn."""
    for event in reversed(earlier):
        if event["event"] == "user":
            return False
        if event["event"] == "session_started":
            return True
    return False
