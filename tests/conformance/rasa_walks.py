"""Plays walks inside Rasa: run by Rasa's own Python (3.10), over files given on the command line.

    python rasa_walks.py <connector's folder> <walks.json> <answers.json>

Each project of the walks is trained for rules only, in this process; each line of a walk goes
through our connector's turn, without HTTP. Answers: {project: [[{actions, slots, …}, …], …]}.
"""

import asyncio
import json
import sys
import tempfile
from pathlib import Path

sys.path[:0] = [sys.argv[1], str(Path(__file__).parent)]

import connector  # noqa: E402
import stub_actions  # noqa: E402
from rasa.core.agent import Agent  # noqa: E402
from rasa.model_training import train_core  # noqa: E402
from rasa.shared.exceptions import RasaException  # noqa: E402
from rasa.utils.endpoints import ClientResponseError, EndpointConfig  # noqa: E402

SILENT = ("action_listen", "action_session_start")
TOLD = ("slots", "active_loop", "latest_action_name", "events")
"""What a call is known by (bot.rasa.calls)."""


class Stub(EndpointConfig):
    """An action server without a network."""

    def __init__(self, own_slots):
        super().__init__("http://stub.example")
        self.own_slots = own_slots
        self.calls = []

    async def request(self, *args, **kwargs):
        call = kwargs["json"]
        self.calls.append([call["next_action"], {key: call["tracker"][key] for key in TOLD}])
        answer = stub_actions.answer(call, self.own_slots)
        if answer is None:
            body = json.dumps({"error": "not now", "action_name": call["next_action"]})
            raise ClientResponseError(400, "declined", body)
        return answer


def agent_of(project, own_slots):
    with tempfile.TemporaryDirectory() as folder:
        root = Path(project)
        domain = root / "domain.yml"
        model = train_core(
            str(domain if domain.exists() else root / "domain"),
            str(root / "config.yml"),
            str(root / "data"),
            output=folder,
        )
        stub = Stub(own_slots)
        agent = Agent.load(model, action_endpoint=stub)
    # the connector would put its watch around it, which here has nothing to watch
    agent.processor.action_endpoint = connector.WatchedActions(agent.processor.action_endpoint)
    agent.processor.action_endpoint.request = stub.request
    return agent, stub


async def play(agent, stub, walk):
    channel, told = connector.AkrabInput("-"), []
    for number, line in enumerate(walk["lines"]):
        call = {
            "conversation": walk["name"],
            "message_id": str(number),
            "message_key": str(number),
            "text": line["text"],
            "parsed": line["parsed"],
            "channel": "whatsapp",
            "slots": {},
        }
        stub.calls = []
        told.append({**summary(await channel._turn(agent, call)), "calls": stub.calls})
    return told


def summary(answer):
    events = answer["events"]
    said = [one for one in events if one["event"] == "bot"]
    return {
        "actions": [
            one["name"] for one in events if one["event"] == "action" and one["name"] not in SILENT
        ],
        "replies": [[one["metadata"].get("utter_action"), one["text"]] for one in said],
        "slots": {
            name: value
            for name, value in answer["slots"].items()
            if value is not None and name != "session_started_metadata"
        },
        "loop": answer["active_loop"],
    }


async def main():
    asked = json.loads(Path(sys.argv[2]).read_text("utf-8"))
    answers = {}
    for project, given in asked.items():
        try:
            agent, stub = agent_of(project, given["own_slots"])
        except (RasaException, ValueError, TypeError) as error:
            # what Rasa refuses is part of the answer
            answers[project] = repr(error)
            continue
        answers[project] = [await play(agent, stub, walk) for walk in given["walks"]]
    Path(sys.argv[3]).write_text(json.dumps(answers), "utf-8")


asyncio.run(main())
