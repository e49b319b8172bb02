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
from rasa.core.policies.policy import PolicyPrediction
from rasa.shared.core.constants import (
    ACTION_LISTEN_NAME,
    ACTION_SESSION_START_NAME,
    ACTION_TWO_STAGE_FALLBACK_NAME,
    SESSION_START_METADATA_SLOT,
)
from rasa.shared.core.events import (
    ActionExecuted,
    ActionExecutionRejected,
    ActiveLoop,
    AgentUttered,
    ConversationPaused,
    Event,
    SessionStarted,
    SlotSet,
    UserUttered,
    deserialise_events,
)
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.utils.endpoints import ClientResponseError, EndpointConfig
from sanic import Blueprint
from sanic.request import Request
from sanic.response import HTTPResponse, json

logger = logging.getLogger(__name__)
MOST_EVENTS = 200
"""A longer session is begun anew where it stands: each action is sent all of its events."""
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
    """The action server's address; notes calls that failed, over which Rasa passes."""

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
    tracker = await processor.get_tracker(message.sender_id)
    if (begun := _taken_before(tracker, message.message_id)) is not None:
        return _told(processor, tracker, begun)
    failures: List[Dict[Text, Any]] = []
    _failures.set(failures)
    over = _caught_up(processor, tracker, call)
    begun = len(tracker.events)
    if over:
        await _start_session(processor, tracker, message, call)
    _prepare(processor, tracker, call)
    message.metadata["after"] = len(tracker.events) - begun
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


def _caught_up(processor: Any, tracker: DialogueStateTracker, call: Dict[Text, Any]) -> bool:
    """Make the tracker what Akrab knows, if it has missed, lost or dropped a turn; whether a
    session is to begin. It is kept with the turn, not before: it can be done any time again."""
    seed = call.get("seed")
    if call.get("behind") or not tracker.events or _strayed(tracker, call.get("follows")):
        if seed or tracker.events:
            _begin_anew(processor, tracker, seed or {"slots": {}})
        return seed.get("over", False) if seed else True
    over = not tracker.applied_events() or processor._has_session_expired(tracker)
    if len(tracker.events) > MOST_EVENTS:
        kept = {"slots": tracker.current_slot_values(), "loop": tracker.active_loop_name}
        _begin_anew(processor, tracker, seed or kept)
    return over


async def _start_session(
    processor: Any, tracker: DialogueStateTracker, message: UserMessage, call: Dict[Text, Any]
) -> None:
    """Rasa's own start, or the project's; what that says belongs to the turn."""
    begins = {SESSION_START_METADATA_SLOT: dict(message.metadata), **(call.get("slots") or {})}
    _set(processor, tracker, begins)
    await processor._run_action(
        action=processor._get_action(ACTION_SESSION_START_NAME),
        tracker=tracker,
        output_channel=message.output_channel,
        nlg=processor.nlg,
        prediction=PolicyPrediction.for_action_name(processor.domain, ACTION_SESSION_START_NAME),
    )


def _taken_before(tracker: DialogueStateTracker, message_id: Text) -> Optional[int]:
    """Where the turn of this very message begins, if it has been taken already."""
    for index in range(len(tracker.events) - 1, -1, -1):
        event = tracker.events[index]
        if isinstance(event, UserUttered) and event.message_id == message_id:
            return max(index - (event.metadata or {}).get("after", 0), 0)
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
        # a store leaves out what is older than the session's start
        at = max(one.get("at") or 0.0, tracker.events[-1].timestamp)
        tracker.update(AgentUttered(one["text"], {"author": one["author"]}, at), processor.domain)
    _set(processor, tracker, call.get("slots") or {})


def _begin_anew(processor: Any, tracker: DialogueStateTracker, seed: Dict[Text, Any]) -> None:
    """A new session that stands where the seed says, whatever was there before.

    The last turns come first, as they went, so that Rasa sees what it would have seen.
    """
    turns = seed.get("turns") or []
    first, slots = turns[0] if turns else {}, dict(seed["slots"])
    for turn in reversed(turns):
        slots.update(turn.get("slots", {}))
    tracker.update(ActionExecuted(ACTION_SESSION_START_NAME), processor.domain)
    tracker.update(SessionStarted(), processor.domain)
    if turns and not first.get("new"):
        _stand(processor, tracker, slots, first.get("loop"))
        tracker.update(ActionExecuted(ACTION_LISTEN_NAME), processor.domain)
    try:
        tracker.update_with_events(_events_of(turns), processor.domain)
    except (AttributeError, KeyError, TypeError, ValueError):
        logger.exception("turns cannot be read")
        return _begin_anew(processor, tracker, {**seed, "turns": []})
    _stand(processor, tracker, seed["slots"], seed.get("loop"))
    if seed.get("rejected") and tracker.active_loop:
        tracker.update(ActionExecutionRejected(tracker.active_loop_name), processor.domain)
    if seed.get("paused"):
        tracker.update(ConversationPaused(), processor.domain)
    # last, so that taking the next message back takes back nothing of this
    tracker.update(ActionExecuted(ACTION_LISTEN_NAME), processor.domain)


def _events_of(turns: List[Dict[Text, Any]]) -> List[Event]:
    """What happened in these turns, but for the last listening."""
    events = deserialise_events([event for turn in turns for event in turn["events"]])
    return events[: -1 if events[-1:] == [ActionExecuted(ACTION_LISTEN_NAME)] else None]


def _stand(
    processor: Any, tracker: DialogueStateTracker, slots: Dict[Text, Any], loop: Optional[Text]
) -> None:
    _set(processor, tracker, slots)
    if loop not in (*processor.domain.form_names, ACTION_TWO_STAGE_FALLBACK_NAME):
        loop = None
    if loop != tracker.active_loop_name:
        tracker.update(ActiveLoop(loop), processor.domain)


def _set(processor: Any, tracker: DialogueStateTracker, slots: Dict[Text, Any]) -> None:
    for name, value in slots.items():
        known = tracker.slots[name].value if name in tracker.slots else value
        # in JSON 0 and false are two values
        if type(known) is not type(value) or known != value:
            tracker.update(SlotSet(name, value), processor.domain)


def _told(processor: Any, tracker: DialogueStateTracker, begun: int) -> Dict[Text, Any]:
    """The turn's events up to the next message, and what holds now."""
    events = [event.as_dict() for event in tracker.events]
    return {
        "events": events[begun:],
        "slots": tracker.current_slot_values(),
        "active_loop": tracker.active_loop_name,
        "paused": tracker.is_paused(),
        "kept_events": len(events),
    }
