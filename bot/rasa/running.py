"""Actions for an engine in another process: each call in a transaction, its answer kept with it.

The answer and what the action asked of the product are written in the transaction of everything it
did. The same call again (Rasa's own repeat, or a turn taken a second time after a crash) gets the
same answer and does nothing.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from actions.context import running
from bot.app import App
from bot.rasa import wishes
from bot.rasa.calls import Call, read
from bot.turns import answer
from crm_store import action_runs, batch
from crm_store.batch import Received, Turn
from crm_store.session import Session
from nlu.types import ActionCall, ActionRejected, ActionResult, ActionRunner, EngineError

OK, REJECTED, UNKNOWN, OVER = 200, 400, 404, 409
"""The protocol's statuses; 409 is ours: the message has been dealt with meanwhile."""
MOST_WAITING = 20


@dataclass(frozen=True, slots=True)
class Answer:
    """What the action server answers."""

    status: int
    body: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Job:
    """One call for a lane."""

    app: App
    call: Call
    domain: Mapping[str, Any]


def run_all(session: Session, jobs: Sequence[Job]) -> list[Answer]:
    """A lane's handler. An action that raises fails alone: the lane runs each by itself then."""
    return [run(session, job) for job in jobs]


def run(session: Session, job: Job) -> Answer:
    """Run a call, or give the answer it got before. Raises what the action raises."""
    call = job.call
    known = action_runs.find(session, call.message_id, call.digest)
    if known is not None:
        return Answer(int(known["status"]), known["body"])
    waiting = _waiting(session, call)
    if waiting is None:
        return Answer(OVER, {"error": "no such message waits", "action_name": call.action})
    with running(answer.context(session, job.app, *waiting)) as wanted:
        given = _run(call, call.domain or job.domain)
        asked = [wishes.dump(request) for request in wanted]
    if given.status != UNKNOWN:
        kept = {"status": given.status, "body": dict(given.body)}
        action_runs.record(
            session, call.message_id, call.digest, action=call.action, answer=kept, requests=asked
        )
    return given


def runner(app: App, message_id: int) -> ActionRunner:
    """For an engine that runs actions itself, outside a transaction: each gets its own."""

    def run_one(call: ActionCall) -> ActionResult:
        asked = {
            "next_action": call.name,
            "sender_id": call.sender_id,
            "tracker": _with_id(call.tracker, message_id),
        }
        given = app.work.submit(run_all, Job(app, read(asked), call.domain)).result()
        if given.status == REJECTED:
            raise ActionRejected(str(given.body.get("error")))
        if given.status != OK:
            raise EngineError(f"{call.name}: {given.body.get('error')}")
        return ActionResult(given.body["events"], given.body["responses"])

    return run_one


def known() -> list[str]:
    """The names of all actions there are."""
    from actions import registry  # as in `_run`

    return sorted(registry.ACTIONS)


def _with_id(tracker: Mapping[str, Any], message_id: int) -> dict[str, Any]:
    latest = dict(tracker.get("latest_message") or {})
    latest["metadata"] = {**(latest.get("metadata") or {}), "message_id": str(message_id)}
    return {**tracker, "latest_message": latest}


def _waiting(session: Session, call: Call) -> tuple[Turn, Received] | None:
    """The turn and message a call is about, as they are known now; None if it is over."""
    for turn in batch.load(session, [call.conversation_id], MOST_WAITING):
        for received in turn.messages:
            if received.id == call.message_id:
                return turn, received
    return None


def _run(call: Call, domain: Mapping[str, Any]) -> Answer:
    # Imported here for the same reason as in bot.turns.actions: rasa_sdk is heavy.
    from actions import registry

    request = {
        "next_action": call.action,
        "sender_id": str(call.conversation_id),
        "tracker": call.tracker,
        "domain": domain,
    }
    try:
        return Answer(OK, registry.run(request))
    except registry.Rejected as refusal:
        return Answer(REJECTED, {"error": str(refusal), "action_name": call.action})
    except registry.UnknownAction as error:
        return Answer(UNKNOWN, {"error": str(error), "action_name": call.action})
