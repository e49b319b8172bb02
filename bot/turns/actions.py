"""The engine's way to an action: Rasa's action-server request in, its answer out."""

from nlu.types import ActionCall, ActionRejected, ActionResult, EngineError


def run_action(call: ActionCall) -> ActionResult:
    """Run one action in the running turn. Raises ActionRejected, or EngineError if unknown."""
    # Imported here: rasa_sdk brings a web server along, which a program that only stores
    # messages or shows pages need not load.
    from actions import registry

    request = {
        "next_action": call.name,
        "sender_id": call.sender_id,
        "tracker": call.tracker,
        "domain": call.domain,
    }
    try:
        answer = registry.run(request)
    except registry.Rejected as refusal:
        raise ActionRejected(str(refusal)) from refusal
    except registry.UnknownAction as error:
        raise EngineError(str(error)) from error
    return ActionResult(answer["events"], answer["responses"])


def load() -> None:
    """Import the actions now, so that the first customer need not wait for it."""
    from actions import registry

    assert registry.ACTIONS
