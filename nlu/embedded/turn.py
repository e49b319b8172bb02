"""One turn: the message is taken in, slots are filled, actions run until the bot listens."""

from typing import Any

from nlu.embedded import fallback, names, responses
from nlu.embedded.domain import Domain
from nlu.embedded.forms import FormLoop
from nlu.embedded.interpreter import Heard
from nlu.embedded.policy import Prediction, RuleBook, predict
from nlu.embedded.responses import Asking, Responses
from nlu.embedded.slots import SlotFiller
from nlu.embedded.state import Memory
from nlu.embedded.tracker import Event, Tracker
from nlu.types import ActionCall, ActionRejected, ActionRunner, Reply, TurnInput

MAX_PREDICTIONS = 10
"""Actions a turn may run before the bot must listen (Rasa's MAX_NUMBER_OF_PREDICTIONS)."""
MAX_ROUNDS = 30
"""Also counting actions that declined to run."""


class Assistant:
    """What all turns share: the domain and what was prepared from it."""

    def __init__(self, domain: Domain, book: RuleBook) -> None:
        self.domain = domain
        self.book = book
        self.responses = Responses(domain.responses)
        self.filler = SlotFiller(domain)
        self.rasa_domain = domain.as_rasa()
        self.action_names = frozenset(domain.action_names())
        self.replaced = frozenset([*domain.actions, *domain.forms])
        self.retrieval = frozenset(domain.retrieval_actions())


class Turn:
    """A turn while it runs. Implements loops.Stage."""

    def __init__(
        self,
        assistant: Assistant,
        tracker: Tracker,
        given: TurnInput,
        run_action: ActionRunner,
        said: int,
    ) -> None:
        self.assistant = assistant
        self.domain = assistant.domain
        self.action_names = assistant.action_names
        self.tracker = tracker
        self.given = given
        self.said = said
        """Responses rendered in this conversation so far: varies the choice among variants."""
        self.replies: list[Reply] = []
        self.actions: list[str] = []
        self._run_action = run_action
        self._earlier: list[list[Any]] = []

    def begin(self, memory: Memory) -> None:
        """Start a session if there is none or it has ended; set the caller's slots."""
        tracker, session = self.tracker, self.domain.session
        silent = self.given.now.timestamp() - memory.last_at
        expired = bool(session.expiration_minutes and silent > session.expiration_minutes * 60)
        if tracker.trail.prev is None or expired:
            self._put_slots()
            self._do(Prediction(names.SESSION_START))
        else:
            self._earlier = tracker.trail.entries.copy()
        self._put_slots()

    def _put_slots(self) -> None:
        for name, value in self.given.slots.items():
            if name in self.domain.slots:
                self.tracker.put_slot(name, value)

    def take(self, heard: Heard) -> None:
        """Take the message in and act until the bot listens again."""
        given = self.given
        message = {
            **heard.message,
            "message_id": given.message_id,
            "metadata": dict(given.metadata),
        }
        event = {
            "event": "user",
            "text": message["text"],
            "parse_data": message,
            "input_channel": given.channel,
            "message_id": given.message_id,
            "metadata": message["metadata"],
            "timestamp": given.now.timestamp(),
        }
        self.tracker.trail.trim(self.assistant.book.longest)
        self.tracker.apply([event])
        self._fill_slots()
        self._act()

    def _fill_slots(self) -> None:
        self._commit(self.extract(self.tracker))

    def _act(self) -> None:
        tracker = self.tracker
        for _ in range(MAX_ROUNDS):
            if tracker.paused and tracker.intent != "restart":
                break
            if tracker.ran >= MAX_PREDICTIONS:
                break
            prediction = self._next()
            self._do(prediction)
            if prediction.action in (names.LISTEN, names.SESSION_START):
                return
        if tracker.latest_action != names.LISTEN:
            # a circuit broken or a conversation paused: the next message needs a start
            tracker.apply([{"event": "action", "name": names.LISTEN}])

    def _next(self) -> Prediction:
        tracker = self.tracker
        followup, tracker.followup = tracker.followup, None
        if followup and followup in self.action_names:
            return Prediction(followup)
        return predict(tracker, self.assistant.book)

    def _do(self, prediction: Prediction) -> None:
        """Run an action and apply what it did, if it did not decline."""
        tracker, name = self.tracker, prediction.action
        trial = tracker
        if prediction.interrupted and tracker.loop:
            trial = tracker.fork()
            trial.interrupted = True
        try:
            events = self.run(name, trial)
        except ActionRejected:
            tracker.apply([{"event": "action_execution_rejected", "name": name}])
            return
        if not any(event["event"] == "action_execution_rejected" for event in events):
            self.actions.append(name)
            tracker.apply([{"event": "action", "name": name}])
        self._commit(events)

    def _commit(self, events: list[Event]) -> None:
        """Apply events; say what is to be said; fill slots if a message came back."""
        self.tracker.apply(events)
        for event in events:
            if event["event"] == "bot":
                self.replies.append(responses.reply(event))
        if any(event["event"] == "user" for event in events):
            self._fill_slots()

    def run(self, name: str, tracker: Tracker) -> list[Event]:
        """Run any action; its events, not applied yet."""
        assistant = self.assistant
        if name in fallback.DEFAULTS and name not in assistant.replaced:
            return fallback.run_default(name, self, tracker)
        if name in assistant.retrieval:
            return self._retrieve(name, tracker)
        if name.startswith(names.UTTER):
            return self._utter(name, tracker)
        if name in self.domain.forms and name not in self.domain.actions:
            return FormLoop(name, self).run(tracker)
        return self.run_custom(name, tracker)

    def extract(self, tracker: Tracker) -> list[Event]:
        return self.assistant.filler.extract(tracker, self._run_filler)

    def _run_filler(self, name: str, tracker: Tracker) -> list[Event]:
        try:
            return self.run_custom(name, tracker)
        except ActionRejected:
            # Rasa logs and goes on: a slot that could not be filled stays as it is
            return []

    def _utter(self, name: str, tracker: Tracker) -> list[Event]:
        message = self._render(name, tracker, None)
        return [responses.bot_event({**message, "utter_action": name})] if message else []

    def _retrieve(self, name: str, tracker: Tracker) -> list[Event]:
        """Say the response that fits the retrieval intent's sub-intent."""
        selector = tracker.message.get("response_selector") or {}
        chosen = selector.get(name.removeprefix(names.UTTER))
        return self._utter(chosen["response"]["utter_action"], tracker) if chosen else []

    def _render(
        self, name: str, tracker: Tracker, given: dict[str, Any] | None
    ) -> dict[str, Any] | None:
        asking = Asking(tracker.slots, self.given.channel, self.given.conversation_id, self.said)
        self.said += 1
        return self.assistant.responses.render(name, asking, given)

    def run_custom(self, name: str, tracker: Tracker) -> list[Event]:
        """Run an action of the product; what it said first, then its events."""
        call = ActionCall(
            name=name,
            sender_id=self.given.conversation_id,
            message_id=self.given.message_id,
            tracker=self._tracker_json(tracker),
            domain=self.assistant.rasa_domain,
        )
        result = self._run_action(call)
        said = [self._response_event(dict(each), tracker) for each in result.responses]
        return [event for event in said if event] + [dict(event) for event in result.events]

    def _response_event(self, response: dict[str, Any], tracker: Tracker) -> Event | None:
        name = response.pop("response", None) or response.pop("template", None)
        draft: dict[str, Any] = {}
        if name:
            rendered = self._render(name, tracker, response)
            if rendered is None:
                return None
            draft = {**rendered, "utter_action": name}
        buttons = response.pop("buttons", None)
        if buttons:
            draft["buttons"] = [*(draft.get("buttons") or ()), *buttons]
        draft.update({key: value for key, value in response.items() if value})
        return responses.bot_event(draft)

    def _tracker_json(self, tracker: Tracker) -> dict[str, Any]:
        """The tracker as Rasa's action-server request has it, with this turn's events."""
        loop = {}
        if tracker.loop:
            loop = {
                "name": tracker.loop,
                "is_interrupted": tracker.interrupted,
                "rejected": tracker.rejected,
            }
        return {
            "sender_id": self.given.conversation_id,
            "slots": dict(tracker.slots),
            "latest_message": tracker.message,
            "latest_event_time": self.given.now.timestamp(),
            "followup_action": tracker.followup,
            "paused": tracker.paused,
            "events": [*self._past(), *tracker.events],
            "latest_input_channel": self.given.channel,
            "active_loop": loop,
            "latest_action": {"action_name": tracker.latest_action},
            "latest_action_name": tracker.latest_action,
        }

    def _past(self) -> list[Event]:
        """What is remembered of the session's earlier turns, as events without texts."""
        return [event for entry in self._earlier if (event := _as_event(entry))]


def _as_event(entry: list[Any]) -> Event | None:
    kind, name = entry[:2]
    if kind == "a":
        return {"event": "action", "name": name}
    if kind == "l":
        return {"event": "active_loop", "name": name}
    if kind == "u":
        return {"event": "user", "text": None, "parse_data": {"intent": {"name": name}}}
    return None
