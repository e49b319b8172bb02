"""What the scripts that play walks inside Rasa have in common; read by Rasa's own Python (3.10)."""

import json

from rasa.utils.endpoints import ClientResponseError

SILENT = ("action_listen", "action_session_start")
TOLD = ("slots", "active_loop", "latest_action_name", "events")
"""What a call is known by (bot.rasa.calls)."""


def noted(call):
    """An action's call, as far as a walk compares it."""
    return [call["next_action"], {key: call["tracker"][key] for key in TOLD}]


def declined(name):
    """How an action server says that an action declined to run."""
    body = json.dumps({"error": "not now", "action_name": name})
    return ClientResponseError(400, "declined", body)


def turn(walk, number):
    """The connector's call for a line of a walk."""
    line = walk["lines"][number]
    return {
        "conversation": walk["name"],
        "message_id": str(number),
        "message_key": str(number),
        "text": line["text"],
        "parsed": line["parsed"],
        "channel": "whatsapp",
        "slots": {},
    }


def summary(answer):
    """What a turn led to."""
    events = answer["events"]
    return {
        "actions": [
            one["name"] for one in events if one["event"] == "action" and one["name"] not in SILENT
        ],
        "replies": [
            [one["metadata"].get("utter_action"), one["text"]]
            for one in events
            if one["event"] == "bot"
        ],
        "slots": {
            name: value
            for name, value in answer["slots"].items()
            if value is not None and name != "session_started_metadata"
        },
        "loop": answer["active_loop"],
    }
